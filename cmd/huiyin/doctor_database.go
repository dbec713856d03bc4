package main

import (
	"context"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/pg"
)

// databaseChecks look at the database; the first tells when it could not be opened, and the others then pass over it.
var databaseChecks = []Check{
	{"database", checkDatabase},
	{"schema", inDatabase(checkSchema)},
	{"database role", inDatabase(checkRole)},
	{"row security", inDatabase(checkRowSecurity)},
	{"rights", inDatabase(checkRights)},
	{"clock", inDatabase(checkClock)},
	{"tables by month", inDatabase(checkMonths)},
}

// checkMonths tells before a month comes that has no tables of its own: rows are kept without them, but beside the others.
func checkMonths(ctx context.Context, p *patient) (Finding, error) {
	m, err := casework.MonthsKept(ctx, p.db)
	if err != nil {
		return Finding{}, err
	}
	return judgeMonths(m), nil
}

func judgeMonths(m casework.Months) Finding {
	switch {
	case m.Waiting:
		return doubt("rows lie beside the tables of their months: either no huiyin has run for months, and they move within ten minutes of its start, or the clock of a machine was set to a time to come")
	case m.Ahead < 0:
		return bad("the present month has no tables: nothing is lost, but the worker that makes them does not run or somebody reads the history without a pause; look for \"tables_by_month\" in the log")
	case m.Ahead < casework.MonthsAhead-1:
		return doubt("tables stand for %d months ahead instead of %d: the worker that makes them does not run, or somebody reads the history without a pause", m.Ahead, casework.MonthsAhead)
	}
	if m.Parts > m.Locks {
		return doubt("the history lies in %d tables, and max_locks_per_transaction is %d: set it to %d in postgresql.conf and start the server anew", m.Parts, m.Locks, 2*m.Locks)
	}
	return fine("made for %d months ahead", m.Ahead)
}

func inDatabase(run func(ctx context.Context, p *patient) (Finding, error)) func(context.Context, *patient) Finding {
	return func(ctx context.Context, p *patient) Finding {
		if p.db == nil {
			return doubt("not looked at, since the database could not be opened")
		}
		f, err := run(ctx, p)
		if err != nil {
			return bad("%s", sentence(pg.Classify(err)))
		}
		return f
	}
}

func checkDatabase(ctx context.Context, p *patient) Finding {
	if p.db == nil {
		return bad("%s", sentence(pg.Classify(p.dbErr)))
	}
	var version string
	var number int
	const ask = `select current_setting('server_version'), current_setting('server_version_num')::int`
	if err := p.db.QueryRow(ctx, ask).Scan(&version, &number); err != nil {
		return bad("%s", sentence(pg.Classify(err)))
	}
	if number < 150000 {
		return bad("PostgreSQL %s answers, but 15 or newer is needed", version)
	}
	where := "the configured server"
	if p.config.DatabaseURL == "" {
		where = "the private server"
	}
	return fine("%s answers, PostgreSQL %s", where, version)
}

func checkSchema(ctx context.Context, p *patient) (Finding, error) {
	if err := pg.CheckVersion(ctx, p.db); err != nil {
		return Finding{}, err
	}
	v, err := pg.SchemaVersion(ctx, p.db)
	return fine("version %d, as this program expects", v), err
}

func checkRole(ctx context.Context, p *patient) (Finding, error) {
	var name string
	var free, monitor bool
	const ask = `select rolname, rolsuper or rolbypassrls, pg_has_role('pg_read_all_stats', 'member') from pg_roles where rolname = current_user`
	if err := p.db.QueryRow(ctx, ask).Scan(&name, &free, &monitor); err != nil {
		return Finding{}, err
	}
	switch {
	case free:
		return bad("the program works as %s, which row-level security does not bind: run \"alter role %s nosuperuser nobypassrls\"", name, name), nil
	case !monitor:
		return doubt("the program works as %s, bound by row-level security, but cannot see who holds the followers back: run \"grant pg_read_all_stats to %s\"", name, name), nil
	}
	return fine("the program works as %s, bound by row-level security", name), nil
}

func checkRowSecurity(ctx context.Context, p *patient) (Finding, error) {
	open, err := pg.OpenTables(ctx, p.db)
	if err != nil {
		return Finding{}, err
	}
	if len(open) > 0 {
		return bad("row-level security is not forced on %s: somebody changed the schema by hand, and huiyin must not serve like this", strings.Join(open, ", ")), nil
	}
	n := 0
	for _, t := range pg.Protections() {
		if t.Rows {
			n++
		}
	}
	return fine("stands on %d tables and every month of theirs", n), nil
}

// checkRights tells what the program may do to tables that only grow: doctor's own start has taken back what a restored dump gave, so what is left was not granted by the tables' owner, or since then.
func checkRights(ctx context.Context, p *patient) (Finding, error) {
	list, err := pg.SurplusRights(ctx, p.db)
	if err != nil {
		return Finding{}, err
	}
	if len(list) == 0 {
		return fine("the program may do to each table what the schema means, and no more"), nil
	}
	told := make([]string, len(list))
	for i, s := range list {
		told[i] = s.Name + " (" + strings.Join(s.Rights, ", ") + ")"
	}
	return bad("the program may do more than it should to %s: run \"huiyin migrate\", which takes that back; if it stays, the rights come from another role, and an administrator of the database must revoke them", strings.Join(told, ", ")), nil
}

func checkClock(ctx context.Context, p *patient) (Finding, error) {
	var theirs time.Time
	before := p.now()
	if err := p.db.QueryRow(ctx, `select clock_timestamp()`).Scan(&theirs); err != nil {
		return Finding{}, err
	}
	return judgeClock(theirs, before, p.now()), nil
}

// The server's time was read at some moment between before and after.
func judgeClock(theirs, before, after time.Time) Finding {
	var apart time.Duration
	switch {
	case theirs.Before(before):
		apart = before.Sub(theirs)
	case theirs.After(after):
		apart = theirs.Sub(after)
	}
	apart = apart.Round(time.Millisecond)
	switch {
	case apart > 30*time.Second:
		return bad("this machine and the database are %v apart: set both by NTP, since deadlines are judged by these clocks", apart)
	case apart > 2*time.Second:
		return doubt("this machine and the database are %v apart: set both by NTP", apart)
	}
	return fine("this machine and the database agree")
}
