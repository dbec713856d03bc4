package sla

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/fault"
)

func standard(t testing.TB) *Terms {
	t.Helper()
	terms, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// shown writes each promise as people read it.
func shown(terms *Terms, all []casework.Promise) map[string]string {
	m := map[string]string{}
	for _, p := range all {
		m[p.Name] = terms.Calendar.Until(p.Due)
	}
	return m
}

func TestPromisesOfEveryKind(t *testing.T) {
	terms := standard(t)
	for _, v := range []struct {
		kind    casework.Kind
		urgency casework.Urgency
		at      string
		want    map[string]string
	}{
		{casework.Help, "", "2026-02-13T09:00:00+08:00", map[string]string{"total": "2026-02-27 24:00", "sign": "2026-02-14 24:00", "contact": "2026-02-14 24:00", "handle": "2026-02-27 24:00"}},
		{casework.Complaint, casework.Normal, "2026-09-24T23:59:59+08:00", map[string]string{"total": "2026-10-09 24:00", "sign": "2026-09-28 24:00", "contact": "2026-09-28 24:00", "handle": "2026-10-09 24:00"}},
		{casework.Consultation, "", "2026-03-02T00:00:00+08:00", map[string]string{"total": "2026-03-05 24:00", "sign": "2026-03-03 24:00", "contact": "2026-03-03 24:00", "handle": "2026-03-05 24:00"}},
		{casework.Report, "", "2026-04-30T12:00:00+08:00", map[string]string{"total": "2026-05-25 24:00", "sign": "2026-05-06 24:00", "contact": "2026-05-06 24:00", "handle": "2026-05-25 24:00"}},
		{casework.Suggestion, "", "2025-09-30T12:00:00+08:00", map[string]string{"total": "2025-10-21 24:00", "sign": "2025-10-09 24:00", "contact": "2025-10-11 24:00", "handle": "2025-10-21 24:00"}},
		{casework.Praise, "", "2026-03-02T12:00:00+08:00", map[string]string{"total": "2026-03-09 24:00", "sign": "2026-03-03 24:00", "handle": "2026-03-09 24:00"}},
		{casework.OtherKind, "", "2026-03-02T12:00:00+08:00", map[string]string{"total": "2026-03-09 24:00", "sign": "2026-03-03 24:00", "contact": "2026-03-03 24:00", "handle": "2026-03-09 24:00"}},
		{casework.Praise, casework.Critical, "2026-02-15T22:30:00+08:00", map[string]string{"total": "2026-02-16 00:30", "sign": "2026-02-15 22:45", "contact": "2026-02-15 23:00", "handle": "2026-02-16 00:30"}},
		{casework.Help, casework.Urgent, "2026-10-01T23:50:00+08:00", map[string]string{"total": "2026-10-02 23:50", "sign": "2026-10-02 00:20", "contact": "2026-10-02 01:50", "handle": "2026-10-02 23:50"}},
		{casework.Help, "", "2026-02-12T23:00:00Z", map[string]string{"total": "2026-02-27 24:00", "sign": "2026-02-14 24:00", "contact": "2026-02-14 24:00", "handle": "2026-02-27 24:00"}}, // the 13th in the city
	} {
		all, err := terms.Promises(Matter{Kind: v.kind, Urgency: v.urgency}, moment(t, v.at))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v.want, shown(terms, all)); diff != "" {
			t.Errorf("%s %s at %s: %s", v.kind, v.urgency, v.at, diff)
		}
		for _, p := range all {
			if p.Policy != "default@2026.1" || p.Calendar != "cn-gov@2026.1" || p.Provisional || p.Due.Location() != terms.Calendar.Zone() {
				t.Errorf("%+v", p)
			}
			if emergency := v.urgency == casework.Critical || v.urgency == casework.Urgent; (p.WorkingDays == 0) != emergency {
				t.Errorf("%s %s: %d working days", v.kind, v.urgency, p.WorkingDays)
			}
		}
	}
}

func TestAnonymousMatterPromisesNoContact(t *testing.T) {
	terms := standard(t)
	all, err := terms.Promises(Matter{Kind: casework.Report, Anonymous: true}, moment(t, "2026-03-02T12:00:00+08:00"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := shown(terms, all)["contact"]; ok || len(all) != 3 {
		t.Errorf("%v", shown(terms, all))
	}
}

func TestUnknownWordsAreRefused(t *testing.T) {
	terms := standard(t)
	for _, m := range []Matter{{}, {Kind: "petition"}, {Kind: casework.Help, Urgency: "soon"}} {
		if _, err := terms.Promises(m, time.Now()); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

func TestAStepAtTheDueTimeIsInTime(t *testing.T) {
	terms := standard(t)
	total, err := terms.Total(Matter{Kind: casework.Help}, moment(t, "2026-02-13T09:00:00+08:00"))
	if err != nil {
		t.Fatal(err)
	}
	due := moment(t, "2026-02-28T00:00:00+08:00")
	if !total.Due.Equal(due) || !Met(total.Due, due) || Met(total.Due, due.Add(time.Nanosecond)) || !Met(total.Due, due.Add(-time.Nanosecond)) {
		t.Errorf("due %s", total.Due)
	}
	if (casework.Clock{Due: total.Due, Met: &due}).Late(due) {
		t.Error("casework judges the boundary otherwise")
	}
}

func TestUnitClocksAfterDispatch(t *testing.T) {
	terms := standard(t)
	for _, v := range []struct {
		name        string
		m           Matter
		filed, at   string
		handle      string
		notLaterSay string
	}{
		{"same day", Matter{Kind: casework.Help}, "2026-03-02T09:00:00+08:00", "2026-03-02T17:00:00+08:00", "2026-03-09 24:00", ""},
		{"next working day, still prompt", Matter{Kind: casework.Help}, "2026-03-02T09:00:00+08:00", "2026-03-03T09:00:00+08:00", "2026-03-09 24:00", ""},
		{"at the last prompt moment", Matter{Kind: casework.Help}, "2026-03-02T09:00:00+08:00", "2026-03-04T00:00:00+08:00", "2026-03-09 24:00", ""},
		{"a moment too late: the unit has its full limit", Matter{Kind: casework.Help}, "2026-03-02T09:00:00+08:00", "2026-03-04T00:00:01+08:00", "2026-03-11 24:00", ""},
		{"filed on Friday night, dispatched on Monday", Matter{Kind: casework.Help}, "2026-03-06T23:00:00+08:00", "2026-03-09T08:00:00+08:00", "2026-03-13 24:00", ""},
		{"emergency after ten minutes", Matter{Kind: casework.Help, Urgency: casework.Critical}, "2026-03-02T09:00:00+08:00", "2026-03-02T09:10:00+08:00", "2026-03-02 11:00", ""},
		{"emergency after an hour", Matter{Kind: casework.Help, Urgency: casework.Critical}, "2026-03-02T09:00:00+08:00", "2026-03-02T10:00:00+08:00", "2026-03-02 12:00", ""},
	} {
		filed, at := moment(t, v.filed), moment(t, v.at)
		total, err := terms.Total(v.m, filed)
		if err != nil {
			t.Fatal(err)
		}
		all, err := terms.Unit(v.m, Dispatch{At: at, Filed: filed, Total: total.Due})
		if err != nil {
			t.Fatal(err)
		}
		if got := shown(terms, all)["handle"]; got != v.handle {
			t.Errorf("%s: handle by %s, want %s", v.name, got, v.handle)
		}
	}
	filed, redo := moment(t, "2026-03-02T09:00:00+08:00"), moment(t, "2026-03-20T09:00:00+08:00")
	all, err := terms.Redo(Matter{Kind: casework.Help}, redo)
	if err != nil || shown(terms, all)["handle"] != "2026-03-27 24:00" || !redo.After(filed) {
		t.Errorf("redo: %v %v", shown(terms, all), err)
	}
}

func TestPausesAndExtensions(t *testing.T) {
	terms := standard(t)
	at := moment(t, "2026-03-02T10:00:00+08:00") // Monday; 5 working days end on Monday the 9th
	p, err := terms.Total(Matter{Kind: casework.Help}, at)
	if err != nil {
		t.Fatal(err)
	}
	day := func(s string) time.Time { return moment(t, s+"T15:00:00+08:00") }
	for _, v := range []struct {
		name   string
		extend int
		pauses []Pause
		want   string
		added  int
	}{
		{"nothing", 0, nil, "2026-03-09", 0},
		{"extension", 5, nil, "2026-03-16", 0},
		{"within one day", 0, []Pause{{day("2026-03-04"), day("2026-03-04")}}, "2026-03-09", 0},
		{"two days after the first", 0, []Pause{{day("2026-03-04"), day("2026-03-06")}}, "2026-03-11", 2},
		{"over a weekend", 0, []Pause{{day("2026-03-06"), day("2026-03-09")}}, "2026-03-10", 1},
		{"begun on the due day", 0, []Pause{{day("2026-03-09"), day("2026-03-11")}}, "2026-03-11", 2},
		{"begun after the due time", 0, []Pause{{day("2026-03-10"), day("2026-03-20")}}, "2026-03-09", 0},
		{"begun within the extension", 1, []Pause{{day("2026-03-10"), day("2026-03-11")}}, "2026-03-11", 1},
		{"before the start", 0, []Pause{{day("2026-02-24"), day("2026-02-27")}}, "2026-03-09", 0},
		{"begun before the start", 0, []Pause{{day("2026-02-24"), day("2026-03-03")}}, "2026-03-10", 1},
		{"overlapping, out of order", 0, []Pause{{day("2026-03-05"), day("2026-03-06")}, {day("2026-03-03"), day("2026-03-05")}}, "2026-03-12", 3},
		{"one inside the other", 0, []Pause{{day("2026-03-03"), day("2026-03-06")}, {day("2026-03-04"), day("2026-03-05")}}, "2026-03-12", 3},
		{"a second that only the first makes possible", 0, []Pause{{day("2026-03-09"), day("2026-03-10")}, {day("2026-03-10"), day("2026-03-11")}}, "2026-03-11", 2},
		{"over the labour holiday", 40, []Pause{{day("2026-04-30"), day("2026-05-06")}}, "2026-05-09", 1}, // a make-up Saturday
	} {
		got, added := terms.Pauses(terms.Extend(p, v.extend), at, v.pauses)
		if terms.Calendar.Until(got.Due) != v.want+" 24:00" || added != v.added {
			t.Errorf("%s: %s, %d added, want %s, %d", v.name, terms.Calendar.Until(got.Due), added, v.want, v.added)
		}
	}
	wall := casework.Promise{Due: moment(t, "2026-03-06T10:30:00+08:00")}
	if got := terms.Extend(wall, 1); !got.Due.Equal(moment(t, "2026-03-09T10:30:00+08:00")) {
		t.Errorf("an extended wall-clock limit ends %s", got.Due)
	}
}

func TestProvisionalPromises(t *testing.T) {
	terms := standard(t)
	for at, want := range map[string]bool{"2026-12-18T10:00:00+08:00": false, "2026-12-24T10:00:00+08:00": true, "2027-06-01T10:00:00+08:00": true} {
		p, err := terms.Total(Matter{Kind: casework.Help}, moment(t, at))
		if err != nil || p.Provisional != want {
			t.Errorf("%s: %+v %v", at, p, err)
		}
	}
	p, _ := terms.Total(Matter{Kind: casework.Help}, moment(t, "2026-12-18T10:00:00+08:00"))
	if got := terms.Extend(p, 5); !got.Provisional || p.Provisional {
		t.Error("an extension into 2027 is not provisional")
	}
	if p, _ := terms.Total(Matter{Kind: casework.Help, Urgency: casework.Urgent}, moment(t, "2027-01-01T10:00:00+08:00")); p.Provisional {
		t.Error("a wall-clock limit depends on no notice")
	}
}

func TestNoticeForExtension(t *testing.T) {
	terms := standard(t)
	due := moment(t, "2026-02-28T00:00:00+08:00")
	last := moment(t, "2026-02-27T13:00:00+08:00")
	if !terms.NoticeBy(due).Equal(last) || !terms.WithinNotice(due, last) || terms.WithinNotice(due, last.Add(time.Second)) {
		t.Errorf("last moment %s", terms.NoticeBy(due))
	}
	p := terms.Policy
	for _, v := range []struct {
		days, before int
		approved     bool
		want         fault.Kind
	}{{0, 0, false, fault.Invalid}, {11, 0, true, fault.Invalid}, {5, 1, false, fault.Conflict}, {5, 2, true, fault.Conflict}} {
		if err := p.Grant(v.days, p.Extension.DaysMax, v.before, v.approved); fault.KindOf(err) != v.want {
			t.Errorf("%+v: %v", v, err)
		}
	}
	if p.Grant(10, 10, 0, false) != nil || p.Grant(5, 10, 1, true) != nil {
		t.Error("an allowed extension was refused")
	}
}

func TestLeft(t *testing.T) {
	start := moment(t, "2026-03-02T10:00:00+08:00")
	due := start.Add(100 * time.Hour)
	for _, v := range []struct {
		after time.Duration
		want  Remaining
		key   string
	}{
		{0, Remaining{Days: 4, Hours: 4, Span: 100 * time.Hour}, "calendar.left"},
		{75 * time.Hour, Remaining{Days: 1, Hours: 1, Span: 25 * time.Hour, Share: 0.75}, "calendar.left"},
		{100 * time.Hour, Remaining{Share: 1}, "calendar.left"},
		{150*time.Hour + 90*time.Second, Remaining{Overdue: true, Days: 2, Hours: 2, Minutes: 1, Span: 50*time.Hour + 90*time.Second, Share: 1.50025}, "calendar.over"},
		{-time.Hour, Remaining{Days: 4, Hours: 5, Span: 101 * time.Hour}, "calendar.left"},
	} {
		if got := Left(start, due, start.Add(v.after)); got != v.want || got.Key() != v.key {
			t.Errorf("after %s: %+v, want %+v", v.after, got, v.want)
		}
	}
	if got := Left(due, due, due); got.Share != 1 || got.Overdue {
		t.Errorf("%+v", got)
	}
}

func TestRemindersAndRaises(t *testing.T) {
	terms := standard(t)
	format := func(at time.Time) string { return at.In(terms.Calendar.Zone()).Format("01-02 15:04") }
	c, err := terms.Class(Matter{Kind: casework.Consultation})
	if err != nil {
		t.Fatal(err)
	}
	start, due := moment(t, "2026-03-02T00:00:00+08:00"), moment(t, "2026-03-06T00:00:00+08:00")
	var got []string
	for _, at := range terms.Reminders(c, start, due) {
		got = append(got, format(at))
	}
	if diff := cmp.Diff([]string{"03-03 09:00", "03-04 00:00", "03-05 04:48", "03-05 20:00"}, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	for _, r := range terms.Raises(c, start, due) {
		got = append(got, format(r.At)+" "+r.Step)
	}
	if diff := cmp.Diff([]string{"03-06 00:00 urge", "03-06 09:00 notify_leader", "03-10 09:00 supervise", "03-12 09:00 criticise", "03-19 09:00 summon"}, got); diff != "" {
		t.Error(diff)
	}
	critical, err := terms.Class(Matter{Kind: casework.Help, Urgency: casework.Critical})
	if err != nil {
		t.Fatal(err)
	}
	if all := terms.Raises(critical, start, start.Add(2*time.Hour)); format(all[0].At) != "03-02 01:00" || all[0].Step != "escalate" || len(all) != 7 {
		t.Errorf("%v", all)
	}
}

func TestPromiseLaws(t *testing.T) {
	terms := standard(t)
	immediate := *terms.Policy
	immediate.StartRule, immediate.DayEnd = StartRule(calendar.Immediate), DayEnd(17*60)
	other, err := With(&immediate, terms.Calendar)
	if err != nil {
		t.Fatal(err)
	}
	low, high := moment(t, "2007-01-05T00:00:00+08:00").Unix(), moment(t, "2027-12-01T00:00:00+08:00").Unix()
	rapid.Check(t, func(t *rapid.T) {
		terms := rapid.SampledFrom([]*Terms{terms, other}).Draw(t, "terms")
		m := Matter{Kind: rapid.SampledFrom(casework.Kinds).Draw(t, "kind"), Urgency: rapid.SampledFrom(casework.Urgencies).Draw(t, "urgency")}
		instant := func(name string, from int64) time.Time {
			return time.Unix(rapid.Int64Range(from, high).Draw(t, name), 0)
		}
		filed := instant("filed", low)
		later := instant("later", filed.Unix())
		total, err := terms.Total(m, filed)
		if err != nil {
			t.Fatal(err)
		}
		if next, _ := terms.Total(m, later); next.Due.Before(total.Due) {
			t.Fatal("a later start is due earlier")
		}
		if !total.Due.After(filed) {
			t.Fatalf("filed %s, due %s", filed, total.Due)
		}
		if total.WorkingDays > 0 && !terms.Calendar.Work(terms.Calendar.DueDate(total.Due)) {
			t.Fatalf("due on %s, not a working day", terms.Calendar.DueDate(total.Due))
		}
		c, _ := terms.Class(m)
		at := filed.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "wait")))
		unit, err := terms.Unit(m, Dispatch{At: at, Filed: filed, Total: total.Due})
		if err != nil {
			t.Fatal(err)
		}
		prompt := !at.After(terms.By("", c.Dispatch, filed).Due) && at.Before(total.Due)
		for _, p := range unit {
			if !p.Due.After(at) || prompt && p.Due.After(total.Due) {
				t.Fatalf("%s due %s, dispatched %s, total %s", p.Name, p.Due, at, total.Due)
			}
		}
		handle := unit[len(unit)-1]
		if handle.Name != casework.ClockHandle || unit[0].Due.After(handle.Due) {
			t.Fatalf("%v", unit)
		}
		a, b := rapid.IntRange(1, 30).Draw(t, "a"), rapid.IntRange(1, 30).Draw(t, "b")
		longer := terms.Extend(handle, a)
		if !longer.Due.After(handle.Due) || !terms.Calendar.Work(terms.Calendar.DueDate(longer.Due)) {
			t.Fatalf("extended from %s to %s", handle.Due, longer.Due)
		}
		if !terms.Extend(longer, b).Due.Equal(terms.Extend(handle, a+b).Due) {
			t.Fatal("extensions do not add")
		}
		var pauses []Pause
		for range rapid.IntRange(0, 4).Draw(t, "pauses") {
			from := at.Add(time.Duration(rapid.Int64Range(-int64(48*time.Hour), int64(400*time.Hour)).Draw(t, "from")))
			pauses = append(pauses, Pause{from, from.Add(time.Duration(rapid.Int64Range(0, int64(300*time.Hour)).Draw(t, "length")))})
		}
		paused, added := terms.Pauses(handle, at, pauses)
		if added < 0 || paused.Due.Before(handle.Due) || (added == 0) != paused.Due.Equal(handle.Due) {
			t.Fatalf("pauses of %d days move %s to %s", added, handle.Due, paused.Due)
		}
		if !paused.Due.Equal(terms.Extend(handle, added).Due) {
			t.Fatalf("%d days paused, yet %s", added, paused.Due)
		}
		if before := terms.NoticeBy(total.Due); !before.Before(total.Due) {
			t.Fatalf("notice by %s for %s", before, total.Due)
		}
	})
}

func BenchmarkPromises(b *testing.B) {
	terms := standard(b)
	at := moment(b, "2026-02-13T09:00:00+08:00")
	for b.Loop() {
		if _, err := terms.Promises(Matter{Kind: casework.Report}, at); err != nil {
			b.Fatal(err)
		}
	}
}
