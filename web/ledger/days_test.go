package ledger_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/translog/verify"
)

// work files cases and answers them.
func (h *house) work(n int) {
	h.t.Helper()
	for i := range n {
		id := h.Open(h.t, strings.Repeat("路", i+1)).ID
		h.cases = append(h.cases, id)
		lead := []casework.UnitCode{caseworktest.River, caseworktest.Urban}[i%2]
		must(h.t, h.Dispatch(h.t.Context(), caseworktest.Clerk(), casework.Ref{ID: id}, casework.Order{Lead: lead, Clocks: h.Clocks()}))
		h.Pass(time.Minute)
		h.Work(h.t, id, lead)
	}
	h.settle()
}

func (h *house) tell() int {
	h.t.Helper()
	n, err := h.closer.SweepDay(h.t.Context())
	must(h.t, err)
	return n
}

// days lives through two days of a month of which enough is told.
func (h *house) days() *house {
	h.t.Helper()
	h.work(24)
	h.Pass(24 * time.Hour)
	if n := h.tell(); n != 1 {
		h.t.Fatalf("%d months told", n)
	}
	if n := h.tell(); n != 0 {
		h.t.Fatalf("a day was told twice: %d", n)
	}
	h.work(24)
	h.Pass(24 * time.Hour)
	if n := h.tell(); n != 1 {
		h.t.Fatalf("%d months told on the second day", n)
	}
	return h
}

func TestFiguresOfAMonthUnderWayAreProvenByTheDay(t *testing.T) {
	h := build(t).days()
	r := h.verify(verify.Options{})
	if !r.OK() || len(r.Days) != 2 || r.Days[1].Figures < 40 {
		t.Fatalf("days %+v, found %q", r.Days, r.Mismatches)
	}
	page, err := fetch(h.url + "/proven")
	must(t, err)
	if !strings.Contains(page, "data-check-day=\"/days/2026-11/") {
		t.Error("the page does not offer to count again")
	}
	// What waits is told when the month is closed, and nothing was told that the closing does not tell.
	h.Pass(40 * 24 * time.Hour)
	if n, err := h.closer.Sweep(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d months closed, %v", n, err)
	}
	if h.tell() != 0 {
		t.Error("a closed month is told by the day")
	}
	r = h.verify(verify.Options{})
	if !r.OK() || len(r.Months) != 1 || r.Months[0].Rows != 96 {
		t.Fatalf("months %+v, found %q", r.Months, r.Mismatches)
	}
}

// A unit of which little happens is not told of at all; the city's number has only what was told.
func TestFewCasesAreNotTold(t *testing.T) {
	h := build(t)
	h.work(8)
	h.Pass(24 * time.Hour)
	if n := h.tell(); n != 0 {
		t.Errorf("%d months told of four cases a unit", n)
	}
	if page, err := fetch(h.url + "/days.json"); err != nil || page != `{"days":[]}` {
		t.Errorf("%s, %v", page, err)
	}
}

func TestTamperingWithDaysIsFoundAndNamed(t *testing.T) {
	for name, one := range map[string]struct{ sql, named string }{
		"a figure of a day is altered": {`update month_day set report = convert_to(regexp_replace(convert_from(report, 'utf8'), '"numerator":\d+', '"numerator":999'), 'utf8')`, "follows from the rows as"},
		"a day is hidden":              {`delete from month_day where day = (select min(day) from month_day)`, "are missing"},
		"a department is hidden":       {`update month_day set report = convert_to(replace(convert_from(report, 'utf8'), '"code":"c-urban"', '"code":"c-other"'), 'utf8')`, "c-urban"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t).days()
			h.tamper(one.sql)
			r := h.verify(verify.Options{})
			if r.OK() || !strings.Contains(strings.Join(r.Mismatches, "\n"), one.named) {
				t.Errorf("found %q", r.Mismatches)
			}
		})
	}
}

// The board says what of its figures is proven, as of when, in the very numbers of the day.
func TestTheBoardShowsWhatIsProven(t *testing.T) {
	h := build(t).days()
	var board struct {
		Proven struct {
			Day     string
			Figures map[string]struct {
				Numerator float64
				State     string
			}
		}
	}
	raw, err := fetch(h.url + "/board.json?month=2026-11")
	must(t, err)
	must(t, json.Unmarshal([]byte(raw), &board))
	var day struct {
		City struct {
			Figures []struct {
				Definition string
				Numerator  float64
			}
		}
	}
	raw, err = fetch(fmt.Sprintf("%s/days/2026-11/%s.json", h.url, board.Proven.Day))
	must(t, err)
	must(t, json.Unmarshal([]byte(raw), &day))
	if len(day.City.Figures) == 0 {
		t.Fatal("no figures of the day")
	}
	for _, f := range day.City.Figures {
		code, _, _ := strings.Cut(f.Definition, "@")
		if b := board.Proven.Figures[code]; b.Numerator != f.Numerator || b.State != "proven" {
			t.Errorf("%s: %v on the board, %v of the day", f.Definition, b, f.Numerator)
		}
	}
}
