package supervision_test

import (
	"sync"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/supervision"
)

func (s scene) state(ref casework.Ref) casework.State {
	s.t.Helper()
	c, err := s.Case(s.ctx, casework.System, ref.ID)
	s.do(err)
	return c.State
}

func (s scene) sweepAll() {
	s.t.Helper()
	w := supervision.DefaultWaits
	for _, sweep := range []func() (int, error){
		func() (int, error) { return supervision.SweepOverdue(s.ctx, s.Docket) },
		func() (int, error) { return supervision.SweepReview(s.ctx, s.Docket, w) },
		func() (int, error) { return supervision.SweepClose(s.ctx, s.Docket, w) },
		func() (int, error) { return supervision.SweepArchive(s.ctx, s.Docket, w) },
		func() (int, error) { return supervision.SweepReviewDates(s.ctx, s.Docket) },
	} {
		_, err := sweep()
		s.do(err)
	}
}

func TestSweepsTakeCasesFurtherInTheirTime(t *testing.T) {
	s := newScene(t)
	silent := casework.Ref{ID: s.Answered(t, "路灯不亮", caseworktest.Urban)}
	happy := casework.Ref{ID: s.Answered(t, "路灯不亮", caseworktest.Urban)}
	s.rate(happy, casework.SolvedYes, 5)
	angry := casework.Ref{ID: s.Answered(t, "路灯不亮", caseworktest.Urban)}
	s.rate(angry, casework.SolvedNo, 1)
	s.Work(t, angry.ID, caseworktest.Urban)
	s.rate(angry, casework.SolvedNo, 1)

	is := func(when string, ref casework.Ref, want casework.State) {
		t.Helper()
		if got := s.state(ref); got != want {
			t.Errorf("%s the case is %s, want %s", when, got, want)
		}
	}
	s.Pass(23 * time.Hour)
	s.sweepAll()
	is("within a day", silent, casework.Replied)
	is("within a day", happy, casework.Rated)
	s.Pass(2 * time.Hour)
	s.sweepAll()
	is("after a day", silent, casework.Reviewed)
	is("after a day", happy, casework.Closed)
	is("after a day", angry, casework.Rated)
	if list, err := supervision.UnsolvedList(s.ctx, s.Docket, caseworktest.Clerk()); err != nil || len(list) != 1 || list[0].ID != angry.ID {
		t.Errorf("%d unsolved cases, %v", len(list), err)
	}
	if list, err := supervision.UnsolvedList(s.ctx, s.Docket, caseworktest.Worker(caseworktest.Harbour)); err != nil || len(list) != 0 {
		t.Errorf("another unit sees %d unsolved cases, %v", len(list), err)
	}
	s.Pass(15 * 24 * time.Hour)
	s.sweepAll()
	is("after fifteen days", silent, casework.Closed)
	is("after fifteen days", angry, casework.Closed)
	s.Pass(16 * 24 * time.Hour)
	s.sweepAll()
	is("after thirty days", happy, casework.Archived)
	is("after thirty days", silent, casework.Closed)

	s.catchUp()
	b, err := supervision.View(s.ctx, s.Pool, supervision.One(november), supervision.Filter{})
	s.do(err)
	check(t, b.Whole, "satisfied", want{num: "1", den: 3}) // 5, 1, 1: silence is no rating
	check(t, b.Whole, "solved", want{num: "1", den: 3})
}

func TestSweepsOfTwoMachinesAtOnceTakeEachStepOnce(t *testing.T) {
	s := newScene(t)
	for range 8 {
		s.Send(t, "积水", caseworktest.River)
		s.Answered(t, "积水", caseworktest.Urban)
	}
	s.Pass(10 * day)
	var wg sync.WaitGroup
	errs := make(chan error, 8)
	for range 4 {
		wg.Go(func() {
			_, err := supervision.SweepOverdue(s.ctx, s.Docket)
			errs <- err
			_, err = supervision.SweepReview(s.ctx, s.Docket, supervision.DefaultWaits)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		s.do(err)
	}
	for step, want := range map[string]int{"breach": 8 * 4, "review": 8} { // sign, contact, handle and total of each of the eight unanswered
		var n int
		s.do(s.Pool.QueryRow(s.ctx, `select count(*) from event where step = $1`, step).Scan(&n))
		if n != want {
			t.Errorf("%d events of %s, want %d", n, step, want)
		}
	}
	late, next, err := supervision.LateList(s.ctx, s.Docket, caseworktest.Clerk(), nil, "", 50)
	s.do(err)
	if len(late) != 8 || next != "" || late[0].Overdue != 5*day {
		t.Errorf("%d cases are late, the first by %v", len(late), late[0].Overdue)
	}
}

func TestAReviewDateUrgesOnce(t *testing.T) {
	s := newScene(t)
	ref := casework.Ref{ID: s.Send(t, "老楼加装电梯", caseworktest.Urban)}
	urban := caseworktest.Worker(caseworktest.Urban)
	s.do(s.Sign(s.ctx, urban, ref))
	s.do(s.AskHang(s.ctx, urban, ref, "等规划", time.Time{}))
	s.do(s.DecideHang(s.ctx, caseworktest.Clerk(), ref, true, "等规划", s.Now().Add(3*day)))
	urged := func() (n int) {
		s.do(s.Pool.QueryRow(s.ctx, `select count(*) from event where step = 'urge'`).Scan(&n))
		return n
	}
	s.sweepAll()
	if urged() != 0 {
		t.Error("urged before the review date")
	}
	s.Pass(3 * day)
	s.sweepAll()
	s.sweepAll()
	s.Pass(day)
	s.sweepAll()
	if n := urged(); n != 1 {
		t.Errorf("urged %d times, want once", n)
	}
}
