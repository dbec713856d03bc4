package supervision_test

import (
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/routing/codes"
	"huiyin/supervision"
)

// In 2026.2 waste (010102) is renamed to 010109, stalls and posters (010101, 010103) become 010104, and taxis (0402) are split into 0405 and 0406; the two
// districts' bureaus become one.
const twoVersions = `
versions:
  - {version: "2026.1", since: 2026-01-01}
  - version: "2026.2"
    since: 2026-11-01
    categories:
      - {from: ["010102"], to: ["010109"]}
      - {from: ["010101", "010103"], to: ["010104"]}
      - {from: ["040201"], to: ["040501", "040601"]}
    units:
      - {from: [d-river, d-harbour], to: [c-urban]}
retired:
  categories:
    "010101": {parent: "0101", zh: 摊点, en: Stalls}
    "010102": {parent: "0101", zh: 垃圾, en: Waste}
    "010103": {parent: "0101", zh: 广告, en: Posters}
    "040201": {parent: "0402", zh: 出租车, en: Taxis}
  units:
    d-river: {parent: hotline, zh: 临江, en: River}
    d-harbour: {parent: hotline, zh: 港区, en: Harbour}
`

func above(set codes.Set, code string) string {
	if set == codes.Categories && len(code) > 2 {
		return code[:len(code)-2]
	}
	return ""
}

// A year is counted under the old and under the new codes, by cases filed under either. The hand calculation:
//
//	filed     old codes                       new codes
//	3 010102  0101: 3+2+1+2+4 = 12            0101: 12
//	2 010101  0402: 5                         04: 5 (which of the two cannot be told), 0405: 1
//	1 010103  04: 1+5 = 6                     04: 6
//	2 010104 (new)
//	4 010109 (new)
//	5 040201
//	1 040501 (new)
func TestAYearIsCountedUnderTheOldAndTheNewCodes(t *testing.T) {
	s := newScene(t)
	sets, err := codes.Parse([]byte(twoVersions), time.UTC)
	s.do(err)
	for code, n := range map[string]int{"010102": 3, "010101": 2, "010103": 1, "010104": 2, "010109": 4, "040201": 5, "040501": 1} {
		for range n {
			ref := s.file(func(f *casework.Filing) { f.Category, f.Tags = code, []string{"cash_refused"} })
			if code == "010101" {
				s.send(ref, caseworktest.River)
			}
			if code == "010103" {
				s.send(ref, caseworktest.Harbour)
			}
		}
	}
	s.catchUp()
	year := supervision.Period{From: 202601, To: 202612}
	board := func(version string, f supervision.Filter) supervision.Board {
		t.Helper()
		under, ok := sets.Under(version, above)
		if !ok {
			t.Fatal(version)
		}
		b, err := supervision.ViewUnder(s.ctx, s.Pool, year, f, under)
		s.do(err)
		return b
	}
	received := func(b supervision.Board, topic string) int {
		for _, l := range b.Topics {
			if l.Key == topic {
				return l.Get("received").Denominator
			}
		}
		return 0
	}
	old, now := board("2026.1", supervision.Filter{}), board("", supervision.Filter{})
	for _, c := range []struct {
		topic    string
		old, now int
	}{{"01", 12, 12}, {"0101", 12, 12}, {"04", 6, 6}, {"0402", 6, 0}, {"0405", 0, 1}} {
		if got := received(old, c.topic); got != c.old {
			t.Errorf("%s under the old codes: %d, want %d", c.topic, got, c.old)
		}
		if got := received(now, c.topic); got != c.now {
			t.Errorf("%s under the new codes: %d, want %d", c.topic, got, c.now)
		}
	}
	for name, b := range map[string]supervision.Board{"old": old, "new": now} {
		if !b.Identity.Holds() || b.Identity.Received != 18 {
			t.Errorf("%s: %+v", name, b.Identity)
		}
	}
	if old.Codes != "2026.1" || now.Codes != "2026.2" {
		t.Errorf("read under %q and %q", old.Codes, now.Codes)
	}
	for _, c := range []struct {
		version, category string
		want              int
	}{
		{"2026.1", "010102", 7}, {"2026.1", "010101", 2}, {"2026.1", "010103", 1}, // of the merged ones two cannot be told apart
		{"2026.2", "010109", 7}, {"2026.2", "010104", 5}, {"2026.2", "010101", 0},
		{"2026.1", "040201", 6}, {"2026.2", "040501", 1}, {"2026.2", "0402", 0}, {"2026.2", "04", 6},
	} {
		if got := board(c.version, supervision.Filter{Category: c.category}).Whole.Get("received").Denominator; got != c.want {
			t.Errorf("%s under %s: %d, want %d", c.category, c.version, got, c.want)
		}
	}
	dispatched := func(b supervision.Board, unit casework.UnitCode) int {
		for _, u := range b.Units {
			if u.Code == unit {
				return u.Get("dispatched").Denominator
			}
		}
		return 0
	}
	if dispatched(old, caseworktest.River) != 2 || dispatched(old, caseworktest.Harbour) != 1 || dispatched(now, caseworktest.Urban) != 3 || dispatched(now, caseworktest.River) != 0 {
		t.Errorf("dispatched: river %d, harbour %d; as one %d", dispatched(old, caseworktest.River), dispatched(old, caseworktest.Harbour), dispatched(now, caseworktest.Urban))
	}
	asFiled, err := supervision.View(s.ctx, s.Pool, year, supervision.Filter{})
	s.do(err)
	if asFiled.Codes != "" || received(asFiled, "0402") != 5 {
		t.Errorf("as filed: %q, %d", asFiled.Codes, received(asFiled, "0402"))
	}
	if len(now.Tags) != 1 || now.Tags[0].Received != 18 || now.Tags[0].Tag != "cash_refused" {
		t.Errorf("tags: %+v", now.Tags)
	}
}

func TestATagOfFewCasesIsNotCountedInPublic(t *testing.T) {
	s := newScene(t)
	for range supervision.MinShown - 1 {
		s.file(func(f *casework.Filing) { f.Tags = []string{"elder", "same:01a"} })
	}
	s.catchUp()
	b, err := supervision.View(s.ctx, s.Pool, supervision.One(202611), supervision.Filter{})
	s.do(err)
	list := b.Tags
	if len(list) != 1 || !list[0].Suppressed || list[0].Received != 0 {
		t.Errorf("%+v", list)
	}
}
