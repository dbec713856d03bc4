package supervision_test

import (
	"encoding/json"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/routing/sla"
)

// announced is the shipped policy with a calendar in which the notice for 2027 has come: 1 to 3 January are off, Saturday the 9th is a working day.
func announced(t *testing.T, old *sla.Terms) *sla.Terms {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(calendar.Notices(), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		body, err := fs.ReadFile(calendar.Notices(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: body}
	}
	files["2027.json"] = &fstest.MapFile{Data: []byte(`{"year":2027,"papers":["https://notice.example/2027"],"days":[
		{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-02","isOffDay":true},{"name":"元旦","date":"2027-01-03","isOffDay":true},
		{"name":"元旦","date":"2027-01-09","isOffDay":false}]}`)}
	days, err := calendar.Load(calendar.OfficialName, files, old.Calendar.Zone())
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.With(old.Policy, days)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func (s scene) clock(id casework.CaseID, name string) casework.Clock {
	s.t.Helper()
	d, err := s.Dossier(s.ctx, casework.System, id)
	s.do(err)
	i := slices.IndexFunc(d.Clocks, func(k casework.Clock) bool { return k.Name == name })
	if i < 0 {
		s.t.Fatalf("no clock %s", name)
	}
	return d.Clocks[i]
}

func TestANoticeMovesOpenLimitsAndKeepsWhatWasPromised(t *testing.T) {
	old, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	s, now := newScene(t), announced(t, old)
	s.Pass(57*24*time.Hour + time.Hour) // Tuesday 29 December 2026, 10:00
	m := sla.Matter{Kind: casework.Complaint}
	send := func() casework.CaseID {
		t.Helper()
		total, err := old.Total(m, s.Now())
		s.do(err)
		ref := s.file(func(f *casework.Filing) { f.At, f.Total = s.Now(), total })
		clocks, err := old.Unit(m, sla.Dispatch{At: s.Now(), Filed: s.Now(), Total: total.Due})
		s.do(err)
		s.do(s.Dispatch(s.ctx, caseworktest.Clerk(), ref, casework.Order{Lead: caseworktest.Urban, Co: []casework.UnitCode{caseworktest.River}, Clocks: clocks}))
		return ref.ID
	}
	open, done := send(), send()
	s.Work(t, done, caseworktest.Urban)
	day := s.clock(open, casework.ClockHandle).Due.Add(-24 * time.Hour)
	s.do(s.CoHandle(s.ctx, caseworktest.Clerk(), casework.Ref{ID: open}, []casework.UnitCode{caseworktest.Harbour}, day))
	longer := send()
	by, ref := caseworktest.Worker(caseworktest.Urban), casework.Ref{ID: longer}
	s.do(s.Sign(s.ctx, by, ref))
	s.do(s.Contact(s.ctx, by, ref, casework.ContactResult{Means: "phone", Reached: true}))
	before := s.clock(longer, casework.ClockHandle)
	s.do(s.AskExtension(s.ctx, by, ref, 2, old.Extend(casework.Promise{Due: before.Due}, 2).Due, "检测"))
	s.do(s.DecideExtension(s.ctx, caseworktest.Chief(caseworktest.Urban), ref, true, ""))
	until := func(terms *sla.Terms, k casework.Clock) string { return terms.Calendar.Until(k.Due) }
	if k := s.clock(open, casework.ClockTotal); !k.Provisional || until(old, k) != "2027-01-05 24:00" {
		t.Fatalf("before the notice: %s, provisional %t", until(old, k), k.Provisional)
	}

	for i := range 2 {
		n, err := s.SweepCalendar(s.ctx, 100, now.Calendar.Version(), now.Recount)
		s.do(err)
		if want := 2 * (1 - i); n != want {
			t.Errorf("round %d: %d cases are counted anew, want %d", i, n, want)
		}
	}
	for _, v := range []struct {
		id        casework.CaseID
		name      string
		was, want string
	}{
		{open, casework.ClockTotal, "2027-01-05 24:00", "2027-01-06 24:00"}, {open, casework.ClockHandle, "2027-01-05 24:00", "2027-01-06 24:00"},
		{longer, casework.ClockTotal, "2027-01-05 24:00", "2027-01-06 24:00"}, {longer, casework.ClockHandle, "2027-01-05 24:00", "2027-01-08 24:00"},
	} {
		k := s.clock(v.id, v.name)
		if until(now, k) != v.want || k.Provisional || now.Calendar.Until(k.OriginalDue) != v.was || k.Calendar != now.Calendar.Version() {
			t.Errorf("%s: %s, first %s, by %s, provisional %t; want %s, first %s", v.name, until(now, k), now.Calendar.Until(k.OriginalDue), k.Calendar, k.Provisional, v.want, v.was)
		}
	}
	if k := s.clock(done, casework.ClockTotal); until(now, k) != "2027-01-05 24:00" || k.Calendar != old.Calendar.Version() {
		t.Errorf("a promise that was kept moved to %s", until(now, k))
	}
	d, err := s.Dossier(s.ctx, casework.System, open)
	s.do(err)
	moved := 0
	for _, e := range d.Events {
		var data struct {
			Clock  string    `json:"clock"`
			OldDue time.Time `json:"old_due"`
			NewDue time.Time `json:"new_due"`
		}
		if e.Step != casework.StepRecount {
			continue
		}
		s.do(json.Unmarshal(e.Data, &data))
		if moved++; !data.NewDue.Equal(s.clock(open, data.Clock).Due) || !data.OldDue.Equal(s.clock(open, data.Clock).OriginalDue) {
			t.Errorf("%+v", data)
		}
	}
	if moved != 2 {
		t.Errorf("%d moves in the history", moved)
	}
	if len(d.Parties) != 3 {
		t.Fatalf("%d take part", len(d.Parties))
	}
	for _, p := range d.Parties { // the lead and who has as long as the lead moved on; a day of one's own stands
		want := s.clock(open, casework.ClockHandle).Due
		if p.Unit == caseworktest.Harbour {
			want = day
		}
		if p.Due == nil || !p.Due.Equal(want) {
			t.Errorf("%s has until %s, want %s", p.Unit, p.Due, want)
		}
	}
}

func TestANoticeMakesNobodyLateAfterwards(t *testing.T) {
	old, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	s, now := newScene(t), announced(t, old)
	s.Pass(59*24*time.Hour + time.Hour) // the last day of 2026
	total, err := old.Total(sla.Matter{Kind: casework.Suggestion}, s.Now())
	s.do(err)
	ref := s.file(func(f *casework.Filing) { f.At, f.Total, f.Kind = s.Now(), total, casework.Suggestion })
	was := s.clock(ref.ID, casework.ClockTotal)
	recount := func(k casework.Provisional) casework.Promise {
		p := now.Recount(k)
		p.Due = s.Now().Add(-time.Hour) // as if a make-up day had put it into the past
		return p
	}
	_, err = s.SweepCalendar(s.ctx, 100, now.Calendar.Version(), recount)
	s.do(err)
	if k := s.clock(ref.ID, casework.ClockTotal); !k.Due.Equal(was.Due) || k.Provisional {
		t.Errorf("due %s, was %s, provisional %t", k.Due, was.Due, k.Provisional)
	}
}
