package supervision_test

import (
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/supervision"
)

// Each resident behind one case has a word on its answer, and each word counts once, for the unit that answered; reading the history again gives the same.
func TestEachWordOfAMergedCaseCountsOnceForWhoAnswered(t *testing.T) {
	s := newScene(t)
	clerk := caseworktest.Clerk()
	master := s.file(nil)
	var joined []casework.Ref
	for range 3 {
		ref := s.file(nil)
		s.do(s.Merge(s.ctx, clerk, ref, master.ID))
		joined = append(joined, ref)
	}
	s.send(master, caseworktest.River)
	s.Work(t, master.ID, caseworktest.River)
	s.rate(master, casework.SolvedYes, 5)
	s.rate(joined[0], casework.SolvedPartly, 3)
	s.do(s.FollowUp(s.ctx, caseworktest.Caller(), casework.Ref{ID: joined[1].ID}, casework.FollowUpResult{Reached: true, Solved: casework.SolvedNo, Satisfaction: 2}))
	s.catchUp()
	check := func(when string) {
		t.Helper()
		now := supervision.MonthOf(s.Now(), s.Zone)
		b, err := supervision.View(s.ctx, s.Pool, supervision.One(now), supervision.Filter{})
		s.do(err)
		if !b.Identity.Holds() || b.Identity.Received != 4 {
			t.Errorf("%s: %+v", when, b.Identity)
		}
		for _, u := range b.Units {
			want := 0
			if u.Code == caseworktest.River {
				want = 3
			}
			if f := u.Get("solved"); f.Denominator != want && (want > 0 || u.Code == caseworktest.Urban || u.Code == casework.Hotline) {
				t.Errorf("%s: %d words for %s, want %d", when, f.Denominator, u.Code, want)
			}
		}
		var verdicts, levels int
		s.do(s.Pool.QueryRow(s.ctx, `select count(*) filter (where verdict <> ''), coalesce(sum(satisfaction), 0) from figure_row where part <> 'case' and unit = $1`, caseworktest.River).Scan(&verdicts, &levels))
		if verdicts != 3 || levels != 10 {
			t.Errorf("%s: %d words with %d stars in the rows", when, verdicts, levels)
		}
		if f := b.Whole.Get("redo"); f.Denominator != 1 {
			t.Errorf("%s: %d answers; words of merged cases are none", when, f.Denominator)
		}
	}
	check("as they came")
	s.do(supervision.Recount(s.ctx, s.Pool))
	s.catchUp()
	check("read again")
}
