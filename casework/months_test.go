package casework_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/datause"
	"huiyin/pg"
	"huiyin/pg/pgtest"
)

func monthsKept(t *testing.T, town *Town) casework.Months {
	t.Helper()
	m, err := casework.MonthsKept(ctx, town.Pool)
	must(t, err)
	return m
}

func TestAMissingMonthLosesNothing(t *testing.T) {
	t.Parallel()
	town, owner := New(t), pgtest.OwnerPool(t)
	now := time.Now().UTC()
	NoMonthSince(t, owner, time.Date(now.Year(), now.Month(), 1, 0, 0, 1, 0, time.UTC))
	if m := monthsKept(t, town); m.Ahead >= 0 || m.Waiting {
		t.Errorf("without the present month: %+v", m)
	}
	id := town.Send(t, "没有当月的表", "c-urban")
	_, err := town.Reveal(ctx, Clerk(), id, []casework.PersonalField{casework.FieldName}, casework.Use{Purpose: casework.ForTriage})
	must(t, err)
	must(t, datause.Follower(time.UTC).CatchUpAll(ctx, town.Pool))
	all := func() (s string) {
		t.Helper()
		must(t, owner.QueryRow(ctx, `select (select string_agg(e::text, '|' order by seq) from event e) || (select string_agg(d::text, '|' order by seq) from data_use d)`).Scan(&s))
		return s
	}
	before := all()
	if m := monthsKept(t, town); !m.Waiting {
		t.Errorf("rows lie in the rest, and it says %+v", m)
	}
	var made [3]int
	var sweeps sync.WaitGroup
	for i := range made {
		sweeps.Go(func() {
			n, err := casework.SweepMonths(ctx, town.Pool)
			if err != nil {
				t.Error(err)
			}
			made[i] = n
		})
	}
	sweeps.Wait()
	if n := made[0] + made[1] + made[2]; n != casework.MonthsAhead+1 {
		t.Errorf("three sweeps at once made %v months", made)
	}
	if m := monthsKept(t, town); m.Waiting || m.Ahead != casework.MonthsAhead {
		t.Errorf("after the sweep: %+v", m)
	}
	if after := all(); after != before {
		t.Errorf("%s became %s", before, after)
	}
	var here string
	must(t, owner.QueryRow(ctx, `select string_agg(distinct tableoid::regclass::text, ' ') from event`).Scan(&here))
	if want := "event_" + now.Format("y2006m01"); here != want {
		t.Errorf("the steps lie in %s, not in %s", here, want)
	}
	town.Work(t, id, "c-urban")
	if n, err := casework.SweepMonths(ctx, town.Pool); n != 0 || err != nil {
		t.Errorf("nothing was left to do: %d %v", n, err)
	}
}

func TestNobodyReachesAMonthAroundItsPolicy(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Open(t, "只能从正门进").ID
	_, err := casework.SweepMonths(ctx, town.Pool)
	must(t, err)
	// A dump restored by another program gives back what was taken; the next start takes it again.
	_, err = pgtest.OwnerPool(t).Exec(ctx, `grant all on all tables in schema public to huiyin_app`)
	must(t, err)
	_, err = pg.Shut(ctx, pgtest.OwnerPool(t))
	must(t, err)
	rows, err := town.Pool.Query(ctx, `select relid::regclass::text from pg_partition_tree('event') where level > 0 union all select relid::regclass::text from pg_partition_tree('data_use') where level > 0`)
	must(t, err)
	parts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if len(parts) < 2*(casework.MonthsAhead+3) {
		t.Fatalf("parts: %v", parts)
	}
	refused := []string{
		`update event set at = now()`, `delete from event`, `truncate event`, `update late_event set seq = 1`, `insert into late_event (xid, seq, case_id) values ('3', 1, gen_random_uuid())`,
		`delete from event_month`, `update event_month set late_since = now()`, `select add_month('y2999m01', gen_random_uuid(), gen_random_uuid())`, `select close_part('event')`,
		`alter table event detach partition event_rest`,
	}
	for _, part := range parts {
		refused = append(refused, `select * from `+part, `insert into `+part+` default values`, `update `+part+` set at = now()`, `delete from `+part, `truncate `+part)
	}
	for _, sql := range refused {
		err := pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if pg.State(err) != "42501" { // insufficient privilege
			t.Errorf("%s: %v", sql, err)
		}
	}
	owner := pgtest.OwnerPool(t)
	for _, sql := range []string{`update event set at = now()`, `delete from event`, `delete from event_` + time.Now().UTC().Format("y2006m01")} {
		if _, err := owner.Exec(ctx, sql); err == nil || !strings.Contains(err.Error(), "history is appended") {
			t.Errorf("%s by the owner: %v", sql, err)
		}
	}
	seen := func(settings pg.Settings) (n int) {
		t.Helper()
		must(t, pg.InTx(ctx, town.Pool, settings, func(tx pgx.Tx) error { return tx.QueryRow(ctx, `select count(*) from event`).Scan(&n) }))
		return n
	}
	if n := seen(pg.Settings{"huiyin.scope": "unit", "huiyin.units": "{d-harbour}"}); n != 0 {
		t.Errorf("a unit without a part sees %d steps", n)
	}
	if n := seen(pg.Settings{"huiyin.scope": "case", "huiyin.case": id.String()}); n == 0 {
		t.Error("the resident does not see the history of the case")
	}
}

// What the hot statements read of ten years.
func TestTenYearsAreReadWhereTheyMust(t *testing.T) {
	t.Parallel()
	town, owner := New(t), pgtest.OwnerPool(t)
	var begins []time.Time
	for m := range 120 {
		begins = append(begins, time.Now().UTC().Add(-time.Hour).AddDate(0, m-119, 0))
	}
	Months(t, owner, begins...)
	id := town.Send(t, "十年里的一件", "c-urban")
	// The sweep lets those rest that ended more than sixty days ago, and each tells its late steps from then on.
	n, err := casework.SweepMonths(ctx, town.Pool)
	must(t, err)
	var resting, telling int
	must(t, owner.QueryRow(ctx, `select (select count(*) from event_month where late_since is not null), (select count(*) from pg_trigger where tgname = 'event_is_late')`).Scan(&resting, &telling))
	if resting < 116 || resting != telling || n < resting {
		t.Errorf("%d months rest, %d tell late steps, the sweep did %d", resting, telling, n)
	}
	for what, statement := range map[string]struct {
		sql  string
		args []any
		most int
	}{
		"a case's own history":    {`select ` + casework.EventColumns + ` from event where case_id = $1 and step <> 'use' order by at, seq`, []any{id}, 1},
		"the uses of its data":    {`select seq, at from event where case_id = $1 and step = 'use' order by at desc, seq desc`, []any{id}, 1},
		"uses kept of its data":   {`select seq from data_use where case_id = $1`, []any{id}, 1},
		"the order of a step":     {`select 1 where not exists (select 1 from event e where e.case_id = $1::uuid and e.xid > pg_current_xact_id())`, []any{id}, 1},
		"what is new in all":      {`select seq from event where (xid, seq) > ('3'::xid8, 7) and case_id >= first_case_id(now() - interval '130 days') order by event.xid, event.seq limit 500`, nil, 11},
		"the history of many":     {`select seq from event where case_id = any ($1) order by seq`, []any{[]casework.CaseID{id, id}}, 1},
		"steps told in the rests": {`select seq from event where case_id = any ($1) and seq = any ($2)`, []any{[]casework.CaseID{id}, []int64{1}}, 1},
	} {
		must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `explain (analyze, costs off, timing off) `+statement.sql, statement.args...)
			if err != nil {
				return err
			}
			plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				return err
			}
			read := 0
			for _, line := range plan {
				if (strings.Contains(line, " on event_") || strings.Contains(line, " on data_use_")) && !strings.Contains(line, "Bitmap Index") {
					read++
				}
			}
			if read == 0 || read > statement.most {
				t.Errorf("%s reads %d of 121 months:\n%s", what, read, strings.Join(plan, "\n"))
			}
			return nil
		}))
	}
}
