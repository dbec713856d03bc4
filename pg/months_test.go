package pg

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"huiyin/migrations"
)

// upTo are the migrations up to a number.
func upTo(t *testing.T, last string) fs.FS {
	t.Helper()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, name := range names {
		if name[:5] > last {
			continue
		}
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

const olderCity = `
	insert into unit (code, name_zh, name_en, level) values ('hotline', '热线', 'Hotline', 'hotline');
	insert into event (case_id, at, step, state_to, actor, unit, round, leg, data)
		select (lpad(to_hex((extract(epoch from now() - make_interval(hours => 3000 - n / 12 * 12)) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n / 12), 3, '0') || '8000000000000000')::uuid, now() - make_interval(hours => 3000 - n),
			case when n % 12 = 0 then 'file' else 'use' end, 'registered', 'system', 'hotline', 1, 0, jsonb_build_object('n', n) from generate_series(0, 2999) n;
	insert into data_use (seq, case_id, at, actor, unit, role, purpose, basis, fields, automatic, assigned)
		select seq, case_id, at, actor, unit, role, 'handle', 'duty', '{phone}', false, true from event where step = 'use';
	insert into follower (name, xid, seq) select 'half', xid, 1500 from event limit 1`

// A city that filed for months before its tables were kept by month keeps every step, use and place, and goes on.
func TestAFilledOlderDatabaseIsKeptByMonth(t *testing.T) {
	url := emptyDatabase(t)
	if err := migrate(t.Context(), url, upTo(t, "00074")); err != nil {
		t.Fatal(err)
	}
	pool := ownerPool(t, url)
	// The cases behind the steps are not what is looked at here.
	for _, sql := range []string{`alter table event disable trigger user; alter table data_use drop constraint data_use_case_id_fkey`, olderCity,
		`alter table data_use add constraint data_use_case_id_fkey foreign key (case_id) references cases (id) not valid`, `alter table event enable trigger user`} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(sql, err)
		}
	}
	state := func() (s string) {
		t.Helper()
		const ask = `select concat_ws(' ', (select count(*) || ' ' || sum(hashtextextended(e::text, 0)) from event e), (select count(*) || ' ' || sum(hashtextextended(d::text, 0)) from data_use d),
			(select concat(name, xid, seq) from follower where name = 'half'), (select count(*) from event e, follower f where f.name = 'half' and (e.xid, e.seq) > (f.xid, f.seq)))`
		if err := pool.QueryRow(t.Context(), ask).Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := state()
	// The first half may be done, and the process killed, before the second; people file meanwhile.
	if err := migrate(t.Context(), url, upTo(t, "00075")); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if after := state(); after != before {
		t.Errorf("%s became %s", before, after)
	}
	// Numbers go on where they were; the present lies with what stood, and the months behind it have tables of their own.
	for ahead, want := range map[string]bool{"0 days": true, "4 months": false} {
		var seq int64
		var begin bool
		err := pool.QueryRow(t.Context(), `insert into event (case_id, at, step, state_to, actor, unit, round, leg) values (first_case_id(now() + $1::interval), now(), 'file', 'registered', 'system', 'hotline', 1, 0)
			returning seq, tableoid = 'event_begin'::regclass`, ahead).Scan(&seq, &begin)
		if err != nil || seq <= 3000 || seq > 3002 || begin != want {
			t.Errorf("a step in %s: number %d, in the first part %v, %v", ahead, seq, begin, err)
		}
	}
	var closed bool
	if err := pool.QueryRow(t.Context(), `select bool_and(relrowsecurity and relforcerowsecurity and not has_table_privilege('`+Role+`', oid, 'select, insert, update, delete, truncate')) from pg_class
		where oid in (select relid from pg_partition_tree('event') union select relid from pg_partition_tree('data_use')) and relispartition`).Scan(&closed); err != nil || !closed {
		t.Errorf("every part is closed: %v, %v", closed, err)
	}
}
