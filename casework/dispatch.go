package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Order is a dispatch (派单): one lead, the co-handlers, and the clocks promised for this leg.
// Whether the units may have the matter is decided before, by routing's duty lists.
type Order struct {
	Classification
	Lead      UnitCode
	Co        []UnitCode
	Clocks    []Promise // sign, contact, handle
	Advice    string    // for the units, not for the resident
	Ruling    string    // why this unit, where units have returned the case too often: it may then not return it (裁定)
	RuleAfter int       // how many returns make a ruling necessary, by the policy; 0 is ReturnsBeforeRuling
	Suggested int       // 1 where the first proposal was taken, 2 the second …, 0 where the dispatcher chose freely
	Auto      bool
	Rectify   bool // the case is a bad rating of the unit's own service: the unit may not return it
}

type dispatchData struct {
	Lead      UnitCode   `json:"lead"`
	Co        []UnitCode `json:"co,omitempty"`
	Kind      Kind       `json:"kind"`
	Category  string     `json:"category"`
	Territory string     `json:"territory"`
	Urgency   Urgency    `json:"urgency"`
	Chosen    []string   `json:"chosen,omitempty"` // which of these four the dispatcher named; the others stood so before
	Due       time.Time  `json:"due"`
	Suggested int        `json:"suggested"`
	Auto      bool       `json:"auto,omitempty"`
	Advice    string     `json:"advice,omitempty"`
	Afresh    bool       `json:"afresh,omitempty"` // the dispatch before was recalled
	Ruling    string     `json:"ruling,omitempty"`
}

// Dispatch sends a case to its lead unit; a registered case is accepted in the same transaction. Errors: fault.Conflict where the case is no longer with the hotline.
func (d *Docket) Dispatch(ctx context.Context, by Actor, ref Ref, o Order) error {
	if o.Lead == "" || o.Lead == Hotline {
		return fault.New(fault.Invalid, "fault.unit_needed").At("unit")
	}
	return d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		if w.c.State == Registered {
			if err := w.take(ctx, StepAccept, accept); err != nil {
				return err
			}
		}
		return w.take(ctx, StepDispatch, func(ctx context.Context, w *work) (any, error) {
			afresh, err := w.afresh(ctx)
			if err != nil {
				return nil, err
			}
			if err := w.rule(ctx, o.Ruling, o.RuleAfter); err != nil {
				return nil, err
			}
			w.c.Designated = w.c.Designated || o.Rectify
			w.classify(o.Classification)
			w.c.State = Dispatched
			if err := w.cancelLeg(ctx); err != nil { // of the hotline's own turn, in a later round
				return nil, err
			}
			if err := w.openLeg(ctx, o.Lead, o.Co, o.Clocks); err != nil {
				return nil, err
			}
			return dispatchData{Lead: o.Lead, Co: o.Co, Kind: w.c.Kind, Category: w.c.Category, Territory: w.c.Territory, Urgency: w.c.Urgency, Chosen: o.named(),
				Due: due(o.Clocks, ClockHandle), Suggested: o.Suggested, Auto: o.Auto, Advice: clean(o.Advice, 1000), Afresh: afresh, Ruling: clean(o.Ruling, 1000)}, nil
		})
	})
}

// ReturnsBeforeRuling is how many returns may be granted before the next unit is named by a ruling, where no policy says otherwise (domain study 3.3).
const ReturnsBeforeRuling = 2

// rule designates the unit of the dispatch under way by a ruling, which only a dispatcher gives. Where the case was returned too often, there must be one.
func (w *work) rule(ctx context.Context, ruling string, after int) error {
	if after <= 0 {
		after = ReturnsBeforeRuling
	}
	n, err := w.returned(ctx)
	if err != nil {
		return err
	}
	switch {
	case blank(ruling) && n < after:
		w.c.Designated = false
		return nil
	case blank(ruling):
		return fault.New(fault.Invalid, "fault.ruling_needed").At("ruling").With("N", n)
	case !w.by.Has(Dispatcher):
		return fault.New(fault.Forbidden, "fault.only_dispatchers_rule")
	}
	w.c.Designated = true
	return nil
}

// returned counts the returns that were granted in the present round of the case.
func (w *work) returned(ctx context.Context) (int, error) {
	var n int
	err := w.tx.QueryRow(ctx, `select count(*) from event where case_id = $1 and step = 'grant_return' and round = $2`, w.c.ID, w.c.Round).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count returns: %w", err)
	}
	return n, nil
}

// Returns tells how many returns were granted in the present round.
func (f Dossier) Returns() int {
	n := 0
	for _, e := range f.Events {
		if e.Step == StepGrantReturn && e.Round == f.Case.Round {
			n++
		}
	}
	return n
}

// several takes more than one step on one locked case in one transaction. Other cases it must hold still are locked with it, in the
// order of their identifiers, so that two such transactions never wait for each other.
func (d *Docket) several(ctx context.Context, by Actor, ref Ref, run func(context.Context, *work) error, others ...CaseID) error {
	err := d.inOrder(ctx, by, func(tx pgx.Tx) error {
		if len(others) > 0 {
			if _, err := tx.Exec(ctx, `select from cases where id = any ($1) order by id for no key update`, append(others, ref.ID)); err != nil {
				return fmt.Errorf("lock cases: %w", err)
			}
		}
		w, err := d.lock(ctx, tx, by, ref, "")
		if err != nil {
			return err
		}
		return run(ctx, w)
	})
	if err == nil {
		d.woke()
	}
	return err
}

// openLeg makes a unit the lead and starts its clocks; a co-handler's due is never later than the lead's.
func (w *work) openLeg(ctx context.Context, lead UnitCode, co []UnitCode, clocks []Promise) error {
	c := w.c
	c.Leg++
	c.Owner, c.Lead = lead, &lead
	handle := due(clocks, ClockHandle)
	if handle.IsZero() {
		return fmt.Errorf("a dispatch needs a handle clock")
	}
	for _, p := range clocks {
		if err := startClock(ctx, w.tx, c.ID, c.Leg, lead, w.at, p); err != nil {
			return err
		}
	}
	if err := w.join(ctx, lead, "lead", handle); err != nil {
		return err
	}
	for _, u := range co {
		if u == lead {
			continue
		}
		if err := w.join(ctx, u, "co", handle); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) join(ctx context.Context, unit UnitCode, role string, due time.Time) error {
	if err := w.keepsOut(ctx, unit); err != nil {
		return err
	}
	_, err := w.tx.Exec(ctx, `insert into party (case_id, unit, role, leg, due_at, joined_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`, w.c.ID, unit, role, w.c.Leg, due, w.at)
	if pg.IsForeignKeyViolation(err, "") {
		return fault.Wrap(fault.Invalid, "fault.unit_needed", err).At("unit")
	}
	if err != nil {
		return fmt.Errorf("join %s: %w", unit, err)
	}
	return nil
}

// leave ends everybody's part in the case.
func (w *work) leave(ctx context.Context) error {
	_, err := w.tx.Exec(ctx, `update party set left_at = $2 where case_id = $1 and left_at is null`, w.c.ID, w.at)
	return err
}

func due(clocks []Promise, name string) time.Time { return promised(clocks, name).Due }

func promised(clocks []Promise, name string) Promise {
	for _, p := range clocks {
		if p.Name == name {
			return p
		}
	}
	return Promise{}
}

// hotlineTurn gives the hotline a limit of its own for a case that came back after its first answer, when the total clock has ended: no case rests without a running clock.
func (w *work) hotlineTurn(ctx context.Context, p Promise) error {
	w.c.Leg++
	return startClock(ctx, w.tx, w.c.ID, w.c.Leg, Hotline, w.at, p)
}

// CoHandle adds co-handlers (会办) to a case a unit already has, with a limit of their own that is no later than the lead's; the zero time is as long as the lead has.
// Errors: fault.Invalid at unit or due.
func (d *Docket) CoHandle(ctx context.Context, by Actor, ref Ref, units []UnitCode, own time.Time) error {
	return d.step(ctx, by, ref, StepCoHandle, func(ctx context.Context, w *work) (any, error) {
		if err := need(len(units) > 0, "fault.unit_needed", "unit"); err != nil {
			return nil, err
		}
		var handle time.Time
		if err := w.tx.QueryRow(ctx, `select due_at from clock where case_id = $1 and leg = $2 and name = 'handle'`, w.c.ID, w.c.Leg).Scan(&handle); err != nil {
			return nil, err
		}
		if own.IsZero() {
			own = handle
		}
		within := own.Equal(handle) || own.After(w.at) && own.Before(handle)
		if err := need(within, "fault.due_after_lead", "due"); err != nil {
			return nil, err
		}
		for _, u := range units {
			if u == w.c.lead() {
				return nil, fault.New(fault.Invalid, "fault.lead_cannot_assist").At("unit")
			}
			if err := w.join(ctx, u, "co", own); err != nil {
				return nil, err
			}
		}
		return map[string]any{"co": units, "due": own}, nil
	})
}
