package board_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// Feeds are well-formed Atom in both languages, with an entry for each month that has figures, and say the same number as the board under the same snapshot.
func TestFeedsAndWidgetsSayWhatTheBoardSays(t *testing.T) {
	w := newTown(t)
	w.fill(60)
	var board struct {
		Snapshot string            `json:"snapshot"`
		Figures  map[string]figure `json:"figures"`
	}
	if err := json.Unmarshal([]byte(w.ok("/board.json")), &board); err != nil {
		t.Fatal(err)
	}
	if len(board.Snapshot) != 12 {
		t.Fatalf("the board's snapshot is %q", board.Snapshot)
	}
	for _, path := range []string{"/feeds/city.atom", "/en/feeds/city.atom", "/feeds/districts/990101.atom", "/feeds/departments/c-chengguan.atom", "/feeds/topics/01.atom", "/feeds/reports.atom", "/feeds/withheld.atom"} {
		var f struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string   `xml:"id"`
			Updated string   `xml:"updated"`
			Entries []struct {
				ID      string `xml:"id"`
				Title   string `xml:"title"`
				Summary string `xml:"summary"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal([]byte(w.ok(path)), &f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if f.ID == "" || f.Updated == "" {
			t.Errorf("%s has no id or no date", path)
		}
		if strings.Contains(path, "city") {
			if len(f.Entries) < 2 || !strings.Contains(f.Entries[0].Summary, board.Snapshot) {
				t.Errorf("%s: %+v", path, f.Entries)
			}
		}
	}
	for _, path := range []string{"/board", "/en/districts", "/departments", "/widgets/frame/city"} {
		if m := regexp.MustCompile(`<code[^>]*>([0-9a-f]{12})</code>`).FindStringSubmatch(w.ok(path)); m == nil || m[1] != board.Snapshot {
			t.Errorf("%s prints the snapshot %v, the board's file %s", path, m, board.Snapshot)
		}
	}
	for _, path := range []string{"/feeds/topics/0101999.atom", "/feeds/departments/nobody.atom", "/widgets/badge/nobody.svg"} {
		if status, _ := w.get(path); status != 404 {
			t.Errorf("%s answers %d", path, status)
		}
	}
	res, err := w.app.Test(httptest.NewRequest("GET", "/widgets/frame/city", nil), -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if !strings.Contains(res.Header.Get("Content-Security-Policy"), "frame-ancestors *") || res.Header.Get("X-Frame-Options") != "" || strings.Contains(res.Header.Get("Content-Security-Policy"), "script") {
		t.Errorf("others cannot frame the widget, or it runs scripts: %v", res.Header)
	}
	if svg := w.ok("/widgets/badge/city.svg"); xml.Unmarshal([]byte(svg), new(struct{})) != nil || strings.Contains(svg, "<script") || !strings.Contains(svg, board.Snapshot) {
		t.Errorf("the badge: %s", svg)
	}
	var withheld struct {
		Shown    int            `json:"shown"`
		Withheld map[string]int `json:"withheld"`
	}
	if err := json.Unmarshal([]byte(w.ok("/withheld.json")), &withheld); err != nil {
		t.Fatal(err)
	}
	all := withheld.Shown
	for _, n := range withheld.Withheld {
		all += n
	}
	var cases int
	if err := w.pool.QueryRow(t.Context(), `select count(*) from public_card`).Scan(&cases); err != nil || cases != all || all == 0 {
		t.Errorf("%d shown and withheld, of %d cards (%v)", all, cases, err)
	}
}
