package supervision

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// sweepSize is how many cases one sweep takes at most; what is left is found by the next.
const sweepSize = 500

// Waits are how long a case rests before a sweep takes it further.
type Waits struct {
	Review  time.Duration // a reply that nobody reviewed passes
	Rated   time.Duration // a rated case is closed
	NoWord  time.Duration // an answered case without a word from the resident is closed, and counts as unrated
	Archive time.Duration // an ended case is put to rest
}

// DefaultWaits are a day for the review and after a rating, fifteen days for the resident's word, thirty days to the archive.
var DefaultWaits = Waits{Review: 24 * time.Hour, Rated: 24 * time.Hour, NoWord: 15 * 24 * time.Hour, Archive: 30 * 24 * time.Hour}

// SweepOverdue appends a breach for every promise past its due time and tells how many. It costs next to nothing where nothing is due.
func SweepOverdue(ctx context.Context, d *casework.Docket) (int, error) {
	sum := 0
	for {
		n, err := d.SweepBreaches(ctx, sweepSize)
		sum += n
		if err != nil || n < sweepSize {
			return sum, err
		}
	}
}

// SweepStages says what is to be said of limits by a plan, reminders before them and escalation after them, and tells how many clocks it looked at.
func SweepStages(ctx context.Context, d *casework.Docket, plan casework.Plan) (int, error) {
	sum := 0
	for {
		n, err := d.SweepStages(ctx, sweepSize, plan)
		sum += n
		if err != nil || n < sweepSize {
			return sum, err
		}
	}
}

// SweepCalendar counts provisional limits anew by the calendar in force, and tells in how many cases. It costs next to nothing until a notice comes.
func SweepCalendar(ctx context.Context, d *casework.Docket, version string, recount casework.Recount) (int, error) {
	sum := 0
	for {
		n, err := d.SweepCalendar(ctx, sweepSize, version, recount)
		sum += n
		if err != nil || n < sweepSize {
			return sum, err
		}
	}
}

// SweepReview passes the replies that have waited for a review for w.Review.
func SweepReview(ctx context.Context, d *casework.Docket, w Waits) (int, error) {
	return each(ctx, d, `select id, version from cases where state = 'replied' and replied_at <= $1 order by replied_at limit $2`, before(d, w.Review),
		func(ref casework.Ref) error { return d.Review(ctx, casework.System, ref) })
}

// SweepClose closes what has been rated, or has waited for the resident's word long enough. Silence is never "satisfied":
// closing says nothing about it. A case whose resident said "not solved" or rated badly is left to a supervisor for as long as one that was not rated.
func SweepClose(ctx context.Context, d *casework.Docket, w Waits) (int, error) {
	shut := func(ref casework.Ref) error { return d.Close(ctx, casework.System, ref) }
	n, err := each(ctx, d, `select c.id, c.version from cases c join rating r on r.case_id = c.id and r.round = c.round
		where c.state = 'rated' and r.solved <> 'no' and r.satisfaction > 2 and r.at <= $1 order by r.at limit $2`, before(d, w.Rated), shut)
	if err != nil {
		return n, err
	}
	unreached, err := each(ctx, d, `select c.id, c.version from cases c where c.state in ('answered','reviewed') and c.replied_at <= $1
			and exists (select 1 from event e where e.case_id = c.id and e.step = 'follow_up' and e.round = c.round and (e.data ->> 'last')::boolean) order by c.replied_at limit $2`, d.Now().UTC(), shut)
	if n += unreached; err != nil {
		return n, err
	}
	more, err := each(ctx, d, `select id, version from cases where state in ('answered','reviewed','followed_up','rated') and replied_at <= $1 order by replied_at limit $2`, before(d, w.NoWord), shut)
	return n + more, err
}

// SweepArchive puts cases to rest that ended w.Archive ago.
func SweepArchive(ctx context.Context, d *casework.Docket, w Waits) (int, error) {
	return each(ctx, d, `select id, version from cases where state in ('closed','declined','redirected','terminated','merged','withdrawn') and closed_at <= $1
			and (state <> 'merged' or exists (select 1 from cases m where m.id = cases.merged_into and m.closed_at <= $1)) order by closed_at limit $2`, // who was joined to another case waits with it
		before(d, w.Archive), func(ref casework.Ref) error { return d.Archive(ctx, casework.System, ref) })
}

// SweepReviewDates urges on the cases on the ledger of difficulties (挂账) whose review date has come: once for each date.
func SweepReviewDates(ctx context.Context, d *casework.Docket) (int, error) {
	return each(ctx, d, `select c.id, c.version from cases c where c.state = 'hung_up' and c.review_on <= $1::date
		and not exists (select 1 from event u where u.case_id = c.id and u.step = 'urge' and u.actor = 'system'
			and u.seq > (select max(h.seq) from event h where h.case_id = c.id and h.step = 'hang'))
		order by c.review_on limit $2`, d.Now().In(d.Zone).Format(time.DateOnly), func(ref casework.Ref) error { return d.Urge(ctx, casework.System, ref) })
}

// before is the moment a wait ago.
func before(d *casework.Docket, wait time.Duration) time.Time { return d.Now().UTC().Add(-wait) }

// each finds the cases whose time has come, oldest first, and takes a step with each in its own transaction. The version found goes
// with the step, so that two sweeps at once, or a person in between, leave a conflict that is passed over. A case that fails keeps no other waiting.
func each(ctx context.Context, d *casework.Docket, sql string, until any, step func(casework.Ref) error) (int, error) {
	var refs []casework.Ref
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, until, sweepSize)
		if err != nil {
			return err
		}
		refs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (casework.Ref, error) {
			var r casework.Ref
			err := row.Scan(&r.ID, &r.Version)
			return r, err
		})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find cases to sweep: %w", err)
	}
	n := 0
	var failed error
	for _, r := range refs {
		err := step(r)
		switch {
		case err == nil:
			n++
		case fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.NotFound:
		default:
			failed = errors.Join(failed, fmt.Errorf("sweep case %s: %w", r.ID, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return n, failed
}
