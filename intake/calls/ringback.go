package calls

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// A missed caller is rung back at most MostTries times, each at least TryAgainAfter later (the State Council's notice of 2025 on 12345 hotlines wants missed calls rung back; the number of tries
// is that of call-backs).
const (
	MostTries     = 3
	TryAgainAfter = 30 * time.Minute
)

// kept is how long a call that became no case is kept.
const kept = 30 * 24 * time.Hour

// A call of which the exchange tells no end is closed by the sweep.
const (
	ringsAtMost = 10 * time.Minute
	talkAtMost  = 4 * time.Hour
)

// RingBack is a missed call that is to be rung back.
type RingBack struct {
	ID      uuid.UUID
	BeganAt time.Time
	Rang    time.Duration // how long the caller waited
	Tries   []time.Time   // earlier tries that reached nobody
}

func mayRing(by casework.Actor) error {
	if by.Kind != casework.ByStaff || by.Unit != casework.Hotline || !by.Has(casework.Operator, casework.Callback) {
		return fault.New(fault.Forbidden, "fault.not_your_step")
	}
	return nil
}

// RingBacks lists the missed calls that may be rung back now, the longest waiting first.
func (r *Room) RingBacks(ctx context.Context, by casework.Actor, limit int) ([]RingBack, error) {
	if err := mayRing(by); err != nil {
		return nil, err
	}
	var list []RingBack
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select c.id, c.began_at, c.ended_at, t.tries from call c
			cross join lateral (select coalesce(array_agg(a.at order by a.at), '{}') as tries from call_try a where a.call_id = c.id) t
			where c.ring_back = 'open' and coalesce(t.tries[cardinality(t.tries)] <= $1, true) order by c.began_at limit $2`, r.Now().UTC().Add(-TryAgainAfter), limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (RingBack, error) {
			var b RingBack
			var ended time.Time
			err := row.Scan(&b.ID, &b.BeganAt, &ended, &b.Tries)
			b.Rang = ended.Sub(b.BeganAt)
			return b, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list missed calls: %w", err)
	}
	return list, nil
}

// Number opens the number of a missed call that is to be rung back, or of the operator's own call. Each look is written down, in the transaction that answers.
func (r *Room) Number(ctx context.Context, by casework.Actor, id uuid.UUID) (string, error) {
	if err := mayRing(by); err != nil {
		return "", err
	}
	number := ""
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		var staff int64
		var ringBack string
		var caller []byte
		err := tx.QueryRow(ctx, `select coalesce(staff_id, 0), ring_back, caller from call where id = $1`, id).Scan(&staff, &ringBack, &caller)
		if pg.IsNoRows(err) {
			return errNoCall
		}
		if err != nil {
			return fmt.Errorf("read call: %w", err)
		}
		purpose := "ring_back"
		switch {
		case ringBack == "open":
		case staff == by.StaffID:
			purpose = "answer"
		default:
			return errNotYours
		}
		if caller == nil {
			return nil
		}
		key, err := r.key(ctx, tx, id)
		if err != nil {
			return err
		}
		plain, err := key.Open("caller", id.String(), caller)
		if err != nil {
			return err
		}
		number = string(plain)
		return r.note(ctx, tx, by, id, purpose)
	})
	return number, err
}

// note writes a look down: each one to ring back; of the operator's own call the first, since the number then stands on the screen all the time.
func (r *Room) note(ctx context.Context, tx pgx.Tx, by casework.Actor, id uuid.UUID, purpose string) error {
	role := casework.Operator
	if !by.Has(role) {
		role = casework.Callback
	}
	_, err := tx.Exec(ctx, `insert into call_use (call_id, at, staff_id, role, unit, purpose) select $1, $2, $3, $4, $5, $6
		where $6 = 'ring_back' or not exists (select 1 from call_use where call_id = $1 and staff_id = $3 and purpose = $6)`, id, r.Now().UTC(), by.StaffID, role, by.Unit, purpose)
	if err != nil {
		return fmt.Errorf("note look at number: %w", err)
	}
	return nil
}

// Rang keeps what came of ringing back: reached ends it, and so does the last try that reaches nobody. Errors: fault.Conflict where another did it meanwhile.
func (r *Room) Rang(ctx context.Context, by casework.Actor, id uuid.UUID, reached bool) error {
	if err := mayRing(by); err != nil {
		return err
	}
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		var state string
		err := tx.QueryRow(ctx, `select ring_back from call where id = $1 for update`, id).Scan(&state)
		if pg.IsNoRows(err) {
			return errNoCall
		}
		if err != nil {
			return fmt.Errorf("lock call: %w", err)
		}
		now := r.Now().UTC().Truncate(time.Microsecond)
		var tries int
		var last *time.Time
		if err := tx.QueryRow(ctx, `select count(*), max(at) from call_try where call_id = $1`, id).Scan(&tries, &last); err != nil {
			return fmt.Errorf("count tries: %w", err)
		}
		if state != "open" || last != nil && now.Sub(*last) < time.Minute {
			return fault.New(fault.Conflict, "fault.rung_meanwhile")
		}
		if _, err := tx.Exec(ctx, `insert into call_try (call_id, at, staff_id, reached) values ($1, $2, $3, $4)`, id, now, by.StaffID, reached); err != nil {
			return fmt.Errorf("keep try: %w", err)
		}
		switch {
		case reached:
			state = "done"
		case tries+1 >= MostTries:
			state = "unreached"
		}
		_, err = tx.Exec(ctx, `update call set ring_back = $2, touched = nextval('call_touch') where id = $1`, id, state)
		return err
	})
	if err == nil {
		r.woke()
	}
	return err
}

// Sweep closes calls of which the exchange told no end, and deletes those that became no case thirty days after their last sign. It tells how many it closed and deleted, at most limit deleted at once.
func (r *Room) Sweep(ctx context.Context, limit int) (int, error) {
	n := 0
	err := pg.InTx(ctx, r.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		now := r.Now().UTC()
		for _, one := range []struct {
			sql  string
			args []any
		}{
			{`update call set state = 'missed', ended_at = $2, touched = nextval('call_touch'), ring_back = case when caller is null then '' else 'open' end where state = 'ringing' and moved_at < $1`, []any{now.Add(-ringsAtMost), now}},
			{`update call set state = 'ended', ended_at = moved_at, touched = nextval('call_touch') where state = 'talking' and moved_at < $1`, []any{now.Add(-talkAtMost)}},
			{`delete from call where id in (select id from call where case_id is null and moved_at < $1 limit $2)`, []any{now.Add(-kept), limit}},
		} {
			tag, err := tx.Exec(ctx, one.sql, one.args...)
			if err != nil {
				return fmt.Errorf("sweep calls: %w", err)
			}
			n += int(tag.RowsAffected())
		}
		return nil
	})
	return n, err
}
