// Package warning finds what is unusual about reading personal data, tells the privacy officer within a minute, and keeps what was found of it.
package warning

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Rule is a pattern of reading that the early warning (信息安全预警) looks for.
type Rule string

// The rules.
const (
	Bulk        Rule = "bulk"         // one person reads many residents' data within an hour
	Idle        Rule = "idle"         // one person reads data of cases and does nothing else with them
	ManyReaders Rule = "many_readers" // one resident's data is read within a day by many people who do nothing else for the resident
	Sealed      Rule = "sealed"       // a secret case or a report is read by somebody whose turn it is not
	Search      Rule = "search"       // people are looked up, and no case is opened
	OffHours    Rule = "off_hours"    // somebody of a unit reads at night cases that he does not work on, or very many
	Export      Rule = "export"       // one person lets much data out
	Dormant     Rule = "dormant"      // an account wakes after a long rest
	NewNetwork  Rule = "new_network"  // an account that came from where it never was reads and does nothing else
)

// Rules lists the rules.
var Rules = []Rule{Bulk, Idle, ManyReaders, Sealed, Search, OffHours, Export, Dormant, NewNetwork}

// Limits are from which number on each pattern is a warning. Ordinary work stays well below: an operator takes some 20 calls an hour, a unit's clerk reads some 10 cases.
type Limits struct {
	Bulk, Idle, ManyReaders, Search, OffHours, Export int

	NewNetwork int    // as Idle, on the first day on which an account comes from a network of its own for the first time: signing in from home is no misdeed
	Night      [2]int // hours of the city between which it is night
	Rest       time.Duration
	Settled    time.Duration // how long an account was used elsewhere before a new network is remarkable
}

// Standard are the limits that a city begins with.
var Standard = Limits{Bulk: 60, Idle: 15, ManyReaders: 8, Search: 20, OffHours: 5, Export: 30, NewNetwork: 8, Night: [2]int{22, 6}, Rest: 60 * 24 * time.Hour, Settled: 7 * 24 * time.Hour}

// Warning is one pattern that was met.
type Warning struct {
	ID        int64
	Rule      Rule
	At        time.Time // of the use that crossed the limit
	RaisedAt  time.Time
	StaffID   int64
	Login     string // of the account; empty where it is about none
	Unit      casework.UnitCode
	Case      *casework.CaseID
	Number    string // of that case
	Measure   int
	Verdict   string // empty, harmless, misuse
	JudgedAt  *time.Time
	Note      string
	Authority *time.Time // when the authority was told of the leak
	Persons   *time.Time // when those concerned were told
}

// The verdicts.
const (
	Harmless = "harmless"
	Misuse   = "misuse"
)

// mayLook holds the warnings to the privacy officer and the auditor.
func mayLook(by casework.Actor) error {
	if by.Kind == casework.BySystem || by.Has(casework.Privacy, casework.Auditor) {
		return nil
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

// List tells the warnings: those not judged first, then the newest. Errors: fault.Forbidden for others than the privacy officer and the auditor.
func List(ctx context.Context, db pg.DB, by casework.Actor, limit int) ([]Warning, error) {
	if err := mayLook(by); err != nil {
		return nil, err
	}
	var all []Warning
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select w.id, w.rule, w.at, w.raised_at, coalesce(w.staff_id, 0), coalesce(a.login, ''), w.unit, w.case_id, coalesce(c.number, ''), w.measure, w.verdict, w.judged_at, w.note, w.told_authority_at, w.told_persons_at
			from warning w left join account a on a.id = w.staff_id left join cases c on c.id = w.case_id order by w.verdict <> '', w.raised_at desc, w.id desc limit $1`, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Warning, err error) {
			return w, row.Scan(&w.ID, &w.Rule, &w.At, &w.RaisedAt, &w.StaffID, &w.Login, &w.Unit, &w.Case, &w.Number, &w.Measure, &w.Verdict, &w.JudgedAt, &w.Note, &w.Authority, &w.Persons)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list warnings: %w", err)
	}
	return all, nil
}

// Judge writes down what the privacy officer found, once; after a misuse the duties of PIPL 57 run. Errors: fault.Invalid without a note, fault.Conflict where it was judged before.
func Judge(ctx context.Context, db pg.DB, by casework.Actor, id int64, verdict, note string, now time.Time) error {
	switch {
	case !by.Has(casework.Privacy):
		return fault.New(fault.Forbidden, "fault.forbidden")
	case verdict != Harmless && verdict != Misuse:
		return fault.New(fault.Invalid, "fault.invalid").At("verdict")
	case strings.TrimSpace(note) == "":
		return fault.New(fault.Invalid, "fault.reason_needed").At("note")
	}
	tag, err := db.Exec(ctx, `update warning set verdict = $2, note = left($3, 1000), judged_by = $4, judged_at = $5 where id = $1 and verdict = ''`, id, verdict, strings.TrimSpace(note), by.StaffID, now.UTC())
	if err != nil {
		return pg.Classify(fmt.Errorf("judge warning: %w", err))
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "fault.warning_judged")
	}
	return nil
}

// Told writes down that a duty after a leak was done: that the authority, or those concerned, were told (PIPL 57). Errors: fault.Conflict where nothing of that kind is owed.
func Told(ctx context.Context, db pg.DB, by casework.Actor, id int64, persons bool, now time.Time) error {
	if !by.Has(casework.Privacy) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	sql := `update warning set told_authority_at = $2 where id = $1 and verdict = 'misuse' and told_authority_at is null`
	if persons {
		sql = `update warning set told_persons_at = $2 where id = $1 and verdict = 'misuse' and told_persons_at is null`
	}
	tag, err := db.Exec(ctx, sql, id, now.UTC())
	if err != nil {
		return pg.Classify(fmt.Errorf("note duty: %w", err))
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "fault.warning_judged")
	}
	return nil
}

// Counts are what the public is told.
type Counts struct {
	Raised int `json:"raised"`
	Misuse int `json:"misuse"`
	Open   int `json:"open"` // not judged yet
}

// Count counts the warnings of some days.
func Count(ctx context.Context, q pg.Querier, from, until time.Time) (c Counts, err error) {
	err = q.QueryRow(ctx, `select count(*), count(*) filter (where verdict = 'misuse'), count(*) filter (where verdict = '') from warning where at >= $1 and at < $2`, from, until).Scan(&c.Raised, &c.Misuse, &c.Open)
	if err != nil {
		err = pg.Classify(fmt.Errorf("count warnings: %w", err))
	}
	return c, err
}

// Tell hands each warning that no letter was written about to tell, in the transaction that notes it, at most limit a call, and tells how many. It is safe to run twice, late, or on two machines at once.
func Tell(ctx context.Context, db pg.DB, now time.Time, limit int, tell func(context.Context, pgx.Tx, Warning) error) (int, error) {
	n := 0
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		n = 0
		rows, err := tx.Query(ctx, `update warning set told_officer_at = $1 where id in (select id from warning where told_officer_at is null and raised_at > $1::timestamptz - interval '3 days' order by id limit $2 for update skip locked)
			returning id, rule, at, raised_at, unit, measure`, now.UTC(), limit)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Warning, err error) {
			return w, row.Scan(&w.ID, &w.Rule, &w.At, &w.RaisedAt, &w.Unit, &w.Measure)
		})
		if err != nil {
			return err
		}
		for _, w := range all {
			if err := tell(ctx, tx, w); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("tell of warnings: %w", err)
	}
	return n, nil
}
