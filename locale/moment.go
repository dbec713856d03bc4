package locale

import (
	"strconv"
	"time"
)

// Zone is the time of every Chinese city: one legal time, UTC+8, without summer time since 1992.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is the day in the city: "2026年11月27日" or "27 November 2026".
func (l Lang) Date(t time.Time) string {
	return t.In(Zone).Format(l.T("time.layout_date"))
}

// Day is the day without its year: "11月27日" or "27 November".
func (l Lang) Day(t time.Time) string {
	return t.In(Zone).Format(l.T("time.layout_day"))
}

// Clock is the time of day: "17:00".
func (l Lang) Clock(t time.Time) string { return t.In(Zone).Format("15:04") }

// DateTime is the day and the time of day in the city.
func (l Lang) DateTime(t time.Time) string {
	return t.In(Zone).Format(l.T("time.layout_datetime"))
}

// Month is the month in the city: "2026年11月" or "November 2026".
func (l Lang) Month(t time.Time) string {
	return t.In(Zone).Format(l.T("time.layout_month"))
}

// Deadline is a moment until which something is due. Midnight is the end of the day before: a promise that ends with
// 27 November reads "2026年11月27日 24:00", never 00:00 of the 28th.
func (l Lang) Deadline(t time.Time) string {
	t = t.In(Zone)
	if EndOfDay(t) {
		return l.T("time.end_of_day", Args{"Date": l.Date(t.Add(-time.Second))})
	}
	return l.DateTime(t)
}

// EndOfDay tells whether t is a midnight in the city, which people read as 24:00 of the day before.
func EndOfDay(t time.Time) bool {
	h, m, s := t.In(Zone).Clock()
	return h == 0 && m == 0 && s == 0
}

// Span is a length of time in its two largest units, rounded down to minutes: "3 小时 20 分", "2 days 5 h".
// From three days on only the days are said.
func (l Lang) Span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	minutes := int(d / time.Minute)
	days, hours, mins := minutes/(24*60), minutes/60%24, minutes%60
	switch {
	case days >= 3 || days > 0 && hours == 0:
		return l.N("time.days", days)
	case days > 0:
		return l.N("time.days", days) + " " + l.N("time.hours", hours)
	case hours > 0 && mins > 0:
		return l.N("time.hours", hours) + " " + l.N("time.minutes", mins)
	case hours > 0:
		return l.N("time.hours", hours)
	case mins > 0:
		return l.N("time.minutes", mins)
	}
	return l.T("time.under_a_minute")
}

// Relative tells how long before or after now a moment is: "3 小时前", "in 2 days".
func (l Lang) Relative(now, t time.Time) string {
	d := t.Sub(now)
	switch {
	case d > -time.Minute && d < time.Minute:
		return l.T("time.now")
	case d < 0:
		return l.T("time.ago", Args{"Span": l.Span(d)})
	}
	return l.T("time.ahead", Args{"Span": l.Span(d)})
}

// Number writes a whole number with its thousands apart: "12,345".
func (l Lang) Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Percent writes a share with one decimal: "97.5%". Of nothing there is no share: "–".
func (l Lang) Percent(numerator, denominator int) string {
	if denominator == 0 {
		return "–"
	}
	return strconv.FormatFloat(100*float64(numerator)/float64(denominator), 'f', 1, 64) + "%"
}
