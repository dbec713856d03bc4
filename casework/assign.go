package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
)

// Assignment is one hop of a case inside the lead's house (转办, 分办). The open ones of a case are a chain: the lead gave the first, its holder
// the second. The deepest open one names who works on it now; the lead stays responsible to the resident.
type Assignment struct {
	ID      uuid.UUID
	Leg     int
	Depth   int
	Unit    UnitCode
	Staff   int64 // the person, 0 where the unit decides who does it
	Due     time.Time
	Advice  string
	At      time.Time
	ByUnit  UnitCode
	ByStaff int64
	Ended   *time.Time
	Outcome string // done, returned, taken_back, over (the case left the lead); empty while open
}

// Task is what is handed to whom: a unit at or below the giver's, a person of it or nobody by name, and until when.
type Task struct {
	Unit   UnitCode
	Staff  int64
	Due    time.Time // zero: as long as the giver has
	Advice string    // for whoever gets it, not for the resident
}

type assignData struct {
	Unit   UnitCode  `json:"unit"`
	Staff  int64     `json:"staff,omitempty"`
	Due    time.Time `json:"due"`
	Advice string    `json:"advice,omitempty"`
	Depth  int       `json:"depth"`
}

// Assign hands a case to a unit below or to a person, with a limit no later than the giver's own (domain study 0-15). A case that was not signed is
// signed in the same transaction. A handler may only take for themselves what nobody has. What the lead hands out anew ends the chain below it.
// Errors: fault.Invalid at unit, staff or due; fault.Forbidden where the actor neither leads nor holds the case.
func (d *Docket) Assign(ctx context.Context, by Actor, ref Ref, t Task) error {
	return d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		if w.c.State == Dispatched && slices.Contains(by.Units, w.c.lead()) {
			if err := w.take(ctx, StepSign, sign); err != nil {
				return err
			}
		}
		return w.take(ctx, StepAssign, func(ctx context.Context, w *work) (any, error) { return w.assign(ctx, t) })
	})
}

func (w *work) assign(ctx context.Context, t Task) (any, error) {
	chain, err := w.chain(ctx)
	if err != nil {
		return nil, err
	}
	giver, err := w.giver(ctx, chain)
	if err != nil {
		return nil, err
	}
	if t.Unit == "" {
		t.Unit = giver.Unit
	}
	if !w.by.Has(Liaison, Leader) {
		free := giver.Staff == 0 && len(chain) == giver.Depth
		if t.Staff != w.by.StaffID || t.Staff == 0 || !free {
			return nil, fault.New(fault.Forbidden, "fault.only_for_yourself")
		}
	}
	if err := w.mayHold(ctx, giver.Unit, t); err != nil {
		return nil, err
	}
	if t.Due.IsZero() {
		t.Due = giver.Due
	}
	if err := need(!t.Due.After(giver.Due), "fault.due_after_giver", "due"); err != nil {
		return nil, err
	}
	if err := w.endChain(ctx, giver.Depth+1, "taken_back"); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	t.Advice = clean(t.Advice, 1000)
	_, err = w.tx.Exec(ctx, `insert into assignment (id, case_id, leg, depth, unit, staff_id, due_at, advice, assigned_at, by_unit, by_staff)
		values ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7, $8, $9, $10, nullif($11::bigint, 0))`,
		id, w.c.ID, w.c.Leg, giver.Depth+1, t.Unit, t.Staff, t.Due, t.Advice, w.at, w.by.Unit, w.by.StaffID)
	if err != nil {
		return nil, fmt.Errorf("keep assignment: %w", err)
	}
	if t.Unit != w.c.lead() {
		if err := w.joinBelow(ctx, t.Unit, t.Due); err != nil {
			return nil, err
		}
	}
	return assignData{Unit: t.Unit, Staff: t.Staff, Due: t.Due, Advice: t.Advice, Depth: giver.Depth + 1}, nil
}

// chain are the open hops of the case, the lead's first.
func (w *work) chain(ctx context.Context) ([]Assignment, error) {
	list, err := collect(ctx, w.tx, scanAssignment, `select `+assignmentColumns+` from assignment where case_id = $1 and ended_at is null order by depth`, w.c.ID)
	if err != nil {
		return nil, fmt.Errorf("read assignments: %w", err)
	}
	return list, nil
}

// giver is in whose place the actor hands the case on: the lead's (depth 0), or that of the first hop that is the actor's unit's or a unit's below it.
// Its Due is what the next hop may have at most.
func (w *work) giver(ctx context.Context, chain []Assignment) (Assignment, error) {
	if slices.Contains(w.by.Units, w.c.lead()) {
		due, err := w.handleDue(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			return Assignment{}, fault.New(fault.Conflict, "fault.step_not_now").With("State", string(w.c.State))
		}
		return Assignment{Unit: w.c.lead(), Due: due}, err
	}
	for _, a := range chain {
		if slices.Contains(w.by.Units, a.Unit) {
			return a, nil
		}
	}
	return Assignment{}, fault.New(fault.Forbidden, "fault.not_lead")
}

// mayHold checks that the unit is the giver's or below it, takes no part as co-handler, and that the person works there.
func (w *work) mayHold(ctx context.Context, giver UnitCode, t Task) error {
	var below, assists, works bool
	err := w.tx.QueryRow(ctx, `with recursive below as (select code from unit where code = $2 and active
			union select u.code from unit u join below b on u.parent = b.code where u.active)
		select exists (select 1 from below where code = $3),
			exists (select 1 from party where case_id = $1 and leg = $4 and unit = $3 and role = 'co' and left_at is null),
			$5::bigint = 0 or exists (select 1 from account where id = $5 and unit = $3 and disabled_at is null and roles && '{liaison,handler,leader}')`,
		w.c.ID, giver, t.Unit, w.c.Leg, t.Staff).Scan(&below, &assists, &works)
	switch {
	case err != nil:
		return fmt.Errorf("look for who may hold: %w", err)
	case !below || t.Unit == giver && t.Staff == 0:
		return fault.New(fault.Invalid, "fault.holder_needed").At("to")
	case assists:
		return fault.New(fault.Invalid, "fault.holder_assists").At("to")
	case !works:
		return fault.New(fault.Invalid, "fault.not_working_there").At("to")
	}
	return nil
}

// joinBelow lets a unit below the lead see and work on the case.
func (w *work) joinBelow(ctx context.Context, unit UnitCode, due time.Time) error {
	if err := w.keepsOut(ctx, unit); err != nil {
		return err
	}
	_, err := w.tx.Exec(ctx, `insert into party (case_id, unit, role, leg, due_at, joined_at) values ($1, $2, 'sub', $3, $4, $5)
		on conflict (case_id, leg, unit) do update set left_at = null, due_at = excluded.due_at where party.role = 'sub'`, w.c.ID, unit, w.c.Leg, due, w.at)
	if err != nil {
		return fmt.Errorf("join %s: %w", unit, err)
	}
	return nil
}

// endChain ends the open hops from a depth on. Who handed in a result keeps sight of the case; for everybody else it is gone.
func (w *work) endChain(ctx context.Context, from int, outcome string) error {
	_, err := w.tx.Exec(ctx, `with ended as (update assignment set ended_at = $3, outcome = $4 where case_id = $1 and depth >= $2 and ended_at is null returning unit)
		update party p set left_at = $3 from ended e where $4 in ('returned','taken_back') and p.case_id = $1 and p.role = 'sub' and p.left_at is null and p.unit = e.unit
			and not exists (select 1 from assignment a where a.case_id = $1 and a.ended_at is null and a.depth < $2 and a.unit = e.unit)`, w.c.ID, from, w.at, outcome)
	if err != nil {
		return fmt.Errorf("end assignments: %w", err)
	}
	return nil
}

// TakeBack ends what was handed out: the case is with the giver again (收回).
func (d *Docket) TakeBack(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepTakeBack, func(ctx context.Context, w *work) (any, error) {
		chain, err := w.chain(ctx)
		if err != nil {
			return nil, err
		}
		giver, err := w.giver(ctx, chain)
		if err != nil {
			return nil, err
		}
		if len(chain) <= giver.Depth {
			return nil, fault.New(fault.Conflict, "fault.nothing_handed_out")
		}
		return map[string]any{"unit": chain[giver.Depth].Unit}, w.endChain(ctx, giver.Depth+1, "taken_back")
	})
}

// HandIn is what the holder of a case gives back to the giver: a result that the lead can answer with, or the reason why it is not theirs.
type HandIn struct {
	Done  bool // false: returned, with the reason in Text
	Text  string
	Files []Attachment
	Key   uuid.UUID // names one sending: sent twice, it is kept once; may be zero
}

// HandBack gives a case back to whoever handed it out: done, or with a reason why not. Only who holds it may: the person named, or the liaison or
// leader of the unit. Errors: fault.Forbidden for everybody else.
func (d *Docket) HandBack(ctx context.Context, by Actor, ref Ref, h HandIn) error {
	if err := CheckFiles(h.Files); err != nil {
		return err
	}
	return d.step(ctx, by, ref, StepHandBack, func(ctx context.Context, w *work) (any, error) {
		key := "fault.reason_needed"
		if h.Done {
			key = "fault.text_needed"
		}
		if err := need(!blank(h.Text), key, "text"); err != nil {
			return nil, err
		}
		chain, err := w.chain(ctx)
		if err != nil {
			return nil, err
		}
		if len(chain) == 0 || !w.by.Holds(chain[len(chain)-1]) {
			return nil, fault.New(fault.Forbidden, "fault.not_holder")
		}
		last, outcome := chain[len(chain)-1], "returned"
		if h.Done {
			outcome = "done"
		}
		if err := w.say(ctx, saying{id: h.Key, author: "unit", purpose: "internal", body: h.Text, files: h.Files}); err != nil {
			return nil, err
		}
		if !h.Done {
			// The unit leaves the case with this step, and may still write that it did; the scope ends with the transaction.
			if _, err := w.tx.Exec(ctx, `select set_config('huiyin.scope', 'system', true)`); err != nil {
				return nil, err
			}
		}
		return map[string]any{"unit": last.Unit, "outcome": outcome}, w.endChain(ctx, last.Depth, outcome)
	})
}

// Holds reports whether a hop is the actor's to work on and to hand back: it names the actor, or nobody and the actor's unit, or the actor stands for the unit.
func (a Actor) Holds(h Assignment) bool {
	if h.Staff != 0 && h.Staff == a.StaffID {
		return true
	}
	return slices.Contains(a.Units, h.Unit) && (h.Staff == 0 || a.Has(Liaison, Leader))
}

// onlyLeadOrHolder is as onlyLead, and lets those through to whom the lead handed the case.
func (w *work) onlyLeadOrHolder(ctx context.Context) error {
	lead := w.onlyLead()
	if lead == nil {
		return nil
	}
	chain, err := w.chain(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(chain, w.by.Holds) {
		return nil
	}
	return lead
}

// inHand are the states in which a case can be handed on inside the lead's house; leaving them ends the chain.
var inHand = append([]State{Paused}, withUnit...)

// settle ends the chain where the step under way took the case out of the lead's hands.
func (w *work) settle(ctx context.Context) error {
	if !slices.Contains(inHand, w.from) || slices.Contains(inHand, w.c.State) {
		return nil
	}
	return w.endChain(ctx, 1, "over")
}

const assignmentColumns = `id, leg, depth, unit, coalesce(staff_id, 0), due_at, advice, assigned_at, by_unit, coalesce(by_staff, 0), ended_at, coalesce(outcome, '')`

func scanAssignment(row pgx.CollectableRow) (a Assignment, err error) {
	err = row.Scan(&a.ID, &a.Leg, &a.Depth, &a.Unit, &a.Staff, &a.Due, &a.Advice, &a.At, &a.ByUnit, &a.ByStaff, &a.Ended, &a.Outcome)
	return a, err
}

// Assignments are all hops of a case in the actor's scope, in order.
func (d *Docket) Assignments(ctx context.Context, by Actor, id CaseID) ([]Assignment, error) {
	var list []Assignment
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		list, err = collect(ctx, tx, scanAssignment, `select `+assignmentColumns+` from assignment where case_id = $1 order by assigned_at, depth`, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read assignments: %w", err)
	}
	return list, nil
}

// Holder is the deepest open hop: who works on the case now; ok is false where the lead itself does.
func Holder(list []Assignment) (Assignment, bool) {
	var last Assignment
	for _, a := range list {
		if a.Ended == nil && a.Depth > last.Depth {
			last = a
		}
	}
	return last, last.Depth > 0
}
