package element

import (
	"math"
	"slices"
	"strings"
	"time"
)

// moment is a time in a form that can be held against another: a date, a length, or an hour of the day.
type moment struct {
	class string // date, length, hour
	value string // of a date month-day, of a length its unit, empty for an hour
	n     float64
	words string // as said
}

func (m moment) same(o moment) bool {
	return m.class == o.class && m.value == o.value && math.Abs(m.n-o.n) < 0.01
}

// moments finds the times in a text; at is the day that "today" means.
func moments(text string, at time.Time) []moment {
	var list []moment
	day := func(t time.Time, words string) {
		list = append(list, moment{class: "date", value: t.Format("01-02"), words: words})
	}
	rest := text
	for _, word := range longestFirst(said.Day) {
		if strings.Contains(rest, word) {
			day(at.AddDate(0, 0, said.Day[word]), word)
			rest = strings.ReplaceAll(rest, word, "|")
		}
	}
	for _, m := range said.dateOf.FindAllStringSubmatch(text, -1) {
		month, ok := number(m[1])
		d, ok2 := number(m[2])
		if ok && ok2 && month >= 1 && month <= 12 && d >= 1 && d <= 31 {
			day(time.Date(at.Year(), time.Month(int(month)), int(d), 0, 0, 0, 0, time.UTC), m[0])
		}
	}
	for _, m := range said.lengthOf.FindAllStringSubmatch(text, -1) {
		if n, ok := number(m[1]); ok && n > 0 {
			list = append(list, moment{class: "length", value: said.Length[m[2]], n: n, words: m[0]})
		}
	}
	for _, m := range said.clockOf.FindAllStringSubmatch(text, -1) {
		n, ok := number(m[2])
		if !ok || n > 24 {
			continue
		}
		if n < 12 && slices.Contains(said.Afternoon, m[1]) {
			n += 12
		}
		if m[3] != "" {
			n += 0.5
		}
		list = append(list, moment{class: "hour", n: n, words: m[0]})
	}
	return list
}

// longestFirst puts a word before those that it contains.
func longestFirst(m map[string]int) []string {
	list := make([]string, 0, len(m))
	for w := range m {
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return list
}

// compareTime holds the times said against those written, class by class. An hour is the same twelve hours later, since the part of the day is often left out.
func compareTime(heard Elements, text string, at time.Time) []Gap {
	wrote := moments(text, at)
	var first *Gap
	for _, f := range heard.Of(Time) {
		for _, m := range moments(f.Value, at) {
			same := func(w moment) bool {
				return m.same(w) || m.class == "hour" && w.class == "hour" && math.Abs(math.Abs(m.n-w.n)-12) < 0.01
			}
			if slices.ContainsFunc(wrote, same) {
				return nil // one of the times is there
			}
			gap := Gap{Kind: Time, How: Omitted, Heard: f}
			if other := slices.IndexFunc(wrote, func(w moment) bool { return w.class == m.class }); other >= 0 {
				gap.How, gap.Written = Contradicts, wrote[other].words
			}
			if first == nil || first.How == Omitted && gap.How == Contradicts {
				first = &gap
			}
		}
	}
	if first == nil || first.How == Omitted && len(wrote) > 0 {
		return nil // a time of another class is written: enough for a department to go by
	}
	return []Gap{*first}
}
