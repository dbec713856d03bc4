package shell

import (
	"time"

	"huiyin/locale"
)

// Due is a promise that a clock keeps: by when, since when, and whether it was met.
type Due struct {
	Start time.Time // when the clock began
	At    time.Time // by when; equal is in time
	Met   time.Time // when it was met, zero while it runs
}

// Tone tells how the promise stands: Good, Warn from the last quarter on, Bad once it is broken.
func (d Due) Tone(now time.Time) Tone {
	if !d.Met.IsZero() {
		now = d.Met
	}
	switch {
	case now.After(d.At):
		return Bad
	case d.Met.IsZero() && d.At.Sub(now) <= d.At.Sub(d.Start)/4:
		return Warn
	}
	return Good
}

// Words say how the promise stands: "还有 3 小时 20 分", "今天 17:00 前", "已超 2 小时", "按时完成".
func (d Due) Words(lang locale.Lang, now time.Time) string {
	late := d.Tone(now) == Bad
	left := d.At.Sub(now)
	switch {
	case !d.Met.IsZero() && late:
		return lang.T("due.met_late", locale.Args{"Span": lang.Span(d.Met.Sub(d.At))})
	case !d.Met.IsZero():
		return lang.T("due.met")
	case late:
		return lang.T("due.over", locale.Args{"Span": lang.Span(left)})
	case left > 4*time.Hour && sameDay(now, d.At):
		return lang.T("due.today", locale.Args{"Clock": lastClock(lang, d.At)})
	}
	return lang.T("due.left", locale.Args{"Span": lang.Span(left)})
}

// sameDay tells whether the promise ends with or within the day of now; a midnight belongs to the day that it ends.
func sameDay(now, at time.Time) bool {
	y1, m1, d1 := now.In(locale.Zone).Date()
	y2, m2, d2 := at.Add(-time.Nanosecond).In(locale.Zone).Date()
	return y1 == y2 && m1 == m2 && d1 == d2
}

func lastClock(lang locale.Lang, at time.Time) string {
	if locale.EndOfDay(at) {
		return "24:00"
	}
	return lang.Clock(at)
}
