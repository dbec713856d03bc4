package calls

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/element"
	"huiyin/intake/transcript"
	"huiyin/pg"
)

// Taken tells what became of turns.
type Taken struct {
	Call Call
	New  int // of those sent, how many said something that was not known
}

// Hear takes turns of a call, new or more of them. A final turn stands: whatever comes later with its number is passed over, so that sending again is safe and order does not matter. A call of
// which no event came before belongs to the account of the token. Errors: fault.Forbidden, fault.Invalid with the field, fault.TooLarge.
func (r *Room) Hear(ctx context.Context, by casework.Actor, id string, turns []Turn) (Taken, error) {
	var out Taken
	if err := mayTake(by); err != nil {
		return out, err
	}
	for i, t := range turns {
		if err := t.check(i); err != nil {
			return out, err
		}
	}
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		var err error
		out = Taken{}
		if out.Call, err = r.open(ctx, tx, by, id, r.Now().UTC()); err != nil {
			return err
		}
		c := &out.Call
		var told bool
		if err := tx.QueryRow(ctx, `select exists (select 1 from call_event where call_id = $1 and kind in ('answered','transferred'))`, c.ID).Scan(&told); err != nil {
			return fmt.Errorf("look for events: %w", err)
		}
		if !told {
			if err := r.happened(ctx, tx, c, EventAnswered, r.Now().UTC().Truncate(time.Microsecond), &by.StaffID); err != nil {
				return err
			}
		}
		return r.keepTurns(ctx, tx, &out, turns)
	})
	if err == nil && out.New > 0 {
		r.woke()
	}
	return out, err
}

func (t Turn) check(i int) error {
	at := func(name string) string { return "turns." + strconv.Itoa(i) + "." + name }
	switch {
	case t.N < 0 || t.N >= 1<<30:
		return fault.New(fault.Invalid, "fault.invalid").At(at("turn"))
	case t.Role != transcript.Caller && t.Role != transcript.Agent && t.Role != transcript.Unknown:
		return fault.New(fault.Invalid, "fault.invalid").At(at("role"))
	case t.Text == "" || !utf8.ValidString(t.Text):
		return fault.New(fault.Invalid, "fault.text_needed").At(at("text"))
	case utf8.RuneCountInString(t.Text) > MostText:
		return fault.New(fault.TooLarge, "fault.body_too_long").At(at("text")).With("Limit", MostText)
	}
	return nil
}

func (r *Room) keepTurns(ctx context.Context, tx pgx.Tx, out *Taken, turns []Turn) error {
	c, now := &out.Call, r.Now().UTC()
	key, err := r.key(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	touched := int64(0)
	if err := tx.QueryRow(ctx, `select nextval('call_touch')`).Scan(&touched); err != nil {
		return err
	}
	for _, t := range turns {
		if t.SaidAt.IsZero() && t.End > 0 && t.End < 1e6 && c.AnsweredAt != nil {
			t.SaidAt = c.AnsweredAt.Add(time.Duration(t.End * float64(time.Second)))
		}
		sealed := key.Seal("turn "+strconv.Itoa(t.N), c.ID.String(), []byte(t.Text))
		tag, err := tx.Exec(ctx, `insert into call_turn as o (call_id, n, role, final, rev, said_at, arrived_at, touched, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (call_id, n) do update set role = excluded.role, final = excluded.final, rev = excluded.rev, said_at = excluded.said_at, arrived_at = excluded.arrived_at, touched = excluded.touched, sealed = excluded.sealed
			where not o.final and (excluded.final or excluded.rev >= o.rev)`, c.ID, t.N, t.Role, t.Final, t.Rev, moment(t.SaidAt), now, touched, sealed)
		if err != nil {
			return fmt.Errorf("keep turn: %w", err)
		}
		out.New += int(tag.RowsAffected())
	}
	if out.New == 0 {
		return nil
	}
	var kept int
	if err := tx.QueryRow(ctx, `select count(*) from call_turn where call_id = $1`, c.ID).Scan(&kept); err != nil {
		return err
	}
	if kept > MostTurns {
		return fault.New(fault.TooLarge, "fault.call_too_long").At("turns").With("Limit", MostTurns)
	}
	c.Touched = touched
	if _, err := tx.Exec(ctx, `update call set touched = $2, moved_at = $3 where id = $1`, c.ID, touched, now); err != nil {
		return fmt.Errorf("touch call: %w", err)
	}
	return nil
}

// Heard is what an operator's screen shows of a call.
type Heard struct {
	Call  Call
	Turns []Line
}

// Line is one turn as it stands.
type Line struct {
	Turn
	ArrivedAt time.Time
	Touched   int64
}

// Delay is how long after it was said the turn was known; 0 where nobody tells when it was said.
func (l Line) Delay() time.Duration {
	if l.SaidAt.IsZero() {
		return 0
	}
	return max(0, l.ArrivedAt.Sub(l.SaidAt))
}

// Said gives the turns to the reading of elements; a turn of nobody known counts as the caller's.
func (h Heard) Said() []element.Said {
	list := make([]element.Said, len(h.Turns))
	for i, l := range h.Turns {
		list[i] = element.Said{N: l.N, Caller: l.Role != transcript.Agent, Text: l.Text}
	}
	return list
}

// Listen reads a call whole, in the order of its turns. Only who has it may: everybody else hears fault.Forbidden.
func (r *Room) Listen(ctx context.Context, by casework.Actor, id uuid.UUID) (Heard, error) {
	var h Heard
	if err := mayHear(by); err != nil {
		return h, err
	}
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select `+callColumns+` from call c where c.id = $1`, id).Scan(h.Call.dest()...)
		if pg.IsNoRows(err) {
			return errNoCall
		}
		if err != nil {
			return fmt.Errorf("read call: %w", err)
		}
		if h.Call.Staff != by.StaffID {
			return errNotYours
		}
		h.Turns, err = r.lines(ctx, tx, id)
		return err
	})
	return h, err
}

func (r *Room) lines(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]Line, error) {
	key, err := r.key(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select n, role, final, rev, said_at, arrived_at, touched, sealed from call_turn where call_id = $1 order by n`, id)
	if err != nil {
		return nil, fmt.Errorf("read turns: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Line, error) {
		var l Line
		var saidAt *time.Time
		var sealed []byte
		if err := row.Scan(&l.N, &l.Role, &l.Final, &l.Rev, &saidAt, &l.ArrivedAt, &l.Touched, &sealed); err != nil {
			return l, err
		}
		if saidAt != nil {
			l.SaidAt = *saidAt
		}
		text, err := key.Open("turn "+strconv.Itoa(l.N), id.String(), sealed)
		l.Text = string(text)
		return l, err
	})
}

// linger is how long an ended call without a case stays the operator's present one: the order is written after the caller hung up.
const linger = 30 * time.Minute

// Present is the call that the operator has now: one that rings or talks, else the last one that ended and is not yet a case. ok is false for none.
func (r *Room) Present(ctx context.Context, by casework.Actor) (c Call, ok bool, err error) {
	if mayHear(by) != nil {
		return c, false, nil
	}
	err = pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select `+callColumns+` from call c where c.staff_id = $1 and (c.state in ('ringing','talking') or c.state = 'ended' and c.case_id is null and c.moved_at > $2)
			order by c.state = 'talking' desc, c.state = 'ringing' desc, c.moved_at desc limit 1`, by.StaffID, r.Now().UTC().Add(-linger)).Scan(c.dest()...)
		if pg.IsNoRows(err) {
			return nil
		}
		ok = err == nil
		return err
	})
	return c, ok, err
}

// Attach says which case a call became; from then on it is kept and erased with the case. Only who has the call may, and a call becomes one case.
func (r *Room) Attach(ctx context.Context, by casework.Actor, id uuid.UUID, to casework.CaseID) error {
	if err := mayTake(by); err != nil {
		return err
	}
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update call set case_id = $2, ring_back = '', touched = nextval('call_touch') where id = $1 and staff_id = $3 and (case_id is null or case_id = $2)`, id, to, by.StaffID)
		if err != nil {
			return fmt.Errorf("attach call: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotYours
		}
		return nil
	})
	if err == nil {
		r.woke()
	}
	return err
}

// OfCase is the call from which a case came, as who took it may still read it; ok is false for none, or another's.
func (r *Room) OfCase(ctx context.Context, by casework.Actor, id casework.CaseID) (h Heard, ok bool, err error) {
	var call uuid.UUID
	err = pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select id from call where case_id = $1 and staff_id = $2 and wrapped_key is not null order by began_at limit 1`, id, by.StaffID).Scan(&call)
	})
	if pg.IsNoRows(err) {
		return h, false, nil
	}
	if err != nil {
		return h, false, err
	}
	h, err = r.Listen(ctx, by, call)
	return h, err == nil, err
}
