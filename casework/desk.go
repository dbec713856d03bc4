package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// DeskCount tells how much work of units lies on their desks, each case counted where it belongs; one case may stand in several.
type DeskCount struct {
	Open     int // dispatched and not answered, without what is hung up
	Today    int // the limit ends by the end of the day and has not passed; waiting ones are left out
	Late     int // the unit's limit or the promise to the resident has passed; what is hung up is left out
	Sign     int // not signed yet
	Hand     int // signed, contacted or in hand
	Waiting  int // paused for the resident
	Asked    int // a request waits for a decision
	Hung     int // hung up
	Answered int // answered, and not closed
}

// Desk counts the cases that the units lead, in the actor's scope. Tonight is the end of the city's day.
func (d *Docket) Desk(ctx context.Context, by Actor, lead []UnitCode, now, tonight time.Time) (DeskCount, error) {
	var n DeskCount
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			with desk as (
				select c.state, c.pending, coalesce(h.due_at, k.due_at) as due,
					coalesce(h.due_at, k.due_at) < $2 or k.met_at is null and k.due_at < $2 as late`+caseTables+`
				where c.lead_unit = any ($1::text[]) and c.state = any ($4::text[])
			)
			select count(*) filter (where state = any ($5) and state <> 'hung_up'),
				count(*) filter (where state = any ($5) and state not in ('paused', 'hung_up') and not late and due <= $3),
				count(*) filter (where state = any ($5) and state <> 'hung_up' and late),
				count(*) filter (where state = 'dispatched'),
				count(*) filter (where state in ('signed', 'contacted', 'in_hand')),
				count(*) filter (where state = 'paused'),
				count(*) filter (where state = any ($5) and pending is not null),
				count(*) filter (where state = 'hung_up'),
				count(*) filter (where state = any ($6))
			from desk`, texts(lead), now.UTC(), tonight.UTC(), texts(append(append([]State{}, handling...), afterAnswer...)), texts(handling), texts(afterAnswer)).
			Scan(&n.Open, &n.Today, &n.Late, &n.Sign, &n.Hand, &n.Waiting, &n.Asked, &n.Hung, &n.Answered)
	})
	if err != nil {
		return n, fmt.Errorf("count the desk: %w", err)
	}
	return n, nil
}

// afterAnswer are the states of a case between a unit's answer and its end.
var afterAnswer = []State{Replied, Reviewed, FollowedUp, Rated}
