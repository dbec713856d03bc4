package warning_test

import (
	"math/rand/v2"
	"time"

	"huiyin/casework"
	"huiyin/datause/warning"
)

// habits are how a city works: how many people, when, and what of the month is unusual. The rules were tuned on usual alone; the others, and the seeds of
// heldOut, were played for the first time after the rules stood.
type habits struct {
	name                             string
	operators, callbacks, units, per int     // people of the hotline and of its call-backs; units, and clerks of each
	duty                             int     // units with a shift at night
	night                            float64 // share of their work that is done at night
	flu                              [2]int  // days between which half of all people are ill
	imported                         int     // part of the cases that another system brings in on the third morning, in percent
	hires                            int     // operators who begin in the second week and read along with a colleague
	home                             float64 // share of the people who begin to work from home, on a day of their own
	reorganised                      int     // day on which the colleagues of every unit's busiest clerk take over what he has; 0: none
}

var usual = habits{name: "usual", operators: 40, callbacks: 12, units: 60, per: 6, duty: 3, night: 0.25}

// unusual are the habits that the rules were never tuned on.
var unusual = []habits{
	{name: "few offices", operators: 20, callbacks: 6, units: 18, per: 14, duty: 1, night: 0.1},
	{name: "many small offices", operators: 60, callbacks: 18, units: 180, per: 2, duty: 6, night: 0.2},
	{name: "night shifts", operators: 40, callbacks: 12, units: 60, per: 6, duty: 15, night: 0.5},
	{name: "flu", operators: 40, callbacks: 12, units: 60, per: 6, duty: 3, night: 0.25, flu: [2]int{2, 9}},
	{name: "an import", operators: 40, callbacks: 12, units: 60, per: 6, duty: 3, night: 0.25, imported: 12},
	{name: "new people", operators: 40, callbacks: 12, units: 60, per: 6, duty: 3, night: 0.25, hires: 8, reorganised: 4},
	{name: "home office", operators: 40, callbacks: 12, units: 60, per: 6, duty: 3, night: 0.25, home: 0.6},
}

// ill tells whether somebody is away on a day: half of all people, each for the whole of it.
func (h habits) ill(staff int64, day int) bool {
	return day >= h.flu[0] && day < h.flu[1] && (staff*2654435761>>7)%2 == 0
}

// oneOf picks one of n people who is there on the day; all are ill only in very small offices, where the first one comes all the same.
func (m *month) oneOf(base int64, n int, at time.Time) int64 {
	day := int(at.Sub(m.begin).Hours() / 24)
	for range 20 {
		if who := base + int64(m.rnd.IntN(n)); !m.ill(who, day) {
			return who
		}
	}
	return base
}

// act is something beside the events of cases: a look-up, a sign-in.
type act struct {
	at      time.Time
	staff   int64
	network bool   // signs in from a network of its own, else looks a contact up
	contact string // looked up
	urgent  bool   // the sweep comes right after it: it is what the test waits for
}

// everybody lists everybody who works in the city.
func (h habits) everybody() []int64 {
	var all []int64
	for i := range h.operators + h.hires {
		all = append(all, int64(1000+i))
	}
	for i := range h.callbacks {
		all = append(all, int64(3000+i))
	}
	for i := range supervisors {
		all = append(all, int64(4000+i))
	}
	for u := range h.units {
		for i := range h.per {
			all = append(all, int64(10_000+u*20+i))
		}
		all = append(all, int64(10_000+u*20+19))
	}
	for i := range 20 {
		all = append(all, villain+int64(i))
	}
	return all
}

// villain is the first of the accounts that do what the early warning is for.
const villain = 9000

// misdeeds lets each of the villains follow a pattern, at a time of the month that the seed chooses, among everybody else's work. It tells who did what, and whose case it was that eight read.
func (m *month) misdeeds(rnd *rand.Rand, cases, days int, sealed []int) (did map[int64]warning.Rule, famous int) {
	did = map[int64]warning.Rule{}
	read := func(who int64, unit casework.UnitCode, role casework.Role, at time.Time, n int, purpose casework.Purpose, receiver string) {
		m.events = append(m.events, played{at: at, n: n, staff: who, unit: unit, role: role, step: casework.StepUse, state: casework.InHand, purpose: purpose, receiver: receiver})
	}
	workday := func() time.Time {
		for {
			at := m.begin.AddDate(0, 0, rnd.IntN(max(days, 1))).Add(time.Duration(rnd.IntN(5*60)) * time.Minute)
			if at = m.working(at); at.Before(m.begin.AddDate(0, 0, days+3)) {
				return at
			}
		}
	}
	some := func(who int64, rule warning.Rule, n int, apart time.Duration, purpose casework.Purpose, receiver string) time.Time {
		did[who] = rule
		at := workday()
		first := rnd.IntN(max(cases-n, 1))
		for i := range n {
			read(who, casework.Hotline, casework.Operator, at.Add(time.Duration(i)*apart), first+i, purpose, receiver)
		}
		return at
	}
	l := warning.Standard
	some(villain, warning.Bulk, l.Bulk, 40*time.Second, casework.ForSupervise, "")
	some(villain+1, warning.Idle, l.Idle, 3*time.Minute, casework.ForTriage, "")
	some(villain+2, warning.Export, l.Export, 90*time.Second, casework.ForSupervise, "file")
	at := some(villain+3, warning.NewNetwork, l.NewNetwork, 6*time.Minute, casework.ForTriage, "")
	m.acts = append(m.acts, act{at: at.Add(-time.Hour), staff: villain + 3, network: true})
	did[villain+4] = warning.OffHours
	night := workday()
	night = time.Date(night.Year(), night.Month(), night.Day(), 23, 10, 0, 0, m.zone)
	first := rnd.IntN(cases - l.OffHours)
	for i := range l.OffHours {
		read(villain+4, "u-0", casework.Handler, night.Add(time.Duration(i)*8*time.Minute), first+i, casework.ForHandling, "")
	}
	did[villain+5] = warning.Sealed
	read(villain+5, casework.Hotline, casework.Operator, m.begin.AddDate(0, 0, days+2), sealed[rnd.IntN(len(sealed))], casework.ForTriage, "")
	did[villain+6] = warning.Search
	at = workday()
	for i := range l.Search {
		m.acts = append(m.acts, act{at: at.Add(time.Duration(i) * 2 * time.Minute), staff: villain + 6, contact: "villain" + string(rune('a'+i)), urgent: i == l.Search-1})
	}
	at = workday()
	famous = rnd.IntN(cases)
	for i := range l.ManyReaders {
		did[villain+7+int64(i)] = warning.ManyReaders
		read(villain+7+int64(i), casework.Hotline, casework.Operator, at.Add(time.Duration(i)*25*time.Minute), famous, casework.ForTriage, "")
	}
	return did, famous
}
