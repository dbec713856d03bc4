package supervision

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/pg"
	"huiyin/routing/codes"
)

// FiguresFollower is the name under which the figures remember how far they read.
const FiguresFollower = "figures"

// Figures keeps the count rows. For every case that events speak of it folds the whole history anew, so that reading an event
// twice, or all of them from the start, gives the same rows.
func Figures(zone *time.Location) follow.Follower { return FiguresUnder(zone, codes.Reading{}) }

// FiguresUnder is Figures with the sums that pages read made under a version of the code sets: the newest of the city. The rows keep the codes as they were filed.
func FiguresUnder(zone *time.Location, under codes.Reading) follow.Follower {
	return follow.Follower{Name: FiguresFollower, Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		ids := touched(events)
		if len(ids) == 0 {
			return nil
		}
		files, err := histories(ctx, tx, ids)
		if err != nil {
			return err
		}
		ready, err := summed(ctx, tx, under)
		if err != nil {
			return err
		}
		if !ready {
			if err := sumAnew(ctx, tx, under); err != nil {
				return err
			}
		}
		old, err := keptRows(ctx, tx, ids)
		if err != nil {
			return err
		}
		units, err := answerers(ctx, tx, files)
		if err != nil {
			return err
		}
		var b pgx.Batch
		moved := newChange(under)
		for _, f := range files {
			rows, err := count(f, zone, units)
			if err != nil {
				return err
			}
			for _, r := range rows {
				moved.move(old, f.Case.ID, &r, zone)
				queueRow(&b, f.Case.ID, r, zone)
			}
		}
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("keep count rows: %w", err)
		}
		return moved.keep(ctx, tx)
	}}
}

// Recount lets the follower read the whole history again, as after a change of what is counted. Rows keep their random numbers, and pages
// stay up while it reads; the sums are made anew.
func Recount(ctx context.Context, q pg.Querier) error {
	_, err := q.Exec(ctx, `update follower set xid = '0', seq = 0 where name = $1`, FiguresFollower)
	if err == nil {
		_, err = q.Exec(ctx, `delete from figure_sum_made`)
	}
	if err != nil {
		return fmt.Errorf("recount: %w", err)
	}
	return nil
}

const keepRow = `insert into figure_row as r (case_id, part, ord, unit, district, kind, category, channel, way, filed, opened, dispatched, due, replied, rated,
		signed, contacted, handled, original, verdict, satisfaction, round, sent_back, returned, extensions, excluded, open, overdue, hours, due_on, waived, hung, tags, not_reached, hops, flags, doubtful)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, coalesce($33::text[], '{}'), $34, $35, $36, $37)
	on conflict (case_id, part, ord) do update set unit = excluded.unit, district = excluded.district, kind = excluded.kind, category = excluded.category, channel = excluded.channel,
		way = excluded.way, filed = excluded.filed, opened = excluded.opened, dispatched = excluded.dispatched, due = excluded.due, replied = excluded.replied, rated = excluded.rated,
		signed = excluded.signed, contacted = excluded.contacted, handled = excluded.handled, original = excluded.original, verdict = excluded.verdict,
		satisfaction = excluded.satisfaction, round = excluded.round, sent_back = excluded.sent_back, returned = excluded.returned, extensions = excluded.extensions,
		excluded = excluded.excluded, open = excluded.open, overdue = excluded.overdue, hours = excluded.hours, due_on = excluded.due_on,
		waived = excluded.waived, hung = excluded.hung, tags = excluded.tags, not_reached = excluded.not_reached, hops = excluded.hops, flags = excluded.flags, doubtful = excluded.doubtful
	where (r.unit, r.district, r.kind, r.category, r.channel, r.way, r.filed, r.opened, r.dispatched, r.due, r.replied, r.rated, r.signed, r.contacted, r.handled, r.original,
			r.verdict, r.satisfaction, r.round, r.sent_back, r.returned, r.extensions, r.excluded, r.open, r.overdue, r.hours, r.due_on, r.waived, r.hung, r.tags, r.not_reached, r.hops, r.flags, r.doubtful)
		is distinct from (excluded.unit, excluded.district, excluded.kind, excluded.category, excluded.channel, excluded.way, excluded.filed, excluded.opened, excluded.dispatched, excluded.due,
			excluded.replied, excluded.rated, excluded.signed, excluded.contacted, excluded.handled, excluded.original, excluded.verdict, excluded.satisfaction, excluded.round,
			excluded.sent_back, excluded.returned, excluded.extensions, excluded.excluded, excluded.open, excluded.overdue, excluded.hours, excluded.due_on, excluded.waived, excluded.hung, excluded.tags, excluded.not_reached, excluded.hops, excluded.flags, excluded.doubtful)`

func queueRow(b *pgx.Batch, id casework.CaseID, r counted, zone *time.Location) {
	var dueOn *time.Time
	if day := r.dueDay(zone); !day.IsZero() {
		dueOn = &day
	}
	b.Queue(keepRow, id, r.Part, r.Ord, r.Unit, r.District, r.Kind, r.Category, r.Channel, r.Way, r.Filed, r.Opened, r.Dispatched, r.Due, r.Replied, r.Rated,
		r.Signed, r.Contacted, r.Handled, r.Original, r.Verdict, r.Satisfaction, r.Round, r.SentBack, r.Returned, r.Extensions, r.Excluded, r.Open, r.Overdue, r.Hours, dueOn, r.Waived, r.Hung, r.Tags, r.NotReached, r.Hops, r.Flags, r.Doubtful)
}
