package rights

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/pg"
)

// Delay tells the resident that the answer takes longer, and why: once, and by no more than the limit that the policy gives such a request. Errors: as casework.DelayRight.
func (o *Office) Delay(ctx context.Context, by casework.Actor, request uuid.UUID, reason string) error {
	r, err := o.Docket.Right(ctx, by, request)
	if err != nil {
		return err
	}
	from := r.Due.Add(-time.Second) // the last moment of its last day
	if now := o.Docket.Now(); now.After(from) {
		from = now
	}
	return o.Docket.DelayRight(ctx, by, request, o.Terms.Right(r.Kind, from), reason)
}

// DelayWords tell in a person's language until when and why a request was put off.
func DelayWords(lang locale.Lang, r casework.RightRequest) string {
	args := locale.Args{"Reason": r.DelayReason, "Until": lang.Deadline(*r.Expected)}
	if r.FirstDue == nil {
		return lang.T("rights.excused_text", args)
	}
	args["First"] = lang.Deadline(*r.FirstDue)
	return lang.T("rights.delayed_text", args)
}

// Reminder is a request that the privacy officer must be told of.
type Reminder struct {
	ID     uuid.UUID
	Number string
	Kind   casework.RightKind
	Due    time.Time // the limit itself, whenever it was looked at
	Late   bool      // it has passed
}

// remindBefore is how long before its limit a request is spoken of: two days, or half of a limit that is shorter than four.
const remindBefore = `least(interval '2 days', (due_at - asked_at) / 2)`

// Remind hands each open request to tell, in the transaction that notes it: once shortly before its limit and once when that has passed. One that was not looked at until its limit had passed is told of as late only.
// It tells how many, and is safe to run twice, late, or on two machines at once.
func Remind(ctx context.Context, db pg.DB, now time.Time, tell func(context.Context, pgx.Tx, Reminder) error) (int, error) {
	n := 0
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		n = 0
		for _, sql := range []string{
			`update rights_request set late_told_at = $1, soon_told_at = coalesce(soon_told_at, $1) where id in (select id from rights_request where decided_at is null and due_at < $1 and late_told_at is null order by due_at limit 50 for update skip locked)
				returning id, number, kind, due_at, true`,
			`update rights_request set soon_told_at = $1 where id in (select id from rights_request where decided_at is null and due_at >= $1 and due_at - ` + remindBefore + ` <= $1 and soon_told_at is null order by due_at limit 50 for update skip locked)
				returning id, number, kind, due_at, false`,
		} {
			rows, err := tx.Query(ctx, sql, now.UTC())
			if err != nil {
				return err
			}
			all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Reminder])
			if err != nil {
				return err
			}
			for _, r := range all {
				if err := tell(ctx, tx, r); err != nil {
					return err
				}
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("remind of requests about data: %w", err)
	}
	return n, nil
}
