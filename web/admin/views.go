package admin

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/routing/sla"
	"huiyin/rulebook"
	"huiyin/web/shell"
)

// textsView is the standard texts in force.
type textsView struct {
	P     shell.Page
	Texts []rulebook.Text
}

func (x *Pages) texts(c *fiber.Ctx) error {
	rules, err := x.Book.InForce(c.UserContext())
	if err != nil {
		return err
	}
	v := textsView{P: pageOf(c, "rules", shell.Lang(c).T("admin.texts")), Texts: rules.Texts}
	v.P.Back = "/admin/rules"
	return shell.Render(c, fiber.StatusOK, textsPage(v))
}

// policyView is the limits in force.
type policyView struct {
	P     shell.Page
	ID    string
	Named string // of the calendar
	Rows  [][]shell.Cell

	Overdue   [][]shell.Cell // what is done when a limit is over
	Statutes  [][]shell.Cell // laws that set other limits
	Overrides [][]shell.Cell // matters for which the city does
}

func (x *Pages) policy(c *fiber.Ctx) error {
	rules, err := x.Book.InForce(c.UserContext())
	if err != nil {
		return err
	}
	v := policyView{P: pageOf(c, "rules", shell.Lang(c).T("admin.policy")), ID: rules.Terms.Policy.ID(), Named: rules.Terms.Calendar.Version()}
	v.P.Back = "/admin/rules"
	row := func(name string, k sla.Class) {
		v.Rows = append(v.Rows, []shell.Cell{{Text: name}, {Text: limit(v.P, k.Dispatch)}, {Text: limit(v.P, k.Sign)}, {Text: limit(v.P, k.Contact)}, {Text: limit(v.P, k.Handle)}})
	}
	for _, u := range casework.Urgencies {
		if k, ok := rules.Terms.Policy.Urgency[u]; ok {
			row(v.P.T("urgency."+string(u)), k)
		}
	}
	for _, k := range casework.Kinds {
		row(v.P.T("kind."+string(k)), rules.Terms.Policy.Kinds[k])
	}
	for _, e := range rules.Terms.Policy.Overdue {
		when := v.P.T("admin.at_once")
		if e.AfterDays > 0 {
			when = v.P.Lang.N("admin.working_days", e.AfterDays)
		}
		v.Overdue = append(v.Overdue, []shell.Cell{{Text: when}, {Text: v.P.Lang.Stage(e.Step)}})
	}
	for _, s := range rules.Terms.Policy.Statutes {
		v.Statutes = append(v.Statutes, []shell.Cell{{Text: s.Text(v.P.Lang)}, {Text: matters(v.P, rules.City, s.Categories, s.Kinds)}, {Text: limit(v.P, s.Handle)}})
	}
	for _, o := range rules.Terms.Policy.Overrides {
		v.Overrides = append(v.Overrides, override(v.P, rules, o)...)
	}
	return shell.Render(c, fiber.StatusOK, policyPage(v))
}

func limit(p shell.Page, l sla.Limit) string {
	switch {
	case l.None():
		return p.T("admin.no_limit")
	case l.WorkingDays > 0:
		return p.Lang.N("admin.working_days", l.WorkingDays)
	case l.Days > 0:
		return p.Lang.N("promise.calendar_days", l.Days)
	case l.Months > 0:
		return p.Lang.N("promise.months", l.Months)
	}
	return p.Lang.Span(l.Wall)
}

// calendarView is the working days of one year.
type calendarView struct {
	P           shell.Page
	Year        int
	Provisional bool // the year's notice has not been published
	Papers      []string
	Version     string
	Months      []month
	Special     [][]shell.Cell // days that differ from an ordinary week
	Workdays    int
	Notice      string // what was pasted
}

// month is one month as a table of weeks, Monday first.
type month struct {
	Name  string
	Weeks [][7]cell
}

// cell is one day; Number 0 is none.
type cell struct {
	Number int
	Class  string
	Word   string // what a screen reader adds to an unusual day
}

func (x *Pages) calendar(c *fiber.Ctx) error { return x.drawCalendar(c, "", nil) }

func (x *Pages) drawCalendar(c *fiber.Ctx, notice string, wrong shell.Errors) error {
	rules, err := x.Book.InForce(c.UserContext())
	if err != nil {
		return err
	}
	v := calendarView{P: pageOf(c, "calendar", ""), Notice: notice, Version: rules.Terms.Calendar.Version()}
	v.P.Wide, v.P.Errors = true, wrong
	v.Year = c.QueryInt("year", v.P.Now.In(locale.Zone).Year())
	if v.Year < 2007 || v.Year > 2100 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	v.P.Title = v.P.T("admin.calendar_of", locale.Args{"Year": v.Year})
	v.Provisional = !rules.Terms.Calendar.Announced(v.Year)
	for _, n := range rules.Terms.Calendar.Years() {
		if n.Year == v.Year {
			v.Papers = n.Papers
		}
	}
	for m := time.January; m <= time.December; m++ {
		v.addMonth(rules.Terms.Calendar, m)
	}
	status := fiber.StatusOK
	if len(wrong) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	return shell.Render(c, status, calendarPage(v))
}

func (v *calendarView) addMonth(days *calendar.Calendar, m time.Month) {
	first := time.Date(v.Year, m, 1, 12, 0, 0, 0, days.Zone())
	one := month{Name: v.P.Lang.Month(first)}
	at := (int(first.Weekday()) + 6) % 7
	var week [7]cell
	for t := first; t.Month() == m; t = t.AddDate(0, 0, 1) {
		d := days.Day(days.Date(t))
		if d.Work {
			v.Workdays++
		}
		word := v.P.T(d.Why.Key(), locale.Args{"Name": v.P.Lang.Pick(d.Name, d.NameEn)})
		k := cell{Number: t.Day(), Class: "hy-leaf__" + string(d.Why)}
		if d.Why == calendar.Holiday || d.Why == calendar.Makeup {
			k.Word = word
			v.Special = append(v.Special, []shell.Cell{{Text: v.P.Lang.Date(t)}, {Text: word}})
		}
		if d.Provisional {
			k.Class += " hy-leaf__provisional"
			k.Word += v.P.T("admin.provisional_day")
		}
		week[at] = k
		if at++; at == 7 {
			one.Weeks, week, at = append(one.Weeks, week), [7]cell{}, 0
		}
	}
	if at > 0 {
		one.Weeks = append(one.Weeks, week)
	}
	v.Months = append(v.Months, one)
}

// addNotice keeps a pasted notice as the draft of its year.
func (x *Pages) addNotice(c *fiber.Ctx) error {
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	pasted := c.FormValue("notice")
	n, err := calendar.ParseNotice([]byte(pasted))
	if err != nil {
		return x.drawCalendar(c, pasted, shell.Errors{{Field: "notice", Text: shell.Lang(c).T("admin.notice_wrong", locale.Args{"Text": err.Error()})}})
	}
	name := rulebook.HolidaysFile(n.Year)
	on := rulebook.BasedOn{}
	switch _, draft, history, err := x.present(c.UserContext(), name); {
	case err == nil:
		on = onOf(draft, history)
	case fault.KindOf(err) != fault.NotFound:
		return err
	}
	note := shell.Lang(c).T("admin.notice_note", locale.Args{"Year": n.Year})
	if err := x.Book.Save(c.UserContext(), by, name, []byte(pasted), note, on); err != nil {
		return refuse(c, err, func(wrong shell.Errors) error {
			wrong[0].Field = "notice"
			return x.drawCalendar(c, pasted, wrong)
		})
	}
	return shell.SeeOther(c, ruleAddress(name)+"/draft")
}
