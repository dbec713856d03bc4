package pg

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Settings are values that hold until the end of one transaction, such as "huiyin.scope": row-level security reads them.
type Settings map[string]string

// InTx opens a transaction, applies the settings as its first statement, runs fn and commits. When fn fails or panics,
// or the commit fails, nothing of it remains. Failures of the connection come back as fault.Unavailable, other errors
// as fn returned them. On a db that is itself a transaction, InTx nests a savepoint, and the settings last until the
// outer transaction ends.
func InTx(ctx context.Context, db DB, settings Settings, fn func(pgx.Tx) error) (err error) {
	tx, err := db.Begin(ctx)
	if err != nil {
		return Classify(err)
	}
	done := false
	defer func() {
		if done {
			return
		}
		// The caller's context may be over; the connection must be free of the transaction all the same.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = tx.Rollback(ctx)
	}()
	if len(settings) > 0 {
		names := slices.Sorted(maps.Keys(settings))
		values := make([]string, len(names))
		for i, name := range names {
			values[i] = settings[name]
		}
		const apply = `select set_config(name, value, true) from unnest($1::text[], $2::text[]) as s (name, value)`
		if _, err := tx.Exec(ctx, apply, names, values); err != nil {
			return Classify(err)
		}
	}
	if err := fn(tx); err != nil {
		return Classify(err)
	}
	done = true
	return Classify(tx.Commit(ctx))
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
