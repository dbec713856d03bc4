package backup

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// Month is one part of the tables that are kept by the month in which a case was filed.
type Month struct {
	Name  string `json:"name"`
	First string `json:"first"` // the smallest number of a case in it
	Past  string `json:"past"`  // and the one behind its last
}

// byMonth are the tables in parts; event_month lists these and is no content of its own.
var byMonth = []string{"event", "data_use"}

func months(ctx context.Context, q pg.Querier) ([]Month, error) {
	rows, err := q.Query(ctx, `select name, first::text, past::text from event_month order by first`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Month])
}

// remake gives the empty tables the parts that the backup's had: years in one part could not be maintained.
func (m Manifest) remake(ctx context.Context, tx pgx.Tx) error {
	for _, table := range byMonth {
		rows, err := tx.Query(ctx, `select relid::regclass::text from pg_partition_tree($1::regclass) where isleaf and level > 0`, quote(table))
		if err != nil {
			return err
		}
		parts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, part := range parts {
			if _, err := tx.Exec(ctx, `drop table `+part); err != nil {
				return fmt.Errorf("drop %s: %w", part, err)
			}
		}
		if _, err := tx.Exec(ctx, `create table `+quote(table+"_rest")+` partition of `+quote(table)+` (primary key (seq)) default`); err != nil {
			return fmt.Errorf("make the rest of %s: %w", table, err)
		}
	}
	if _, err := tx.Exec(ctx, `delete from event_month`); err != nil {
		return err
	}
	for _, month := range m.Months {
		if _, err := tx.Exec(ctx, `select add_month($1, $2::text::uuid, $3::text::uuid)`, month.Name, month.First, month.Past); err != nil {
			return fmt.Errorf("make month %s: %w", month.Name, err)
		}
	}
	return nil
}
