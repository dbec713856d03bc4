package supervision

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"huiyin/casework"
)

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
	flags      []string
	doubtful   bool // the word is counted apart
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
	Flags        []string              `json:"flags"`
	Doubts       []string              `json:"doubts"`
	Master       casework.CaseID       `json:"master"`
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
	master  casework.CaseID // that the case was merged into last
	joined  []*joined       // what the resident said while it was merged
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
		if n := len(c.joined); n > 0 && e.From == casework.Merged {
			c.joined[n-1].sentBack = true
		}
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
			l.replied, l.flags, c.last = e.At, d.Flags, l
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
		c.master = d.Master
		c.leave(e.At, OutMerged)
	case casework.StepUnmerge:
		c.gone, c.why = time.Time{}, ""
		if n := len(c.joined); n > 0 {
			c.joined[n-1].sentBack = true
		}
	default:
		c.turn(e, d, l)
	}
}

// turn folds the steps within a unit's leg, and the resident's word on it.
func (c *course) turn(e casework.Event, d told, l *leg) {
	switch e.Step {
	case casework.StepRate:
		if e.From == casework.Merged {
			c.join(e, d, true)
			return
		}
		c.word(e.At, d, true)
		return
	case casework.StepRerate:
		c.reword(d)
		return
	case casework.StepDoubt:
		if l := c.worded(d.Of); l != nil {
			l.doubtful = len(d.Doubts) > 0
		} else if j := c.joinedIn(d.Of); j != nil {
			j.doubtful = len(d.Doubts) > 0
		}
		return
	case casework.StepFollowUp:
		if e.From == casework.Merged {
			if d.Reached && d.Solved != "" {
				c.join(e, d, false)
			}
			return
		}
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

// hops tells the how many-th unit it was that had the case in the round of a leg. A unit that has it again at once, as after the ledger, counts once.
func (c *course) hops(of *leg) int {
	n, last := 0, casework.UnitCode("")
	for _, l := range c.legs {
		if of.part != PartLeg {
			return 0
		}
		if l.part == PartLeg && l.round == of.round && l.unit != last {
			n, last = n+1, l.unit
		}
		if l == of {
			break
		}
	}
	return min(n, MostHops)
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
	l.verdict, l.satisfied, l.ratedAt, l.own, l.doubtful = d.Solved, d.Satisfaction, at, own, len(d.Doubts) > 0
}

// reword replaces what the resident said of a round; it counts as said when it was said first.
func (c *course) reword(d told) {
	if l := c.worded(d.Of); l != nil {
		l.verdict, l.satisfied = d.Solved, d.Satisfaction
	} else if j := c.joinedIn(d.Of); j != nil {
		j.said = d
	}
}

// worded finds the turn or answer of a round that the resident rated.
func (c *course) worded(round int) *leg {
	for _, l := range slices.Backward(c.legs) {
		if l.own && l.round == round {
			return l
		}
	}
	return nil
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
