package pg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"huiyin/fault"
	"huiyin/migrations"
)

// migrationLock is the advisory lock of one database's migrations: a constant that only this package takes.
const migrationLock = 0x4855_4959_494e // "HUIYIN"

const versionTable = "goose_db_version"

// Migrate brings the schema of the database at url to the version this binary expects, and makes Role where it is
// missing. It works as the session user, who becomes the owner of the schema, and holds an advisory lock, so any number
// of processes may call it at once. What a restored dump gave Role beyond the schema is taken back: see Shut. A schema newer than this binary is refused with fault.Conflict, untouched.
func Migrate(ctx context.Context, url string) error { return migrate(ctx, url, migrations.FS) }

func migrate(ctx context.Context, url string, files fs.FS) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fault.Wrap(fault.Invalid, "fault.database_url", err)
	}
	config.RuntimeParams["application_name"] = "huiyin migrate"
	config.RuntimeParams["timezone"] = "UTC"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return Classify(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// Closing the connection releases the lock, however this ends.
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return Classify(err)
	}
	if err := ensureRole(ctx, conn); err != nil {
		return err
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	have, err := version(ctx, conn)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	if want := sources[len(sources)-1].Version; have > want {
		return tooNew(have, want)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err = conn.Exec(ctx, `grant select on `+versionTable+` to `+Role); err != nil {
		return Classify(err)
	}
	_, err = Shut(ctx, conn)
	return err
}

func tooNew(have, want int64) error {
	return fault.Wrap(fault.Conflict, "fault.schema_newer", fmt.Errorf(
		"the database has schema version %d, and this huiyin knows versions up to %d only: start the newer huiyin that made it, or restore the backup made before it", have, want))
}

// SchemaVersion is the version of the schema in the database, 0 when it is empty.
func SchemaVersion(ctx context.Context, q Querier) (int64, error) { return version(ctx, q) }

// ExpectedVersion is the schema version this binary brings.
func ExpectedVersion() (int64, error) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.New("no migrations in this binary")
	}
	return goose.NumericComponent(names[len(names)-1])
}

// CheckVersion fails with fault.Conflict when the schema is newer than this binary, and with fault.Unavailable when it is
// older and waits for Migrate.
func CheckVersion(ctx context.Context, q Querier) error {
	have, err := version(ctx, q)
	if err != nil {
		return err
	}
	want, err := ExpectedVersion()
	switch {
	case err != nil:
		return err
	case have > want:
		return tooNew(have, want)
	case have < want:
		return fault.Wrap(fault.Unavailable, "fault.schema_older", fmt.Errorf("the database has schema version %d, and this huiyin needs %d: run huiyin migrate", have, want))
	}
	return nil
}

// The highest version applied, as goose keeps it.
func version(ctx context.Context, q Querier) (v int64, err error) {
	var there bool
	if err := q.QueryRow(ctx, `select to_regclass($1) is not null`, versionTable).Scan(&there); err != nil || !there {
		return 0, Classify(err)
	}
	err = q.QueryRow(ctx, `select coalesce(max(version_id), 0) from `+versionTable+` where is_applied`).Scan(&v)
	return v, Classify(err)
}

// ensureRole makes Role and lets the session user become it. Roles belong to the whole cluster, so other databases may
// be doing the same at this moment: what they did first is as good.
func ensureRole(ctx context.Context, conn *pgx.Conn) error {
	var there, bypass, member bool
	const look = `select exists (select from pg_roles where rolname = $1),
	                     exists (select from pg_roles where rolname = $1 and (rolbypassrls or rolsuper)),
	                     exists (select from pg_roles where rolname = $1 and pg_has_role(current_user, oid,
	                       case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end))`
	const create = `create role ` + Role + ` nologin nosuperuser nobypassrls nocreatedb nocreaterole noinherit`
	const grant = `grant ` + Role + ` to current_user`
	var err error
	for attempt := range 10 {
		if err = conn.QueryRow(ctx, look, Role).Scan(&there, &bypass, &member); err != nil {
			return Classify(err)
		}
		if bypass {
			return fault.Wrap(fault.Invalid, "fault.database_role", errors.New("the role "+Role+" may bypass row-level security: run \"alter role "+Role+" nosuperuser nobypassrls\" as a database administrator"))
		}
		switch {
		case !there:
			_, err = conn.Exec(ctx, create)
		case !member:
			_, err = conn.Exec(ctx, grant)
		default:
			// The lag alarm names the connection that holds the followers back, which needs this right; without it, it says less.
			_, _ = conn.Exec(ctx, `grant pg_read_all_stats to `+Role)
			return nil
		}
		switch State(err) {
		case "":
			if err != nil {
				return Classify(err)
			}
		case insufficientPrivilege:
			return fault.Wrap(fault.Invalid, "fault.database_role", fmt.Errorf("the database user may not make the role %s: run \"create role %s nologin\" and \"grant %s to\" this user as a database administrator: %w", Role, Role, Role, err))
		case duplicateObject, uniqueViolation, "XX000": // another database was first: look again
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(attempt+1) * 20 * time.Millisecond):
			}
		default:
			return Classify(err)
		}
	}
	return fmt.Errorf("make role %s: %w", Role, err)
}
