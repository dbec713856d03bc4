package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// storing is a statement that stores the rows of many cases in one table.
type storing struct {
	name, sql string
	columns   func(a *arrays, all []*bound)
}

// whole is the scope under which filings are stored. It holds until the end of the transaction.
var whole = storing{name: "huiyin_file_scope", sql: `select set_config('huiyin.scope', 'system', true)`, columns: func(*arrays, []*bound) {}}

// storings fill the tables of a case, the first of them tells the numbers that the cases get.
var storings = []storing{
	{"huiyin_file_cases", `insert into cases (id, number, state, kind, category, territory, urgency, channel, language, external_no, title, body, place, secret, publish, unreadable, tags, proposal, grounds, owner_unit, filed_at, limit_at)
		select id, day || lpad(nextval('case_number')::text, 6, '0'), 'registered', kind, category, territory, urgency, channel, language, external_no, title, body, place, secret, publish, unreadable, tags::text[], proposal, grounds, 'hotline', at, due
		from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::bool[], $15::bool[], $16::text[], $17::jsonb[], $18::text[], $19::timestamptz[], $20::timestamptz[])
			as f (id, day, kind, category, territory, urgency, channel, language, external_no, title, body, place, secret, publish, unreadable, tags, proposal, grounds, at, due)
		returning id, number`, casesColumns},
	{"huiyin_file_clock", `insert into clock (case_id, name, leg, started_at, due_at, original_due_at, working_days, provisional, policy, calendar, statute, ordinary_due_at, calendar_days, months, rolls)
		select id, 'total', 0, at, due, due, nullif(days, 0), provisional, policy, calendar, statute, ordinary, nullif(calendar_days, 0), nullif(months, 0), rolls
		from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::bool[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::bigint[], $11::bigint[], $12::bool[])
			as f (id, at, due, days, provisional, policy, calendar, statute, ordinary, calendar_days, months, rolls)`, clockColumns},
	{"huiyin_file_person", `insert into person (case_id, wrapped_key, name, phone, email, address, title, body, place, code, name_hash, phone_hash, email_hash, real_name, words_hash, mail_id)
		select * from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bytea[], $14::bool[], $15::bytea[], $16::bytea[])`, personColumns},
	{"huiyin_file_tracking", `insert into tracking (code_hash, case_id) select * from unnest($1::bytea[], $2::uuid[])`, func(a *arrays, all []*bound) {
		a.bytes(all, func(b *bound) []byte { return b.hash.code })
		a.uuids(all, ownID)
	}},
	{"huiyin_file_submission", `insert into submission (key, case_id, channel, verdict, reason, received_at, size, wrapped_key, raw)
		select key, id, channel, 'case', reason, at, size, wrapped, raw
		from unnest($1::bytea[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[], $7::bytea[], $8::bytea[]) as f (key, id, channel, reason, at, size, wrapped, raw)`, submissionColumns},
	{"huiyin_file_event", `insert into event (case_id, at, step, state_from, state_to, actor, staff_id, role, unit, round, leg, data)
		select id, at, 'file', '', 'registered', actor, nullif(staff, 0), role, unit, 1, 0, data
		from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::jsonb[]) as f (id, at, actor, staff, role, unit, data)`, eventColumns},
}

func ownID(b *bound) CaseID      { return b.id }
func filedAt(b *bound) time.Time { return b.f.At }
func dueAt(b *bound) time.Time   { return b.f.Total.Due }
func cameBy(b *bound) string     { return string(b.f.Channel) }
func wrappedKey(b *bound) []byte { return b.wrapped }
func ordinary(b *bound) time.Time {
	if b.f.Total.Ordinary == nil {
		return time.Time{}
	}
	return *b.f.Total.Ordinary
}

func casesColumns(a *arrays, all []*bound) {
	a.uuids(all, ownID)
	for _, text := range []func(*bound) string{
		func(b *bound) string { return b.day }, func(b *bound) string { return string(b.f.Kind) }, func(b *bound) string { return b.f.Category }, func(b *bound) string { return b.f.Territory },
		func(b *bound) string { return string(b.f.Urgency) }, cameBy, func(b *bound) string { return b.language }, func(b *bound) string { return b.externalNo },
		func(b *bound) string { return b.title }, func(b *bound) string { return b.body }, func(b *bound) string { return b.place },
	} {
		a.texts(all, text)
	}
	a.bools(all, func(b *bound) bool { return b.f.Secret })
	a.bools(all, func(b *bound) bool { return b.f.Publish && !b.f.Secret })
	a.bools(all, func(b *bound) bool { return b.f.Unreadable })
	a.texts(all, func(b *bound) string { return arrayOf(b.tags) })
	a.documents(all, (*bound).appendProposal)
	a.written(all, (*bound).appendGrounds)
	a.times(all, filedAt)
	a.times(all, dueAt)
}

func clockColumns(a *arrays, all []*bound) {
	a.uuids(all, ownID)
	a.times(all, filedAt)
	a.times(all, dueAt)
	a.ints(all, func(b *bound) int { return b.f.Total.WorkingDays })
	a.bools(all, func(b *bound) bool { return b.f.Total.Provisional })
	a.texts(all, func(b *bound) string { return b.f.Total.Policy })
	a.texts(all, func(b *bound) string { return b.f.Total.Calendar })
	a.texts(all, func(b *bound) string { return b.f.Total.Statute })
	a.times(all, ordinary)
	a.ints(all, func(b *bound) int { return b.f.Total.CalendarDays })
	a.ints(all, func(b *bound) int { return b.f.Total.Months })
	a.bools(all, func(b *bound) bool { return b.f.Total.Rolls })
}

func personColumns(a *arrays, all []*bound) {
	a.uuids(all, ownID)
	for _, sealed := range []func(*bound) []byte{
		wrappedKey, func(b *bound) []byte { return b.sealed.name }, func(b *bound) []byte { return b.sealed.phone }, func(b *bound) []byte { return b.sealed.email },
		func(b *bound) []byte { return b.sealed.address }, func(b *bound) []byte { return b.sealed.title }, func(b *bound) []byte { return b.sealed.body },
		func(b *bound) []byte { return b.sealed.place }, func(b *bound) []byte { return b.sealed.code }, func(b *bound) []byte { return b.hash.name },
		func(b *bound) []byte { return b.hash.phone }, func(b *bound) []byte { return b.hash.email },
	} {
		a.bytes(all, sealed)
	}
	a.bools(all, func(b *bound) bool { return b.f.RealName })
	a.bytes(all, func(b *bound) []byte { return b.hash.words })
	a.bytes(all, func(b *bound) []byte { return b.sealed.mailID })
}

func submissionColumns(a *arrays, all []*bound) {
	a.bytes(all, func(b *bound) []byte { return b.f.Key[:] })
	a.uuids(all, ownID)
	a.texts(all, cameBy)
	a.texts(all, func(b *bound) string { return b.reason })
	a.times(all, filedAt)
	a.ints(all, func(b *bound) int { return len(b.f.Raw) })
	a.bytes(all, wrappedKey)
	a.bytes(all, func(b *bound) []byte { return b.sealed.raw })
}

func eventColumns(a *arrays, all []*bound) {
	a.uuids(all, ownID)
	a.times(all, filedAt)
	a.texts(all, func(b *bound) string { return string(b.f.By.Kind) })
	a.ints(all, func(b *bound) int { return int(b.f.By.StaffID) })
	a.texts(all, func(b *bound) string { return string(b.role) })
	a.texts(all, func(b *bound) string { return string(b.f.By.Unit) })
	a.documents(all, func(b *bound, to []byte) []byte { return b.f.appendFiled(to) })
}

// binaryForm is the form in which parameters go and rows come.
var binaryForm = []int16{pgx.BinaryFormatCode}

// storeAll stores the rows of all cases, one statement a table, in one round trip, and gives them their numbers. Outside a transaction
// it is one by itself, and before says first what holds in it.
func storeAll(ctx context.Context, conn *pgx.Conn, all []*bound, a *arrays, before ...storing) error {
	if len(all) == 0 {
		return nil
	}
	list := append(before[:len(before):len(before)], storings...)
	known := make([]*pgconn.StatementDescription, len(list))
	for i, s := range list {
		var err error
		if known[i], err = conn.Prepare(ctx, s.name, s.sql); err != nil { // once a connection
			return fmt.Errorf("prepare %s: %w", s.name, err)
		}
	}
	a.reset()
	params := make([]int, len(list)) // how many there are after each statement's
	for i, s := range list {
		s.columns(a, all)
		params[i] = len(a.ends)
	}
	out := conn.PgConn().Frontend()
	pipe := conn.PgConn().StartPipeline(ctx)
	out.Send(a.lent(len(list)))
	from := 0
	for i, values := 0, a.params(); i < len(list); i++ {
		pipe.SendQueryStatement(known[i], values[from:params[i]], binaryForm, binaryForm)
		from = params[i]
	}
	err := pipe.Sync()
	out.Send(lent(nil))
	if err != nil {
		return closing(pipe, err)
	}
	for range list {
		got, err := pipe.GetResults()
		if err != nil {
			return closing(pipe, err)
		}
		rows, ok := got.(*pgconn.ResultReader)
		if !ok {
			return closing(pipe, fmt.Errorf("the server answered with %T to a statement", got))
		}
		for i := 0; rows.NextRow(); i++ {
			if v := rows.Values(); len(v) == 2 && len(v[0]) == len(CaseID{}) {
				number(all, i, CaseID(v[0]), string(v[1]))
			}
		}
		if _, err := rows.Close(); err != nil {
			return closing(pipe, err)
		}
	}
	return pipe.Close() // waits for the commit
}

// number tells a case its number. The rows come in the order in which they went, which nothing promises.
func number(all []*bound, i int, id CaseID, n string) {
	if i >= len(all) || all[i].id != id {
		i = slices.IndexFunc(all, func(b *bound) bool { return b.id == id })
	}
	if i >= 0 {
		all[i].number = n
	}
}

// closing ends a pipeline that failed; the first failure is told.
func closing(pipe *pgconn.Pipeline, err error) error {
	_ = pipe.Close() // what it tells follows from the failure
	return err
}

// arrayOf writes words as the text of an array.
func arrayOf(words []string) string {
	if len(words) == 0 {
		return "{}"
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, w := range words {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for _, r := range w {
			if r == '"' || r == '\\' {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}
