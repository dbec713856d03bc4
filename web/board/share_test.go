package board_test

import (
	"image/png"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

var pictureOf = regexp.MustCompile(`property="og:image" content="https://linlan\.example([^"]+)"`)

// Every public page of figures and cards names a picture, which is there, in the page's language and for its month; what is withheld has none.
func TestEveryPublicPageHasAPicture(t *testing.T) {
	w := newTown(t)
	w.fill(120)
	card := regexp.MustCompile(`href="(/cases/[^"/.?]+)"`).FindStringSubmatch(w.ok("/cases"))
	if card == nil {
		t.Fatal("no public case")
	}
	seen := map[string]string{}
	for _, path := range []string{"/board", "/en/board", "/board?month=2026-10", "/districts", "/districts/990101", "/departments", "/departments/d-linjiang", "/en/departments/d-linjiang?month=2026-10", "/topics", "/topics?district=990101&month=2026-10",
		"/compare", "/channels", "/replies", card[1], "/board?month=2020-01"} {
		found := pictureOf.FindStringSubmatch(w.ok(path))
		if found == nil {
			t.Errorf("%s names no picture", path)
			continue
		}
		at := strings.ReplaceAll(found[1], "&amp;", "&")
		if strings.HasPrefix(path, "/en/") != strings.HasPrefix(at, "/en/") || strings.Contains(path, "2026-10") != strings.Contains(at, "month=2026-10") {
			t.Errorf("%s is shown by %s", path, at)
		}
		res, err := w.app.Test(httptest.NewRequest("GET", at, nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		p, err := png.Decode(res.Body)
		if err != nil || res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/png" || p.Bounds().Dx() != 1200 {
			t.Errorf("%s answers %d %s: %v", at, res.StatusCode, res.Header.Get("Content-Type"), err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		seen[at] = path
	}
	if len(seen) < 9 {
		t.Errorf("%d pictures for all pages", len(seen))
	}
	if _, err := w.pool.Exec(t.Context(), `update public_card set withheld = 'secret', card = null where number = $1`, strings.TrimPrefix(card[1], "/cases/")); err != nil {
		t.Fatal(err)
	}
	if status, _ := w.get(card[1] + ".png"); status != 410 {
		t.Errorf("the picture of a withheld case answers %d", status)
	}
	if strings.Contains(w.ok("/data-use"), "og:image") {
		t.Error("a page without a picture names one")
	}
}
