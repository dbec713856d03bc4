package gaming

import (
	"cmp"
	"slices"
	"time"

	"huiyin/casework"
)

// finders look for one pattern each: the cases that show it, and among how many they are.
var finders = map[Pattern]func(Limit, []Turn) ([]casework.CaseID, int){
	MassClosing: massClosing, FakeContact: fakeContact, Pressure: pressure, RepeatedReturn: repeatedReturn, ExtensionHabit: extensionHabit,
	FiveStarFlood: fiveStarFlood, OneNetwork: oneNetwork, Boilerplate: boilerplate, Exclusion: exclusion,
}

// moment is something that happened in a case.
type moment struct {
	id casework.CaseID
	at time.Time
}

// bunched are the cases of moments of which at least n lie within a span of each other, each case once.
func bunched(all []moment, n int, span time.Duration) []casework.CaseID {
	slices.SortStableFunc(all, func(a, b moment) int { return a.at.Compare(b.at) })
	var found []casework.CaseID
	for from, to := 0, 0; from < len(all); from++ {
		for to < len(all) && all[to].at.Sub(all[from].at) <= span {
			to++
		}
		if to-from >= n {
			for _, m := range all[from:to] {
				found = append(found, m.id)
			}
		}
	}
	return once(found)
}

// once is a list without repetitions, in a fixed order.
func once(all []casework.CaseID) []casework.CaseID {
	slices.SortFunc(all, func(a, b casework.CaseID) int { return cmp.Compare(a.String(), b.String()) })
	return slices.Compact(all)
}

// massClosing: many answers at once right before their limits. Answers at once with days left, and answers near the limit on different days, are none.
func massClosing(l Limit, turns []Turn) ([]casework.CaseID, int) {
	var near []moment
	answered := 0
	for _, t := range turns {
		if t.Replied.IsZero() {
			continue
		}
		answered++
		if left := t.Due.Sub(t.Replied); !t.Due.IsZero() && left >= 0 && left <= l.Near {
			near = append(near, moment{t.Case, t.Replied})
		}
	}
	return bunched(near, l.Least, l.Within), answered
}

// fakeContact: contacts that residents deny, that one person recorded within seconds of each other, or that say the same long text.
func fakeContact(l Limit, turns []Turn) ([]casework.CaseID, int) {
	var found []casework.CaseID
	asked, contacted := 0, 0
	by := map[int64][]moment{}
	same := map[string][]casework.CaseID{}
	for _, t := range turns {
		recorded := false
		for _, c := range t.Contacts {
			if !c.Reached {
				continue
			}
			recorded = true
			by[c.Staff] = append(by[c.Staff], moment{t.Case, c.At})
			if c.Text != "" && c.Length >= l.Length {
				same[c.Text] = append(same[c.Text], t.Case)
			}
		}
		if !recorded {
			continue
		}
		contacted++
		if t.Asked {
			asked++
		}
		if t.Denied {
			found = append(found, t.Case)
		}
	}
	among := asked
	if len(found) < l.Least || 100*len(found) < l.Share*asked {
		found, among = nil, contacted // one who does not remember is no sign
	}
	for _, list := range by {
		if ids := bunched(list, l.Burst, l.Within); len(ids) >= l.Burst {
			found, among = append(found, ids...), contacted
		}
	}
	for _, list := range same {
		if ids := once(list); len(ids) >= l.Burst {
			found, among = append(found, ids...), contacted
		}
	}
	return once(found), among
}

// pressure: the best rating within moments of the answer, before anybody could have read it, and residents who write that they were urged.
func pressure(l Limit, turns []Turn) ([]casework.CaseID, int) {
	var found []casework.CaseID
	rated := 0
	for _, t := range turns {
		if t.Rated.IsZero() {
			continue
		}
		rated++
		last := t.Replied
		for _, c := range t.Contacts {
			if c.At.After(last) && !c.At.After(t.Rated) {
				last = c.At
			}
		}
		gap := t.Rated.Sub(last)
		if t.Urged || t.Stars == 5 && !last.IsZero() && gap >= 0 && gap <= l.Within {
			found = append(found, t.Case)
		}
	}
	return once(found), rated
}

// repeatedReturn: cases that the unit asked to give back as often as Burst or more.
func repeatedReturn(l Limit, turns []Turn) ([]casework.CaseID, int) {
	times := map[casework.CaseID]int{}
	for _, t := range turns {
		times[t.Case] += t.Returns
	}
	var found []casework.CaseID
	for id, n := range times {
		if n >= l.Burst {
			found = append(found, id)
		}
	}
	return once(found), len(times)
}

// extensionHabit: turns with more time, among those whose limit ends in the month.
func extensionHabit(_ Limit, turns []Turn) ([]casework.CaseID, int) {
	return counted(turns, func(t Turn) bool { return t.Extended > 0 })
}

// exclusion: turns that the figures leave out because of what the unit asked for.
func exclusion(_ Limit, turns []Turn) ([]casework.CaseID, int) {
	return counted(turns, func(t Turn) bool { return t.Left })
}

func counted(turns []Turn, is func(Turn) bool) (found []casework.CaseID, among int) {
	for _, t := range turns {
		if !t.Counted {
			continue
		}
		among++
		if is(t) {
			found = append(found, t.Case)
		}
	}
	return once(found), among
}

// fiveStarFlood: best ratings in a bunch, and best ratings that are counted apart already.
func fiveStarFlood(l Limit, turns []Turn) ([]casework.CaseID, int) {
	var best []moment
	var found []casework.CaseID
	rated := 0
	for _, t := range turns {
		if t.Rated.IsZero() {
			continue
		}
		rated++
		if t.Stars == 5 {
			best = append(best, moment{t.Case, t.Rated})
			if t.Suspect {
				found = append(found, t.Case)
			}
		}
	}
	return once(append(found, bunched(best, l.Least, l.Within)...)), rated
}

// oneNetwork: good ratings that came in a run from one network.
func oneNetwork(_ Limit, turns []Turn) ([]casework.CaseID, int) {
	var found []casework.CaseID
	rated := 0
	for _, t := range turns {
		if t.Rated.IsZero() {
			continue
		}
		rated++
		if t.Crowd && t.Stars > 3 {
			found = append(found, t.Case)
		}
	}
	return once(found), rated
}

// boilerplate: one text for matters of different kinds. One trouble that many write about gets one answer, and that is none.
func boilerplate(l Limit, turns []Turn) ([]casework.CaseID, int) {
	type use struct {
		cases   []casework.CaseID
		matters map[string]bool
	}
	texts := map[string]*use{}
	answered := 0
	for _, t := range turns {
		if t.Replied.IsZero() {
			continue
		}
		answered++
		if t.Answer == "" || t.Length < l.Length {
			continue
		}
		u := texts[t.Answer]
		if u == nil {
			u = &use{matters: map[string]bool{}}
			texts[t.Answer] = u
		}
		u.cases = append(u.cases, t.Case)
		u.matters[t.Category[:min(4, len(t.Category))]] = true
	}
	var found []casework.CaseID
	for _, u := range texts {
		if len(u.matters) >= l.Burst && len(once(u.cases)) >= l.Least {
			found = append(found, u.cases...)
		}
	}
	return once(found), answered
}
