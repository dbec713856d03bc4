// Package gaming looks for runs of acts that make a unit's figures better than its work, and keeps what persons judged of them.
package gaming

import (
	"time"

	"huiyin/casework"
)

// Pattern names what is looked for.
type Pattern string

// The patterns.
const (
	MassClosing    Pattern = "mass_closing"    // many answers at once right before the limit
	FakeContact    Pattern = "fake_contact"    // contacts that residents deny, that follow each other within seconds, or that say the same long text
	Pressure       Pattern = "pressure"        // best ratings at once after the answer, or residents who write that they were urged
	RepeatedReturn Pattern = "repeated_return" // the same case given back again and again
	ExtensionHabit Pattern = "extension_habit" // more time as a rule
	FiveStarFlood  Pattern = "five_star_flood" // best ratings in a bunch
	OneNetwork     Pattern = "one_network"     // good ratings in a bunch from one network
	Boilerplate    Pattern = "boilerplate"     // one text for different matters
	Exclusion      Pattern = "exclusion"       // more cases left out of the figures than may pass without a word
)

// Patterns lists the patterns in the order of pages.
var Patterns = []Pattern{MassClosing, FakeContact, Pressure, RepeatedReturn, ExtensionHabit, FiveStarFlood, OneNetwork, Boilerplate, Exclusion}

// Contact is one contact with the resident as the unit recorded it.
type Contact struct {
	At      time.Time
	Staff   int64
	Reached bool
	Text    string // mark of the words, the same for the same words; empty where none were written
	Length  int    // of the words, in characters
}

// Turn is one unit's turn with a case, as far as the patterns look. It says nothing of the resident.
type Turn struct {
	Case     casework.CaseID
	Category string
	Due      time.Time // of the answer, with extensions; zero where the turn has no limit
	Replied  time.Time // zero: no answer
	Answer   string    // mark of the answer's words without digits, signs and spaces
	Length   int       // of the answer, in characters
	Contacts []Contact
	Asked    bool // the resident was asked whether anybody made contact
	Denied   bool // and said no
	Rated    time.Time
	Stars    int
	Suspect  bool // the rating is among those counted apart
	Crowd    bool // the rating is one of a run of good ones of the unit from one network, as it was marked when they came
	Urged    bool // the resident writes of having been urged to rate well
	Returns  int  // times the unit asked to give the case back
	Extended int  // times it was given more time
	Counted  bool // the turn's limit ends in the month: the turn counts for the figures of limits
	Left     bool // it is left out of the figures by what the unit asked for: ended, hung up, waived by an appeal
}

// Sign is one pattern met by one unit in one month. It accuses nobody: a person outside the unit judges it.
type Sign struct {
	Pattern Pattern
	Found   int // cases
	Among   int // of how many
	Cases   []casework.CaseID
}

// Share is the part that was found, in percent, rounded down.
func (s Sign) Share() int {
	if s.Among == 0 {
		return 0
	}
	return 100 * s.Found / s.Among
}

// Look finds the patterns in the turns of one unit in one month. It is pure.
func Look(limits Limits, turns []Turn) []Sign {
	var all []Sign
	for _, p := range Patterns {
		l := limits[p]
		found, among := finders[p](l, turns)
		s := Sign{Pattern: p, Found: len(found), Among: among, Cases: found}
		if s.Found >= l.Least && s.Share() >= l.Share && s.Found > 0 {
			all = append(all, s)
		}
	}
	return all
}
