package rating

import (
	"slices"
	"time"

	"huiyin/casework"
)

// Least is the number below which nothing that people said is published.
const Least = 5

// question is one thing that a table tells of each unit. It decides for itself which units stand alone in it.
type question int

const (
	items    question = iota // ratings of handled items, and how many of the items were rated
	walks                    // walk-bys
	doubts                   // ratings counted apart
	righting                 // bad ratings under a name: what the unit did about them
	tags                     // how often a tag was chosen; each tag is decided for itself
)

// answer names a question; of a tag it also names the tag.
type answer struct {
	question question
	tag      string
}

// told says who is seen in an answer.
type told struct {
	alone map[casework.UnitCode]bool
	rest  bool // all other units of the city are told as one
	sides bool // and of them how many were bad, how many good; else only how many there are
}

// Table is what is published of the ratings of a month: in each question some units alone, and all the others as one where they can be told. Every page and file shows sums of
// these and nothing else, so no two of them give more by subtraction than the table itself. Decide makes it.
type Table struct {
	sheet Sheet
	units []casework.UnitCode
	told  map[answer]told
}

// Settled is when the table of a month that begins at start is decided for good: a day after the month ended, when no rating of it can be changed any more.
func Settled(start time.Time) time.Time { return start.AddDate(0, 1, 0).Add(changeFor) }

// tally is what the decision looks at, for one unit or for several as one. Of a question without levels all is in bad.
type tally struct {
	bad, good int // one and two stars; three and more
	rated     int // handled items of the month that were rated
}

func (t tally) plus(o tally) tally {
	return tally{bad: t.bad + o.bad, good: t.good + o.good, rated: t.rated + o.rated}
}

func clear5(n int) bool { return n == 0 || n >= Least }

// tellable reports whether somebody's rating cannot be told from a tally: enough people, and of each side either enough or nobody.
func (t tally) tellable() bool {
	return t.bad+t.good >= Least && clear5(t.bad) && clear5(t.good) && clear5(t.rated)
}

// Decide decides the table of a sheet for the units of a city. It is pure: the same sheet gives the same table, whoever asks.
func Decide(s Sheet, units []casework.UnitCode) Table {
	t := Table{sheet: s, units: slices.Clone(units), told: map[answer]told{}}
	tallies := map[answer]map[casework.UnitCode]tally{}
	add := func(a answer, u casework.UnitCode, n tally) {
		t.units = append(t.units, u)
		if tallies[a] == nil {
			tallies[a] = map[casework.UnitCode]tally{}
		}
		tallies[a][u] = tallies[a][u].plus(n)
	}
	for _, c := range s.Counts {
		switch n := side(c.Level, c.N); {
		case c.Doubtful:
			add(answer{question: doubts}, c.Unit, tally{bad: c.N})
		case c.WalkBy:
			add(answer{question: walks}, c.Unit, n)
		default:
			add(answer{question: items}, c.Unit, n)
		}
	}
	for _, i := range s.Issued {
		add(answer{question: items}, i.Unit, tally{rated: i.Rated})
	}
	for _, r := range s.Righted {
		add(answer{question: righting}, r.Unit, tally{bad: 1})
	}
	for _, g := range s.Said {
		add(g.answer(), g.Unit, tally{bad: g.N})
	}
	slices.Sort(t.units)
	t.units = slices.Compact(t.units)
	first := t.decide(tallies[answer{question: items}], nil)
	t.told[answer{question: items}] = first
	second := t.decide(tallies[answer{question: walks}], nil)
	t.told[answer{question: walks}] = second
	for a, n := range tallies {
		switch a.question {
		case items, walks:
		case doubts:
			t.told[a] = t.decide(n, nil)
		default: // what is part of the ratings is told alone only where these are
			t.told[a] = t.decide(n, func(u casework.UnitCode) bool { return first.alone[u] && (a.question == righting || second.alone[u]) })
		}
	}
	return t
}

func side(l Level, n int) tally {
	if l.Bad() {
		return tally{bad: n}
	}
	return tally{good: n}
}

func (s Said) answer() answer { return answer{question: tags, tag: s.TagSet + " " + s.Code} }

// decide lets those units stand alone that may and can be told; all others of the city are one, if they can be told and are not so many that each must have the most it can
// have. A unit without ratings is among them like one with few: nobody learns which is which.
func (t Table) decide(n map[casework.UnitCode]tally, may func(casework.UnitCode) bool) told {
	d := told{alone: map[casework.UnitCode]bool{}}
	var rest tally
	others := 0
	for _, u := range t.units {
		if n[u].tellable() && (may == nil || may(u)) {
			d.alone[u] = true
			continue
		}
		rest = rest.plus(n[u])
		others++
	}
	most := others * (Least - 1)
	d.rest = others >= 2 && rest.bad+rest.good >= Least && clear5(rest.rated) && rest.bad+rest.good != most
	d.sides = d.rest && rest.tellable()
	return d
}

// shows reports whether a unit is part of an answer where the city's remaining units are shown too, or not.
func (t Table) shows(a answer, u casework.UnitCode, rest bool) bool {
	d := t.told[a]
	return d.alone[u] || rest && d.rest
}

// sided reports whether levels of a unit are part of an answer where its number is.
func (t Table) sided(q question, u casework.UnitCode) bool {
	d := t.told[answer{question: q}]
	return d.alone[u] || d.sides
}

// City are the figures of the whole city: of the units that stand alone and of the rest, where it can be told.
func (t Table) City() Report {
	return t.fold(func(casework.UnitCode) bool { return true }, func(a answer, u casework.UnitCode) bool { return t.shows(a, u, true) }, false)
}

// Of are the figures of the units that keep names, as far as they stand alone.
func (t Table) Of(keep func(casework.UnitCode) bool) Report {
	return t.fold(keep, func(a answer, u casework.UnitCode) bool { return t.shows(a, u, false) }, true)
}

// Alone are the units that stand alone in ratings of handled items or in walk-bys, by code.
func (t Table) Alone() []casework.UnitCode {
	var list []casework.UnitCode
	for _, u := range t.units {
		if t.shows(answer{question: items}, u, false) || t.shows(answer{question: walks}, u, false) {
			list = append(list, u)
		}
	}
	return list
}

// Rest are the figures of all units that do not stand alone, as one, question by question.
func (t Table) Rest() Report {
	return t.fold(func(casework.UnitCode) bool { return true }, func(a answer, u casework.UnitCode) bool { return t.told[a].rest && !t.told[a].alone[u] }, false)
}
