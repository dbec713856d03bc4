package searchtest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/search"
)

// orders: the title before the text, the words together before apart, the newer before the older.
func orders(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	body := func(text string) func(*search.Document) { return func(d *search.Document) { d.Body = text } }
	old := func(d *search.Document) { d.FiledAt = Now.AddDate(-1, 0, 0) }
	s.put("title", "路灯不亮", body("天黑看不见"))
	s.put("text", "天黑看不见", body("路灯不亮"))
	s.put("apart", "路口的灯", body("路灯 已经报修，至今 不亮"))
	s.put("past", "路灯不亮", old)
	if got := s.list(s.find(search.Query{Text: "路灯不亮"})); got[0] != "title" || slices.Index(got, "past") < 1 {
		t.Errorf("路灯不亮: %q", got)
	}
	got := s.list(s.find(search.Query{Text: "路灯 不亮"}))
	if len(got) != 4 || got[0] != "title" || slices.Index(got, "text") > slices.Index(got, "apart") {
		t.Errorf("路灯 不亮: %q", got)
	}
	got = s.list(s.find(search.Query{Text: "路灯", Sort: search.Newest}))
	if !slices.Equal(got, []string{"apart", "text", "title", "past"}) {
		t.Errorf("newest: %q", got)
	}
	s.put("subway", "地铁太挤")
	s.put("alike", "低贴补助")
	if got := s.list(s.find(search.Query{Text: "ditie"})); len(got) != 2 || got[0] != "subway" {
		t.Errorf("ditie: %q", got)
	}
	scores := s.find(search.Query{Text: "路灯 不亮"}).Hits
	if !slices.IsSortedFunc(scores, func(a, b search.Match) int { return int(math.Copysign(1, b.Score-a.Score)) }) {
		t.Errorf("scores out of order: %+v", scores)
	}
}

// filters: every filter alone and all together.
func filters(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	s.put("a", "噪音扰民", func(d *search.Document) {
		d.Category, d.District, d.State, d.Parties, d.Lead = "010401", "990102", casework.InHand, []casework.UnitCode{"c-urban", "d-river"}, "c-urban"
	})
	s.put("b", "噪音很大", func(d *search.Document) {
		d.Category, d.District, d.Kind, d.FiledAt = "020401", "990103", casework.Help, Now.AddDate(0, -2, 0)
	})
	s.put("c", "路灯不亮", func(d *search.Document) { d.Category, d.District = "010501", "990102" })
	month := Now.AddDate(0, -1, 0)
	s.want(search.Query{Text: "噪音"}, "a", "b")
	s.want(search.Query{Text: "噪音", Category: "01"}, "a")
	s.want(search.Query{Text: "噪音", Category: "0204"}, "b")
	s.want(search.Query{Text: "噪音", Category: "03"})
	s.want(search.Query{Text: "噪音", Districts: []string{"990102"}}, "a")
	s.want(search.Query{Text: "噪音", Districts: []string{"990102", "990103"}}, "a", "b")
	s.want(search.Query{Text: "噪音", States: []casework.State{casework.InHand, casework.Closed}}, "a")
	s.want(search.Query{Text: "噪音", Kinds: []casework.Kind{casework.Help}}, "b")
	s.want(search.Query{Text: "噪音", Units: []casework.UnitCode{"d-river"}}, "a")
	s.want(search.Query{Text: "噪音", Units: []casework.UnitCode{"d-harbour"}})
	s.want(search.Query{Text: "噪音", Since: month}, "a")
	s.want(search.Query{Text: "噪音", Until: month}, "b")
	s.want(search.Query{Text: "噪音", Since: month, Category: "0104", Districts: []string{"990102"}, Units: []casework.UnitCode{"c-urban"}, States: []casework.State{casework.InHand}, Kinds: []casework.Kind{casework.Complaint}}, "a")
	s.want(search.Query{Districts: []string{"990102"}}, "a", "c")
	s.want(search.Query{}, "a", "b", "c")
}

// counts: facets count all hits by every property, within the filters and the sight.
func counts(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	for i := range 7 {
		s.put(fmt.Sprint("n", i), "噪音扰民", func(d *search.Document) {
			d.Category, d.District, d.Lead, d.Parties = []string{"010401", "020401"}[i%2], []string{"990102", "990103"}[i%2], "c-urban", []casework.UnitCode{"c-urban"}
			d.FiledAt = time.Date(2026, time.Month(10+i%2), 3, 1, 0, 0, 0, Now.Location())
		})
	}
	s.put("other", "路灯不亮")
	f := s.find(search.Query{Text: "噪音", Facets: true, Limit: 2}).Facets
	if f == nil || f.Total != 7 || f.AtLeast {
		t.Fatalf("facets %+v", f)
	}
	for name, got := range map[string][]search.Count{"categories": f.Categories, "districts": f.Districts, "months": f.Months} {
		want := map[string][]search.Count{"categories": {{Value: "01", N: 4}, {Value: "02", N: 3}}, "districts": {{Value: "990102", N: 4}, {Value: "990103", N: 3}}, "months": {{Value: "2026-11", N: 3}, {Value: "2026-10", N: 4}}}[name]
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if !slices.Equal(f.Units, []search.Count{{Value: "c-urban", N: 7}}) || !slices.Equal(f.States, []search.Count{{Value: "registered", N: 7}}) || !slices.Equal(f.Kinds, []search.Count{{Value: "complaint", N: 7}}) {
		t.Errorf("units %v, states %v, kinds %v", f.Units, f.States, f.Kinds)
	}
	if f = s.find(search.Query{Text: "噪音", Facets: true, Category: "01"}).Facets; f.Total != 4 || !slices.Equal(f.Categories, []search.Count{{Value: "0104", N: 4}}) {
		t.Errorf("below 01: %+v", f)
	}
	found, err := s.Engine.Find(t.Context(), search.Query{Text: "噪音", Facets: true}, casework.Sight{Units: []casework.UnitCode{"d-river"}})
	if err != nil || found.Facets.Total != 0 {
		t.Errorf("facets count what is out of sight: %+v, %v", found.Facets, err)
	}
}

// keeps: the newest version of a document, each case once, nothing of what was dropped; messages are found too.
func keeps(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	s.put("a", "路灯不亮")
	s.put("a", "井盖丢失", func(d *search.Document) {
		d.Said = []string{"已安排维修人员到场", "居民补充：夜里很危险"}
	})
	s.want(search.Query{Text: "路灯"})
	s.want(search.Query{Text: "井盖"}, "a")
	s.want(search.Query{Text: "维修人员"}, "a")
	older := s.docs["a"]
	older.Version, older.Title = 1, "路灯不亮"
	if err := s.Engine.Put(t.Context(), s.Q, []search.Document{older, older}); err != nil {
		t.Fatal(err)
	}
	s.want(search.Query{Text: "路灯"})
	s.put("a", "井盖丢失", func(d *search.Document) {
		d.State, d.Names = casework.Closed, []string{"城市管理/市政设施/井盖", "临江区向阳街道"}
	})
	s.want(search.Query{Text: "井盖", States: []casework.State{casework.Registered}})
	s.want(search.Query{Text: "井盖", States: []casework.State{casework.Closed}}, "a")
	s.want(search.Query{Text: "向阳街道"}, "a")
	s.want(search.Query{Text: "2611a"}, "a")
	if err := s.Engine.Put(t.Context(), s.Q, nil); err != nil {
		t.Error(err)
	}
	if err := s.Engine.Drop(t.Context(), s.Q, []casework.CaseID{s.ids["a"], uuid.New()}); err != nil {
		t.Fatal(err)
	}
	s.want(search.Query{Text: "井盖"})
	s.want(search.Query{})
}

// sights: who sees some units' cases finds only those, and whoever sees nothing finds nothing.
func sights(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	with := func(units ...casework.UnitCode) func(*search.Document) {
		return func(d *search.Document) { d.Parties = units }
	}
	s.put("urban", "噪音扰民", with("c-urban"))
	s.put("both", "噪音扰民", with("c-urban", "s-willow"))
	s.put("none", "噪音扰民")
	for _, c := range []struct {
		units []casework.UnitCode
		want  []string
	}{
		{nil, nil}, {[]casework.UnitCode{"c-urban"}, []string{"both", "urban"}}, {[]casework.UnitCode{"d-river", "s-willow"}, []string{"both"}}, {[]casework.UnitCode{"d-harbour"}, nil},
	} {
		for _, q := range []search.Query{{Text: "噪音"}, {Text: "造音"}, {Text: "噪音扰民"}, {}} {
			found, err := s.Engine.Find(t.Context(), q, casework.Sight{Units: c.units})
			got := s.list(found)
			slices.Sort(got)
			if err != nil || strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("%q in sight of %q: %q, %v; want %q", q.Text, c.units, got, err, c.want)
			}
		}
	}
	s.put("urban", "噪音扰民", with("d-harbour"))
	if found, err := s.Engine.Find(t.Context(), search.Query{Text: "噪音"}, casework.Sight{Units: []casework.UnitCode{"c-urban"}}); err != nil || len(found.Hits) != 1 {
		t.Errorf("a unit that left still finds the case: %q, %v", s.list(found), err)
	}
}

// pages: pages follow each other without gap or repetition, and the last says so.
func pages(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	for i := range 23 {
		s.put(fmt.Sprint("p", i), "路面破损")
	}
	seen := map[casework.CaseID]bool{}
	for offset := 0; ; offset += 5 {
		found := s.find(search.Query{Text: "路面", Limit: 5, Offset: offset})
		for _, h := range found.Hits {
			if seen[h.Case] {
				t.Errorf("%s is on two pages", s.names[h.Case])
			}
			seen[h.Case] = true
		}
		if !found.More {
			break
		}
	}
	if len(seen) != 23 {
		t.Errorf("%d of 23 on the pages", len(seen))
	}
}

// anything: whatever is typed gets an answer.
func anything(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	s.put("odd", "100%_\\ '引号' \"x\" {a,b}", func(d *search.Document) { d.Body, d.Parties = "a\u200bb 😀 \x00", []casework.UnitCode{`odd"\unit`} })
	for _, text := range []string{"", " ", "%", "_", "\\", "'", "\"", "\"\"", "'; drop table x; --", "{a,b}", "😀", "\x00", "\xff\xfe", strings.Repeat("投诉噪音", 400), strings.Repeat("a ", 500), "(噪音", "a\u200bb", "ａｂ"} {
		if _, err := s.Engine.Find(t.Context(), search.Query{Text: text, Facets: true}, everything); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	s.want(search.Query{Text: "100%"}, "odd")
	s.want(search.Query{Text: "引号"}, "odd")
	s.want(search.Query{Text: "ab"}, "odd")
}
