package pg_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/pg/pgtest"
)

func TestMain(m *testing.M) {
	pg.UseEmptyDatabase(pgtest.Empty)
	pgtest.Main(m)
}

func TestRoleCannotBypassRowSecurity(t *testing.T) {
	db := pgtest.DB(t)
	var name string
	var bypass, super, login bool
	err := db.QueryRow(t.Context(), `select rolname, rolbypassrls, rolsuper, rolcanlogin from pg_roles where rolname = current_user`).Scan(&name, &bypass, &super, &login)
	if err != nil {
		t.Fatal(err)
	}
	if name != pg.Role || bypass || super || login {
		t.Errorf("the application works as %s, bypassrls %v, superuser %v, login %v", name, bypass, super, login)
	}
}

func TestInTxAppliesSettingsUntilItsEnd(t *testing.T) {
	db := pgtest.DB(t)
	var scope, units string
	err := pg.InTx(t.Context(), db, pg.Settings{"huiyin.scope": "unit", "huiyin.units": "{c-one,c-two}"}, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select current_setting('huiyin.scope', true), current_setting('huiyin.units', true)`).Scan(&scope, &units)
	})
	if err != nil || scope != "unit" || units != "{c-one,c-two}" {
		t.Fatalf("inside: scope %q units %q, %v", scope, units, err)
	}
	conn, err := db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if err := conn.QueryRow(t.Context(), `select coalesce(current_setting('huiyin.scope', true), '')`).Scan(&scope); err != nil || scope != "" {
		t.Errorf("after the transaction the scope is still %q, %v", scope, err)
	}
}

func TestInTxLeavesNothingOnFailure(t *testing.T) {
	db, owner := pgtest.DB(t), pgtest.OwnerPool(t)
	if _, err := owner.Exec(t.Context(), `create table probe (n int primary key, constraint small check (n < 10)); grant all on probe to `+pg.Role); err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		if err := owner.QueryRow(t.Context(), `select count(*) from probe`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	insert := func(n int, then error) error {
		return pg.InTx(t.Context(), db, nil, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `insert into probe (n) values ($1)`, n); err != nil {
				return err
			}
			return then
		})
	}
	mine := errors.New("mine")
	if err := insert(1, mine); !errors.Is(err, mine) || count() != 0 {
		t.Errorf("fn failed: %v, rows %d", err, count())
	}
	func() {
		defer func() { _ = recover() }()
		_ = pg.InTx(t.Context(), db, nil, func(tx pgx.Tx) error {
			_, _ = tx.Exec(t.Context(), `insert into probe (n) values (2)`)
			panic("in fn")
		})
	}()
	if count() != 0 {
		t.Errorf("fn panicked: rows %d", count())
	}
	if err := insert(1, nil); err != nil || count() != 1 {
		t.Fatalf("commit: %v, rows %d", err, count())
	}
	if err := insert(1, nil); !pg.IsUniqueViolation(err, "probe_pkey") || pg.IsUniqueViolation(err, "other") || !pg.IsUniqueViolation(err, "") {
		t.Errorf("unique: %v", err)
	}
	if err := insert(11, nil); !pg.IsCheckViolation(err, "small") {
		t.Errorf("check: %v", err)
	}
	if got := db.Stat().AcquiredConns(); got != 0 {
		t.Errorf("%d connections still held", got)
	}
}

func TestErrorsOfAnAbsentServerAreUnavailable(t *testing.T) {
	_, err := pg.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?sslmode=disable", pg.Options{})
	if !pg.IsUnavailable(err) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("refused connection: kind %v, %v", fault.KindOf(err), err)
	}
	if _, err := pg.Open(t.Context(), "postgres://%zz", pg.Options{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("unreadable address: %v", err)
	}
	db, owner := pgtest.DB(t), pgtest.OwnerPool(t)
	err = pg.InTx(t.Context(), db, nil, func(tx pgx.Tx) error {
		var pid int
		if err := tx.QueryRow(t.Context(), `select pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		if _, err := owner.Exec(t.Context(), `select pg_terminate_backend($1)`, pid); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `select 1`)
		return err
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("killed connection: kind %v, %v", fault.KindOf(err), err)
	}
	for _, known := range []error{nil, fault.New(fault.Conflict, "fault.stale_form"), pgx.ErrNoRows} {
		if got := pg.Classify(known); got != known { //nolint:errorlint // the very same error is promised
			t.Errorf("Classify(%v) = %v", known, got)
		}
	}
}
