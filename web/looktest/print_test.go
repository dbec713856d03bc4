package looktest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// sheet is a page on paper: what must be printed, what must not, and on how many sheets at most.
type sheet struct {
	who, path string
	sheets    int
	shown     string // must be visible on paper
	gone      string // must not be
}

// pagesPrint prints what people print: the receipt, the progress page, a case sheet, a month of the board; in the plainest colours whatever the mode.
func pagesPrint(t *testing.T, browser context.Context, w *town, people map[string]*caller) {
	paper := caseLink.FindStringSubmatch(people["chengguan"].get("/inbox"))
	if paper == nil {
		t.Fatal("the inbox is empty")
	}
	frame := ".hy-look, .hy-header, .hy-nav, .hy-bar, .hy-callbar, .hy-footer__links, .hy-noprint"
	for _, one := range []sheet{
		{"filed", "/report/done", 1, "#code, main img", frame},
		{"filed", "/en/report/done", 1, "#code, main img", frame},
		{"answered", "/t", 3, ".hy-timeline, .govuk-summary-list", frame + ", main form"},
		{"closed", "/t/access", 3, "main h1", frame},
		{"chengguan", paper[1] + "/sheet", 1, "main h1, .hy-lines", frame},
		{"chengguan", paper[1], 3, "main h1, .hy-timeline", frame + ", main form"},
		{"operator", "/console/list", 6, "main table", frame + ", main form"},
		{"nobody", "/board?month=2026-10", 8, ".hy-stats, main table", frame},
		{"nobody", w.part(t, people["nobody"]), 3, "main h1, main table", frame},
		{"nobody", "/districts", 6, "main table, .hy-chart", frame},
		{"nobody", "/data-use", 6, "main table", frame},
		{"nobody", "/privacy", 6, "main h1", frame},
	} {
		t.Run(one.who+one.path, func(t *testing.T) {
			b := newTab(t, browser, w.base)
			b.cookies(people[one.who])
			b.cookie("hy_look", "elder.contrast.3")
			b.size(1280)
			b.open(one.path)
			_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			b.must(err, "look at the page as it prints")
			for selector := range strings.SplitSeq(one.shown, ", ") {
				if !eval[bool](b, `Array.from(document.querySelectorAll("`+selector+`")).some(e => e.checkVisibility())`) {
					t.Errorf("%s is not printed", selector)
				}
			}
			for selector := range strings.SplitSeq(one.gone, ", ") {
				if eval[bool](b, `Array.from(document.querySelectorAll("`+selector+`")).some(e => e.checkVisibility())`) {
					t.Errorf("%s is printed", selector)
				}
			}
			if colours := eval[string](b, `getComputedStyle(document.body).backgroundColor + " " + getComputedStyle(document.querySelector("main h1")).color`); colours != "rgb(255, 255, 255) rgb(0, 0, 0)" {
				t.Errorf("printed in %s", colours)
			}
			b.size(673) // A4 between its margins
			b.picture("print " + one.who + one.path)
			sheets := b.print(one.who + one.path)
			t.Logf("%d sheets", sheets)
			if sheets == 0 || sheets > one.sheets {
				t.Errorf("%d sheets, at most %d are right", sheets, one.sheets)
			}
		})
	}
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page[^s]`)

// print makes the PDF of the page on A4 and counts its sheets.
func (b *tab) print(name string) int {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	prefer := true
	r, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69, PreferCSSPageSize: &prefer})
	b.must(err, "print")
	if !bytes.HasPrefix(r.Data, []byte("%PDF-")) {
		b.t.Fatal("no PDF")
	}
	if dir := os.Getenv("HUIYIN_LOOK_PICTURES"); dir != "" {
		b.must(os.WriteFile(filepath.Join(dir, strings.Trim(unsafeName.ReplaceAllString(name, "-"), "-")+".pdf"), r.Data, 0o644), "keep the PDF")
	}
	return len(pdfPage.FindAll(r.Data, -1))
}
