package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
)

// Kept is a submission that is no case: a bounce, an automatic answer, list mail, or something a person must look at (隔离).
type Kept struct {
	Key        Key
	Channel    Channel
	Verdict    string
	Reason     string
	ReceivedAt time.Time
	Size       int
}

// Keep stores a submission that does not become a case. The same bytes again are kept once.
func (d *Docket) Keep(ctx context.Context, k Kept, raw []byte) error {
	key, wrapped, err := d.Keys.NewDataKey()
	if err != nil {
		return err
	}
	return d.inTx(ctx, System, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into submission (key, channel, verdict, reason, received_at, size, wrapped_key, raw) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
			k.Key[:], k.Channel, k.Verdict, clean(k.Reason, 200), d.Now().UTC(), len(raw), wrapped, key.Seal("raw", fmt.Sprintf("%x", k.Key[:]), raw))
		if err != nil {
			return fmt.Errorf("keep submission: %w", err)
		}
		return nil
	})
}

// KeptList reads the submissions without a case that nobody has settled, newest first, at most 500; hotline scope only.
func (d *Docket) KeptList(ctx context.Context, by Actor, limit int) ([]Kept, error) {
	if limit < 1 || limit > 500 {
		limit = 500
	}
	var out []Kept
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		out, err = collect(ctx, tx, func(row pgx.CollectableRow) (Kept, error) {
			var k Kept
			var key []byte
			err := row.Scan(&key, &k.Channel, &k.Verdict, &k.Reason, &k.ReceivedAt, &k.Size)
			copy(k.Key[:], key)
			return k, err
		}, `select key, channel, verdict, reason, received_at, size from submission where case_id is null and settled_at is null order by received_at desc limit $1`, limit)
		return err
	})
	return out, err
}

// keepers are the roles that look at kept submissions; there is no case yet whose unit could.
var keepers = []Role{Operator, Dispatcher, Privacy, SystemRole}

// KeptRaw reads a kept submission for an operator, and writes who read it in the same transaction: there is no case whose history could
// tell. Errors: fault.Forbidden for all but the hotline's operators, dispatchers and privacy officer; fault.NotFound; fault.Gone after erasure.
func (d *Docket) KeptRaw(ctx context.Context, by Actor, k Key) (Kept, []byte, error) {
	var kept Kept
	var raw []byte
	role, may := by.acting(keepers)
	if !may {
		return kept, nil, errNotYourStep
	}
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var wrapped, sealed []byte
		err := tx.QueryRow(ctx, `select channel, verdict, reason, received_at, size, wrapped_key, raw from submission where key = $1 and case_id is null`, k[:]).
			Scan(&kept.Channel, &kept.Verdict, &kept.Reason, &kept.ReceivedAt, &kept.Size, &wrapped, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.no_such_submission")
		}
		if err != nil {
			return err
		}
		if wrapped == nil {
			return errErased
		}
		key, err := d.Keys.Unwrap(wrapped)
		if err != nil {
			return err
		}
		kept.Key = k
		if _, err := tx.Exec(ctx, `insert into kept_use (key, at, staff_id, role, unit) values ($1, $2, nullif($3, 0), $4, $5)`, k[:], d.Now().UTC(), by.StaffID, role, by.Unit); err != nil {
			return fmt.Errorf("note use of kept submission: %w", err)
		}
		raw, err = key.Open("raw", fmt.Sprintf("%x", k[:]), sealed)
		return err
	})
	return kept, raw, err
}

// KeptUse is one reading of a kept submission.
type KeptUse struct {
	At      time.Time
	StaffID int64
	Role    Role
	Unit    UnitCode
}

// KeptUses reads who has read a kept submission, newest first; hotline scope only.
func (d *Docket) KeptUses(ctx context.Context, by Actor, k Key) ([]KeptUse, error) {
	var uses []KeptUse
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		uses, err = collect(ctx, tx, func(row pgx.CollectableRow) (u KeptUse, err error) {
			return u, row.Scan(&u.At, &u.StaffID, &u.Role, &u.Unit)
		}, `select at, coalesce(staff_id, 0), role, unit from kept_use where key = $1 order by seq desc`, k[:])
		return err
	})
	return uses, err
}

// Settle marks a kept submission as looked at; who settled it first stays. Errors: fault.Forbidden, fault.NotFound.
func (d *Docket) Settle(ctx context.Context, by Actor, k Key) error {
	if _, may := by.acting(keepers); !may {
		return errNotYourStep
	}
	return d.inTx(ctx, by, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update submission set settled_at = coalesce(settled_at, $2), settled_by = case when settled_at is null then nullif($3, 0) else settled_by end
			where key = $1 and case_id is null`, k[:], d.Now().UTC(), by.StaffID)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "fault.no_such_submission")
		}
		return err
	})
}
