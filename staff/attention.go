package staff

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// attentive is how long a case counts as being worked on after its page was last drawn for somebody.
const attentive = 5 * time.Minute

// Attention is one person who has a case open.
type Attention struct {
	Name  string
	Since time.Time // when they opened it
}

// Attend notes that a person has a case open, in place of the one before, and tells who else has it open, the first first. It keeps nobody from
// anything: two steps at once are settled by the case's version.
func (r *Register) Attend(ctx context.Context, account int64, id casework.CaseID) ([]Attention, error) {
	now := r.Now()
	rows, err := r.db.Query(ctx, `with mine as (insert into attention (account, case_id, since, seen_at) values ($1, $2, $3, $3)
			on conflict (account) do update set case_id = excluded.case_id, seen_at = excluded.seen_at,
				since = case when attention.case_id = excluded.case_id and attention.seen_at > $4 then attention.since else excluded.since end)
		select a.name, o.since from attention o join account a on a.id = o.account
		where o.case_id = $2 and o.account <> $1 and o.seen_at > $4 order by o.since, o.account`, account, id, now, now.Add(-attentive))
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("note attention: %w", err))
	}
	others, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Attention])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read attention: %w", err))
	}
	return others, nil
}

// LookAway notes that a person has no case open any more.
func (r *Register) LookAway(ctx context.Context, account int64) error {
	if _, err := r.db.Exec(ctx, `delete from attention where account = $1`, account); err != nil {
		return pg.Classify(fmt.Errorf("end attention: %w", err))
	}
	return nil
}
