package notify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/notify"
	"huiyin/rights"
	"huiyin/routing/sla"
)

// Each step of a request about data is told once, with the limit as it was and the officer's words; what is decided meanwhile is not called late.
func TestARequestThatTakesLongerIsToldWithItsReason(t *testing.T) {
	o := open(t, nil)
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	desk := &rights.Office{Docket: o.Docket, Terms: terms}
	officer := casework.Actor{Kind: casework.ByStaff, StaffID: 31, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Privacy}}
	ask := func(title string, kind casework.RightKind) casework.RightRequest {
		t.Helper()
		f := o.Filing(title)
		f.Person = casework.Person{Name: "林小舟", Email: strings.ReplaceAll(title, " ", "") + "@example.org"}
		receipt, err := o.Docket.Open(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := desk.Ask(t.Context(), casework.Resident(receipt.ID), receipt.ID, casework.RightAsk{Kind: kind})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	extended, late, excused, answered := ask("a", casework.RightExplain), ask("b", casework.RightExplain), ask("c", casework.RightObject), ask("d", casework.RightRestrict)
	must(desk.Delay(t.Context(), officer, extended.ID, "要调取旧版模型的记录"))
	o.settle(t)
	o.Pass(late.Due.Sub(o.Now()) + 72*time.Hour) // nobody looked for three days
	must(desk.Delay(t.Context(), officer, excused.ID, "承办的同志病了"))
	for range 2 {
		if _, err := desk.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	must(o.Docket.DecideRight(t.Context(), officer, answered.ID, casework.RightDecision{Grant: true})) // before the letter is written
	o.settle(t)
	said := map[string]string{}
	letters, _ := o.letters(t)
	for _, l := range letters {
		subject, err := l.Header.Subject()
		must(err)
		text, _ := parts(t, l)
		for _, r := range []casework.RightRequest{extended, late, excused, answered} {
			if strings.Contains(subject, r.Number) {
				said[r.Number] += "|" + subject + "|" + text
			}
		}
	}
	day := func(at time.Time) string { return locale.ZH.Deadline(at) }
	for _, c := range []struct {
		r    casework.RightRequest
		has  []string
		not  []string
		late int
	}{
		{extended, []string{day(extended.Due), "只延这一次", "要调取旧版模型的记录"}, []string{"超期了"}, 0},
		{late, []string{day(late.Due), "我们没有做到，对不起", "第六十五条"}, []string{"原因："}, 1},
		{excused, []string{day(excused.Due), "承办的同志病了", "仍按超期公布"}, nil, 1},
		{answered, []string{"已办到"}, []string{"对不起"}, 0},
	} {
		for _, want := range c.has {
			if !strings.Contains(said[c.r.Number], want) {
				t.Errorf("%s: the letters do not say %q:\n%s", c.r.Kind, want, said[c.r.Number])
			}
		}
		for _, no := range c.not {
			if strings.Contains(said[c.r.Number], no) {
				t.Errorf("%s: the letters say %q", c.r.Kind, no)
			}
		}
		if n := strings.Count(said[c.r.Number], "超期了"); n != c.late {
			t.Errorf("%s: %d letters call it late, want %d", c.r.Number, n, c.late)
		}
	}
}

// The privacy officer's letters name the request and its limit, never the resident, and go once.
func TestTheOfficersLettersNameTheRequestAndNotTheResident(t *testing.T) {
	o := open(t, nil)
	due := time.Date(2026, 11, 24, 0, 0, 0, 0, o.Zone)
	for range 2 {
		for _, over := range []bool{false, true} {
			o.tell(t, notify.RightNotice(uuid.New(), "Q2026110300001", casework.RightCorrect, due, over, "privacy@linlan.example"))
		}
	}
	o.toldAll(t)
	letters, _ := o.letters(t)
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	for i, want := range []string{"还没有答复", "市民已收到致歉信"} {
		subject, err := letters[i].Header.Subject()
		text, _ := parts(t, letters[i])
		if err != nil || !strings.Contains(subject, "Q2026110300001") || !strings.Contains(text, want) || !strings.Contains(text, "更正信息") || !strings.Contains(text, locale.ZH.Deadline(due)) || !strings.Contains(text, "https://linlan.example/admin/rights/") {
			t.Errorf("%s\n%s", subject, text)
		}
	}
}
