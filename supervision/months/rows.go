package months

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/supervision"
	"huiyin/translog/form"
)

// Rows gives the published rows of a closing one by one, as they stand in the log. Errors: fault.NotFound for a month that is not closed.
func Rows(ctx context.Context, q pg.Querier, m supervision.Month, revision int, each func(raw json.RawMessage, r Row) error) error {
	return Some(ctx, q, m, revision, 0, each)
}

// Some is Rows, but gives at most so many; 0 is all.
func Some(ctx context.Context, q pg.Querier, m supervision.Month, revision, most int, each func(raw json.RawMessage, r Row) error) error {
	c, _, err := Read(ctx, q, m, revision)
	if err != nil {
		return err
	}
	rows, err := q.Query(ctx, `select entry from log_entry where idx >= $1 and idx < $2 order by idx limit nullif($3, 0)`, c.Entry-int64(c.Rows), c.Entry, most)
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&raw}, func() error {
		e, err := form.ParseEntry(raw)
		if err != nil {
			return err
		}
		r, err := Parse(e.Body)
		if err != nil {
			return err
		}
		return each(e.Body, r)
	})
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	return nil
}
