package rating_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/rating"
)

func TestOneItemIsRatedOnceAndTheLaterWordOfADayCounts(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	ctx := t.Context()
	token := o.item(t, "办字 2026-101")
	if again := o.item(t, "办字 2026-101"); again != token {
		t.Error("the same item has two tokens")
	}
	first, err := o.Rate(ctx, token, stars(5, "511"))
	must(t, err)
	second, err := o.Rate(ctx, token, stars(1, "114"))
	must(t, err)
	if !second.Existing || second.Level != 5 || second.ID != first.ID {
		t.Errorf("the second rating of the item is kept: %+v", second)
	}
	o.pass(23 * time.Hour)
	_, err = o.Change(ctx, first.Token, stars(2))
	wantKey(t, err, "fault.tag_needed")
	changed, err := o.Change(ctx, first.Token, stars(2, "214"))
	must(t, err)
	if changed.Level != 2 || changed.Version != 2 {
		t.Errorf("changed to %+v", changed)
	}
	same, err := o.Change(ctx, first.Token, stars(2, "214"))
	must(t, err)
	if same.Version != 2 {
		t.Error("the same again counts as a change")
	}
	before, err := o.History(ctx, supervisor, first.ID)
	must(t, err)
	if len(before) != 1 || before[0].Level != 5 || !slices.Equal(before[0].Tags, []string{"511"}) {
		t.Errorf("the earlier word is not in the history: %+v", before)
	}
	o.pass(2 * time.Hour)
	_, err = o.Change(ctx, first.Token, stars(4))
	wantKey(t, err, "fault.rating_final")
	late := o.item(t, "办字 2026-102")
	o.pass(rating.TokenDays * 24 * time.Hour)
	if _, err := o.Rate(ctx, late, stars(5)); err != nil {
		t.Errorf("on the last day: %v", err)
	}
	last := o.item(t, "办字 2026-103")
	o.pass(rating.TokenDays*24*time.Hour + time.Second)
	_, err = o.Rate(ctx, last, stars(5))
	wantKey(t, err, "fault.link_expired")
	_, err = o.Rate(ctx, token[:10]+"x"+token[11:], stars(5))
	wantKey(t, err, "fault.no_such_link")
}

func TestWhoMayHandOutTokensAndManagePoints(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	ctx := t.Context()
	_, _, err := o.Issue(ctx, stranger, rating.Item{Point: o.window, Number: "1"}, "")
	wantKey(t, err, "fault.forbidden")
	_, err = o.OpenPoint(ctx, stranger, rating.Point{Unit: unit, Kind: rating.Hall, NameZH: "大厅", NameEN: "Hall"})
	wantKey(t, err, "fault.forbidden")
	_, err = o.OpenPoint(ctx, leader, rating.Point{Unit: unit, Kind: rating.Hall, NameZH: "大厅"})
	wantKey(t, err, "fault.name_needed")
	_, err = o.OpenPoint(ctx, leader, rating.Point{Unit: unit, Kind: rating.Hall, NameZH: "大厅", NameEN: "Hall", PlaceZH: "找人打 13900001234"})
	wantKey(t, err, "fault.point_number")
	one, first, err := o.Issue(ctx, clerk, rating.Item{Point: o.window, Number: "A1"}, "key-1")
	must(t, err)
	_, again, err := o.Issue(ctx, clerk, rating.Item{Point: o.window, Number: "A1"}, "key-1")
	must(t, err)
	if first != again || one.Round != 1 {
		t.Error("the same request gives another token")
	}
	_, _, err = o.Issue(ctx, clerk, rating.Item{Point: o.window, Number: "A2"}, "key-1")
	wantKey(t, err, "fault.key_reused")
	must(t, o.ClosePoint(ctx, leader, o.window, true))
	_, err = o.Walk(ctx, o.window, rating.Word{Level: 5, Channel: "poster"})
	wantKey(t, err, "fault.point_closed")
	_, _, err = o.Issue(ctx, clerk, rating.Item{Point: o.window, Number: "A3"}, "")
	wantKey(t, err, "fault.point_closed")
}

func TestABadRatingUnderANameBecomesACaseOfTheUnit(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	ctx := t.Context()
	w := stars(1, "114")
	w.Text, w.Name, w.Phone, w.Key = "窗口让我跑了三趟，我叫林小舟，电话 13800001111。", "林小舟", "13800001111", "form-1"
	g, err := o.Rate(ctx, o.item(t, "办字 7"), w)
	must(t, err)
	if g.Case == nil {
		t.Fatal("no case was opened")
	}
	f, err := o.docket.Dossier(ctx, casework.System, *g.Case)
	must(t, err)
	if f.Case.Lead != unit || f.Case.State != casework.Dispatched || f.Case.Kind != casework.Complaint || !f.Case.Designated {
		t.Errorf("the case is %s of %s, kind %s, designated %v", f.Case.State, f.Case.Lead, f.Case.Kind, f.Case.Designated)
	}
	for _, k := range f.Clocks {
		if k.Name == casework.ClockContact && k.WorkingDays != 1 || k.Name == casework.ClockHandle && k.WorkingDays != 5 && k.WorkingDays != 15 {
			t.Errorf("clock %s has %d working days", k.Name, k.WorkingDays)
		}
	}
	own, err := o.docket.Reveal(ctx, casework.Resident(*g.Case), *g.Case, []casework.PersonalField{casework.FieldName, casework.FieldPhone}, casework.Use{Purpose: casework.ForOwn})
	must(t, err)
	if own[casework.FieldName] != "林小舟" || own[casework.FieldPhone] != "13800001111" {
		t.Errorf("the case knows %v", own)
	}
	var sealed bool
	must(t, o.asSystem(ctx, `select sealed is not null or wrapped_key is not null from service_opinion where id = $1`, g.ID, &sealed))
	if sealed {
		t.Error("name and telephone stay with the rating after the case has them")
	}
	for _, hidden := range []string{"林小舟", "13800001111"} {
		if strings.Contains(g.Body, hidden) {
			t.Errorf("%s stands in the rating", hidden)
		}
	}
	changed, err := o.Change(ctx, g.Token, stars(4, "413"))
	must(t, err)
	if changed.Case == nil || *changed.Case != *g.Case {
		t.Error("the case of the rating is lost by the change")
	}
	must(t, o.docket.Sign(ctx, workerOf(unit), casework.Ref{ID: *g.Case}))
	err = o.docket.AskReturn(ctx, leader, casework.Ref{ID: *g.Case}, "R1", "不是我们的事", "职责清单", "")
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("the unit may return its own bad rating: %v", err)
	}
	p, ok, err := o.Progress(ctx, changed.Opinion)
	must(t, err)
	if !ok || p.Number != f.Case.Number || p.RectifyDue == nil {
		t.Errorf("the resident is shown %+v", p)
	}
	anonymous, err := o.Rate(ctx, o.item(t, "办字 8"), stars(2, "211"))
	must(t, err)
	if anonymous.Case != nil {
		t.Error("a rating without a name opened a case")
	}
	list, err := o.List(ctx, supervisor, rating.ViewUnseen, "", 10)
	must(t, err)
	if len(list) != 1 || list[0].ID != anonymous.ID {
		t.Errorf("the supervisor is shown %d", len(list))
	}
	must(t, o.See(ctx, supervisor, anonymous.ID))
	wantKey(t, o.See(ctx, supervisor, anonymous.ID), "fault.rating_settled")
	wantKey(t, o.See(ctx, leader, anonymous.ID), "fault.forbidden")
}

func TestAUnitSeesTheRatingsOfItsOwnPointsOnly(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	o.walk(t, rating.Word{Level: 5})
	for by, want := range map[*casework.Actor]int{&leader: 1, &stranger: 0, &supervisor: 1} {
		list, err := o.List(t.Context(), *by, rating.ViewAll, "", 10)
		must(t, err)
		if len(list) != want {
			t.Errorf("%s sees %d ratings", by.Unit, len(list))
		}
	}
}

func TestDoubtfulRatingsAreMarkedCountedApartAndNeverDeleted(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	ctx := t.Context()
	doubtsOf := func(g rating.Given) []rating.Doubt { return g.Suspect }
	fast := o.walk(t, rating.Word{Level: 5, Opened: o.now.Add(-2 * time.Second)})
	if !slices.Equal(doubtsOf(fast), []rating.Doubt{rating.TooFast}) || !fast.Doubtful() {
		t.Errorf("two seconds after opening: %v", doubtsOf(fast))
	}
	for i := range 7 {
		o.pass(time.Minute)
		g := o.walk(t, rating.Word{Level: 4, Device: "203.0.113.9 Phone", Opened: o.now.Add(-time.Minute)})
		if want := i >= rating.DeviceHourly; g.Doubtful() != want {
			t.Errorf("rating %d of one terminal: doubtful %v", i+1, g.Doubtful())
		}
	}
	o.pass(time.Hour)
	if g := o.walk(t, rating.Word{Level: 4, Device: "203.0.113.9 Phone"}); g.Doubtful() {
		t.Error("an hour later the terminal is still doubted")
	}
	o.now = time.Date(2026, 11, 2, 16, 40, 0, 0, o.Zone)
	var row []rating.Given
	for i := range 5 {
		o.pass(time.Minute)
		row = append(row, o.walk(t, rating.Word{Level: 5, Device: fmt.Sprint("198.51.100.", i)}))
	}
	for i, g := range row {
		own, _, err := o.Own(ctx, g.Token)
		must(t, err)
		if !slices.Equal(own.Suspect, []rating.Doubt{rating.Closing}) {
			t.Errorf("five stars at closing time, number %d: %v", i+1, own.Suspect)
		}
	}
	s, err := o.Load(ctx, o.now)
	must(t, err)
	if apart, counted := doubtful(s); apart != 1+2+5 || counted != 6 {
		t.Errorf("%d apart and %d counted", apart, counted)
	}
	wantKey(t, o.Clear(ctx, leader, fast.ID, "看过了"), "fault.forbidden")
	wantKey(t, o.Clear(ctx, supervisor, fast.ID, " "), "fault.reason_needed")
	must(t, o.Clear(ctx, supervisor, fast.ID, "老客户，打开页面前已经想好"))
	wantKey(t, o.Clear(ctx, supervisor, fast.ID, "再一次"), "fault.rating_settled")
	s, err = o.Load(ctx, o.now)
	must(t, err)
	if apart, counted := doubtful(s); apart != 7 || counted != 7 {
		t.Errorf("after clearing one: %d apart and %d counted", apart, counted)
	}
	o.pass(3 * time.Hour)
	if n, err := o.Forget(ctx); err != nil || n == 0 {
		t.Errorf("%d terminals forgotten, %v", n, err)
	}
	if _, err := o.pool.Exec(ctx, `delete from service_rating`); err == nil {
		t.Error("the log of ratings can be emptied")
	}
}

// Once for an item and round; what counts is the last word within a day of the first, whatever is sent in whatever order.
func TestOncePerItemAndRoundChangesWithinADay(t *testing.T) {
	o := newTown(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		ctx := context.Background()
		n++
		token := o.item(t, fmt.Sprint("性质 ", n))
		begin, words := o.now, 0
		var last rating.Level
		var own string
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			l := rating.Level(rapid.IntRange(1, 5).Draw(r, "level"))
			w := stars(l, map[rating.Level]string{1: "111", 2: "212", 3: "311", 4: "411", 5: "512"}[l])
			if own == "" || rapid.Bool().Draw(r, "as new") {
				g, err := o.Rate(ctx, token, w)
				must(t, err)
				if g.Existing != (own != "") {
					r.Fatalf("existing %v", g.Existing)
				}
				if own == "" {
					own, last, begin, words = g.Token, l, o.now, 1
				}
			} else {
				_, err := o.Change(ctx, own, w)
				if final := o.now.Sub(begin) > rating.ChangeHours*time.Hour; final != (err != nil) {
					r.Fatalf("changed %s after the first word: %v", o.now.Sub(begin), err)
				}
				if err == nil && l != last {
					last = l
					words++
				}
			}
			o.pass(time.Duration(rapid.IntRange(0, 12*60).Draw(r, "minutes")) * time.Minute)
		}
		kept, _, err := o.Own(ctx, own)
		must(t, err)
		before, err := o.History(ctx, supervisor, kept.ID)
		must(t, err)
		if kept.Level != last || kept.Version != words || len(before) != words-1 {
			r.Fatalf("level %d version %d with %d before; said %d, %d words", kept.Level, kept.Version, len(before), last, words)
		}
		var logged int
		must(t, o.pool.QueryRow(ctx, `select count(*) from service_rating where rating = $1 and step in ('given','changed')`, kept.ID).Scan(&logged))
		if logged != words {
			r.Fatalf("%d words are logged, %d were said", logged, words)
		}
	})
}

// doubtful are the ratings of a sheet that are counted apart, and the others.
func doubtful(s rating.Sheet) (apart, counted int) {
	for _, c := range s.Counts {
		if c.Doubtful {
			apart += c.N
		} else {
			counted += c.N
		}
	}
	return apart, counted
}

// What a supervisor clears, and what is rated, after the figures of a month are decided moves none of them: two readings would tell a single rating.
func TestADecidedMonthStaysAsItIs(t *testing.T) {
	o := newTown(t)
	ctx := t.Context()
	fast := o.walk(t, rating.Word{Level: 1, Tags: []string{"114"}, Opened: o.now.Add(-2 * time.Second)})
	month := o.now
	token := o.item(t, "20261102-1")
	o.now = rating.Settled(time.Date(2026, 11, 1, 0, 0, 0, 0, o.Zone)).Add(-time.Minute)
	before, err := o.Load(ctx, month)
	must(t, err)
	o.pass(2 * time.Minute)
	must(t, o.Clear(ctx, supervisor, fast.ID, "老客户"))
	if o.now.Before(time.Date(2026, 12, 2, 0, 0, 0, 0, o.Zone)) {
		t.Fatal("not settled")
	}
	if _, err := o.Rate(ctx, token, stars(5, "511")); err != nil {
		t.Fatal(err)
	}
	after, err := o.Load(ctx, month)
	must(t, err)
	if d := cmp.Diff(before, after); d != "" {
		t.Error(d)
	}
	if apart, _ := doubtful(after); apart != 1 || len(after.Issued) != 1 || after.Issued[0].Rated != 0 {
		t.Errorf("%+v", after)
	}
}
