package pg

import (
	"context"
	"slices"
	"strconv"
	"strings"
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
	tx, begun, err := begin(ctx, db, settings)
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
	if !begun {
		names, values := settings.lists()
		if _, err := tx.Exec(ctx, applySettings, names, values); err != nil {
			return Classify(err)
		}
	}
	if err := fn(tx); err != nil {
		return Classify(err)
	}
	done = true
	return Classify(tx.Commit(ctx))
}

// begin opens a transaction. A pool sends the settings along in the same round trip, and begun tells that they are in force.
func begin(ctx context.Context, db DB, settings Settings) (tx pgx.Tx, begun bool, err error) {
	pool, ok := db.(interface {
		BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
	})
	names, values := settings.lists()
	if whole := strings.Join(slices.Concat(names, values), ""); !ok || len(settings) == 0 || strings.ContainsRune(whole, 0) { // a text for SQL would end there
		tx, err = db.Begin(ctx)
		return tx, len(settings) == 0, err
	}
	var sql strings.Builder
	sql.WriteString("begin; select ")
	for i, name := range names {
		if i > 0 {
			sql.WriteString(", ")
		}
		sql.WriteString("set_config(" + literal(name) + ", " + literal(values[i]) + ", true)")
	}
	tx, err = pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: sql.String()})
	return tx, true, err
}

// literal is a text as it stands in SQL, whatever the server takes a backslash for.
func literal(s string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(s) + "'"
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
