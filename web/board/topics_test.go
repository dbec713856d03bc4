package board_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A matter that fewer than five people wrote about is not named: neither in the city nor in a district.
func TestTopicsNameNoSmallMatter(t *testing.T) {
	w := newTown(t)
	w.fill(150)
	for _, path := range []string{"/topics", "/topics?district=990101", "/en/topics"} {
		page := w.ok(path)
		_, table, _ := strings.Cut(page, "<tbody")
		table, _, _ = strings.Cut(table, "</tbody>")
		named := 0
		for row := range strings.SplitSeq(table, "</tr>") {
			cells := regexp.MustCompile(`<t[hd][^>]*>`).Split(row, -1)
			if len(cells) < 5 {
				continue
			}
			text := func(i int) string {
				return strings.TrimSpace(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(cells[i], ""))
			}
			n, err := strconv.Atoi(strings.ReplaceAll(text(2), ",", ""))
			if err != nil {
				t.Fatalf("%s: %q is no number in %q", path, text(2), row)
			}
			if text(3) == "–" {
				continue // the others together
			}
			if named++; n < 5 {
				t.Errorf("%s names %s with %d cases", path, text(1), n)
			}
		}
		if path != "/topics?district=990101" && named == 0 {
			t.Errorf("%s names no matter", path)
		}
	}
	if status, _ := w.get("/topics?district=nowhere"); status != 404 {
		t.Errorf("a district that is none: %d", status)
	}
	if got := w.file("/topics.json"); len(got.Topics) == 0 || len(got.Units) != 0 {
		t.Errorf("%d topics, %d units", len(got.Topics), len(got.Units))
	}
}
