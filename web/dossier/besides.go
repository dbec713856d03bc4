package dossier

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/web/shell"
)

// Try is one attempt to reach the resident.
type Try struct {
	At    time.Time
	Who   string
	Means string
	OK    bool
	Note  string
	Files []string // what was kept as evidence, in words
}

// Tries is the log of contacts: every attempt to reach the resident, oldest first.
func (v View) Tries() []Try {
	var list []Try
	for _, e := range v.F.Events {
		if e.Step != casework.StepContact {
			continue
		}
		var d told
		if json.Unmarshal(e.Data, &d) != nil {
			continue
		}
		one := Try{At: e.At, Who: v.Unit(e.Unit), Means: d.Means, OK: d.Reached != nil && *d.Reached}
		for _, m := range v.F.Messages {
			if m.Purpose == "contact" && m.At.Equal(e.At) {
				one.Note, one.Files = m.Body, v.proofs(m)
			}
		}
		list = append(list, one)
	}
	return list
}

func (v View) triesGrid() shell.Grid {
	p := v.P
	g := shell.Grid{Caption: p.T("unitwork.contacts"), Columns: []shell.Column{{Title: p.T("unitwork.contact_at")}, {Title: p.T("inbox.means")}, {Title: p.T("inbox.reached")}, {Title: p.T("unitwork.contact_proof")}}}
	for _, one := range v.Tries() {
		result := p.T("dossier.not_reached")
		if one.OK {
			result = p.T("dossier.reached")
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: p.Lang.DateTime(one.At) + " · " + one.Who}, {Text: p.T("means." + one.Means)}, {Text: v.joined(result, one.Note)}, {Text: strings.Join(one.Files, p.T("dossier.comma"))}})
	}
	return g
}

// figures names the figures that an appeal is about.
func (v View) figures(list []string) string {
	var names []string
	for _, f := range list {
		names = append(names, v.P.T("unitwork.figure_"+f))
	}
	return strings.Join(names, v.P.T("dossier.comma"))
}

// Appealing are the appeals that wait for a decision.
func (v View) Appealing() []casework.Appeal {
	return slices.DeleteFunc(slices.Clone(v.Appeals), func(a casework.Appeal) bool { return a.Granted != nil })
}

// Called is the earliest whistle that the reader's unit has not answered; ok is false where none calls it.
func (v View) Called() (casework.Whistle, bool) {
	for _, w := range v.Whistles {
		for _, c := range w.Calls {
			if c.Reported == nil && slices.Contains(v.By.Units, c.Unit) {
				return w, true
			}
		}
	}
	return casework.Whistle{}, false
}

// callDue is how long a called department has, or had when it reported.
func callDue(w casework.Whistle, c casework.WhistleCall) shell.Due {
	d := shell.Due{Start: w.At, At: w.ReportBy}
	if c.Reported != nil {
		d.Met = *c.Reported
	}
	return d
}

func (v View) appealItems(a casework.Appeal) []shell.Item {
	p := v.P
	items := []shell.Item{{Key: p.T("dossier.asked_by"), Value: v.joined(v.Unit(a.Unit), p.Lang.DateTime(a.AskedAt))}}
	if len(a.Figures) > 0 {
		items = append(items, shell.Item{Key: p.T("unitwork.appeal_figures"), Value: v.figures(a.Figures)})
	}
	items = append(items, shell.Item{Key: p.T("dossier.reason"), Value: a.Reason})
	if a.Granted != nil {
		word := "unitwork.appeal_refused"
		if *a.Granted {
			word = "unitwork.appeal_granted"
		}
		items = append(items, shell.Item{Key: p.T("unitwork.appeal_decided"), Value: v.joined(p.T(word), a.Decision)})
	}
	return items
}

// RulingNeeded tells how often units returned the case in this round, where after so many the next one must be named by a ruling; else 0.
func (v View) RulingNeeded(after int) int {
	if n := v.F.Returns(); n >= after {
		return n
	}
	return 0
}

// Returned is the return that was granted last in the present round, while the case waits to be sent on; ok is false where none was.
func (v View) Returned() (casework.Request, bool) {
	if v.F.Case.State != casework.Accepted || v.F.Returns() == 0 {
		return casework.Request{}, false
	}
	for _, r := range slices.Backward(v.F.Requests) {
		if r.Kind == "return" && r.Granted != nil && *r.Granted {
			return r, true
		}
	}
	return casework.Request{}, false
}

// LastReturn is when the last return was granted; zero where none was.
func (v View) LastReturn() time.Time {
	for _, e := range slices.Backward(v.F.Events) {
		if e.Step == casework.StepGrantReturn {
			return e.At
		}
	}
	return time.Time{}
}

// Moment reads a moment as a field of type datetime-local gives it, in the city's zone; ok is false for what is none.
func Moment(value string) (time.Time, bool) {
	t, err := time.ParseInLocation(momentForm, value, locale.Zone)
	return t, err == nil
}

// MomentOf is a moment in the form of such a field.
func MomentOf(t time.Time) string { return t.In(locale.Zone).Format(momentForm) }

const momentForm = "2006-01-02T15:04"

// WhistleScores is both sides of whistles as a table: who called, who was called, and how they came.
func WhistleScores(p shell.Page, names Namer, list []casework.WhistleScore) shell.Grid {
	g := shell.Grid{Caption: p.T("unitwork.scores"), Columns: []shell.Column{{Title: p.T("inbox.unit")}}}
	for _, key := range []string{"unitwork.score_made", "unitwork.score_called", "unitwork.score_in_time", "unitwork.score_late"} {
		g.Columns = append(g.Columns, shell.Column{Title: p.T(key), Numeric: true})
	}
	for _, s := range list {
		row := []shell.Cell{{Text: names.City.UnitName(s.Unit, p.Lang)}}
		for _, n := range []int{s.Made, s.Called, s.InTime, s.Late} {
			row = append(row, shell.Cell{Text: p.Lang.Number(n)})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}
