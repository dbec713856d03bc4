// Command glyphs takes the outlines of ASCII and of 15,000 Chinese characters out of a font for the pictures that share cards are.
package main

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// It runs once: go run . NotoSansCJK-Bold.ttc ../../web/share/glyphs.bin, with a collection of Noto Sans CJK, which is under the SIL Open Font License 1.1. It stands in
// a module of its own, so that the program needs no package that reads fonts.

// em is how many units an em has in what is written.
const em = 256

// extra is what GB 2312 and ASCII do not have, or have elsewhere.
const extra = "，。、：；！？（）《》〈〉“”‘’—–…·×％％℃②③○●□■→←↑↓√≈≥≤"

// names are the 1,605 characters of level 3 of the Table of General Standard Chinese Characters (State Council, 2013), those of names of people and places; more are the characters of its level 2
// that the encodings below may not have, and their neighbours in the table.
//
//go:embed level3.txt
var names string

//go:embed level2.txt
var more string

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: glyphs FONT OUT")
	}
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	all, err := sfnt.ParseCollection(raw)
	if err != nil {
		return err
	}
	face, err := simplified(all)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	var b sfnt.Buffer
	last, n := rune(0), 0
	for _, r := range characters() {
		g, err := face.GlyphIndex(&b, r)
		if err != nil || g == 0 {
			continue
		}
		shape, err := outline(face, &b, g)
		if err != nil {
			return fmt.Errorf("%q: %w", r, err)
		}
		wide, err := face.GlyphAdvance(&b, g, fixed.I(em), font.HintingNone)
		if err != nil {
			return err
		}
		head := binary.AppendUvarint(nil, uint64(r-last))
		head = binary.AppendUvarint(head, uint64(wide.Round()))
		head = binary.AppendUvarint(head, uint64(len(shape)))
		out.Write(head)
		out.Write(shape)
		last, n = r, n+1
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	fmt.Printf("%d characters, %d bytes, packed %d\n", n, out.Len(), packed.Len())
	return os.WriteFile(args[1], packed.Bytes(), 0o644)
}

// simplified picks the face for simplified Chinese out of a collection.
func simplified(all *sfnt.Collection) (*sfnt.Font, error) {
	var b sfnt.Buffer
	for i := range all.NumFonts() {
		f, err := all.Font(i)
		if err != nil {
			return nil, err
		}
		name, err := f.Name(&b, sfnt.NameIDFull)
		if err == nil && (name == "Noto Sans CJK SC Bold" || name == "Noto Sans CJK SC") {
			return f, nil
		}
	}
	return nil, errors.New("the collection has no face for simplified Chinese")
}

// characters are ASCII, GB 2312, level 3 of the standard table, and of GBK whatever is no rare traditional character, in their order.
func characters() []rune {
	var list []rune
	for r := rune(' '); r < 0x7f; r++ {
		list = append(list, r)
	}
	list = append(list, []rune(extra)...)
	for _, r := range names + more {
		if r > ' ' {
			list = append(list, r)
		}
	}
	for row := byte(0x81); row <= 0xfe; row++ {
		for cell := byte(0x40); cell <= 0xfe; cell++ {
			r, ok := decoded(simplifiedchinese.GBK, row, cell)
			simple := row >= 0xb0 && row <= 0xf7 && cell >= 0xa1 // the place of GB 2312
			if ok && (simple || !rare(r)) {
				list = append(list, r)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func decoded(e encoding.Encoding, row, cell byte) (rune, bool) {
	text, err := e.NewDecoder().Bytes([]byte{row, cell})
	r := []rune(string(text))
	if err != nil || len(r) != 1 || r[0] < 0x4e00 || r[0] >= 0xa000 {
		return 0, false
	}
	return r[0], true
}

// rare tells whether a character stands in the second level of Big5.
func rare(r rune) bool {
	b, err := traditionalchinese.Big5.NewEncoder().Bytes([]byte(string(r)))
	return err == nil && len(b) == 2 && b[0] >= 0xc9
}

// outline writes the strokes of a glyph: an operation (1 move, 2 line, 3 curve), then the steps to its points as zigzag varints.
func outline(face *sfnt.Font, b *sfnt.Buffer, g sfnt.GlyphIndex) ([]byte, error) {
	segments, err := face.LoadGlyph(b, g, fixed.I(em), nil)
	if err != nil {
		return nil, err
	}
	var out []byte
	var x, y int
	var at fixed.Point26_6
	to := func(p fixed.Point26_6) {
		nx, ny := p.X.Round(), p.Y.Round()
		out = binary.AppendVarint(out, int64(nx-x))
		out = binary.AppendVarint(out, int64(ny-y))
		x, y = nx, ny
	}
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			out = append(out, 1)
			to(s.Args[0])
			at = s.Args[0]
		case sfnt.SegmentOpLineTo:
			out = append(out, 2)
			to(s.Args[0])
			at = s.Args[0]
		case sfnt.SegmentOpQuadTo: // the same curve with two handles
			out = append(out, 3)
			to(third(at, s.Args[0]))
			to(third(s.Args[1], s.Args[0]))
			to(s.Args[1])
			at = s.Args[1]
		case sfnt.SegmentOpCubeTo:
			out = append(out, 3)
			to(s.Args[0])
			to(s.Args[1])
			to(s.Args[2])
			at = s.Args[2]
		}
	}
	return out, nil
}

// third is the point two thirds of the way from a to b.
func third(a, b fixed.Point26_6) fixed.Point26_6 {
	return fixed.Point26_6{X: a.X + (b.X-a.X)*2/3, Y: a.Y + (b.Y-a.Y)*2/3}
}
