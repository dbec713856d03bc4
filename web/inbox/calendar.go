package inbox

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/locale"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// A month's cell shows the first of a day's limits and leads to the week for the others; a week shows more. No view reads more than dueReach.
const (
	inMonthCell = 4
	inWeekCell  = 40
	dueReach    = 1000
)

// calendarView is a month or a week of a unit's limits.
type calendarView struct {
	P      shell.Page
	Week   bool
	Name   string // of the month or week shown
	Before string // addresses
	After  string
	Other  string // the same days by week, or by month
	Today  string
	Heads  []string
	Weeks  [][]dayCell
	More   bool // more than dueReach limits lie in it
	Feed   feedView
}

// dayCell is one day.
type dayCell struct {
	Number string // "2", or "11月2日" where a week is shown
	Full   string // the date with its weekday, for lists on a phone and for screen readers
	Out    bool   // of another month
	Now    bool   // today
	Off    bool   // no working day
	Note   string // the holiday, or that a day off is worked
	Cases  []dueCase
	Rest   int    // more than are shown
	Week   string // address of the week
}

// dueCase is a limit.
type dueCase struct {
	casework.Case
	Due shell.Due
	At  string // the hour
}

func (x *Pages) showCalendar(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	return x.drawCalendar(c, by, "")
}

func (x *Pages) drawCalendar(c *fiber.Ctx, by casework.Actor, address string) error {
	v := calendarView{P: shell.NewPage(c, shell.Lang(c).T("day.calendar"))}
	v.P.Section, v.P.Back, v.P.Wide = "inbox", "/inbox", true
	days := x.Desk.Terms.Calendar
	today := days.Date(v.P.Now)
	first, last, month := v.span(c, today)
	cases, more, err := x.dueBetween(c.UserContext(), by, days.End(first-1), days.End(last))
	if err != nil {
		return err
	}
	v.More = more
	for d := first; d <= first+6; d++ {
		v.Heads = append(v.Heads, v.P.T("day.w_"+strconv.Itoa(int(d.Weekday()))))
	}
	limit := inMonthCell
	if v.Week {
		limit = inWeekCell
	}
	for d := first; d <= last; d++ {
		if d.Weekday() == time.Monday {
			v.Weeks = append(v.Weeks, nil)
		}
		cell := v.cell(days.Day(d))
		cell.Out, cell.Now = !v.Week && d.Month() != month, d == today
		cell.take(cases[d], limit)
		v.Weeks[len(v.Weeks)-1] = append(v.Weeks[len(v.Weeks)-1], cell)
	}
	if v.Feed, err = x.feed(c, by, address); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, calendarPage(v))
}

// span is which days the address asks for, whole weeks from Monday, and the month they stand for; the running month where it asks for none.
func (v *calendarView) span(c *fiber.Ctx, today calendar.Date) (first, last calendar.Date, month time.Month) {
	monday := func(d calendar.Date) calendar.Date { return d - calendar.Date((int(d.Weekday())+6)%7) }
	name := func(d calendar.Date) string { return v.P.Lang.Date(d.Start(locale.Zone)) }
	if d, err := calendar.ParseDate(c.Query("week")); err == nil && near(d, today) {
		v.Week, first = true, monday(d)
		last = first + 6
		v.Name = v.P.T("day.week_name", locale.Args{"From": name(first), "To": name(last)})
		v.Before, v.After, v.Today = weekAddress(first-7), weekAddress(first+7), weekAddress(today)
		v.Other = monthAddress(d)
		return first, last, d.Month()
	}
	begin := calendar.NewDate(today.Year(), today.Month(), 1)
	if t, err := time.Parse("2006-01", c.Query("month")); err == nil {
		if d := calendar.NewDate(t.Year(), t.Month(), 1); near(d, today) {
			begin = d
		}
	}
	next := calendar.NewDate(begin.Year(), begin.Month()+1, 1)
	v.Name = v.P.Lang.Month(begin.Start(locale.Zone))
	v.Before, v.After, v.Today = monthAddress(begin-1), monthAddress(next), "/inbox/calendar"
	inWeek := begin
	if today >= begin && today < next {
		inWeek = today
	}
	v.Other = weekAddress(inWeek)
	return monday(begin), monday(next-1) + 6, begin.Month()
}

// near keeps the calendar to the years in which limits can lie.
func near(d, today calendar.Date) bool { return d > today-3*366 && d < today+3*366 }

func monthAddress(d calendar.Date) string { return "/inbox/calendar?month=" + d.String()[:7] }
func weekAddress(d calendar.Date) string  { return "/inbox/calendar?week=" + d.String() }

func (v calendarView) cell(day calendar.Day) dayCell {
	at := day.Date.Start(locale.Zone)
	cell := dayCell{Number: strconv.Itoa(day.Date.Day()), Full: v.P.Lang.Day(at) + " " + v.P.T("day.w_"+strconv.Itoa(int(day.Date.Weekday()))), Off: !day.Work, Week: weekAddress(day.Date)}
	switch day.Why {
	case calendar.Holiday:
		cell.Note = v.P.Lang.Pick(day.Name, day.NameEn)
	case calendar.Makeup:
		cell.Note = v.P.T("day.makeup")
	}
	return cell
}

func (d *dayCell) take(all []dueCase, limit int) {
	d.Cases = all[:min(limit, len(all))]
	d.Rest = len(all) - len(d.Cases)
}

// dueBetween reads the limits after one moment and up to another, by the day they end on. What waits or is hung up has no limit that runs.
func (x *Pages) dueBetween(ctx context.Context, by casework.Actor, from, until time.Time) (days map[calendar.Date][]dueCase, more bool, err error) {
	days = map[calendar.Date][]dueCase{}
	q := casework.Query{Lead: by.Units, States: []casework.State{casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand}, DueFrom: from, DueUntil: until, Limit: 200}
	for read := 0; read < dueReach; {
		page, err := x.Docket.List(ctx, by, q)
		if err != nil {
			return nil, false, err
		}
		read += len(page.Cases)
		for _, one := range page.Cases {
			due, ok := dossier.LimitOf(one)
			if !ok {
				due = dossier.TotalOf(one)
			}
			d := x.Desk.Terms.Calendar.DueDate(due.At)
			days[d] = append(days[d], dueCase{Case: one, Due: due, At: hour(due.At)})
		}
		if q.After = page.Next; q.After == "" {
			return days, false, nil
		}
	}
	return days, true, nil
}

// hour is the time of day of a limit: one that ends with its day says 24:00.
func hour(t time.Time) string {
	if locale.EndOfDay(t) {
		return "24:00"
	}
	return t.In(locale.Zone).Format("15:04")
}

// moves are the links to other days, and to the same days in the other form.
func (v calendarView) moves() []dossier.Pill {
	before, after, other := "day.month_before", "day.month_after", "day.by_week"
	if v.Week {
		before, after, other = "day.week_before", "day.week_after", "day.by_month"
	}
	return []dossier.Pill{{Text: v.P.T(before), Href: v.Before}, {Text: v.P.T("day.today"), Href: v.Today}, {Text: v.P.T(after), Href: v.After}, {Text: v.P.T(other), Href: v.Other}}
}
