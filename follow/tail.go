package follow

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// place is where a reader of the history's end stands, and how far it may look.
type place struct {
	xid     string // of the last event read
	seq     int64  // and its number
	recent  casework.CaseID
	horizon string
}

// reading is what a follower reads under. Its few statements are planned once: to plan them for each reading takes ten times as long as to find out which
// months they need. They go along the indexes also in a month that was empty then. What its handler asks is planned as elsewhere.
var reading = pg.Settings{"huiyin.scope": "system", "plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}

// horizonSQL is the first transaction that may still bring events: every event of an earlier one is visible to the statements that follow.
const horizonSQL = `pg_snapshot_xmin(pg_current_snapshot())::text`

// RecentSQL is the first case of those months in which unread events may lie that late_event does not name, for a reader whose last event was
// written at readTo, an SQL expression. A month may be passed over when its late steps have been told for a month longer than that: no transaction lasts so long.
func RecentSQL(readTo string) string {
	return `coalesce((select m.first from event_month m where m.late_since is null or ` + readTo + ` is null or m.late_since > ` + readTo + ` - interval '30 days' order by m.first limit 1), '00000000-0000-0000-0000-000000000000')`
}

// read returns the next events in order: those of the recent months, and among them those of older months, which late_event names. What both
// statements see is bounded by one horizon, so that nothing falls between them.
func (p place) read(ctx context.Context, q pg.Querier, limit int) ([]casework.Event, error) {
	rows, err := q.Query(ctx, `select `+casework.EventColumns+` from event
		where (xid, seq) > ($1::text::xid8, $2) and xid < $3::text::xid8 and case_id >= $4 order by event.xid, event.seq limit $5`, p.xid, p.seq, p.horizon, p.recent, limit)
	if err != nil {
		return nil, err
	}
	events, err := pgx.CollectRows(rows, casework.ScanEvent)
	if err != nil {
		return nil, err
	}
	late, err := p.late(ctx, q, limit)
	if err != nil || len(late) == 0 {
		return events, err
	}
	events = append(events, late...)
	slices.SortFunc(events, func(a, b casework.Event) int { return cmp.Or(cmp.Compare(a.XID, b.XID), cmp.Compare(a.Seq, b.Seq)) })
	return events[:min(len(events), limit)], nil
}

func (p place) late(ctx context.Context, q pg.Querier, limit int) ([]casework.Event, error) {
	rows, err := q.Query(ctx, `select case_id, seq from late_event where (xid, seq) > ($1::text::xid8, $2) and xid < $3::text::xid8 and case_id < $4 order by xid, seq limit $5`,
		p.xid, p.seq, p.horizon, p.recent, limit)
	if err != nil {
		return nil, err
	}
	var of casework.CaseID
	var seq int64
	var cases []casework.CaseID
	var seqs []int64
	if _, err := pgx.ForEachRow(rows, []any{&of, &seq}, func() error {
		cases, seqs = append(cases, of), append(seqs, seq)
		return nil
	}); err != nil || len(seqs) == 0 {
		return nil, err
	}
	rows, err = q.Query(ctx, `select `+casework.EventColumns+` from event where case_id = any ($1) and seq = any ($2)`, cases, seqs)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, casework.ScanEvent)
}
