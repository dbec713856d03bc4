package resident

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

func TestTheCodeIsSavedAsAPicture(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	if b.get("/report/card.png"); b.status != 404 {
		t.Errorf("without a case: %d", b.status)
	}
	b.file("", "楼道灯坏了")
	b.get("/report/done").shows("/report/card.png", "存到相册")
	b.get("/report/card.png")
	pic, err := png.Decode(strings.NewReader(b.body))
	if err != nil || b.header.Get("Cache-Control") != "no-store" || pic.Bounds().Dx() != cardWidth || len(b.body) > 60<<10 {
		t.Errorf("%v, %d bytes, %v", err, len(b.body), b.header)
	}
}

func TestEveryCharacterOfCodesIsDrawnAndNoTwoLookAlike(t *testing.T) {
	seen := map[string]rune{}
	for _, r := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-" {
		rows := letters[r]
		shape := strings.Join(rows, "\n")
		if len(rows) != 7 || len(shape) != 7*5+6 || seen[shape] != 0 {
			t.Errorf("%c: %q, as %c", r, rows, seen[shape])
		}
		seen[shape] = r
	}
	a, err := drawCard("https://linlan.example/t/ABCD-2345", "ABCD-2345")
	must(t, err)
	b, err := drawCard("https://linlan.example/t/ABCD-2345", "ABCD-2346")
	must(t, err)
	if bytes.Equal(a, b) {
		t.Error("the code is not on the card")
	}
}
