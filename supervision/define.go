package supervision

import (
	"strconv"

	"huiyin/casework"
)

// Measure says how a figure is to be read.
type Measure string

// The measures.
const (
	Share Measure = "share" // numerator of denominator
	Count Measure = "count" // the numerator; the denominator is what it is counted among
	Hours Measure = "hours" // the numerator in whole hours, over denominator cases
)

// Definition is one published way of counting. A change of what it counts is a new version, never an edit.
type Definition struct {
	Code    string
	Version int
	Name    string // locale key of the name
	How     string // locale key of the explanation: what is counted, of what, and what is left out
	Measure Measure
	Now     bool // counts what stands now, whatever the period
	Lower   bool // lower is better

	appealed string // figure of casework.AppealFigures that this one is made of, empty where none can be appealed against

	in       func(*Row, Period) bool
	judge    func(*Row) (Halves, string) // what the row adds to the numerator, or why it is excluded
	quantile int                         // of Hours: percent
}

// of is what a row that the definition speaks of adds, or why it is left out.
func (d Definition) of(r *Row) (Halves, string) {
	if d.appealed != "" {
		if out, waived := r.waives(d.appealed); waived {
			return 0, out
		}
	}
	return d.judge(r)
}

// ID names the definition with its version, such as "on_time@1".
func (d Definition) ID() string { return d.Code + "@" + strconv.Itoa(d.Version) }

// satisfiedFrom is the lowest level that counts as satisfied: basically satisfied (基本满意).
const satisfiedFrom casework.Satisfaction = 3

// Definitions is the catalogue of figures (domain study 4.2), in the order of pages.
var Definitions = []Definition{
	{Code: "received", Version: 1, Name: "figure.received", How: "figure.received_how", Measure: Count, in: filed, judge: every},
	{Code: "answered", Version: 1, Name: "figure.answered", How: "figure.answered_how", Measure: Share, in: filed, judge: when(func(r *Row) bool { return r.Way == WayAnswered })},
	{Code: "dispatched", Version: 1, Name: "figure.dispatched", How: "figure.dispatched_how", Measure: Count, in: sent, judge: every},
	{Code: "sign_on_time", Version: 2, Name: "figure.sign_on_time", How: "figure.sign_on_time_how", Measure: Share, appealed: "sign",
		in:    func(r *Row, p Period) bool { return r.Part == PartLeg && r.Signed != None && p.Holds(r.Opened) },
		judge: func(r *Row) (Halves, string) { return r.kept(r.Signed) }},
	{Code: "response", Version: 2, Name: "figure.response", How: "figure.response_how", Measure: Share, appealed: "contact", in: legDue, judge: func(r *Row) (Halves, string) {
		if r.Handled == Ended {
			return 0, r.Excluded
		}
		if r.Contacted == None {
			return 0, OutNoContact
		}
		return r.kept(r.Contacted)
	}},
	{Code: "on_time", Version: 2, Name: "figure.on_time", How: "figure.on_time_how", Measure: Share, appealed: "handle", in: legDue,
		judge: func(r *Row) (Halves, string) { return r.kept(r.Handled) }},
	{Code: "on_time_original", Version: 2, Name: "figure.on_time_original", How: "figure.on_time_original_how", Measure: Share, appealed: "handle", in: legDue,
		judge: func(r *Row) (Halves, string) { return r.kept(r.Original) }},
	{Code: "promise", Version: 1, Name: "figure.promise", How: "figure.promise_how", Measure: Share,
		in:    func(r *Row, p Period) bool { return r.Part == PartCase && p.Holds(r.Due) },
		judge: func(r *Row) (Halves, string) { return r.kept(r.Handled) }},
	{Code: "solved", Version: 3, Name: "figure.solved", How: "figure.solved_how", Measure: Share, appealed: "solved", in: rated, judge: undoubted(solved)},
	{Code: "satisfied", Version: 3, Name: "figure.satisfied", How: "figure.satisfied_how", Measure: Share, appealed: "satisfied", in: rated, judge: undoubted(satisfied)},
	{Code: "satisfied_first", Version: 2, Name: "figure.satisfied_first", How: "figure.satisfied_first_how", Measure: Share, appealed: "satisfied",
		in: func(r *Row, p Period) bool { return rated(r, p) && r.First }, judge: undoubted(satisfied)},
	{Code: "satisfied_final", Version: 2, Name: "figure.satisfied_final", How: "figure.satisfied_final_how", Measure: Share, appealed: "satisfied",
		in: func(r *Row, p Period) bool { return rated(r, p) && !r.SentBack }, judge: undoubted(satisfied)},
	{Code: "doubtful", Version: 1, Name: "figure.doubtful", How: "figure.doubtful_how", Measure: Share, Lower: true, in: rated, judge: when(func(r *Row) bool { return r.Doubtful })},
	{Code: "coverage", Version: 1, Name: "figure.coverage", How: "figure.coverage_how", Measure: Share, in: legDue, judge: func(r *Row) (Halves, string) {
		if _, out := r.kept(r.Handled); out != "" {
			return 0, out
		}
		return one(r.Verdict != ""), ""
	}},
	{Code: "not_reached", Version: 1, Name: "figure.not_reached", How: "figure.not_reached_how", Measure: Share, Lower: true,
		in:    func(r *Row, p Period) bool { return r.Part != PartCase && p.Holds(r.Replied) },
		judge: when(func(r *Row) bool { return r.NotReached })},
	{Code: "redo", Version: 1, Name: "figure.redo", How: "figure.redo_how", Measure: Share, Lower: true,
		in:    func(r *Row, p Period) bool { return r.Part != PartCase && p.Holds(r.Replied) },
		judge: when(func(r *Row) bool { return r.SentBack })},
	{Code: "hops_one", Version: 1, Name: "figure.hops_one", How: "figure.hops_one_how", Measure: Share, in: handedOn, judge: when(func(r *Row) bool { return r.Hops == 1 })},
	{Code: "hops_two", Version: 1, Name: "figure.hops_two", How: "figure.hops_two_how", Measure: Share, Lower: true, in: handedOn, judge: when(func(r *Row) bool { return r.Hops == 2 })},
	{Code: "hops_more", Version: 1, Name: "figure.hops_more", How: "figure.hops_more_how", Measure: Share, Lower: true, in: handedOn, judge: when(func(r *Row) bool { return r.Hops >= MostHops })},
	{Code: "flagged", Version: 1, Name: "figure.flagged", How: "figure.flagged_how", Measure: Share, Lower: true,
		in:    func(r *Row, p Period) bool { return r.Part == PartLeg && p.Holds(r.Replied) },
		judge: when(func(r *Row) bool { return r.Flags != "" })},
	{Code: "return", Version: 1, Name: "figure.return", How: "figure.return_how", Measure: Share, Lower: true, in: sent,
		judge: when(func(r *Row) bool { return r.Returned != "" })},
	{Code: "dispatch_accuracy", Version: 1, Name: "figure.dispatch_accuracy", How: "figure.dispatch_accuracy_how", Measure: Share, in: sent,
		judge: when(func(r *Row) bool { return r.Returned != "granted" })},
	{Code: "extension", Version: 1, Name: "figure.extension", How: "figure.extension_how", Measure: Share, Lower: true, in: legDue, judge: func(r *Row) (Halves, string) {
		if r.Handled == Ended {
			return 0, r.Excluded
		}
		return one(r.Extensions > 0), ""
	}},
	{Code: "open", Version: 1, Name: "figure.open", How: "figure.open_how", Measure: Count, Now: true, in: openNow, judge: every},
	{Code: "overdue_open", Version: 1, Name: "figure.overdue_open", How: "figure.overdue_open_how", Measure: Count, Now: true, Lower: true, in: openNow,
		judge: when(func(r *Row) bool { return r.Overdue })},
	{Code: "hung_up", Version: 1, Name: "figure.hung_up", How: "figure.hung_up_how", Measure: Count, Now: true, Lower: true, in: openNow,
		judge: when(func(r *Row) bool { return r.Hung })},
	{Code: "hours_median", Version: 1, Name: "figure.hours_median", How: "figure.hours_median_how", Measure: Hours, Lower: true, in: firstAnswer, judge: every, quantile: 50},
	{Code: "hours_p90", Version: 1, Name: "figure.hours_p90", How: "figure.hours_p90_how", Measure: Hours, Lower: true, in: firstAnswer, judge: every, quantile: 90},
}

// Retired are the versions that no month is closed by any more. What was published by them is still counted by them.
var Retired = []Definition{
	{Code: "solved", Version: 2, Name: "figure.solved", How: "figure.solved_how", Measure: Share, appealed: "solved", in: rated, judge: solved},
	{Code: "satisfied", Version: 2, Name: "figure.satisfied", How: "figure.satisfied_how", Measure: Share, appealed: "satisfied", in: rated, judge: satisfied},
	{Code: "satisfied_first", Version: 1, Name: "figure.satisfied_first", How: "figure.satisfied_first_how", Measure: Share, appealed: "satisfied",
		in: func(r *Row, p Period) bool { return rated(r, p) && r.First }, judge: satisfied},
	{Code: "satisfied_final", Version: 1, Name: "figure.satisfied_final", How: "figure.satisfied_final_how", Measure: Share, appealed: "satisfied",
		in: func(r *Row, p Period) bool { return rated(r, p) && !r.SentBack }, judge: satisfied},
}

// Define finds a definition by its code.
func Define(code string) (Definition, bool) {
	for _, d := range Definitions {
		if d.Code == code {
			return d, true
		}
	}
	return Definition{}, false
}

func filed(r *Row, p Period) bool  { return r.Part == PartCase && p.Holds(r.Filed) }
func sent(r *Row, p Period) bool   { return r.Part == PartLeg && r.Dispatched && p.Holds(r.Opened) }
func legDue(r *Row, p Period) bool { return r.Part == PartLeg && p.Holds(r.Due) }
func rated(r *Row, p Period) bool  { return r.Part != PartCase && r.Verdict != "" && p.Holds(r.Rated) }
func handedOn(r *Row, p Period) bool {
	return r.Part == PartLeg && r.First && r.Hops > 0 && p.Holds(r.Replied)
}
func openNow(r *Row, _ Period) bool { return r.Part == PartCase && r.Open }
func firstAnswer(r *Row, p Period) bool {
	return r.Part == PartCase && r.Hours >= 0 && p.Holds(r.Replied)
}

// solved judges whether the resident says that the matter is solved; partly is half.
func solved(r *Row) (Halves, string) {
	switch r.Verdict {
	case casework.SolvedYes:
		return Whole(1), ""
	case casework.SolvedPartly:
		return Whole(1) / 2, ""
	}
	return 0, ""
}

// undoubted leaves words out that are counted apart.
func undoubted(judge func(*Row) (Halves, string)) func(*Row) (Halves, string) {
	return func(r *Row) (Halves, string) {
		if r.Doubtful {
			return 0, OutDoubtful
		}
		return judge(r)
	}
}

// satisfied judges the resident's word; one that says nothing of satisfaction is left out.
func satisfied(r *Row) (Halves, string) {
	if r.Satisfaction == 0 {
		return 0, OutUnrated
	}
	return one(r.Satisfaction >= satisfiedFrom), ""
}

func every(*Row) (Halves, string) { return Whole(1), "" }

func when(is func(*Row) bool) func(*Row) (Halves, string) {
	return func(r *Row) (Halves, string) { return one(is(r)), "" }
}

func one(is bool) Halves {
	if is {
		return Whole(1)
	}
	return 0
}

// kept counts an outcome: in time is one, late or missed none; not due yet and ended without object are excluded with their reason.
func (r *Row) kept(o Outcome) (Halves, string) {
	switch o {
	case InTime:
		return Whole(1), ""
	case Running:
		return 0, OutRunning
	case Ended:
		return 0, r.Excluded
	}
	return 0, ""
}

// ExclusionNames are the locale keys of the reasons for exclusion.
var ExclusionNames = map[string]string{
	OutRunning: "figure.out_running", OutWithdrawn: "figure.out_withdrawn", OutUnsigned: "figure.out_withdrawn_early", OutDeclined: "figure.out_declined",
	OutRedirected: "figure.out_redirected", OutMerged: "figure.out_merged", OutReturned: "figure.out_returned", OutTerminated: "figure.out_terminated",
	OutHungUp: "figure.out_hung_up", OutNoContact: "figure.out_no_contact_limit", OutUnrated: "figure.out_unrated",
	OutDoubtful: "figure.out_doubtful", OutAppealed: "figure.out_appealed", OutUnreasoned: "figure.out_unreasonable",
}

// WayNames are the locale keys of what became of a received case.
var WayNames = map[Way]string{
	WayAnswered: "figure.way_answered", WayDispatched: "figure.way_dispatched", WayDeclined: "figure.way_declined", WayEmergency: "figure.way_emergency",
	WayMerged: "figure.way_merged", WayWithdrawn: "figure.way_withdrawn", WayWaiting: "figure.way_waiting",
}
