package pg

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"huiyin/migrations"
)

// everyRight writes down who may do what: each right on each table, column, sequence, function and the schema, what new tables will have, row-level security with
// its policies, and the triggers.
const everyRight = `
	select 'relation ' || c.oid::regclass || ' ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public') || ' ' || a.privilege_type || ' ' || a.is_grantable
		from pg_class c, aclexplode(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))) a where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
	union all select 'column ' || t.attrelid::regclass || '.' || attname || ' ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public') || ' ' || a.privilege_type
		from pg_attribute t join pg_class c on c.oid = t.attrelid, aclexplode(t.attacl) a where c.relnamespace = 'public'::regnamespace
	union all select 'function ' || p.oid::regprocedure || ' ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public') || ' ' || a.privilege_type || ' ' || p.prosecdef || ' ' || coalesce(p.proconfig::text, '')
		from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where p.pronamespace = 'public'::regnamespace
	union all select 'schema ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public') || ' ' || a.privilege_type from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'public'
	union all select 'new ' || d.defaclobjtype::text || ' ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public') || ' ' || a.privilege_type from pg_default_acl d, aclexplode(d.defaclacl) a
	union all select 'owner ' || c.oid::regclass || ' ' || c.relowner::regrole || ' rows ' || c.relrowsecurity || ' ' || c.relforcerowsecurity from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
	union all select 'policy ' || concat_ws(' ', tablename, policyname, permissive, roles::text, cmd, qual, with_check) from pg_policies where schemaname = 'public'
	union all select 'trigger ' || t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid where not tgisinternal and c.relnamespace = 'public'::regnamespace`

func rightsIn(t *testing.T, q Querier) []string {
	t.Helper()
	rows, err := q.Query(t.Context(), everyRight)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(list) < 1000 {
		t.Fatalf("%d rights: %v", len(list), err)
	}
	slices.Sort(list)
	return list
}

// unshut is a database as the migrations leave it, before Shut looks at it.
func unshut(t *testing.T) (url string) {
	t.Helper()
	url = emptyDatabase(t)
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
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := ownerPool(t, url).Exec(t.Context(), `grant select on `+versionTable+` to `+Role); err != nil {
		t.Fatal(err)
	}
	return url
}

func shut(t *testing.T, q Querier) int {
	t.Helper()
	n, err := Shut(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The list of what is withheld is that of the migrations, table by table: taking more back would break the program, taking less back would leave a door open.
func TestWhatIsWithheldIsWhatTheMigrationsTook(t *testing.T) {
	owner := ownerPool(t, unshut(t))
	before := rightsIn(t, owner)
	if n := shut(t, owner); n != 0 {
		t.Errorf("the list withholds on %d tables what the migrations gave", n)
	}
	if diff := cmp.Diff(before, rightsIn(t, owner)); diff != "" {
		t.Errorf("rights.txt takes what the migrations gave:\n%s", diff)
	}
	// Somebody gives everything, to the program and to everybody, and single columns beside it.
	for _, sql := range []string{`grant all on all tables in schema public to ` + Role + `, public`, `grant all on all sequences in schema public to ` + Role,
		`revoke all on all tables in schema public from public`, `grant update (at), references (at) on event to ` + Role, `grant update, truncate on kept_use to public`, `grant select (seq) on event_rest to ` + Role} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if n := shut(t, owner); n < 100 {
		t.Errorf("rights were taken back on %d tables", n)
	}
	if diff := cmp.Diff(before, rightsIn(t, owner)); diff != "" {
		t.Errorf("after everything was given and taken back:\n%s", diff)
	}
	if n := shut(t, owner); n != 0 {
		t.Errorf("the second time rights were taken back on %d tables", n)
	}
	var rows []string
	if err := owner.QueryRow(t.Context(), `select array_agg(relname::text || case when relforcerowsecurity then '' else ' but owner' end order by relname::text collate "C") from pg_class
		where relnamespace = 'public'::regnamespace and relrowsecurity and not relispartition`).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, p := range Protections() {
		if p.Rows && p.Forced {
			listed = append(listed, p.Table)
		} else if p.Rows {
			listed = append(listed, p.Table+" but owner")
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(rows, listed); diff != "" {
		t.Errorf("tables with row-level security, those of the schema and those of rights.txt:\n%s", diff)
	}
	if open, err := OpenTables(t.Context(), owner); len(open) != 0 || err != nil {
		t.Errorf("open: %v %v", open, err)
	}
	for _, sql := range []string{`alter table person disable row level security`, `alter table wall_case no force row level security`, `alter table event_rest disable row level security`} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if open, err := OpenTables(t.Context(), owner); !slices.Equal(open, []string{"event_rest", "person", "wall_case"}) || err != nil {
		t.Errorf("open: %v %v", open, err)
	}
}

// A dump restored into an empty database, and into one that a start of huiyin has made ready, gives after the next start the rights, policies and triggers that
// the dumped one had, and not one more.
func TestARestoredDumpGivesNoRightBack(t *testing.T) {
	source := emptyDatabase(t)
	if err := Migrate(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	want := rightsIn(t, ownerPool(t, source))
	dump := filepath.Join(t.TempDir(), "city.dump")
	client(t, source, "pg_dump", "-Fc", "-f", dump, "-d", source)

	empty, ready := emptyDatabase(t), emptyDatabase(t)
	if err := Migrate(t.Context(), ready); err != nil {
		t.Fatal(err)
	}
	for what, url := range map[string]string{"an empty database": empty, "a database made ready": ready} {
		client(t, url, "pg_restore", "-d", url, "--clean", "--if-exists", "--single-transaction", dump)
		owner := ownerPool(t, url)
		raw := rightsIn(t, owner)
		t.Logf("%s: pg_restore alone leaves %d lines that differ", what, len(differing(want, raw)))
		if url == ready && !slices.ContainsFunc(raw, func(r string) bool { return strings.HasPrefix(r, "relation kept_use "+Role+" DELETE") }) {
			t.Error("pg_restore gave nothing back: this test looks at nothing any more")
		}
		if err := Migrate(t.Context(), url); err != nil {
			t.Fatal(what, err)
		}
		if diff := cmp.Diff(want, rightsIn(t, owner)); diff != "" {
			t.Errorf("%s: the dumped and the restored one differ:\n%s", what, diff)
		}
	}
}

func differing(a, b []string) (out []string) {
	for _, x := range b {
		if !slices.Contains(a, x) {
			out = append(out, x)
		}
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// client runs a program of the server's distribution against it.
func client(t *testing.T, url, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var major string
	if err := ownerPool(t, url).QueryRow(ctx, `select current_setting('server_version_num')::int / 10000 || ''`).Scan(&major); err != nil {
		t.Fatal(err)
	}
	s, err := findServer(ctx, t.TempDir(), major, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
