package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"huiyin/fault"
	"huiyin/pg"
)

var errNotYourStep = fault.New(fault.Forbidden, "fault.not_your_step")

// OpenAll files many cases in one transaction, for imports; those whose key is known, or stands earlier in the list, are found, not filed twice.
// One filing that is refused refuses all. A filing without an actor is the resident's.
//
// Each table takes all its rows in one statement: a statement a case costs several times more (COPY is not possible under row-level security).
func (d *Docket) OpenAll(ctx context.Context, filings []Filing) ([]Receipt, error) {
	first := map[Key]int{} // the filing that stands for its key
	for i := range filings {
		f := &filings[i]
		if f.By.Kind == "" {
			f.By = Actor{Kind: ByResident, Roles: []Role{ResidentRole}}
		}
		if f.At.IsZero() {
			f.At = d.Now()
		}
		f.At = f.At.UTC().Truncate(time.Microsecond)
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("filing %d: %w", i, err)
		}
		if _, twice := first[f.Key]; !twice {
			first[f.Key] = i
		}
	}
	for try := 0; ; try++ {
		receipts, err := d.openAll(ctx, filings, first)
		// Another import filed one of these in between, or a tracking code was drawn twice: the next try finds it, or draws anew.
		if (pg.IsUniqueViolation(err, "submission_pkey") || pg.IsUniqueViolation(err, "tracking_pkey")) && try < 3 {
			continue
		}
		if err == nil {
			d.woke()
		}
		return receipts, err
	}
}

func (d *Docket) openAll(ctx context.Context, filings []Filing, first map[Key]int) ([]Receipt, error) {
	var fresh []*bound
	var found map[Key]Receipt
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		var err error
		if found, err = d.receiptsIn(ctx, tx, filings); err != nil {
			return err
		}
		for i := range filings {
			if _, known := found[filings[i].Key]; known || first[filings[i].Key] != i {
				continue
			}
			b, err := d.bind(&filings[i])
			if err != nil {
				return fmt.Errorf("filing %d: %w", i, err)
			}
			fresh = append(fresh, b)
		}
		numbers := make(map[CaseID]string, len(fresh))
		if len(fresh) > 0 {
			var rows pgx.Batch
			if err := queueAll(&rows, fresh, numbers); err != nil {
				return err
			}
			if err := tx.SendBatch(ctx, &rows).Close(); err != nil {
				return fmt.Errorf("file %d cases: %w", len(fresh), err)
			}
		}
		for _, b := range fresh {
			if err := storeFiles(ctx, tx, b.key, b.id, nil, b.f.At, "", b.f.Files); err != nil {
				return err
			}
			found[b.f.Key] = b.receipt(numbers[b.id])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	receipts := make([]Receipt, len(filings))
	filed := map[Key]bool{}
	for _, b := range fresh {
		filed[b.f.Key] = true
	}
	for i := range filings {
		k := filings[i].Key
		receipts[i] = found[k]
		receipts[i].Existing = !filed[k] || first[k] != i
	}
	return receipts, nil
}

// receiptsIn finds the cases of the filings that were here before. Their tracking codes stay sealed: an import hands none out.
func (d *Docket) receiptsIn(ctx context.Context, tx pgx.Tx, filings []Filing) (map[Key]Receipt, error) {
	keys := make([][]byte, len(filings))
	for i := range filings {
		keys[i] = filings[i].Key[:]
	}
	found := map[Key]Receipt{}
	// By their keys alone first: nearly always none is known, and a join would be planned anew wherever the tables have grown.
	rows, err := tx.Query(ctx, `select key from submission where key = any ($1)`, keys)
	if err != nil {
		return nil, fmt.Errorf("find known submissions: %w", err)
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(known) == 0 {
		return found, err
	}
	rows, err = tx.Query(ctx, `select s.key, c.id, c.number, c.filed_at, k.due_at from submission s join cases c on c.id = s.case_id
		join clock k on k.case_id = c.id and k.name = 'total' where s.key = any ($1)`, known)
	if err != nil {
		return nil, fmt.Errorf("find known submissions: %w", err)
	}
	r := Receipt{Existing: true}
	var key []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &r.ID, &r.Number, &r.FiledAt, &r.Due}, func() error {
		found[Key(key)] = r
		return nil
	})
	return found, err
}

// column collects one value of every filing.
func column[T any](all []*bound, value func(*bound) T) pgtype.FlatArray[T] {
	out := make(pgtype.FlatArray[T], len(all))
	for i, b := range all {
		out[i] = value(b)
	}
	return out
}

// queueAll queues the statements that store the rows of all cases, one statement a table; numbers is filled with the numbers they get.
func queueAll(rest *pgx.Batch, all []*bound, numbers map[CaseID]string) error {
	ids := column(all, func(b *bound) [16]byte { return b.id })
	at := column(all, func(b *bound) time.Time { return b.f.At })
	due := column(all, func(b *bound) time.Time { return b.f.Total.Due })
	channel := column(all, func(b *bound) string { return string(b.f.Channel) })
	wrapped := column(all, func(b *bound) []byte { return b.wrapped })
	tags, err := json.Marshal(column(all, func(b *bound) []string { return b.tags })) // an array of arrays must be rectangular in SQL, in JSON not
	if err != nil {
		return err
	}
	rest.Queue(`insert into cases (id, number, state, kind, category, territory, urgency, channel, language, external_no, title, body, place, secret, publish, unreadable, tags, proposal, owner_unit, filed_at, limit_at)
		select f.id, f.day || lpad(nextval('case_number')::text, 6, '0'), 'registered', f.kind, f.category, f.territory, f.urgency, f.channel, f.language, f.external_no, f.title, f.body, f.place, f.secret, f.publish, f.unreadable,
			array(select jsonb_array_elements_text($16::jsonb -> (f.nr - 1)::int)), f.proposal, 'hotline', f.at, f.due
		from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::bool[], $15::bool[], $17::jsonb[], $18::timestamptz[], $19::timestamptz[])
			with ordinality as f (id, day, kind, category, territory, urgency, channel, language, external_no, title, body, place, secret, publish, unreadable, proposal, at, due, nr)
		returning id, number`,
		ids, column(all, func(b *bound) string { return b.day }), column(all, func(b *bound) string { return string(b.f.Kind) }), column(all, func(b *bound) string { return b.f.Category }),
		column(all, func(b *bound) string { return b.f.Territory }), column(all, func(b *bound) string { return string(b.f.Urgency) }), channel,
		column(all, func(b *bound) string { return b.language }), column(all, func(b *bound) string { return b.externalNo }), column(all, func(b *bound) string { return b.title }),
		column(all, func(b *bound) string { return b.body }), column(all, func(b *bound) string { return b.place }), column(all, func(b *bound) bool { return b.f.Secret }),
		column(all, func(b *bound) bool { return b.f.Publish && !b.f.Secret }), column(all, func(b *bound) bool { return b.f.Unreadable }), tags,
		column(all, func(b *bound) []byte { return b.proposal }), at, due).Query(func(rows pgx.Rows) error {
		var id [16]byte
		var number string
		_, err := pgx.ForEachRow(rows, []any{&id, &number}, func() error { numbers[id] = number; return nil })
		return err
	})
	rest.Queue(`insert into clock (case_id, name, leg, started_at, due_at, original_due_at, working_days, provisional, policy, calendar, statute, ordinary_due_at, calendar_days, months, rolls)
		select id, 'total', 0, at, due, due, nullif(days, 0), provisional, policy, calendar, statute, ordinary, nullif(calendar_days, 0), nullif(months, 0), rolls
		from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::int[], $5::bool[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::int[], $11::int[], $12::bool[])
			as f (id, at, due, days, provisional, policy, calendar, statute, ordinary, calendar_days, months, rolls)`,
		ids, at, due, column(all, func(b *bound) int { return b.f.Total.WorkingDays }),
		column(all, func(b *bound) bool { return b.f.Total.Provisional }), column(all, func(b *bound) string { return b.f.Total.Policy }), column(all, func(b *bound) string { return b.f.Total.Calendar }),
		column(all, func(b *bound) string { return b.f.Total.Statute }), column(all, func(b *bound) *time.Time { return b.f.Total.Ordinary }),
		column(all, func(b *bound) int { return b.f.Total.CalendarDays }), column(all, func(b *bound) int { return b.f.Total.Months }), column(all, func(b *bound) bool { return b.f.Total.Rolls }))
	rest.Queue(`insert into person (case_id, wrapped_key, name, phone, email, address, title, body, place, code, name_hash, phone_hash, email_hash, real_name, words_hash, mail_id)
		select * from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bytea[], $14::bool[], $15::bytea[], $16::bytea[])`,
		ids, wrapped, column(all, func(b *bound) []byte { return b.sealed.name }), column(all, func(b *bound) []byte { return b.sealed.phone }),
		column(all, func(b *bound) []byte { return b.sealed.email }), column(all, func(b *bound) []byte { return b.sealed.address }), column(all, func(b *bound) []byte { return b.sealed.title }),
		column(all, func(b *bound) []byte { return b.sealed.body }), column(all, func(b *bound) []byte { return b.sealed.place }), column(all, func(b *bound) []byte { return b.sealed.code }),
		column(all, func(b *bound) []byte { return b.hash.name }), column(all, func(b *bound) []byte { return b.hash.phone }), column(all, func(b *bound) []byte { return b.hash.email }),
		column(all, func(b *bound) bool { return b.f.RealName }), column(all, func(b *bound) []byte { return b.hash.words }), column(all, func(b *bound) []byte { return b.sealed.mailID }))
	rest.Queue(`insert into tracking (code_hash, case_id) select * from unnest($1::bytea[], $2::uuid[])`, column(all, func(b *bound) []byte { return b.hash.code }), ids)
	rest.Queue(`insert into submission (key, case_id, channel, verdict, reason, received_at, size, wrapped_key, raw)
		select key, id, channel, 'case', reason, at, size, wrapped, raw
		from unnest($1::bytea[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::int[], $7::bytea[], $8::bytea[]) as f (key, id, channel, reason, at, size, wrapped, raw)`,
		column(all, func(b *bound) []byte { return b.f.Key[:] }), ids, channel, column(all, func(b *bound) string { return b.reason }), at,
		column(all, func(b *bound) int { return len(b.f.Raw) }), wrapped, column(all, func(b *bound) []byte { return b.sealed.raw }))
	rest.Queue(`insert into event (case_id, at, step, state_from, state_to, actor, staff_id, role, unit, round, leg, data)
		select id, at, 'file', '', 'registered', actor, nullif(staff, 0), role, unit, 1, 0, data
		from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::jsonb[]) as f (id, at, actor, staff, role, unit, data)`,
		ids, at, column(all, func(b *bound) string { return string(b.f.By.Kind) }), column(all, func(b *bound) int64 { return b.f.By.StaffID }),
		column(all, func(b *bound) string { return string(b.role) }), column(all, func(b *bound) string { return string(b.f.By.Unit) }), column(all, func(b *bound) []byte { return b.data }))
	return nil
}
