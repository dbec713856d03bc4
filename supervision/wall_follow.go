package supervision

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
)

// wallKept is how long a case that is over stays among the rows of the wall: as far back as surges look, and a day.
const wallKept = (SurgeDays + 1) * 24 * time.Hour

// OnTheWall keeps one narrow row for each case that the wall counts; each batch of the history brings the rows of its cases to what they are now.
func OnTheWall(now func() time.Time) follow.Follower {
	return follow.Follower{Name: "wall", Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		var ids []casework.CaseID
		for _, e := range events {
			ids = append(ids, e.Case)
		}
		slices.SortFunc(ids, func(a, b casework.CaseID) int { return bytes.Compare(a[:], b[:]) })
		_, err := tx.Exec(ctx, `insert into wall_case as w (case_id, state, over, owner_unit, urgency, pending, raised, category, territory, filed_at, since, limit_at, total_due, handle_due, replied_at, tries)
			select case_id, state, over, owner_unit, urgency, pending, raised, category, territory, filed_at, since, limit_at, total_due, handle_due, replied_at, tries from wall_row($1)
			on conflict (case_id) do update set state = excluded.state, over = excluded.over, owner_unit = excluded.owner_unit, urgency = excluded.urgency, pending = excluded.pending, raised = excluded.raised,
				category = excluded.category, territory = excluded.territory, since = excluded.since, limit_at = excluded.limit_at, total_due = excluded.total_due, handle_due = excluded.handle_due,
				replied_at = excluded.replied_at, tries = excluded.tries`, slices.Compact(ids))
		if err != nil {
			return fmt.Errorf("keep the rows of the wall: %w", err)
		}
		if _, err := tx.Exec(ctx, `delete from wall_case where case_id in (select case_id from wall_case where over and filed_at < $1 limit 1000)`, now().UTC().Add(-wallKept)); err != nil {
			return fmt.Errorf("take cases off the wall: %w", err)
		}
		return nil
	}}
}
