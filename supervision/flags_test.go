package supervision_test

import (
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/supervision"
)

// The flags of a month's answers are counted from the sums as from the rows themselves, and a unit above has those of the units below it.
func TestFlagsOfAnswersAreCountedForThePublic(t *testing.T) {
	s := newScene(t)
	for _, flags := range [][]string{{"late"}, {"late", "no_basis"}, {}} {
		id := s.Send(t, "路灯不亮", caseworktest.Urban)
		by := caseworktest.Worker(caseworktest.Urban)
		s.do(s.Sign(s.ctx, by, casework.Ref{ID: id}))
		s.do(s.Reply(s.ctx, by, casework.Ref{ID: id}, casework.Reply{Text: "已转相关部门", Flags: flags}))
	}
	month := supervision.One(supervision.MonthOf(s.Now(), s.Zone))
	read := func() supervision.Board {
		t.Helper()
		b, err := supervision.View(s.ctx, s.DB, month, supervision.Filter{})
		s.do(err)
		return b
	}
	s.catchUp()
	summed := read()
	_, err := s.DB.Exec(s.ctx, `delete from figure_sum_made`)
	s.do(err)
	counted := read()
	for name, b := range map[string]supervision.Board{"sums": summed, "rows": counted} {
		if b.Flags[""]["late"] != 2 || b.Flags[""]["no_basis"] != 1 || b.Flags[caseworktest.Urban]["late"] != 2 {
			t.Errorf("by the %s: %v", name, b.Flags)
		}
		if f := b.Whole.Get("flagged"); f.Numerator != supervision.Whole(2) || f.Denominator != 3 {
			t.Errorf("by the %s: %s of %d answers are flagged", name, f.Numerator, f.Denominator)
		}
	}
}
