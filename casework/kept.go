package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Kept is a submission that is no case: a bounce, an automatic answer, list mail, or something a person must look at (隔离).
type Kept struct {
	Key        Key
	Channel    Channel
	Verdict    string
	Reason     string
	ReceivedAt time.Time
	Size       int
	About      *CaseID // the case whose token it carried, nil for none
	AboutNo    string  // that case's number
	Auth       []byte  // what is known of the sender, as JSON of intake/mailauth; nil where nothing was checked
	Settled    *Settled
}

// Settled is what a person made of a kept submission.
type Settled struct {
	At      time.Time
	StaffID int64
	How     Settling
	Case    *CaseID // what it was filed as, or attached to
	CaseNo  string
}

// Settling is what became of a kept submission: filed, attached, or dropped with a reason.
type Settling string

// The ways to settle. Dropped ones stay stored; they only leave the list.
const (
	SettledFiled    Settling = "filed"
	SettledAttached Settling = "attached"
	DroppedSpam     Settling = "dropped_spam"
	DroppedMachine  Settling = "dropped_machine" // no person wrote it
	DroppedKnown    Settling = "dropped_known"   // what it says is known from elsewhere
	DroppedEmpty    Settling = "dropped_empty"   // nothing in it for the hotline
)

// Droppings are the reasons to choose from.
var Droppings = []Settling{DroppedMachine, DroppedSpam, DroppedKnown, DroppedEmpty}

// Keep stores a submission that does not become a case. The same bytes again are kept once.
func (d *Docket) Keep(ctx context.Context, k Kept, raw []byte) error {
	key, wrapped, err := d.Keys.NewDataKey()
	if err != nil {
		return err
	}
	return d.inTx(ctx, System, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into submission (key, channel, verdict, reason, received_at, size, wrapped_key, raw, about) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
			k.Key[:], k.Channel, k.Verdict, clean(k.Reason, 200), d.Now().UTC(), len(raw), wrapped, key.Seal("raw", fmt.Sprintf("%x", k.Key[:]), raw), k.About)
		if err != nil {
			return fmt.Errorf("keep submission: %w", err)
		}
		return nil
	})
}

const keptSQL = `select s.key, s.channel, s.verdict, s.reason, s.received_at, s.size, s.about, coalesce(a.number, ''), s.auth, s.settled_at, coalesce(s.settled_by, 0), s.settled_how, s.settled_case, coalesce(c.number, '')
	from submission s left join cases a on a.id = s.about left join cases c on c.id = s.settled_case where s.case_id is null and `

func scanKept(row pgx.CollectableRow) (Kept, error) {
	var k Kept
	var key []byte
	var at *time.Time
	var done Settled
	err := row.Scan(&key, &k.Channel, &k.Verdict, &k.Reason, &k.ReceivedAt, &k.Size, &k.About, &k.AboutNo, &k.Auth, &at, &done.StaffID, &done.How, &done.Case, &done.CaseNo)
	copy(k.Key[:], key)
	if at != nil {
		done.At, k.Settled = *at, &done
	}
	return k, err
}

// KeptList reads the submissions without a case that nobody has settled, newest first, at most 500; hotline scope only.
func (d *Docket) KeptList(ctx context.Context, by Actor, limit int) ([]Kept, error) {
	return d.keptList(ctx, by, limit, `s.settled_at is null order by s.received_at desc limit $1`)
}

// KeptSettled reads the submissions without a case that were settled, the last settled first, at most 500; hotline scope only.
func (d *Docket) KeptSettled(ctx context.Context, by Actor, limit int) ([]Kept, error) {
	return d.keptList(ctx, by, limit, `s.settled_at is not null order by s.settled_at desc limit $1`)
}

func (d *Docket) keptList(ctx context.Context, by Actor, limit int, which string) ([]Kept, error) {
	if limit < 1 || limit > 500 {
		limit = 500
	}
	var out []Kept
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		out, err = collect(ctx, tx, scanKept, keptSQL+which, limit)
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
		err := tx.QueryRow(ctx, `select s.channel, s.verdict, s.reason, s.received_at, s.size, s.wrapped_key, s.raw, s.about, coalesce(a.number, ''), s.auth
			from submission s left join cases a on a.id = s.about where s.key = $1 and s.case_id is null`, k[:]).
			Scan(&kept.Channel, &kept.Verdict, &kept.Reason, &kept.ReceivedAt, &kept.Size, &wrapped, &sealed, &kept.About, &kept.AboutNo, &kept.Auth)
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

// Settle marks a kept submission as dealt with, and how; who settled it first stays. id is the case it went to, nil when dropped.
// Errors: fault.Forbidden, fault.NotFound.
func (d *Docket) Settle(ctx context.Context, by Actor, k Key, how Settling, id *CaseID) error {
	if _, may := by.acting(keepers); !may {
		return errNotYourStep
	}
	return d.inTx(ctx, by, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update submission set settled_at = coalesce(settled_at, $2), settled_by = case when settled_at is null then nullif($3, 0) else settled_by end,
			settled_how = case when settled_at is null then $4 else settled_how end, settled_case = case when settled_at is null then $5 else settled_case end
			where key = $1 and case_id is null`, k[:], d.Now().UTC(), by.StaffID, how, id)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "fault.no_such_submission")
		}
		return err
	})
}

// NoteSender writes down what was found out about who sent a submission, as JSON. It comes after the submission is durable, or never.
func (d *Docket) NoteSender(ctx context.Context, k Key, found []byte) error {
	return d.inTx(ctx, System, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update submission set auth = $2 where key = $1 and wrapped_key is not null`, k[:], string(found))
		return err
	})
}

// Origin is one message that became a case or was added to it.
type Origin struct {
	At      time.Time
	Verdict string // case, reply
	Auth    []byte // what is known of the sender, as JSON of intake/mailauth; nil where nothing was checked
}

// askOrigins queues the reading of a case's e-mails, oldest first; the scope decides whether there are any.
func askOrigins(b *pgx.Batch, list *[]Origin, id CaseID) {
	pg.Rows(b, list, func(row pgx.CollectableRow) (o Origin, err error) {
		return o, row.Scan(&o.At, &o.Verdict, &o.Auth)
	}, `select received_at, verdict, auth from submission where case_id = $1 and channel = 'email' order by received_at`, id)
}
