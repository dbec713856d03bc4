package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/notify"
)

// load puts the cases in by COPY: case, its filing in the history, and three running clocks of which none ends before the bench does. Followers begin after it.
func (t *timers) load(ctx context.Context) error {
	conn, err := t.owner.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	restore, err := bare(ctx, conn.Conn(), "cases", "clock", "event")
	if err != nil {
		return err
	}
	units, now := t.leads(), time.Now().UTC().Truncate(time.Microsecond)
	ids := make([]casework.CaseID, t.run.cases)
	dues := make([]time.Time, len(ids))
	for i := range ids {
		if ids[i], err = uuid.NewV7(); err != nil {
			return err
		}
		dues[i] = now.Add(12*time.Hour + time.Duration(i*7919%(30*24*3600))*time.Second) // spread over a month, in no order
	}
	t.due = slices.Clone(ids[:min(len(ids), 2*timersDue)])
	title, body := locale.ZH.T("bench.subject"), locale.ZH.T("bench.complaint", locale.Args{"N": 9})
	for _, one := range []struct {
		table   string
		columns []string
		each    int
		row     func(i, part int) []any
	}{
		{"cases", []string{"id", "number", "state", "kind", "category", "territory", "urgency", "channel", "title", "body", "place", "owner_unit", "lead_unit", "leg", "filed_at", "limit_at"}, 1, func(i, _ int) []any {
			unit := string(units[i%len(units)])
			return []any{ids[i], fmt.Sprintf("bench%09d", i), "signed", "complaint", "", "", "normal", "phone", title, body, "", unit, unit, 1, dues[i].AddDate(0, 0, -5), dues[i]}
		}},
		{"clock", []string{"case_id", "name", "leg", "unit", "started_at", "due_at", "original_due_at", "working_days", "policy", "calendar", "next_at"}, 3, func(i, part int) []any {
			var unit *string
			var next *time.Time
			name, leg := casework.ClockTotal, 0
			if part > 0 {
				code := string(units[i%len(units)])
				unit, name, leg = &code, casework.ClockContact, 1
			}
			if part == 2 {
				soon := dues[i].Add(-4 * time.Hour)
				name, next = casework.ClockHandle, &soon
			}
			return []any{ids[i], name, leg, unit, dues[i].AddDate(0, 0, -5), dues[i], dues[i], 5, t.Terms.Policy.ID(), t.Terms.Calendar.Version(), next}
		}},
		{"event", []string{"case_id", "at", "step", "state_to", "actor", "role", "unit", "round", "leg", "data"}, 1, func(i, _ int) []any {
			return []any{ids[i], dues[i].AddDate(0, 0, -5), "file", "registered", "resident", "resident", "", 1, 0, []byte(`{"channel":"phone","kind":"complaint","urgency":"normal"}`)}
		}},
	} {
		t.run.say("loading %s", one.table)
		n := 0
		rows := pgx.CopyFromFunc(func() ([]any, error) {
			if n == len(ids)*one.each {
				return nil, nil
			}
			n++
			return one.row((n-1)/one.each, (n-1)%one.each), nil
		})
		if _, err = conn.CopyFrom(ctx, pgx.Identifier{one.table}, one.columns, rows); err != nil {
			return fmt.Errorf("%s: %w", one.table, err)
		}
	}
	names := []string{notify.FollowerName}
	for _, f := range t.followers() {
		names = append(names, f.Name)
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, `insert into follower (name, xid, seq) select $1, xid, seq from event order by xid desc, seq desc limit 1
			on conflict (name) do update set xid = excluded.xid, seq = excluded.seq`, name); err != nil {
			return err
		}
	}
	for _, sql := range append(restore, `vacuum analyze cases`, `vacuum analyze clock`, `vacuum analyze event`) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// bare takes triggers, references and row-level security off tables while rows that are right by construction are copied in, and gives the statements that put them back.
func bare(ctx context.Context, conn *pgx.Conn, tables ...string) (restore []string, err error) {
	rows, err := conn.Query(ctx, `select format('alter table %s drop constraint %I', conrelid::regclass, conname),
			format('alter table %s add constraint %I %s not valid', conrelid::regclass, conname, pg_get_constraintdef(oid))
		from pg_constraint where contype = 'f' and conparentid = 0 and conrelid = any ($1::text[]::regclass[])`, tables)
	if err != nil {
		return nil, err
	}
	var off []string
	var drop, add string
	if _, err = pgx.ForEachRow(rows, []any{&drop, &add}, func() error { off, restore = append(off, drop), append(restore, add); return nil }); err != nil {
		return nil, err
	}
	for _, table := range tables {
		off = append(off, `alter table `+table+` disable trigger user`, `alter table `+table+` no force row level security`)
		restore = append(restore, `alter table `+table+` enable trigger user`)
		if table != "clock" { // which has none of its own
			restore = append(restore, `alter table `+table+` force row level security`)
		}
	}
	for _, sql := range off {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return nil, err
		}
	}
	return restore, nil
}

// leads are the units that handle the cases.
func (t *timers) leads() []casework.UnitCode {
	var codes []casework.UnitCode
	for _, u := range t.City.Units() {
		if u.Code != casework.Hotline {
			codes = append(codes, u.Code)
		}
	}
	return codes
}
