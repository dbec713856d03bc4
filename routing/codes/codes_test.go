package codes_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"huiyin/routing/codes"
)

// Three versions of a small tree: in v2 a1 is renamed to a9, a2 and a3 become a4, and b1 is split into b2 and b3; in v3 b2 ends, c1 is new, and a4 moves to b4.
const three = `
versions:
  - {version: v1, since: 2025-01-01}
  - version: v2
    since: 2026-01-01
    categories:
      - {from: [a1], to: [a9]}
      - {from: [a2, a3], to: [a4], note: merged}
      - {from: [b1], to: [b2, b3]}
    units:
      - {from: [harbour, river], to: [water]}
  - version: v3
    since: 2027-01-01
    categories:
      - {from: [b2], to: []}
      - {from: [], to: [c1]}
      - {from: [a4], to: [b4]}
retired:
  categories:
    a1: {parent: a, zh: 甲一, en: A one}
    a2: {parent: a, zh: 甲二, en: A two}
    a3: {parent: a, zh: 甲三, en: A three}
    a4: {parent: a, zh: 甲四, en: A four}
    b1: {parent: b, zh: 乙一, en: B one}
    b2: {parent: b, zh: 乙二, en: B two}
  units:
    harbour: {parent: hotline, zh: 港口局, en: Harbour}
    river: {parent: hotline, zh: 河道局, en: River}
`

// parent is the tree in force: a letter is above its numbers, the hotline above units.
func parent(set codes.Set, code string) string {
	switch {
	case set == codes.Units && code != "hotline":
		return "hotline"
	case set == codes.Categories && len(code) == 2:
		return code[:1]
	}
	return ""
}

func read(t *testing.T) *codes.Sets {
	t.Helper()
	s, err := codes.Parse([]byte(three), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryCodeIsReadUnderEveryVersion(t *testing.T) {
	s := read(t)
	for _, c := range []struct{ code, v1, v2, v3 string }{
		{"a1", "a1", "a9", "a9"}, // renamed
		{"a9", "a1", "a9", "a9"}, // and back
		{"a2", "a2", "a4", "b4"}, // merged, then moved
		{"a3", "a3", "a4", "b4"},
		{"a4", "a", "a4", "b4"},  // who of the two it was cannot be told: what is above both
		{"b4", "a", "a4", "b4"},  // the same by way of v2
		{"b1", "b1", "b", "b"},   // split: no share is guessed
		{"b2", "b1", "b2", "b"},  // back from a split is one; ended without a successor goes up
		{"b3", "b1", "b3", "b3"}, //
		{"c1", "c", "c", "c1"},   // what was not there yet counts above
		{"d1", "d1", "d1", "d1"}, // never changed
		{"b", "b", "b", "b"},
		{"", "", "", ""},
	} {
		for version, want := range map[string]string{"v1": c.v1, "v2": c.v2, "v3": c.v3, "": c.v3} {
			r, ok := s.Under(version, parent)
			if !ok {
				t.Fatal(version)
			}
			if got := r.Code(codes.Categories, c.code); got != want {
				t.Errorf("%q under %q is %q, want %q", c.code, version, got, want)
			}
		}
	}
	r, _ := s.Under("v1", parent)
	if got := r.Code(codes.Units, "water"); got != "hotline" {
		t.Errorf("a merged unit under the version before is %q", got)
	}
	if _, ok := s.Under("v9", parent); ok {
		t.Error("a version that is none can be read by")
	}
}

// Reading twice is reading once, and never leaves a code that the version does not have.
func TestReadingIsStable(t *testing.T) {
	s := read(t)
	gone := map[string][]string{"v1": {"a9", "a4", "b2", "b3", "b4", "c1"}, "v2": {"a1", "a2", "a3", "b1", "b4", "c1"}, "v3": {"a1", "a2", "a3", "b1", "a4", "b2"}}
	for version, not := range gone {
		r, _ := s.Under(version, parent)
		for _, code := range []string{"a1", "a2", "a3", "a4", "a9", "b1", "b2", "b3", "b4", "c1"} {
			got := r.Code(codes.Categories, code)
			if again := r.Code(codes.Categories, got); again != got {
				t.Errorf("%s under %s: %s, then %s", code, version, got, again)
			}
			for _, n := range not {
				if got == n {
					t.Errorf("%s under %s is %s, which that version does not have", code, version, got)
				}
			}
		}
	}
}

func TestNothingChangedIsRead(t *testing.T) {
	s, err := codes.Parse(nil, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := s.Under("", nil)
	if !ok || !r.Plain() || r.Code(codes.Categories, "a1") != "a1" || r.Version() != "" {
		t.Errorf("%+v", r)
	}
	if changed, _ := read(t).Under("v1", parent); changed.Plain() {
		t.Error("a reading with changes is not plain")
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for change, want := range map[string][2]string{
		"a name":              {"version: v2", "version: 'v 2'"},
		"a day":               {"since: 2026-01-01", "since: soon"},
		"an order":            {"since: 2027-01-01", "since: 2026-01-01"},
		"twice":               {"version: v3", "version: v2"},
		"many to many":        {"to: [a4], note", "to: [a4, a5], note"},
		"no codes":            {"{from: [], to: [c1]}", "{from: [], to: []}"},
		"used again":          {"to: [c1]", "to: [a1]"},
		"ended before":        {"from: [b2]", "from: [b1]"},
		"born twice":          {"to: [c1]", "to: [b3]"},
		"a name that lacks":   {"    b2: {parent: b, zh: 乙二, en: B two}\n", ""},
		"a member that is no": {"note: merged", "share: 0.5"},
	} {
		body := strings.Replace(three, want[0], want[1], 1)
		if body == three {
			t.Fatalf("%s: the file did not change", change)
		}
		if _, err := codes.Parse([]byte(body), time.UTC); err == nil {
			t.Errorf("%s: accepted", change)
		}
	}
	if _, err := codes.Parse([]byte("versions:\n  - version: v1\n    since: 2025-01-01\n    units:\n      - {from: [a], to: [b]}\n"), time.UTC); err == nil {
		t.Error("a first version that changes something is accepted")
	}
}

func TestTheSetsAreHeldAgainstWhatIsInForce(t *testing.T) {
	s := read(t)
	if ended := s.Ended(codes.Units); !slices.Equal(ended, []string{"harbour", "river"}) {
		t.Errorf("ended units: %v", ended)
	}
	in := map[string]bool{"a9": true, "b3": true, "b4": true, "c1": true, "water": true}
	exists := func(_ codes.Set, code string) bool { return in[code] }
	if err := s.Check(exists); err != nil {
		t.Error(err)
	}
	in["a1"] = true
	if err := s.Check(exists); err == nil || !strings.Contains(err.Error(), "a1") {
		t.Errorf("an ended code in force: %v", err)
	}
	in["a1"], in["c1"] = false, false
	if err := s.Check(exists); err == nil || !strings.Contains(err.Error(), "c1") {
		t.Errorf("a code that began and is not there: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(three))
	f.Add([]byte("versions: []"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := codes.Parse(body, time.UTC)
		if err != nil {
			return
		}
		for _, v := range s.Versions() {
			r, ok := s.Under(v.Name, parent)
			if !ok {
				t.Fatalf("version %q is there and cannot be read by", v.Name)
			}
			for _, set := range codes.All {
				for _, c := range v.Changes[set] {
					for _, code := range append(c.From, c.To...) {
						r.Code(set, code)
					}
				}
			}
		}
	})
}
