package register

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/routing"
)

// atOnce is how many cases one sweep sends at most.
const atOnce = 50

// waiting is a case that may go alone.
type waiting struct {
	ID       casework.CaseID
	Version  int
	Proposal json.RawMessage
}

// SweepAlone sends the cases that the model in use is sure of, and tells how many: those filed since automatic dispatch was switched on, that nobody has touched, proposed by the very model that is in use. The decision is read
// again before each case, so that a stop holds at once. Whatever the duty lists or the case's state refuse waits for people.
func (r *Register) SweepAlone(ctx context.Context, desk *routing.Desk) (int, error) {
	now, err := r.InForce(ctx)
	if err != nil || !now.Alone {
		return 0, err
	}
	cases, err := r.waiting(ctx, now)
	if err != nil {
		return 0, err
	}
	sent := 0
	for _, one := range cases {
		var p routing.Proposal
		if json.Unmarshal(one.Proposal, &p) != nil || !p.Auto || !p.MayGoAlone() || len(p.Candidates) == 0 {
			continue
		}
		again, err := r.InForce(ctx)
		if err != nil || again.ID != now.ID {
			return sent, err
		}
		best := p.Candidates[0]
		advice := locale.ZH.T("models.sent_alone", locale.Args{"Version": p.Model, "P": fmt.Sprintf("%.1f", 100*best.P)})
		err = desk.Dispatch(ctx, casework.System, casework.Ref{ID: one.ID, Version: one.Version}, casework.Order{Lead: best.Unit, Suggested: 1, Auto: true, Advice: advice})
		switch fault.KindOf(err) {
		case fault.Conflict, fault.Invalid, fault.NotFound, fault.Forbidden:
			continue // changed meanwhile, or not allowed: people decide
		}
		if err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
}

func (r *Register) waiting(ctx context.Context, now Decision) ([]waiting, error) {
	var list []waiting
	err := pg.InTx(ctx, r.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select id, version, proposal from cases
			where state = 'registered' and version = 1 and leg = 0 and not secret and not unreadable and kind <> 'report' and urgency <> 'critical'
			  and filed_at >= $1 and proposal->>'model' = $2 and proposal->>'auto' = 'true'
			order by filed_at limit $3`, now.At, Version(now.Model), atOnce)
		if err != nil {
			return fmt.Errorf("find what may go alone: %w", err)
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByName[waiting])
		return err
	})
	if err != nil {
		return nil, pg.Classify(err)
	}
	return list, nil
}

// Use is what became of the model's proposals since a time.
type Use struct {
	Dispatches int // by people and alone
	First      int // to the unit proposed first, by people
	Alone      int // without a person
	Returned   int // of those that went alone, later returned by the unit with consent
}

// Overridden is how many dispatches by people went to another unit than the one proposed first.
func (u Use) Overridden() int { return u.Dispatches - u.Alone - u.First }

// UsedSince counts dispatches from the history since a decision.
func (r *Register) UsedSince(ctx context.Context, d Decision) (Use, error) {
	var u Use
	err := pg.InTx(ctx, r.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			select count(*) as dispatches, count(*) filter (where (e.data->>'suggested')::int = 1 and coalesce(e.data->>'auto', '') <> 'true') as first,
			  count(*) filter (where e.data->>'auto' = 'true') as alone,
			  count(*) filter (where e.data->>'auto' = 'true' and exists (select 1 from event g where g.case_id = e.case_id and g.seq > e.seq and g.step = 'grant_return')) as returned
			from event e where e.step = 'dispatch' and e.at >= $1`, d.At).Scan(&u.Dispatches, &u.First, &u.Alone, &u.Returned)
	})
	if err != nil {
		return u, pg.Classify(fmt.Errorf("count what became of proposals: %w", err))
	}
	return u, nil
}
