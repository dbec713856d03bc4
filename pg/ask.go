package pg

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Ask puts several questions to the database in one round trip, as one transaction under the settings: what is sent together without a begin is one. put queues the
// questions, each with what reads its answer (Row and Rows). It is for reading: a page that waits for the database twenty times is late where others want the
// processor too. Failures come back as InTx gives them. On a db that is itself a transaction the settings last until that ends.
func Ask(ctx context.Context, db DB, settings Settings, put func(b *pgx.Batch)) error {
	var b pgx.Batch
	if len(settings) > 0 {
		names, values := settings.lists()
		b.Queue(applySettings, names, values)
	}
	put(&b)
	return Classify(db.SendBatch(ctx, &b).Close())
}

// Rows queues a question whose rows are read into a list.
func Rows[T any](b *pgx.Batch, into *[]T, read pgx.RowToFunc[T], sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, read)
		return err
	})
}

// Row queues a question of exactly one row; where there is none the error is pgx.ErrNoRows.
func Row(b *pgx.Batch, into []any, sql string, args ...any) {
	b.Queue(sql, args...).QueryRow(func(row pgx.Row) error { return row.Scan(into...) })
}

// applySettings puts settings in force until the end of the transaction.
const applySettings = `select set_config(name, value, true) from unnest($1::text[], $2::text[]) as s (name, value)`

// lists are the names and values of the settings, in the order of the names.
func (s Settings) lists() (names, values []string) {
	names = slices.Sorted(maps.Keys(s))
	for _, name := range names {
		values = append(values, s[name])
	}
	return names, values
}
