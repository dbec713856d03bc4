package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// State is how far a letter got.
type State string

// The states of a letter.
const (
	Queued   State = "queued"   // not tried yet
	Retrying State = "retrying" // put off, tried again with growing pauses
	Sent     State = "sent"     // the next mail server has it; nothing came back
	Bounced  State = "bounced"  // it came back: the letter did not arrive
	GaveUp   State = "gave_up"  // tried ten times over two days
	Held     State = "held"     // a brake or the resident's wish held it
)

// Letter is one letter of a case as pages tell of it, without address or words.
type Letter struct {
	ID      uuid.UUID
	Kind    Kind
	Unit    casework.UnitCode // it went to this unit; empty: to the resident
	State   State
	Why     string // why it was held or came back: a stable word or a status code
	Queued  time.Time
	Sent    time.Time // zero until it was sent
	Failing bool      // nothing goes to its address any more
}

// Letters reads the letters of a case, oldest first. Whoever may see the case may see them: the caller has opened it.
func Letters(ctx context.Context, q pg.Querier, id casework.CaseID) ([]Letter, error) {
	rows, err := q.Query(ctx, `select l.id, l.kind, coalesce(l.unit, ''), case l.state when 'failed' then 'gave_up' when 'suppressed' then 'held'
			when 'queued' then case when l.attempts > 0 then 'retrying' else 'queued' end else l.state end,
			l.why, l.queued_at, l.sent_at, exists (select 1 from mail_failing f where f.recipient = l.recipient)
		from letter l where l.case_id = $1 order by l.queued_at, l.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read letters: %w", err)
	}
	letters, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Letter, err error) {
		var sent *time.Time
		err = row.Scan(&l.ID, &l.Kind, &l.Unit, &l.State, &l.Why, &l.Queued, &sent, &l.Failing)
		if sent != nil {
			l.Sent = *sent
		}
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("read letters: %w", err)
	}
	return letters, nil
}
