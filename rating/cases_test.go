package rating_test

import (
	"slices"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/rating"
)

// The sixth rating of cases from one terminal within an hour is doubtful, and so is one sent sooner than anybody reads; the terminal is forgotten after two hours.
func TestRatingsOfCasesAreDoubtedByTerminalAndHaste(t *testing.T) {
	town := caseworktest.New(t)
	book := &rating.Book{DB: town.DB, Keys: town.Keys, Zone: town.Zone, Now: town.Now}
	judge := func(device string, before time.Duration) []string {
		t.Helper()
		list, err := book.CaseDoubts(t.Context(), device, rating.OpenedAt(town.Keys, rating.Opened(town.Keys, town.Now().Add(-before))))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	for i := range rating.DeviceHourly + 1 {
		want := []string(nil)
		if i == rating.DeviceHourly {
			want = []string{string(rating.SameDevice)}
		}
		if got := judge("203.0.113.9 Firefox", time.Minute); !slices.Equal(got, want) {
			t.Errorf("rating %d from one terminal: %v", i+1, got)
		}
		town.Pass(time.Minute)
	}
	if got := judge("203.0.113.9 Chrome", 2*time.Second); !slices.Equal(got, []string{string(rating.TooFast)}) {
		t.Errorf("two seconds after it was opened: %v", got)
	}
	if got := judge("", 0); !slices.Equal(got, []string{string(rating.TooFast)}) {
		t.Errorf("a terminal that says nothing: %v", got)
	}
	if list, err := book.CaseDoubts(t.Context(), "198.51.100.7 Chrome", rating.OpenedAt(town.Keys, "kx1.forged")); err != nil || len(list) != 0 {
		t.Errorf("a form whose time was forged: %v %v", list, err)
	}
	town.Pass(3 * time.Hour)
	if _, err := book.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kept int
	if err := town.Pool.QueryRow(t.Context(), `select count(*) from rating_terminal`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d terminals kept, %v", kept, err)
	}
}

// Five ratings of five stars in the half hour before a unit closes are counted apart, all of them; four are not, nor a row with one that is less, and what a
// supervisor cleared stays cleared.
func TestARowOfFiveStarsAsAUnitClosesIsCountedApart(t *testing.T) {
	town := caseworktest.New(t)
	book := &rating.Book{DB: town.DB, Keys: town.Keys, Zone: town.Zone, Now: town.Now}
	rate := func(unit casework.UnitCode, level casework.Satisfaction) casework.Ref {
		t.Helper()
		ref := casework.Ref{ID: town.Answered(t, "路灯不亮", unit)}
		if _, err := town.Rate(t.Context(), casework.Resident(ref.ID), ref, casework.Rating{Solved: casework.SolvedYes, Satisfaction: level, Channel: casework.Web}); err != nil {
			t.Fatal(err)
		}
		return ref
	}
	sweep := func() int {
		t.Helper()
		closes := func(casework.UnitCode) int {
			local := town.Now().In(town.Zone)
			return local.Hour()*60 + local.Minute() + 10
		}
		n, err := book.SweepCaseFloods(t.Context(), town.Docket, closes)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var row []casework.Ref
	for range rating.ClosingRow - 1 {
		row = append(row, rate(caseworktest.Urban, 5))
		rate(caseworktest.Harbour, 5)
	}
	rate(caseworktest.Harbour, 4)
	if n := sweep(); n != 0 {
		t.Fatalf("%d ratings of a row that is too short, or not of five stars alone", n)
	}
	row = append(row, rate(caseworktest.Urban, 5))
	if n := sweep(); n != rating.ClosingRow {
		t.Fatalf("%d ratings counted apart", n)
	}
	if err := town.DoubtRating(t.Context(), caseworktest.Clerk(), row[0], 1, nil, "本人确认"); err != nil {
		t.Fatal(err)
	}
	if n := sweep(); n != 0 {
		t.Errorf("%d counted apart once more", n)
	}
}
