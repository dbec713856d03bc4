package supervision

import (
	"strings"

	"huiyin/casework"
)

// Part says what a count row counts.
type Part string

// The parts. A case gives one case row (the resident's view), a leg row for every unit it was sent to (the unit's view),
// and an answer row for every answer by the hotline itself.
const (
	PartCase   Part = "case"
	PartLeg    Part = "leg"
	PartAnswer Part = "answer"
)

// Outcome is how one clock ended.
type Outcome string

// The outcomes. None: the clock was never started.
const (
	None    Outcome = ""
	InTime  Outcome = "in_time" // met, at the latest at the due time
	Late    Outcome = "late"    // met after the due time
	Missed  Outcome = "missed"  // past due and not met
	Running Outcome = "running" // neither met nor past due
	Ended   Outcome = "ended"   // ended without object before the due time; the row's Excluded says why
)

// Way is what became of a received case: every case has exactly one, so that received equals their sum.
type Way string

// The ways.
const (
	WayAnswered   Way = "answered"
	WayDispatched Way = "dispatched"
	WayDeclined   Way = "declined"
	WayEmergency  Way = "emergency"
	WayMerged     Way = "merged"
	WayWithdrawn  Way = "withdrawn" // taken back before any dispatch
	WayWaiting    Way = "waiting"
)

// Ways lists the ways in the order of the published identity.
var Ways = []Way{WayAnswered, WayDispatched, WayDeclined, WayEmergency, WayMerged, WayWithdrawn, WayWaiting}

// Reasons why a row is left out of a denominator (剔除). Each is counted in public.
const (
	OutRunning    = "running"          // not due yet
	OutWithdrawn  = "withdrawn"        // the resident took the case back after it was signed
	OutUnsigned   = "withdrawn_early"  // the resident took the case back before it was signed
	OutDeclined   = "declined"         // not accepted; the right channel was named
	OutRedirected = "redirected"       // handed to an emergency line
	OutMerged     = "merged"           // joined to another case
	OutReturned   = "returned"         // sent to the wrong unit
	OutTerminated = "terminated"       // ended after the hotline's review
	OutHungUp     = "hung_up"          // on the ledger of long-lasting difficulties
	OutNoContact  = "no_contact_limit" // no limit for the first contact, such as anonymous reports
	OutUnrated    = "unrated"          // the resident has not said anything
	OutDoubtful   = "doubtful"         // the rating is doubtful: one of many from a terminal, sent sooner than anybody reads, or one of a row as the unit closed
	OutAppealed   = "appealed"         // the unit's appeal against this figure was granted (考核申诉)
	OutUnreasoned = "unreasonable"     // the hotline judged the demand to be without ground (不合理诉求)
)

// waives reports whether a granted appeal leaves the row out of a figure, and under which reason that is counted.
func (r *Row) waives(figure string) (out string, waived bool) {
	for name := range strings.SplitSeq(r.Waived, ",") {
		switch {
		case name == "":
		case name == figure:
			return OutAppealed, true
		case name == string(casework.Unreasoned) && (figure == "solved" || figure == "satisfied"):
			return OutUnreasoned, true
		}
	}
	return "", false
}

// MostHops is where counting the units that had a case ends: more are told as this many, so that no single case stands out.
const MostHops = 3

// Row is a count row, or N equal ones. It holds only what the definitions name: months, no days; no number of a case, no words.
type Row struct {
	Part         Part
	Unit         casework.UnitCode // who handled it; of an unanswered case who owes the answer
	District     string            // six-digit territory code, empty where unknown or city-wide
	Kind         casework.Kind
	Category     string // first level for reports and secret cases, else as classified
	Channel      casework.Channel
	Way          Way
	Filed        Month
	Opened       Month // leg: the unit's turn began
	Dispatched   bool  // leg: began by a dispatch, not by another round
	Due          Month // leg: the handling limit with extensions; case: the promise to the resident
	Replied      Month // first answer of this row
	Rated        Month
	Signed       Outcome
	Contacted    Outcome
	Handled      Outcome // leg: the handling limit with extensions; case: the promise to the resident
	Original     Outcome // against the first limit, extensions ignored
	Verdict      casework.Solved
	Satisfaction casework.Satisfaction // 0: not said
	Round        int
	First        bool   // leg, answer: of the first round, so that its word is the resident's first
	Hops         int    // leg: the how many-th unit that had the case in this round, MostHops for that many and more
	Doubtful     bool   // leg, answer: the resident's word is counted apart
	Flags        string // leg: what the check of replies pointed at in the answer, with commas between
	SentBack     bool   // the answer was not good enough: another round
	NotReached   bool   // leg, answer: the resident was called as often as the city calls, in vain, and has not said a word
	Returned     string // granted, refused: what became of the unit's wish to return the case
	Extensions   int
	Excluded     string // why the handling ended without an answer
	Waived       string // leg: the figures that granted appeals leave it out of, with commas between; see casework.AppealFigures and casework.Unreasoned
	Hung         bool   // case: on the ledger of long-lasting difficulties now
	Open         bool   // somebody owes an answer
	Overdue      bool   // Open, and past due
	Hours        int    // whole hours to the first answer, -1 where there is none
	N            int    // how many equal rows; never below 1
}
