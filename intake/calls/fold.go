package calls

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// told is one event as it is kept.
type told struct {
	Kind  string
	At    time.Time
	Staff *int64
}

// standing is how a call stands after its events.
type standing struct {
	State                  State
	Began, Answered, Ended time.Time
	Staff, Before          int64
}

// fold reads the events in their order. A call that was hung up stays so; who answered last, or was given it last, has it.
func fold(events []told) standing {
	s := standing{State: Ringing}
	for _, e := range events {
		if s.Began.IsZero() {
			s.Began = e.At
		}
		switch e.Kind {
		case EventAnswered, EventTransferred:
			if s.Answered.IsZero() {
				s.Answered = e.At
			}
		case EventHungUp:
			s.Ended = e.At
		}
		if e.Staff != nil && *e.Staff != s.Staff {
			s.Before, s.Staff = s.Staff, *e.Staff
		}
	}
	switch {
	case !s.Ended.IsZero() && s.Answered.IsZero():
		s.State = Missed
	case !s.Ended.IsZero():
		s.State = Ended
	case !s.Answered.IsZero():
		s.State = Talking
	}
	return s
}

// happened keeps an event and lets the call stand as all its events say.
func (r *Room) happened(ctx context.Context, tx pgx.Tx, c *Call, kind string, at time.Time, staff *int64) error {
	now := r.Now().UTC()
	_, err := tx.Exec(ctx, `insert into call_event (call_id, kind, at, staff_id, recorded_at) values ($1, $2, $3, $4, $5) on conflict do nothing`, c.ID, kind, at, staff, now)
	if err != nil {
		return fmt.Errorf("keep event of call: %w", err)
	}
	rows, err := tx.Query(ctx, `select kind, at, staff_id from call_event where call_id = $1
		order by at, array_position(array['ringing','answered','transferred','hung_up'], kind)`, c.ID)
	if err != nil {
		return fmt.Errorf("read events of call: %w", err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[told])
	if err != nil {
		return fmt.Errorf("read events of call: %w", err)
	}
	s := fold(events)
	err = tx.QueryRow(ctx, `update call c set state = $2, began_at = $3, answered_at = $4, ended_at = $5, staff_id = nullif($6::bigint, 0), left_by = nullif($7::bigint, 0), moved_at = $8, touched = nextval('call_touch'),
			ring_back = case when $2 = 'missed' then case when c.ring_back = '' and c.caller is not null then 'open' else c.ring_back end
				when c.ring_back = 'open' then '' else c.ring_back end
		where c.id = $1 returning `+callColumns, c.ID, s.State, s.Began, moment(s.Answered), moment(s.Ended), s.Staff, s.Before, now).Scan(c.dest()...)
	if err != nil {
		return fmt.Errorf("move call: %w", err)
	}
	return r.settleOthers(ctx, tx, *c)
}

// settleOthers closes what an answer or a later miss makes needless: a caller who got through, or called again, is rung back once at most.
func (r *Room) settleOthers(ctx context.Context, tx pgx.Tx, c Call) error {
	if c.State == Ringing {
		return nil
	}
	_, err := tx.Exec(ctx, `update call o set ring_back = 'again', touched = nextval('call_touch') from call c
		where c.id = $1 and o.id <> c.id and o.caller_hash = c.caller_hash and o.ring_back = 'open' and o.began_at <= c.began_at`, c.ID)
	if err != nil {
		return fmt.Errorf("settle earlier missed calls: %w", err)
	}
	return nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
