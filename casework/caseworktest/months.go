package caseworktest

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Months gives the history, which must hold no step yet, months that begin at these times, however short; the last ends a day after its beginning.
func Months(t testing.TB, owner *pgxpool.Pool, begins ...time.Time) {
	t.Helper()
	NoMonthSince(t, owner, time.Unix(0, 0))
	run := func(sql string, args ...any) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	run(`select add_month('begin', '00000000-0000-0000-0000-000000000000', first_case_id($1))`, begins[0])
	for i, from := range begins {
		to := from.AddDate(0, 0, 1)
		if i+1 < len(begins) {
			to = begins[i+1]
		}
		run(`select add_month($1, first_case_id($2), first_case_id($3))`, fmt.Sprintf("y%04dm%02d", 3000+i/12, 1+i%12), from, to)
	}
}

// NoMonthSince drops the tables of the months that end after a time, as if nobody had made them.
func NoMonthSince(t testing.TB, owner *pgxpool.Pool, since time.Time) {
	t.Helper()
	const sql = `do $$ declare m record; begin
		for m in select name from event_month where past > first_case_id(%[1]s) loop
			execute format('drop table event_%%1$s, data_use_%%1$s', m.name);
		end loop;
		delete from event_month where past > first_case_id(%[1]s);
	end $$`
	if _, err := owner.Exec(t.Context(), fmt.Sprintf(sql, "'"+since.UTC().Format(time.RFC3339Nano)+"'::timestamptz")); err != nil {
		t.Fatal(err)
	}
}
