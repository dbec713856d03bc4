package main

import (
	"fmt"
	"strings"
)

// deadlines are worked examples of limits in working days around holidays and make-up days: the day after receipt is counted first, and the
// limit ends with its last working day. kind and clock pick a limit of so many days.
var deadlines = []struct{ at, kind, clock, due string }{
	{"2026-02-13", "help", "handle", "2026-02-27"},
	{"2026-02-14", "help", "handle", "2026-02-28"},
	{"2026-02-16", "help", "handle", "2026-02-28"},
	{"2026-09-24", "help", "handle", "2026-10-09"},
	{"2026-09-30", "help", "handle", "2026-10-13"},
	{"2026-04-30", "report", "handle", "2026-05-25"},
	{"2025-01-27", "help", "handle", "2025-02-10"},
	{"2025-09-30", "suggestion", "handle", "2025-10-21"},
	{"2026-01-01", "help", "sign", "2026-01-04"},
}

// measureDeadlines asks `huiyin due` for each example, filed at several hours of its day.
func measureDeadlines(huiyin tool) error {
	type question struct {
		ID   int    `json:"id"`
		Kind string `json:"kind"`
		At   string `json:"at"`
	}
	var questions []question
	hours := []string{"00:00:00", "09:30:00", "23:59:59"}
	for _, v := range deadlines {
		for _, hour := range hours {
			questions = append(questions, question{len(questions), v.kind, v.at + "T" + hour + "+08:00"})
		}
	}
	answers, err := ask[question, struct {
		ID     int `json:"id"`
		Clocks []struct{ Name, Until string }
	}](huiyin, questions, "due")
	if err != nil {
		return err
	}
	right := 0
	for _, a := range answers {
		v := deadlines[a.ID/len(hours)]
		for _, c := range a.Clocks {
			if c.Name != v.clock {
				continue
			}
			if strings.TrimSuffix(c.Until, " 24:00") == v.due {
				right++
			} else {
				fmt.Printf("  received %s: %s by %s, want %s\n", questions[a.ID].At, c.Name, c.Until, v.due)
			}
		}
	}
	fmt.Printf("deadlines: %s of the worked examples\n", percent(right, len(questions)))
	return nil
}
