package supervision_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/follow"
	"huiyin/pg/pgtest"
	"huiyin/supervision"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const day = 24 * time.Hour

// scene is a town whose followers are read at will.
type scene struct {
	*caseworktest.Town
	t   testing.TB
	ctx context.Context
}

func newScene(t testing.TB) scene {
	return scene{Town: caseworktest.New(t), t: t, ctx: context.Background()}
}

func (s scene) do(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s scene) file(change func(*casework.Filing)) casework.Ref {
	s.t.Helper()
	f := s.Filing("路边堆放垃圾")
	f.Category, f.Territory = "010102", "990101001"
	if change != nil {
		change(&f)
	}
	r, err := s.Town.Docket.Open(s.ctx, f)
	s.do(err)
	return casework.Ref{ID: r.ID}
}

func (s scene) send(ref casework.Ref, unit casework.UnitCode) {
	s.t.Helper()
	s.do(s.Dispatch(s.ctx, caseworktest.Clerk(), ref, casework.Order{Lead: unit, Clocks: s.Clocks()}))
}

func (s scene) rate(ref casework.Ref, solved casework.Solved, level casework.Satisfaction) {
	s.t.Helper()
	words := casework.Masked{}
	if solved == casework.SolvedNo {
		words = casework.Masked{Original: "还在", Clear: "还在"}
	}
	_, err := s.Rate(s.ctx, casework.Resident(ref.ID), ref, casework.Rating{Solved: solved, Satisfaction: level, Channel: casework.Web, Text: words, RedoClocks: s.Clocks()})
	s.do(err)
}

func (s scene) catchUp() {
	s.t.Helper()
	s.read(supervision.Figures(s.Zone))
}

// read lets a follower read to the end of the history.
func (s scene) read(follower follow.Follower) {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		s.do(follower.CatchUpAll(s.ctx, s.Pool))
		var behind int
		s.do(s.Pool.QueryRow(s.ctx, `select count(*) from event e, follower f where f.name = $1 and (e.xid, e.seq) > (f.xid, f.seq)`, follower.Name).Scan(&behind))
		if behind == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatal("the follower stays behind")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s scene) sweep() {
	s.t.Helper()
	_, err := supervision.SweepOverdue(s.ctx, s.Docket)
	s.do(err)
}

// novemberCases plays fourteen cases of one November; the comments are the hand calculation.
func (s scene) novemberCases() {
	ctx, clerk := s.ctx, caseworktest.Clerk()
	urban, river := caseworktest.Worker(caseworktest.Urban), caseworktest.Worker(caseworktest.River, caseworktest.Willow)
	reached := casework.ContactResult{Means: "phone", Reached: true}

	// 1: urban, all in time, solved, very satisfied.
	c1 := s.file(nil)
	s.send(c1, caseworktest.Urban)
	s.Work(s.t, c1.ID, caseworktest.Urban)
	s.rate(c1, casework.SolvedYes, 5)

	// 2: urban, signed late, contact late, answered on day 3; partly solved, basically satisfied.
	c2 := s.file(nil)
	s.send(c2, caseworktest.Urban)
	// 3: urban, never signed: handling missed on day 5, still open.
	c3 := s.file(nil)
	s.send(c3, caseworktest.Urban)
	// 4: river, extension of two days, answered on day 6: in time with, late without the extension; the promise of day 5 to the resident is broken.
	c4 := s.file(nil)
	s.send(c4, caseworktest.River)
	s.do(s.Sign(ctx, river, c4))
	s.do(s.Contact(ctx, river, c4, reached))
	s.do(s.AskExtension(ctx, river, c4, 2, s.Now().Add(7*day), "等材料"))
	s.do(s.DecideExtension(ctx, caseworktest.Chief(caseworktest.River), c4, true, "同意"))
	// 5: street below river; answered in time without a contact before; rated "no", done again in time, then "yes".
	willow := caseworktest.Worker(caseworktest.Willow)
	c5 := s.file(nil)
	s.send(c5, caseworktest.Willow)
	s.do(s.Sign(ctx, willow, c5))
	s.do(s.Reply(ctx, willow, c5, casework.Reply{Text: "已处理"}))
	s.rate(c5, casework.SolvedNo, 1)
	s.Work(s.t, c5.ID, caseworktest.Willow)
	s.rate(c5, casework.SolvedYes, 4)
	// 6: sent to river, returned, answered by urban.
	c6 := s.file(nil)
	s.send(c6, caseworktest.River)
	s.do(s.AskReturn(ctx, river, c6, "R1", "不属职责", "权责清单", caseworktest.Urban))
	s.do(s.DecideReturn(ctx, clerk, c6, true, ""))
	s.send(c6, caseworktest.Urban)
	s.Work(s.t, c6.ID, caseworktest.Urban)
	// 7: urban wanted to return it, refused; answered.
	c7 := s.file(nil)
	s.send(c7, caseworktest.Urban)
	s.do(s.AskReturn(ctx, urban, c7, "R1", "不属职责", "权责清单", caseworktest.River))
	s.do(s.DecideReturn(ctx, clerk, c7, false, "属于职责"))
	s.Work(s.t, c7.ID, caseworktest.Urban)
	// 8: answered by the hotline itself, solved, satisfied.
	c8 := s.file(func(f *casework.Filing) { f.Kind = casework.Consultation })
	s.do(s.Answer(ctx, clerk, c8, "请到窗口办理"))
	s.rate(c8, casework.SolvedYes, 4)
	// 9: declined. 10: handed to an emergency line. 11: merged into 1... is answered, so into 12. 12: waits.
	c9 := s.file(nil)
	s.do(s.Decline(ctx, clerk, c9, "beyond_duty", "请向法院提出"))
	c10 := s.file(nil)
	s.do(s.Redirect(ctx, clerk, c10, "110"))
	c12 := s.file(nil)
	c11 := s.file(nil)
	s.do(s.Merge(ctx, clerk, c11, c12.ID))
	// 13: taken back before dispatch. 14: taken back after the signature.
	c13 := s.file(nil)
	s.do(s.Withdraw(ctx, casework.Resident(c13.ID), c13))
	c14 := s.file(nil)
	s.send(c14, caseworktest.Urban)
	s.do(s.Sign(ctx, urban, c14))
	s.do(s.Withdraw(ctx, casework.Resident(c14.ID), c14))

	s.Pass(2 * day)
	s.sweep()
	s.do(s.Sign(ctx, urban, c2))
	s.do(s.Contact(ctx, urban, c2, reached))
	s.Pass(day)
	s.do(s.Reply(ctx, urban, c2, casework.Reply{Text: "已处理"}))
	s.rate(c2, casework.SolvedPartly, 3)
	s.Pass(3 * day)
	s.sweep()
	s.do(s.Reply(ctx, river, c4, casework.Reply{Text: "已处理"}))
}

const november = supervision.Month(202611)

type want struct {
	num string
	den int
	out map[string]int
}

func check(t *testing.T, l supervision.Line, code string, w want) {
	t.Helper()
	f := l.Get(code)
	if w.out == nil {
		w.out = map[string]int{}
	}
	if f.Numerator.String() != w.num || f.Denominator != w.den || !cmp.Equal(f.Excluded, w.out) {
		t.Errorf("%s of %q is %s/%d without %v; by hand it is %s/%d without %v", code, l.Key, f.Numerator, f.Denominator, f.Excluded, w.num, w.den, w.out)
	}
}

func TestFiguresOfFourteenCasesAreThoseCountedByHand(t *testing.T) {
	s := newScene(t)
	s.novemberCases()
	s.catchUp()
	b, err := supervision.View(s.ctx, s.Pool, supervision.One(november), supervision.Filter{})
	s.do(err)

	// Legs: 1 urban, 2 urban, 3 urban, 4 river, 5a willow, 5b willow (another round), 6a river (returned), 6b urban, 7 urban, 14 urban (taken back).
	ended := map[string]int{"returned": 1, "withdrawn": 1}
	for code, w := range map[string]want{
		"received":         {num: "14", den: 14},
		"answered":         {num: "1", den: 14},
		"dispatched":       {num: "9", den: 9},
		"sign_on_time":     {num: "7", den: 9, out: map[string]int{"returned": 1}}, // 2 late, 3 missed; 6a ended unsigned
		"response":         {num: "6", den: 8, out: ended},                         // 2 late, 3 missed; 5a answered at once
		"on_time":          {num: "7", den: 8, out: ended},                         // 3 missed
		"on_time_original": {num: "6", den: 8, out: ended},                         // 3 missed, 4 late
		"promise": {num: "6", den: 9, out: map[string]int{"declined": 1, "redirected": 1, "merged": 1,
			"withdrawn": 1, "withdrawn_early": 1}}, // kept: 1 2 5 6 7 8; broken: 3 4 12
		"solved":            {num: "3.5", den: 5}, // 1 yes, 2 partly, 5a no, 5b yes, 8 yes
		"satisfied":         {num: "4", den: 5},   // all but 5a
		"coverage":          {num: "4", den: 8, out: ended},
		"redo":              {num: "1", den: 8}, // answers: 1 2 4 5a 5b 6b 7 8
		"return":            {num: "2", den: 9},
		"dispatch_accuracy": {num: "8", den: 9},
		"extension":         {num: "1", den: 8, out: ended},
		"open":              {num: "2", den: 2}, // 3 and 12
		"overdue_open":      {num: "2", den: 2},
		"hours_median":      {num: "0", den: 7},
		"hours_p90":         {num: "144", den: 7},
	} {
		check(t, b.Whole, code, w)
	}
	if len(b.Whole.Figures) != len(supervision.Definitions) {
		t.Errorf("the whole has %d figures of %d", len(b.Whole.Figures), len(supervision.Definitions))
	}

	wantWays := map[supervision.Way]int{supervision.WayAnswered: 1, supervision.WayDispatched: 8, supervision.WayDeclined: 1, supervision.WayEmergency: 1,
		supervision.WayMerged: 1, supervision.WayWithdrawn: 1, supervision.WayWaiting: 1}
	for _, w := range b.Identity.Ways {
		if w.N != wantWays[w.Way] {
			t.Errorf("%d cases went the way %s, by hand %d", w.N, w.Way, wantWays[w.Way])
		}
	}
	if !b.Identity.Holds() || b.Identity.Received != 14 {
		t.Errorf("the double entry does not hold: %+v", b.Identity)
	}

	units := map[casework.UnitCode]supervision.UnitLine{}
	for _, u := range b.Units {
		units[u.Code] = u
	}
	river := units[caseworktest.River].Line // with the street below it: 4, 5a, 5b, 6a
	check(t, river, "on_time", want{num: "3", den: 3, out: map[string]int{"returned": 1}})
	if !river.Get("on_time").Suppressed {
		t.Error("a share of three rows is shown")
	}
	check(t, river, "dispatched", want{num: "3", den: 3})
	check(t, units[caseworktest.Willow].Line, "dispatched", want{num: "1", den: 1})
	check(t, units[caseworktest.Urban].Line, "on_time", want{num: "4", den: 5, out: map[string]int{"withdrawn": 1}})
	check(t, units[caseworktest.Urban].Line, "overdue_open", want{num: "1", den: 1})
	check(t, units[casework.Hotline].Line, "overdue_open", want{num: "1", den: 1})
	if on := b.Whole.Oldest.Format(time.DateOnly); on != "2026-11-07" {
		t.Errorf("the oldest broken promise ended on %s, by hand 2026-11-07", on)
	}
	if len(b.Districts) != 1 || b.Districts[0].Key != "990101" {
		t.Errorf("districts: %v", b.Districts)
	}
	check(t, b.Trend[supervision.TrendMonths-1], "received", want{num: "14", den: 14})
	check(t, b.Trend[0], "received", want{num: "0", den: 0})
	if len(b.Topics) != 2 || b.Topics[0].Key != "01" || b.Topics[1].Key != "0101" {
		t.Errorf("topics: %v", b.Topics)
	}

	only, err := supervision.View(s.ctx, s.Pool, supervision.One(november), supervision.Filter{Unit: caseworktest.River})
	s.do(err)
	check(t, only.Whole, "on_time", want{num: "3", den: 3, out: map[string]int{"returned": 1}})
}

// rows reads every count row without its random number.
func (s scene) rows() []string {
	s.t.Helper()
	var out []string
	rows, err := s.Pool.Query(s.ctx, `select (to_jsonb(r) - 'id')::text from figure_row r order by case_id, part, ord`)
	s.do(err)
	defer rows.Close()
	for rows.Next() {
		var line string
		s.do(rows.Scan(&line))
		out = append(out, line)
	}
	s.do(rows.Err())
	return out
}

func TestRowsMadeAnewEqualRowsKeptStepByStep(t *testing.T) {
	s := newScene(t)
	s.catchUp()
	s.novemberCases()
	s.catchUp()
	kept := s.rows()
	numbers := func() (sum string) {
		s.do(s.Pool.QueryRow(s.ctx, `select string_agg(id::text, ' ' order by case_id, part, ord) from figure_row`).Scan(&sum))
		return sum
	}
	before := numbers()
	s.do(supervision.Recount(s.ctx, s.Pool))
	s.catchUp() // every event a second time
	if diff := cmp.Diff(kept, s.rows()); diff != "" {
		t.Errorf("reading the history twice changed rows:\n%s", diff)
	}
	if numbers() != before {
		t.Error("rows got other random numbers")
	}
	if _, err := s.Pool.Exec(s.ctx, `delete from figure_row`); err != nil {
		t.Fatal(err)
	}
	s.do(supervision.Recount(s.ctx, s.Pool))
	s.catchUp()
	if diff := cmp.Diff(kept, s.rows()); diff != "" {
		t.Errorf("rows made anew differ:\n%s", diff)
	}
}
