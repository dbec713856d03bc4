// Package share draws the pictures by which public pages are shown where somebody passes their address on.
package share

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// packed are the outlines of ASCII, of the characters of GB 2312, of level 3 of the Table of General Standard Chinese Characters and of most of GBK, from Noto Sans CJK SC Bold, under the SIL Open Font License 1.1 (web/vendor); scripts/glyphs
// wrote them.
//
//go:embed glyphs.bin
var packed []byte

// em is how many units of the outlines an em has.
const em = 256

// glyph is one character: how wide it is, and its strokes as they were written.
type glyph struct {
	wide  int
	shape []byte
}

// font reads the outlines when the first picture is drawn.
var font = sync.OnceValues(func() (map[rune]glyph, error) {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, fmt.Errorf("unpack outlines: %w", err)
	}
	all := map[rune]glyph{}
	r := rune(0)
	for len(raw) > 0 {
		var head [3]uint64 // step to the character, width, length of the shape
		for i := range head {
			v, n := binary.Uvarint(raw)
			if n <= 0 {
				return nil, fmt.Errorf("outlines end within a character after %q", r)
			}
			head[i], raw = v, raw[n:]
		}
		if head[2] > uint64(len(raw)) || head[0] > 0x10ffff {
			return nil, fmt.Errorf("outlines end within a character after %q", r)
		}
		r += rune(head[0])
		all[r] = glyph{wide: int(head[1]), shape: raw[:head[2]]}
		raw = raw[head[2]:]
	}
	return all, nil
})

// missing stands for a character that the outlines do not have.
const missing = '□'

func find(all map[rune]glyph, r rune) glyph {
	g, ok := all[r]
	if !ok {
		g = all[missing]
	}
	return g
}

// draw adds the strokes of a glyph to a raster, its origin at x and the base line at y.
func (g glyph) draw(to *raster, x, y, size float32) error {
	scale := size / em
	var px, py int64
	raw := g.shape
	step := func() (float32, float32, error) {
		for _, p := range []*int64{&px, &py} {
			v, n := binary.Varint(raw)
			if n <= 0 {
				return 0, 0, io.ErrUnexpectedEOF
			}
			*p, raw = *p+v, raw[n:]
		}
		return x + float32(px)*scale, y + float32(py)*scale, nil
	}
	for len(raw) > 0 {
		op := raw[0]
		raw = raw[1:]
		points := 1
		if op == 3 {
			points = 3
		}
		var at [3][2]float32
		for i := range points {
			var err error
			if at[i][0], at[i][1], err = step(); err != nil {
				return fmt.Errorf("read outline: %w", err)
			}
		}
		switch op {
		case 1:
			to.move(at[0][0], at[0][1])
		case 2:
			to.line(at[0][0], at[0][1])
		case 3:
			to.curve(at[0][0], at[0][1], at[1][0], at[1][1], at[2][0], at[2][1])
		default:
			return fmt.Errorf("read outline: operation %d", op)
		}
	}
	to.shut()
	return nil
}
