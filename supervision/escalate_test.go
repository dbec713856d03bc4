package supervision_test

import (
	"slices"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/routing/sla"
	"huiyin/supervision"
)

// TestAfterAnOutageEverythingIsJudgedAtItsTrueTime lets two towns live the same three weeks, one swept every few minutes, the other once at
// the end: what stands in their histories is the same.
func TestAfterAnOutageEverythingIsJudgedAtItsTrueTime(t *testing.T) {
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	live := func(every time.Duration) (said []string, raised int) {
		s := newScene(t)
		now := s.Now()
		clocks, err := terms.Unit(sla.Matter{Kind: casework.Complaint}, sla.Dispatch{At: now})
		s.do(err)
		r := s.Open(t, "路灯不亮")
		s.do(s.Dispatch(s.ctx, caseworktest.Clerk(), casework.Ref{ID: r.ID}, casework.Order{Lead: caseworktest.Urban, Clocks: clocks}))
		for gone := time.Duration(0); gone < 21*24*time.Hour; gone += every {
			s.Pass(every)
			_, err := supervision.SweepOverdue(s.ctx, s.Docket)
			s.do(err)
			_, err = supervision.SweepStages(s.ctx, s.Docket, terms.Stages)
			s.do(err)
		}
		d, err := s.Dossier(s.ctx, casework.System, r.ID)
		s.do(err)
		for _, e := range d.Events {
			if e.Actor == casework.BySystem {
				said = append(said, string(e.Step)+" "+e.At.In(terms.Calendar.Zone()).Format("01-02 15:04"))
			}
		}
		slices.Sort(said)
		return said, d.Case.Raised
	}
	often, raised := live(7 * time.Hour)
	once, _ := live(21 * 24 * time.Hour)
	if !slices.Equal(often, once) || raised != casework.Summoned-1 {
		t.Errorf("raised to %d; swept often:\n%v\nafter the outage:\n%v", raised, often, once)
	}
	// Monday 2 November, five working days: due on Monday the 9th, 24:00. The town's promise of five days ends on Saturday.
	want := []string{"breach 11-04 00:00", "breach 11-04 00:00", "breach 11-07 09:00", "breach 11-10 00:00",
		"escalate 11-10 00:00", "escalate 11-10 09:00", "escalate 11-12 09:00", "escalate 11-16 09:00", "remind 11-06 04:30", "remind 11-08 11:24", "remind 11-09 20:00"}
	if !slices.Equal(often, want) {
		t.Errorf("%q\nwant\n%q", often, want)
	}
}

func TestTheWallTellsHowFarCasesAreRaised(t *testing.T) {
	s, city := newScene(t), linlan(t)
	terms, err := sla.Standard()
	s.do(err)
	s.Send(t, "路灯不亮", caseworktest.Urban)
	answered := s.Send(t, "井盖响", caseworktest.Urban)
	s.Pass(9 * 24 * time.Hour)
	s.Send(t, "占道", caseworktest.River)
	for range 2 {
		_, err = supervision.SweepStages(s.ctx, s.Docket, terms.Stages)
		s.do(err)
	}
	wall := func() supervision.Wall {
		t.Helper()
		s.do(supervision.OnTheWall(s.Now).CatchUpAll(s.ctx, s.Pool))
		w, err := supervision.WallNow(s.ctx, s.Docket, city, caseworktest.Clerk(), s.Now().Add(15*time.Hour))
		s.do(err)
		return w
	}
	w := wall()
	if len(w.Levels) != 1 || w.Levels[0] != (supervision.Level{Raised: casework.LeaderTold, Cases: 2}) || w.Units[0].Unit != caseworktest.Urban || w.Units[0].Raised != casework.LeaderTold {
		t.Errorf("%+v %+v", w.Levels, w.Units)
	}
	s.Work(t, answered, caseworktest.Urban)
	if w = wall(); len(w.Levels) != 1 || w.Levels[0].Cases != 1 {
		t.Errorf("after the reply: %+v", w.Levels)
	}
	page, err := s.List(s.ctx, caseworktest.Clerk(), casework.Query{Raised: casework.LeaderTold})
	s.do(err)
	if len(page.Cases) != 2 { // the answered one keeps its level until it is gone
		t.Errorf("%d cases are listed as raised", len(page.Cases))
	}
}
