package supervision

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
)

// counted is a count row with its place: which part of the case it is, and the day its promise ends.
type counted struct {
	Row
	Ord   int       // leg number, or the answer's ordinal
	Tags  []string  // case: what its words were found to say beside its matter, such as cash refused
	DueOn time.Time // last day of the promise still owed; zero where nothing is owed
}

// leg follows one unit's turn, or one answer of the hotline, through the history.
type leg struct {
	part       Part
	ord        int
	unit       casework.UnitCode
	opened     time.Time
	fresh      bool // opened by a dispatch, not by another round or a review date
	round      int
	signed     time.Time
	contacted  time.Time
	replied    time.Time
	ended      time.Time
	why        string
	denied     bool // the resident says that nobody made contact
	breached   map[string]bool
	verdict    casework.Solved
	satisfied  casework.Satisfaction
	ratedAt    time.Time
	own        bool // the resident rated; a call-back does not overwrite that
	unreached  bool // called as often as is asked, in vain
	sentBack   bool
	returned   string
	extensions int
	waived     []string
}

func newLeg(part Part, ord int, unit casework.UnitCode, e casework.Event) *leg {
	return &leg{part: part, ord: ord, unit: unit, opened: e.At, round: e.Round, breached: map[string]bool{}}
}

func (l *leg) end(at time.Time, why string) {
	if l != nil && l.replied.IsZero() && l.ended.IsZero() {
		l.ended, l.why = at, why
	}
}

// told is what events carry for figures, over all steps.
type told struct {
	Channel      casework.Channel      `json:"channel"`
	Kind         casework.Kind         `json:"kind"`
	Category     string                `json:"category"`
	Territory    string                `json:"territory"`
	Lead         casework.UnitCode     `json:"lead"`
	Reached      bool                  `json:"reached"`
	Contacted    *bool                 `json:"contacted"`
	Last         bool                  `json:"last"`
	Solved       casework.Solved       `json:"solved"`
	Satisfaction casework.Satisfaction `json:"satisfaction"`
	AfterSign    bool                  `json:"after_sign"`
	Clock        string                `json:"clock"`
	Leg          int                   `json:"leg"`
	Recalled     int                   `json:"recalled"`
	Tags         []string              `json:"tags"`
	Appeal       casework.AppealKind   `json:"kind_of"`
	Figures      []string              `json:"figures"`
	Of           int                   `json:"of"` // round that a word is about
}

// course is one case's history folded: all that its count rows are made from.
type course struct {
	about   told
	state   casework.State
	filed   time.Time
	legs    []*leg
	byLeg   map[int]*leg
	last    *leg // the answer that stands
	first   time.Time
	sent    bool
	gone    time.Time // when the promise to the resident ended without an answer
	why     string
	breach  bool // the promise to the resident was broken
	rounds  int
	answers int
}

// walk folds the events of one case, in order.
func walk(events []casework.Event) (*course, error) {
	c := &course{byLeg: map[int]*leg{}, rounds: 1}
	for _, e := range events {
		var d told
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return nil, fmt.Errorf("event %d: %w", e.Seq, err)
		}
		if e.Step != casework.StepBreach {
			c.state, c.rounds = e.To, max(c.rounds, e.Round)
		}
		c.step(e, d)
	}
	return c, nil
}

func (c *course) step(e casework.Event, d told) {
	l := c.byLeg[e.Leg]
	switch e.Step {
	case casework.StepFile:
		c.about, c.filed = d, e.At
	case casework.StepClassify:
		c.classify(d)
	case casework.StepDispatch:
		c.classify(d)
		c.sent = true
		c.open(e, d.Lead).fresh = true
	case casework.StepRecall:
		c.recall(d.Recalled)
	case casework.StepGrantAppeal:
		c.waive(d)
	case casework.StepRedo:
		if c.last != nil {
			c.last.sentBack = true
		}
		if d.Lead != "" {
			c.open(e, d.Lead)
		}
	case casework.StepUnhang:
		if before := c.byLeg[e.Leg-1]; before != nil {
			c.open(e, before.unit)
		}
	case casework.StepAnswer:
		c.answers++
		a := newLeg(PartAnswer, c.answers, casework.Hotline, e)
		a.replied = e.At
		c.legs, c.last = append(c.legs, a), a
		c.answered(e.At)
	case casework.StepReply:
		if l != nil {
			l.replied, c.last = e.At, l
		}
		c.answered(e.At)
	case casework.StepBreach:
		if d.Clock == casework.ClockTotal {
			c.breach = true
		} else if l := c.byLeg[d.Leg]; l != nil {
			l.breached[d.Clock] = true
		}
	case casework.StepDecline:
		c.leave(e.At, OutDeclined)
	case casework.StepRedirect:
		c.leave(e.At, OutRedirected)
	case casework.StepMerge:
		c.leave(e.At, OutMerged)
	case casework.StepUnmerge:
		c.gone, c.why = time.Time{}, ""
	default:
		c.turn(e, d, l)
	}
}

// turn folds the steps within a unit's leg, and the resident's word on it.
func (c *course) turn(e casework.Event, d told, l *leg) {
	switch e.Step {
	case casework.StepRate:
		c.word(e.At, d, true)
		return
	case casework.StepRerate:
		c.reword(d)
		return
	case casework.StepFollowUp:
		if c.last != nil && d.Reached && d.Contacted != nil && !*d.Contacted {
			c.last.denied = true
		}
		if c.last != nil {
			c.last.unreached = d.Last
		}
		if d.Reached && d.Solved != "" {
			c.word(e.At, d, false)
		}
		return
	case casework.StepWithdraw:
		why := OutUnsigned
		if d.AfterSign {
			why = OutWithdrawn
		}
		c.leave(e.At, why)
		l.end(e.At, why)
		return
	}
	if l == nil {
		return
	}
	switch e.Step {
	case casework.StepSign:
		l.signed = e.At
	case casework.StepContact:
		if d.Reached && l.contacted.IsZero() {
			l.contacted = e.At
		}
	case casework.StepGrantReturn:
		l.returned = "granted"
		l.end(e.At, OutReturned)
	case casework.StepRefuseReturn:
		l.returned = "refused"
	case casework.StepGrantExtension:
		l.extensions++
	case casework.StepHang:
		l.end(e.At, OutHungUp)
	case casework.StepTerminate:
		l.end(e.At, OutTerminated)
		c.leave(e.At, OutTerminated)
	}
}

func (c *course) classify(d told) {
	if d.Kind != "" {
		c.about.Kind = d.Kind
	}
	if d.Category != "" {
		c.about.Category = d.Category
	}
	if d.Territory != "" {
		c.about.Territory = d.Territory
	}
}

func (c *course) open(e casework.Event, unit casework.UnitCode) *leg {
	l := newLeg(PartLeg, e.Leg, unit, e)
	c.legs = append(c.legs, l)
	c.byLeg[e.Leg] = l
	return l
}

// recall forgets a leg whose dispatch was taken back at once: no unit had it.
func (c *course) recall(number int) {
	gone := c.byLeg[number]
	c.legs = slices.DeleteFunc(c.legs, func(l *leg) bool { return l == gone })
	delete(c.byLeg, number)
	c.sent = slices.ContainsFunc(c.legs, func(l *leg) bool { return l.fresh })
}

// waive leaves a leg out of the figures that a granted appeal names.
func (c *course) waive(d told) {
	l := c.byLeg[d.Leg]
	if l == nil {
		return
	}
	if d.Appeal == casework.Unreasoned {
		l.waived = append(l.waived, string(casework.Unreasoned))
	}
	l.waived = append(l.waived, d.Figures...)
}

func (c *course) answered(at time.Time) {
	if c.first.IsZero() {
		c.first = at
	}
}

func (c *course) leave(at time.Time, why string) {
	c.gone, c.why = at, why
}

func (c *course) word(at time.Time, d told, own bool) {
	l := c.last
	if l == nil || l.own && !own {
		return
	}
	l.verdict, l.satisfied, l.ratedAt, l.own = d.Solved, d.Satisfaction, at, own
}

// reword replaces what the resident said of a round; it counts as said when it was said first.
func (c *course) reword(d told) {
	for _, l := range slices.Backward(c.legs) {
		if l.own && l.round == d.Of {
			l.verdict, l.satisfied = d.Solved, d.Satisfaction
			return
		}
	}
}

func (c *course) became() Way {
	switch {
	case c.why == OutMerged:
		return WayMerged
	case c.why == OutDeclined:
		return WayDeclined
	case c.why == OutRedirected:
		return WayEmergency
	case c.sent:
		return WayDispatched
	case c.answers > 0:
		return WayAnswered
	case c.why != "":
		return WayWithdrawn
	}
	return WayWaiting
}

// owing are the states in which the resident has no answer yet to the present round.
var owing = []casework.State{casework.Registered, casework.Accepted, casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand, casework.Paused, casework.HungUp}

// count makes the count rows of one case from its events and the limits of its clocks. It reads no present time: the same history gives the same rows.
func count(f casework.Dossier, zone *time.Location) ([]counted, error) {
	c, err := walk(f.Events)
	if err != nil {
		return nil, fmt.Errorf("case %s: %w", f.Case.ID, err)
	}
	type limit struct {
		name string
		leg  int
	}
	limits := map[limit]casework.Clock{}
	for _, k := range f.Clocks {
		limits[limit{k.Name, k.Leg}] = k
	}
	month := func(t time.Time) Month {
		if t.IsZero() {
			return 0
		}
		return MonthOf(t, zone)
	}
	// A promise until 24:00 is the first instant of the next day, and belongs to the day before.
	dueMonth := func(k casework.Clock) Month { return month(lastMoment(k.Due)) }

	base := Row{District: district(c.about.Territory), Kind: c.about.Kind, Category: coarse(c.about.Category, c.about.Kind == casework.Report || f.Case.Secret),
		Channel: c.about.Channel, Way: c.became(), Filed: month(c.filed), N: 1}
	total := limits[limit{casework.ClockTotal, 0}]
	whole := counted{Row: base}
	whole.Part, whole.Round, whole.Hours = PartCase, c.rounds, -1
	whole.Due, whole.Replied = dueMonth(total), month(c.first)
	whole.Handled = judge(c.first, c.gone, total.Due, c.breach)
	whole.Original = whole.Handled
	whole.Excluded = c.why
	whole.Open, whole.Hung = slices.Contains(owing, c.state), c.state == casework.HungUp
	whole.Tags = c.about.Tags
	whole.Unit = casework.Hotline
	if !c.first.IsZero() {
		whole.Hours = int(c.first.Sub(c.filed) / time.Hour)
	}
	if c.last != nil {
		whole.Unit = c.last.unit
		whole.Verdict, whole.Satisfaction, whole.Rated = c.last.verdict, c.last.satisfied, month(c.last.ratedAt)
	}
	var rows []counted
	var current *counted
	for _, l := range c.legs {
		r := counted{Row: base, Ord: l.ord}
		r.Part, r.Unit, r.Round = l.part, l.unit, l.round
		r.Opened, r.Replied, r.Rated, r.Hours = month(l.opened), month(l.replied), month(l.ratedAt), -1
		r.Waived, r.NotReached = strings.Join(l.waived, ","), l.unreached && l.verdict == ""
		r.Verdict, r.Satisfaction, r.SentBack, r.Returned, r.Extensions, r.Excluded = l.verdict, l.satisfied, l.sentBack, l.returned, l.extensions, l.why
		if l.part == PartLeg {
			handle := limits[limit{casework.ClockHandle, l.ord}]
			r.Due, r.Dispatched = dueMonth(handle), l.fresh
			r.Handled = judge(l.replied, l.ended, handle.Due, l.breached[casework.ClockHandle])
			r.Original = judge(l.replied, l.ended, handle.OriginalDue, l.breached[casework.ClockHandle])
			if k, ok := limits[limit{casework.ClockSign, l.ord}]; ok {
				r.Signed = judge(l.signed, l.ended, k.Due, l.breached[casework.ClockSign])
			}
			if k, ok := limits[limit{casework.ClockContact, l.ord}]; ok {
				r.Contacted = l.response(k)
			}
			r.Open = l.replied.IsZero() && l.ended.IsZero()
			r.Overdue = r.Open && r.Handled == Missed
			if !l.replied.IsZero() {
				r.Hours = int(l.replied.Sub(l.opened) / time.Hour)
			}
			if r.Open {
				r.DueOn = lastMoment(handle.Due)
			}
		}
		rows = append(rows, r)
		if l.part == PartLeg && c.state.Handling() {
			current = &r
		}
	}
	if whole.Open {
		whole.Unit = casework.Hotline
		whole.DueOn = lastMoment(total.Due)
		if current != nil {
			whole.Unit = current.Unit
			if !c.first.IsZero() && !current.DueOn.IsZero() {
				whole.DueOn = current.DueOn
			}
		}
		whole.Overdue = c.first.IsZero() && whole.Handled == Missed || current != nil && current.Overdue
	}
	return append(rows, whole), nil
}

// response judges the first effective contact; an answer to the resident is one, what the resident denies is none.
func (l *leg) response(k casework.Clock) Outcome {
	at := l.contacted
	if at.IsZero() || !l.replied.IsZero() && l.replied.Before(at) {
		at = l.replied
	}
	if l.denied {
		return Missed
	}
	return judge(at, l.ended, k.Due, l.breached[casework.ClockContact])
}

// judge compares what was done with the due time; equal is in time. What ended without object before the due time is no breach.
func judge(done, ended, due time.Time, breached bool) Outcome {
	switch {
	case due.IsZero():
		return None
	case !done.IsZero() && done.After(due):
		return Late
	case !done.IsZero():
		return InTime
	case breached || !ended.IsZero() && ended.After(due):
		return Missed
	case !ended.IsZero():
		return Ended
	}
	return Running
}

func lastMoment(due time.Time) time.Time {
	if due.IsZero() {
		return due
	}
	return due.Add(-time.Microsecond)
}

// district is the six-digit code of the district a territory lies in (GB/T 2260); codes that end in 00 name a whole city.
func district(territory string) string {
	if len(territory) < 6 || strings.HasSuffix(territory[:6], "00") || strings.Trim(territory, "0123456789") != "" {
		return ""
	}
	return territory[:6]
}

// coarse cuts a category to its first level where the case itself must not be told from others.
func coarse(category string, hide bool) string {
	if hide && len(category) > 2 {
		return category[:2]
	}
	return category
}
