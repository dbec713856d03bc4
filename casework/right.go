package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// RightKind is what a resident may ask of the own data (Personal Information Protection Law, articles 15, 24 and 44-50).
type RightKind string

// The rights, in the order of menus.
const (
	RightCopy     RightKind = "copy"     // a copy of all that is kept (45)
	RightCorrect  RightKind = "correct"  // another value for one field (46)
	RightDelete   RightKind = "delete"   // destroy what the law allows to destroy (47)
	RightRestrict RightKind = "restrict" // keep it and open it no more (44)
	RightExplain  RightKind = "explain"  // say how a machine came to what it proposed (24, 48)
	RightObject   RightKind = "object"   // a person shall decide instead of a machine (24)
	RightTakedown RightKind = "takedown" // nothing of the case in public any more
	RightWithdraw RightKind = "withdraw" // the consent to publish is withdrawn (15)
)

// Rights lists every right.
var Rights = []RightKind{RightCopy, RightCorrect, RightDelete, RightRestrict, RightExplain, RightObject, RightTakedown, RightWithdraw}

// Correctable are the fields of which a resident may ask another value; words of the matter are added to, never replaced.
var Correctable = []PersonalField{FieldName, FieldPhone, FieldEmail, FieldAddress}

// RightState is where a request about data stands.
type RightState string

// The states. A deletion that one person granted is proposed until a second one confirms it.
const (
	RightAsked    RightState = "asked"
	RightProposed RightState = "proposed"
	RightGranted  RightState = "granted"
	RightRefused  RightState = "refused"
)

// RightAsk is what a resident asks.
type RightAsk struct {
	Kind  RightKind
	Field PersonalField // of a correction, else empty
	Value string        // of a correction
	Words Masked        // why; may be empty
	Due   Promise       // by when it is answered
}

// LogRight is what the history keeps of a step of a request about data.
type LogRight struct {
	Request string    `json:"request"` // number
	Kind    RightKind `json:"right"`
	Do      string    `json:"do"` // asked, proposed, granted, refused, late, taken, disputed, extended, excused
}

// sealedRight is what is kept of a request under the key of its case.
const sealedRight = "right"

// AskRight files a request about the resident's data, once for each kind (and field) at a time. Errors: fault.Invalid, fault.Conflict where one is open, fault.Gone after erasure.
func (d *Docket) AskRight(ctx context.Context, by Actor, id CaseID, a RightAsk) (RightRequest, error) {
	var made uuid.UUID
	for _, ok := range []error{
		need(slices.Contains(Rights, a.Kind), "fault.invalid", "kind"),
		need((a.Kind == RightCorrect) == (a.Field != "") && (a.Field == "" || slices.Contains(Correctable, a.Field)), "fault.invalid", "field"),
		need(a.Kind != RightCorrect || !blank(a.Value), "fault.right_value", "value"),
	} {
		if ok != nil {
			return RightRequest{}, ok
		}
	}
	err := d.step(ctx, by, Ref{ID: id}, StepRight, func(ctx context.Context, w *work) (any, error) {
		if by.Kind != ByResident {
			return nil, errNotYourStep
		}
		key, err := d.dataKey(ctx, w.tx, id)
		if err != nil {
			return nil, err
		}
		if made, err = uuid.NewV7(); err != nil {
			return nil, err
		}
		text := clean(a.Words.Original, 2000)
		if a.Kind == RightCorrect {
			text = clean(a.Value, 500)
		}
		var sealed []byte
		if text != "" {
			sealed = key.Seal(sealedRight, id.String(), []byte(text))
		}
		var number string
		err = w.tx.QueryRow(ctx, `insert into rights_request (id, number, case_id, kind, field, state, words, sealed, asked_at, due_at, working_days, provisional, policy, calendar)
			values ($1, 'Q' || $2 || lpad(nextval('rights_number')::text, 5, '0'), $3, $4, $5, 'asked', $6, $7, $8, $9, nullif($10, 0), $11, $12, $13)
			on conflict (case_id, kind, field) where decided_at is null do nothing returning number`,
			made, w.at.In(d.Zone).Format("20060102"), id, a.Kind, a.Field, clean(a.Words.Clear, 2000), sealed, w.at, a.Due.Due, a.Due.WorkingDays, a.Due.Provisional, a.Due.Policy, a.Due.Calendar).Scan(&number)
		if pg.IsNoRows(err) {
			return nil, fault.New(fault.Conflict, "fault.right_open").At("kind")
		}
		if err != nil {
			return nil, fmt.Errorf("keep request about data: %w", err)
		}
		return LogRight{Request: number, Kind: a.Kind, Do: "asked"}, nil
	})
	if err != nil {
		return RightRequest{}, err
	}
	return d.Right(ctx, by, made)
}

// RightDecision is what was decided of a request, and why.
type RightDecision struct {
	Grant  bool
	Reason string // needed to refuse, and to answer what was asked to be explained
	Basis  string // the law's article; needed to refuse
}

// DecideRight decides a request and does what it asks, in one transaction. A deletion takes two persons: the first grant proposes, another person's carries it out, and
// another person's refusal puts it back. Copies and withdrawn consents are also granted by the system. Errors: fault.Forbidden, fault.Conflict where it is decided, or where what is
// to be deleted is still worked on; fault.Invalid without reason and basis.
func (d *Docket) DecideRight(ctx context.Context, by Actor, request uuid.UUID, dec RightDecision) error {
	r, err := d.Right(ctx, by, request)
	if err != nil {
		return err
	}
	return d.several(ctx, by, Ref{ID: r.Case}, func(ctx context.Context, w *work) error {
		var state RightState
		var first int64
		if err := w.tx.QueryRow(ctx, `select state, coalesce(proposed_by, 0) from rights_request where id = $1 for update`, request).Scan(&state, &first); err != nil {
			return fmt.Errorf("lock request about data: %w", err)
		}
		if state != RightAsked && state != RightProposed {
			return fault.New(fault.Conflict, "fault.right_decided")
		}
		if err := mayDecideRight(by, r.Kind, state, first, dec); err != nil {
			return err
		}
		do := "granted"
		switch {
		case state == RightProposed && !dec.Grant:
			do = "disputed"
		case !dec.Grant:
			do = "refused"
		case r.Kind == RightDelete && state == RightAsked:
			do = "proposed"
		}
		err := w.take(ctx, StepRight, func(ctx context.Context, w *work) (any, error) {
			if dec.Grant {
				if err := w.grantable(r); err != nil {
					return nil, err
				}
			}
			if do == "granted" {
				if err := w.grant(ctx, r); err != nil {
					return nil, err
				}
			}
			return LogRight{Request: r.Number, Kind: r.Kind, Do: do}, w.settleRight(ctx, r.ID, do, dec)
		})
		if err != nil || do != "granted" || r.Kind != RightDelete {
			return err
		}
		return w.take(ctx, StepErase, func(ctx context.Context, w *work) (any, error) {
			return Erasure{Reason: "right"}, w.erase(ctx, Erasure{Reason: "right"}, &r.ID)
		})
	})
}

func mayDecideRight(by Actor, kind RightKind, state RightState, first int64, dec RightDecision) error {
	switch {
	case by.Kind == BySystem && (!dec.Grant || kind != RightCopy && kind != RightWithdraw):
		return errNotYourStep // a machine neither refuses nor weighs
	case by.Kind == ByStaff && state == RightAsked && !by.Has(Privacy):
		return errNotYourStep
	case by.Kind == ByStaff && state == RightProposed && (!by.Has(Privacy, Supervisor) || by.StaffID == first):
		return fault.New(fault.Forbidden, "fault.rights_second")
	case by.Kind == ByResident:
		return errNotYourStep
	}
	if (!dec.Grant || kind == RightExplain || kind == RightObject) && by.Kind != BySystem {
		if err := need(!blank(dec.Reason), "fault.reason_needed", "reason"); err != nil {
			return err
		}
	}
	return need(dec.Grant || !blank(dec.Basis), "fault.right_basis", "basis")
}

// grantable says why something cannot be done now whoever grants it: data that the city still works with stays until the case ends (PIPL 47: the purpose is not yet achieved).
func (w *work) grantable(r RightRequest) error {
	if r.Kind == RightDelete && w.c.State.Open() {
		return fault.New(fault.Conflict, "fault.right_case_open")
	}
	return nil
}

// grant does what was asked.
func (w *work) grant(ctx context.Context, r RightRequest) error {
	switch r.Kind {
	case RightCorrect:
		return w.correct(ctx, r)
	case RightRestrict:
		_, err := w.tx.Exec(ctx, `update cases set restricted_at = coalesce(restricted_at, $2) where id = $1`, w.c.ID, w.at)
		return err
	case RightTakedown, RightWithdraw:
		w.c.Publish = false // the follower that keeps public cards turns the card into a tombstone
	}
	return nil
}

// correct puts the new value into its place, with its hash, and keeps the old one beside it.
func (w *work) correct(ctx context.Context, r RightRequest) error {
	key, err := w.d.dataKey(ctx, w.tx, w.c.ID)
	if err != nil {
		return err
	}
	var sealed []byte
	if err := w.tx.QueryRow(ctx, `select sealed from rights_request where id = $1`, r.ID).Scan(&sealed); err != nil {
		return fmt.Errorf("read new value: %w", err)
	}
	value, err := key.Open(sealedRight, w.c.ID.String(), sealed)
	if err != nil {
		return fmt.Errorf("open new value: %w", err)
	}
	column := string(r.Field) // one of Correctable, which the table's check holds as well
	if !slices.Contains(Correctable, r.Field) {
		return fmt.Errorf("the field %q is not to be corrected", column)
	}
	if _, err := w.tx.Exec(ctx, `insert into person_former (case_id, field, sealed, until, request) select case_id, $2, `+column+`, $3, $4 from person where case_id = $1`, w.c.ID, column, w.at, r.ID); err != nil {
		return fmt.Errorf("keep former value: %w", err)
	}
	set := column + ` = $2`
	args := []any{w.c.ID, key.Seal(column, w.c.ID.String(), value)}
	if r.Field == FieldName || r.Field == FieldPhone || r.Field == FieldEmail {
		set += `, ` + column + `_hash = $3`
		args = append(args, w.d.Keys.Hash(column, string(value)))
	}
	if _, err := w.tx.Exec(ctx, `update person set `+set+` where case_id = $1`, args...); err != nil {
		return fmt.Errorf("correct: %w", err)
	}
	return nil
}

func (w *work) settleRight(ctx context.Context, id uuid.UUID, do string, dec RightDecision) error {
	sql := `update rights_request set state = $2, decided_at = $3, decided_by = nullif($4::bigint, 0), reason = $5, basis = $6 where id = $1`
	args := []any{id, do, w.at, w.by.StaffID, clean(dec.Reason, 4000), clean(dec.Basis, 300)}
	switch do {
	case "proposed":
		sql, args = `update rights_request set state = 'proposed', proposed_at = $2, proposed_by = $3, reason = $4, basis = $5 where id = $1`, []any{id, w.at, w.by.StaffID, clean(dec.Reason, 4000), clean(dec.Basis, 300)}
	case "disputed":
		sql, args = `update rights_request set state = 'asked', proposed_at = null, proposed_by = null, reason = $2, basis = $3 where id = $1`, []any{id, clean(dec.Reason, 4000), clean(dec.Basis, 300)}
	}
	if _, err := w.tx.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("settle request about data: %w", err)
	}
	return nil
}

// TakeCopy notes that the holder of the code fetched a granted copy. Errors: fault.NotFound, fault.Conflict where it was not granted.
func (d *Docket) TakeCopy(ctx context.Context, by Actor, request uuid.UUID) error {
	r, err := d.Right(ctx, by, request)
	if err != nil {
		return err
	}
	return d.step(ctx, by, Ref{ID: r.Case}, StepRight, func(ctx context.Context, w *work) (any, error) {
		tag, err := w.tx.Exec(ctx, `update rights_request set taken = taken + 1 where id = $1 and kind = 'copy' and state = 'granted'`, request)
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.New(fault.Conflict, "fault.right_decided")
		}
		return LogRight{Request: r.Number, Kind: r.Kind, Do: "taken"}, err
	})
}

// SweepRights marks requests whose time is over, at most limit a call, and tells how many; each is raised once. It is safe to run twice, late, or on two machines.
func (d *Docket) SweepRights(ctx context.Context, limit int) (int, error) {
	late, err := d.rights(ctx, System, `r.decided_at is null and r.late_at is null and r.due_at < $1 order by r.due_at limit $2`, d.Now().UTC(), limit)
	if err != nil {
		return 0, err
	}
	for n, r := range late {
		err := d.step(ctx, System, Ref{ID: r.Case}, StepRight, func(ctx context.Context, w *work) (any, error) {
			tag, err := w.tx.Exec(ctx, `update rights_request set late_at = due_at where id = $1 and decided_at is null and late_at is null`, r.ID)
			if err == nil && tag.RowsAffected() == 0 {
				err = fault.New(fault.Conflict, "fault.right_decided")
			}
			return LogRight{Request: r.Number, Kind: r.Kind, Do: "late"}, err
		})
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return n, err
		}
	}
	return len(late), nil
}

// RecountRights counts the provisional limits of open requests anew by the calendar in force, and tells how many moved.
func (d *Docket) RecountRights(ctx context.Context, version string, count func(RightKind, time.Time) Promise) (int, error) {
	open, err := d.rights(ctx, System, `r.decided_at is null and r.provisional and r.calendar <> $1 and r.working_days is not null and r.delayed_at is null order by r.asked_at limit 500`, version)
	if err != nil {
		return 0, err
	}
	for n, r := range open {
		p := count(r.Kind, r.AskedAt)
		err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `update rights_request set due_at = $2, provisional = $3, calendar = $4 where id = $1 and decided_at is null`, r.ID, p.Due, p.Provisional, p.Calendar)
			return err
		})
		if err != nil {
			return n, fmt.Errorf("count limit anew: %w", err)
		}
	}
	return len(open), nil
}
