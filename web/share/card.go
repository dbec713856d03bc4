package share

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
)

// Measures of a picture, as the Open Graph protocol's readers show it: 1.91 to 1.
const (
	Width  = 1200
	Height = 630
	edge   = 72
	band   = 104
)

// Card is what a picture says: a number with all that is needed to judge it. Empty parts are left out.
type Card struct {
	Brand    string // name of the service and of the city
	Title    string // what the page is about
	Number   string // written large; a word where a page has no number
	Unit     string // after the number
	Label    string // what the number says
	Basis    string // what it stands on, and of which time
	State    string // live, or proven
	Proven   bool
	Snapshot string // names the state of the numbers, as the page does
	Address  string // of the page, without the scheme
}

// pen is an ink on a paper, as a run of steps in the palette.
type pen uint8

// The pens.
const (
	lightOnDeep pen = iota
	sunOnDeep
	deepOnWhite
	tealOnWhite
	quietOnWhite
	whiteOnGood
	whiteOnWarn
	goodOnWhite
	warnOnWhite
	pens
)

// steps are the shades between paper and ink.
const steps = 16

// colours are the ink and the paper of each pen: the tokens of the pages.
var colours = [pens][2]color.RGBA{
	lightOnDeep: {{0xff, 0xff, 0xff, 0xff}, {0x0d, 0x3b, 0x45, 0xff}}, sunOnDeep: {{0xff, 0xc9, 0x4a, 0xff}, {0x0d, 0x3b, 0x45, 0xff}},
	deepOnWhite: {{0x10, 0x26, 0x2c, 0xff}, {0xff, 0xff, 0xff, 0xff}}, tealOnWhite: {{0x0f, 0x64, 0x71, 0xff}, {0xff, 0xff, 0xff, 0xff}}, quietOnWhite: {{0x4a, 0x5c, 0x61, 0xff}, {0xff, 0xff, 0xff, 0xff}},
	whiteOnGood: {{0xff, 0xff, 0xff, 0xff}, {0x0b, 0x6b, 0x43, 0xff}}, whiteOnWarn: {{0xff, 0xff, 0xff, 0xff}, {0x7a, 0x4a, 0x00, 0xff}},
	goodOnWhite: {{0x0b, 0x6b, 0x43, 0xff}, {0xff, 0xff, 0xff, 0xff}}, warnOnWhite: {{0x7a, 0x4a, 0x00, 0xff}, {0xff, 0xff, 0xff, 0xff}},
}

func palette() color.Palette {
	var p color.Palette
	for _, c := range colours {
		for i := range steps {
			mix := func(paper, ink uint8) uint8 {
				return uint8((int(paper)*(steps-1-i) + int(ink)*i) / (steps - 1)) //nolint:gosec // between the two
			}
			p = append(p, color.RGBA{mix(c[1].R, c[0].R), mix(c[1].G, c[0].G), mix(c[1].B, c[0].B), 0xff})
		}
	}
	return p
}

// sheet is a picture under way.
type sheet struct {
	*image.Paletted
	glyphs map[rune]glyph
	err    error
}

// Draw draws a card as a PNG. The same card gives the same bytes.
func Draw(c Card) ([]byte, error) {
	all, err := font()
	if err != nil {
		return nil, err
	}
	s := &sheet{Paletted: image.NewPaletted(image.Rect(0, 0, Width, Height), palette()), glyphs: all}
	s.fill(0, 0, Width, Height, deepOnWhite, 0)
	s.fill(0, 0, Width, band, lightOnDeep, 0)
	s.fill(0, band, Width, band+6, sunOnDeep, steps-1)
	s.mark(edge+4, band/2)
	s.text(edge+76, 68, 40, Width-2*edge-76, c.Brand, lightOnDeep)
	s.text(edge, 192, 56, Width-2*edge, c.Title, deepOnWhite)
	end := s.text(edge-4, 388, 168, Width-2*edge, c.Number, tealOnWhite)
	if c.Unit != "" {
		s.text(end+20, 388, 56, Width-edge-end-20, c.Unit, tealOnWhite)
	}
	s.text(edge, 462, 44, Width-2*edge, c.Label, deepOnWhite)
	s.text(edge, 514, 32, Width-2*edge, c.Basis, quietOnWhite)
	at := edge
	if c.State != "" {
		paper, ink := goodOnWhite, whiteOnGood
		if !c.Proven {
			paper, ink = warnOnWhite, whiteOnWarn
		}
		wide := s.wide(c.State, 30)
		s.fill(at, 544, at+wide+36, 594, paper, steps-1)
		s.text(at+18, 580, 30, wide+2, c.State, ink)
		at += wide + 60
	}
	at = s.text(at, 580, 28, Width-edge-at, c.Snapshot, quietOnWhite) + 28
	if wide := s.wide(c.Address, 26); wide < Width-edge-at {
		s.text(Width-edge-wide, 580, 26, wide+2, c.Address, quietOnWhite)
	}
	if s.err != nil {
		return nil, s.err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, s.Paletted); err != nil {
		return nil, fmt.Errorf("write picture: %w", err)
	}
	return b.Bytes(), nil
}

func (s *sheet) fill(x0, y0, x1, y1 int, p pen, step int) {
	shade := uint8(int(p)*steps + step) //nolint:gosec // pens times steps fit
	for y := y0; y < min(y1, Height); y++ {
		row := s.Pix[y*s.Stride:]
		for x := x0; x < min(x1, Width); x++ {
			row[x] = shade
		}
	}
}

// wide is how many pixels a text takes.
func (s *sheet) wide(text string, size int) int {
	n := 0
	for _, r := range text {
		n += find(s.glyphs, r).wide
	}
	return (n*size + em - 1) / em
}

// text writes a line from x on, its base line at y, and tells where it ends. What does not fit is written smaller, down to two thirds, and then cut.
func (s *sheet) text(x, y, size, room int, text string, p pen) int {
	least := size * 2 / 3
	for size > least && s.wide(text, size) > room {
		size--
	}
	if s.wide(text, size) > room {
		runes := []rune(text)
		for len(runes) > 0 && s.wide(string(runes)+"…", size) > room {
			runes = runes[:len(runes)-1]
		}
		text = string(runes) + "…"
	}
	wide := s.wide(text, size)
	above := size * 5 / 4
	r := newRaster(wide+size, above+size/2)
	at := float32(size) / 4
	for _, c := range text {
		g := find(s.glyphs, c)
		if err := g.draw(r, at, float32(above), float32(size)); err != nil {
			s.err = err
		}
		at += float32(g.wide) * float32(size) / em
	}
	s.paint(r, x-size/4, y-above, p)
	return x + wide
}

// paint lays a raster on the picture.
func (s *sheet) paint(r *raster, left, top int, p pen) {
	r.each(func(x, y int, share float32) {
		x, y = x+left, y+top
		if x >= 0 && y >= 0 && x < Width && y < Height {
			s.Pix[y*s.Stride+x] = uint8(int(p)*steps + int(share*(steps-1)+0.5)) //nolint:gosec // pens times steps fit
		}
	})
}

// mark draws the sign of the service: a voice and its echo.
func (s *sheet) mark(x, y int) {
	const box = 72
	r := newRaster(box, box)
	ring := func(inner, outer, from, to float64) {
		const parts = 24
		put := func(step func(float32, float32), radius, angle float64) {
			step(float32(12+radius*math.Cos(angle)), float32(box/2+radius*math.Sin(angle)))
		}
		put(r.move, outer, from)
		for i := 1; i <= parts; i++ {
			put(r.line, outer, from+(to-from)*float64(i)/parts)
		}
		for i := parts; i >= 0; i-- {
			put(r.line, inner, from+(to-from)*float64(i)/parts)
		}
		r.shut()
	}
	ring(0, 7, 0, 2*math.Pi)
	for _, radius := range []float64{18, 30, 42} {
		ring(radius-3.5, radius+3.5, -0.8, 0.8)
	}
	s.paint(r, x, y-box/2, lightOnDeep)
}
