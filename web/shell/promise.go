package shell

import (
	"huiyin/casework"
	"huiyin/locale"
)

// PromiseNotes say of a promise what its moment alone does not: that it may still move, from where it moved, and by which law it runs, beside the city's own
// limit. law names the law and the article, where the clock runs by one.
func PromiseNotes(lang locale.Lang, k casework.Clock, law string) []string {
	var notes []string
	if k.Statute != "" {
		args := locale.Args{"Law": law, "Limit": lawful(lang, k), "Own": ""}
		key := "promise.statute"
		if k.Ordinary != nil {
			key, args["Own"] = "promise.statute_own", lang.Deadline(*k.Ordinary)
		}
		notes = append(notes, lang.T(key, args))
	}
	if k.Rolls {
		notes = append(notes, lang.T("promise.rolls"))
	}
	if !k.OriginalDue.Equal(k.Due) {
		notes = append(notes, lang.T("dossier.was_due", locale.Args{"Moment": lang.Deadline(k.OriginalDue)}))
	}
	if k.Provisional && k.Running() {
		notes = append(notes, lang.T("calendar.provisional"))
	}
	return notes
}

// lawful is how long a law gives, in the days or months that it counts in.
func lawful(lang locale.Lang, k casework.Clock) string {
	switch {
	case k.Months > 0:
		return lang.N("promise.months", k.Months)
	case k.CalendarDays > 0:
		return lang.N("promise.calendar_days", k.CalendarDays)
	}
	return lang.N("promise.working_days", k.WorkingDays)
}
