package resident

import (
	"bytes"
	_ "embed"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"huiyin/web/shell"
)

// lettersFile draws the letters, digits and hyphen of codes: a character, then its seven rows of five dots.
//
//go:embed data/letters.txt
var lettersFile string

var letters = readLetters(lettersFile)

func readLetters(file string) map[rune][]string {
	all := map[rune][]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(file), "\n") {
		parts := strings.Fields(line)
		all[[]rune(parts[0])[0]] = parts[1:]
	}
	return all
}

// The card is as wide as a phone's picture; the code stands below the QR code, the hotline's number above it.
const (
	cardWidth  = 720
	cardHeight = 900
	cardQR     = 560
	codeDot    = 10 // pixels of a dot of the code
	phoneDot   = 8
)

// card is the code as a picture for the album: the number to call, the QR code of the case's address, and the code.
func (x *Pages) card(c *fiber.Ctx) error {
	d, _, err := x.drafts.load(c.UserContext(), c.Cookies(draftCookie))
	if err != nil {
		return err
	}
	if !d.filed() {
		return fiber.ErrNotFound
	}
	body, err := drawCard(x.BaseURL+shell.Lang(c).Path("/t/"+d.Receipt.Code), d.Receipt.Code)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="12345.png"`) // the code is not in the name: names are seen by others
	return c.Send(body)
}

func drawCard(address, code string) ([]byte, error) {
	qr, err := qrcode.New(address, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	paper := image.NewPaletted(image.Rect(0, 0, cardWidth, cardHeight), color.Palette{color.White, color.RGBA{R: 0x0d, G: 0x3b, B: 0x45, A: 0xff}, color.Black})
	drawText(paper, shell.Phone, 48, phoneDot, 1)
	at := (cardWidth - cardQR) / 2
	draw.Draw(paper, image.Rect(at, 150, at+cardQR, 150+cardQR), qr.Image(cardQR), image.Point{}, draw.Src)
	drawText(paper, code, 770, codeDot, 2)
	var b bytes.Buffer
	if err := png.Encode(&b, paper); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// drawText writes a line in the middle, its upper edge at y; characters that the file does not draw stay empty.
func drawText(paper *image.Paletted, text string, y, dot int, ink uint8) {
	x := (paper.Bounds().Dx() - (6*len(text)-1)*dot) / 2
	for _, r := range text {
		for row, dots := range letters[r] {
			for column, one := range dots {
				if one != '#' {
					continue
				}
				for i := range dot * dot {
					paper.SetColorIndex(x+column*dot+i%dot, y+row*dot+i/dot, ink)
				}
			}
		}
		x += 6 * dot
	}
}
