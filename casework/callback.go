package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A resident who is not reached is called at most MostTries times in a round of handling, each at least TryAgainAfter later: another hour may find them at home.
const (
	MostTries     = 3
	TryAgainAfter = time.Hour
)

// CallBack is a case whose resident is to be asked whether it is solved (回访).
type CallBack struct {
	Case
	Tries []time.Time // earlier calls of this round that reached nobody
}

// CallBacks lists the cases that the actor may call about now, what was answered longest ago first: answered, not yet followed up or rated, not handled by the actor,
// and not tried too often or just before. Those without a telephone number are left out. Whoever was joined to another case is called about the
// answer given to that one, unless it is the same person.
func (d *Docket) CallBacks(ctx context.Context, by Actor, limit int) ([]CallBack, error) {
	var out []CallBack
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		out, err = collect(ctx, tx, func(row pgx.CollectableRow) (CallBack, error) {
			var c CallBack
			err := row.Scan(append(c.dest(), &c.Tries)...)
			return c, err
		}, `select `+caseColumns+`, t.tries`+caseTables+`
			cross join lateral (select coalesce(array_agg(e.at order by e.at), '{}') as tries from event e where e.case_id = c.id and e.step = 'follow_up' and e.round = c.round and not (e.data ->> 'reached')::boolean) t
			left join cases m on m.id = c.merged_into and m.state in ('answered','replied','reviewed','followed_up','rated','closed')
			where c.state = any ($1::text[]) and coalesce(m.replied_at, c.replied_at) is not null and (c.state <> 'merged' or m.id is not null
				and not exists (select 1 from rating r where r.case_id = c.id and r.round = c.round)
				and not exists (select 1 from event e where e.case_id = c.id and e.step = 'follow_up' and e.round = c.round and (e.data ->> 'reached')::boolean)
				and not exists (select 1 from person own join person p on p.phone_hash = own.phone_hash and p.case_id <> own.case_id join cases o on o.id = p.case_id
					where own.case_id = c.id and (o.id = m.id or o.merged_into = m.id and o.id < c.id))) and cardinality(t.tries) < $2 and coalesce(t.tries[cardinality(t.tries)] <= $3, true)
				and exists (select 1 from person p where p.case_id = c.id and p.phone is not null)
				and not exists (select 1 from event e where e.case_id in (c.id, m.id) and e.staff_id = $4 and e.step in ('sign','contact','begin','reply','answer'))
			order by coalesce(m.replied_at, c.replied_at), c.id limit $5`, texts(Lifecycle[StepFollowUp].From), MostTries, d.Now().UTC().Add(-TryAgainAfter), by.StaffID, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list call-backs: %w", err)
	}
	return out, nil
}
