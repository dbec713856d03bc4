package datause

import (
	"context"
	"slices"
	"strconv"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
)

// Use is one use of a resident's data as the resident sees it. The person is a short keyed mark, always the same within one case and no name.
type Use struct {
	At        time.Time
	Unit      casework.UnitCode
	Role      casework.Role
	Person    string // empty where a machine did it
	Fields    []casework.PersonalField
	Purpose   casework.Purpose
	Basis     casework.Basis
	Automatic bool
	Receiver  string // kind of receiver outside the system; empty where nothing left it
	Means     Means  // how, where not through the case itself
}

// ActionName is the locale key of what was done, in plain words.
func (u Use) ActionName() string {
	switch u.Means {
	case ByLookup:
		return "datause.did_lookup"
	case ByMail:
		return "datause.did_mail"
	case ByCall:
		return "datause.did_call"
	}
	return ActionNames[u.Purpose]
}

// CaseUses is the answer to "who used my data in this matter".
type CaseUses struct {
	Uses     []Use          // newest first
	Withheld map[string]int // entries that the law forbids to show for now, by ground; they are counted
}

// Hidden is how many entries are withheld for now.
func (u CaseUses) Hidden() int {
	n := 0
	for _, k := range u.Withheld {
		n += k
	}
	return n
}

// ForCase reads every use of the personal data of one case, in the actor's scope, straight from the history, and the look-ups
// of its caller and readings of its mail beside it: a use shows as soon as it is committed.
func ForCase(ctx context.Context, d *casework.Docket, by casework.Actor, id casework.CaseID) (CaseUses, error) {
	found, err := d.Uses(ctx, by, id)
	if err != nil {
		return CaseUses{}, err
	}
	beside, means, err := looks(ctx, d, id)
	if err != nil {
		return CaseUses{}, err
	}
	out := CaseUses{Withheld: map[string]int{}}
	var secret map[int64]string
	if by.Kind == casework.ByResident {
		if secret, err = withheld(ctx, d, id); err != nil {
			return CaseUses{}, err
		}
	}
	for i, u := range slices.Concat(found, beside) {
		if ground, hidden := secret[u.Seq]; hidden && i < len(found) {
			out.Withheld[ground]++
			continue
		}
		use := Use{At: u.At, Unit: u.Unit, Role: u.Role, Fields: u.Fields, Purpose: u.Purpose, Basis: u.Basis, Automatic: u.Automatic, Receiver: u.Receiver}
		if i >= len(found) {
			use.Means = means[i-len(found)]
		}
		if u.StaffID != 0 {
			use.Person = d.Keys.Token("reader", id.String(), strconv.FormatInt(u.StaffID, 10))[:6]
		}
		out.Uses = append(out.Uses, use)
	}
	slices.SortStableFunc(out.Uses, func(a, b Use) int { return b.At.Compare(a.At) })
	return out, nil
}

// System is the name under which this system appears as a receiver.
const System = "huiyin"

// maxUsages bounds one answer of FindUsage (Estonian Data Tracker protocol 1.3).
const maxUsages = 1000

// Usage is one entry in the shape of Estonia's Data Tracker (Andmejälgija).
type Usage struct {
	LogTime        time.Time `json:"logtime"`
	Action         string    `json:"action"` // what was done and why, in plain words
	ReceiverCode   string    `json:"receiverCode"`
	ReceiverName   string    `json:"receiverName,omitempty"`
	ReceiverSystem string    `json:"receiverSystem"`
}

// Usages is the answer of findUsage.
type Usages struct {
	TotalUsages int     `json:"totalUsages"`
	Usages      []Usage `json:"usages"` // newest first
}

// Window selects usages: zero times do not narrow. Limit is 1 to 1000, 1000 when zero.
type Window struct {
	From, Until   time.Time // both included
	Offset, Limit int
}

// Words put a use into a person's language: what was done, and the name of a unit.
type Words struct {
	Action func(Use) string
	Unit   func(casework.UnitCode) string
}

// FindUsage answers in the shape of Estonia's Data Tracker for one case. Errors: fault.Invalid for a bad window, fault.NotFound outside the actor's scope.
func FindUsage(ctx context.Context, d *casework.Docket, by casework.Actor, id casework.CaseID, w Window, words Words) (Usages, error) {
	out := Usages{Usages: []Usage{}}
	if w.Limit == 0 {
		w.Limit = maxUsages
	}
	if w.Offset < 0 || w.Limit < 0 || w.Limit > maxUsages || !w.Until.IsZero() && w.Until.Before(w.From) {
		return out, fault.New(fault.Invalid, "fault.invalid").At("window")
	}
	found, err := ForCase(ctx, d, by, id)
	if err != nil {
		return out, err
	}
	for _, u := range found.Uses {
		if u.At.Before(w.From) || !w.Until.IsZero() && u.At.After(w.Until) {
			continue
		}
		out.TotalUsages++
		if out.TotalUsages <= w.Offset || len(out.Usages) == w.Limit {
			continue
		}
		system := System
		if u.Receiver != "" {
			system = u.Receiver
		}
		out.Usages = append(out.Usages, Usage{LogTime: u.At.In(locale.Zone), Action: words.Action(u), ReceiverCode: string(u.Unit), ReceiverName: words.Unit(u.Unit), ReceiverSystem: system})
	}
	return out, nil
}
