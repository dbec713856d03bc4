package pg

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"huiyin/migrations"
)

// Certificates that an earlier version put with the rules get their own type, up and down; what the log says of them stays byte for byte, and nobody can change an entry afterwards.
func TestOldCertificatesGetATypeOfTheirOwn(t *testing.T) {
	url := emptyDatabase(t)
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	db := stdlib.OpenDB(*config)
	defer func() { _ = db.Close() }()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	to := func(version int64, move func(version int64) error) {
		t.Helper()
		if err := move(version); err != nil {
			t.Fatal(err)
		}
	}
	up := func(version int64) error { _, err := provider.UpTo(t.Context(), version); return err }
	down := func(version int64) error { _, err := provider.DownTo(t.Context(), version); return err }
	run := func(sql string) error { _, err := db.ExecContext(t.Context(), sql); return err }
	types := func(want string) {
		t.Helper()
		var got string
		if err := db.QueryRowContext(t.Context(), `select string_agg(idx || type || encode(entry, 'escape'), ' ' order by idx) from log_entry`).Scan(&got); err != nil || got != want {
			t.Errorf("the log has %q, not %q (%v)", got, want, err)
		}
	}
	to(66, up)
	if err := run(`insert into log_entry (idx, type, at, entry) values (0, 'rules', now(), 'r'), (1, 'rules', now(), 'c');
		insert into certificate (id, at, what, reason, items, note, idx) values (gen_random_uuid(), now(), 'words', 'retention', 1, 'n', 1)`); err != nil {
		t.Fatal(err)
	}
	to(67, up)
	types("0rulesr 1certificatec")
	if err := run(`update log_entry set type = 'rules' where idx = 1`); err == nil {
		t.Error("an entry can be changed after the migration")
	}
	to(66, down)
	types("0rulesr 1rulesc")
	to(67, up)
	types("0rulesr 1certificatec")
}
