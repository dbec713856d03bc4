package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
)

// Tries are how a resident who is not reached is called again: at most Most times in a round of handling, and never at the hour of an earlier call: Apart is how far
// the hour of each lies from those before, on whatever day. Who was not at home at ten may be so at six.
type Tries struct {
	Most  int
	Apart time.Duration // up to 12 h
}

// StandardTries hold where the city's policy is not at hand.
var StandardTries = Tries{Most: 3, Apart: 2 * time.Hour}

// MayCall tells whether somebody who was called in vain at these moments may be called now.
func (t Tries) MayCall(before []time.Time, now time.Time) bool {
	const day = 24 * time.Hour
	for _, at := range before {
		if gap := max(now.Sub(at), 0) % day; min(gap, day-gap) < t.Apart {
			return false
		}
	}
	return len(before) < t.Most
}

// CallTries are the tries of the policy in force.
func (d *Docket) CallTries() Tries {
	if d.Tries.Most == 0 {
		return StandardTries
	}
	return d.Tries
}

// CallBack is a case whose resident is to be asked whether it is solved (回访).
type CallBack struct {
	Case
	Tries []time.Time // earlier calls of this round that reached nobody
}

// CallBacks lists the cases that the actor may call about now, what was answered longest ago first: answered, not yet followed up or rated, not handled by the actor,
// and not tried too often or at this hour (CallTries). Those without a telephone number are left out. Whoever was joined to another case is called about the
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
			where c.state = any ($1::text[]) and c.restricted_at is null and coalesce(m.replied_at, c.replied_at) is not null and (c.state <> 'merged' or m.id is not null
				and not exists (select 1 from rating r where r.case_id = c.id and r.round = c.round)
				and not exists (select 1 from event e where e.case_id = c.id and e.step = 'follow_up' and e.round = c.round and (e.data ->> 'reached')::boolean)
				and not exists (select 1 from person own join person p on p.phone_hash = own.phone_hash and p.case_id <> own.case_id join cases o on o.id = p.case_id
					where own.case_id = c.id and (o.id = m.id or o.merged_into = m.id and o.id < c.id))) and may_call(t.tries, $2, $6, $3)
				and exists (select 1 from person p where p.case_id = c.id and p.phone is not null)
				and not exists (select 1 from event e where e.case_id in (c.id, m.id) and e.staff_id = $4 and e.step in ('sign','contact','begin','reply','answer'))
			order by coalesce(m.replied_at, c.replied_at), c.id limit $5`, texts(Lifecycle[StepFollowUp].From), d.CallTries().Most, d.Now().UTC(), by.StaffID, limit, int64(d.CallTries().Apart.Seconds()))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list call-backs: %w", err)
	}
	return out, nil
}

// tried reads the calls of this round that reached nobody, and refuses one more at an hour that was tried: three calls in one minute are one call.
// It tells whether this call is the last one.
func (w *work) tried(ctx context.Context) (last bool, err error) {
	rows, err := w.tx.Query(ctx, `select at from event where case_id = $1 and step = 'follow_up' and round = $2 and not (data ->> 'reached')::boolean`, w.c.ID, w.c.Round)
	if err != nil {
		return false, fmt.Errorf("read calls: %w", err)
	}
	before, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return false, fmt.Errorf("read calls: %w", err)
	}
	tries := w.d.CallTries()
	if !tries.MayCall(before, w.at) {
		return false, fault.New(fault.Conflict, "fault.called_too_soon").With("Most", tries.Most)
	}
	return len(before)+1 == tries.Most, nil
}

// unreached tells whether the resident was called as often as is asked in this round, in vain, and has not said a word by themselves.
func (w *work) unreached(ctx context.Context) (yes bool, err error) {
	err = w.tx.QueryRow(ctx, `select exists (select 1 from event where case_id = $1 and step = 'follow_up' and round = $2 and (data ->> 'last')::boolean)
		and not exists (select 1 from rating where case_id = $1 and round = $2)`, w.c.ID, w.c.Round).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look for calls in vain: %w", err)
	}
	return yes, nil
}

// shut closes a case and tells where that was because nobody could be reached. It says nothing about satisfaction.
func shut(ctx context.Context, w *work) (any, error) {
	if err := w.cancelLeg(ctx); err != nil { // of the call-back
		return nil, err
	}
	unreached, err := w.unreached(ctx)
	if err != nil {
		return nil, err
	}
	w.c.State, w.c.ClosedAt, w.c.Owner = Closed, &w.at, Hotline
	return closedData{NotReached: unreached}, w.leave(ctx)
}

type closedData struct {
	NotReached bool `json:"not_reached,omitempty"`
}
