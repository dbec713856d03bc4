package rating

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing/sla"
)

// AppealDays is within how many working days the appeal of a unit against a bad rating is to be decided (domain study 5).
const AppealDays = 5

// Count is how many ratings are alike in everything that the figures look at.
type Count struct {
	Unit     casework.UnitCode
	WalkBy   bool
	Level    Level
	Doubtful bool
	RealName bool
	N        int
}

// Issued is how many items of a unit could be rated, and how many were.
type Issued struct {
	Unit  casework.UnitCode
	Items int
	Rated int
}

// Said is how often a tag was chosen.
type Said struct {
	Unit   casework.UnitCode
	TagSet string
	Code   string
	Level  Level
	N      int
}

// Righted is a bad rating under the resident's name, and what became of it.
type Righted struct {
	Unit     casework.UnitCode
	Contact  Outcome
	Rectify  Outcome
	Appealed bool
	Decision Outcome // of the appeal; empty without one
	Upheld   bool    // the appeal was granted
}

// Outcome is how a limit ended.
type Outcome string

// The outcomes; empty: there is no such limit.
const (
	InTime  Outcome = "in_time"
	Late    Outcome = "late" // after the limit, or not at all
	Running Outcome = "running"
)

// Sheet is everything the figures of a period are made of. Fold turns it into figures, and nothing else does.
type Sheet struct {
	Period  string // 2026-11
	Counts  []Count
	Issued  []Issued
	Said    []Said
	Righted []Righted
}

// Load reads the sheet of a month of the city's calendar, by when the ratings were given, as it stood when the last of them could be changed no more. Only how the limits of
// rectifications ended goes on. It reads no word and no person.
func (b *Book) Load(ctx context.Context, month time.Time) (Sheet, error) {
	from := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, b.Zone)
	to := from.AddDate(0, 1, 0)
	s := Sheet{Period: from.Format("2006-01")}
	settled := to.Add(changeFor) // what is done later, such as clearing a doubt, moves no figure
	err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		var err error
		if s.Counts, err = collect[Count](ctx, tx, `select unit, item is null, level, suspect <> '{}' and (cleared_at is null or cleared_at >= $3), real_name, count(*)::int from service_opinion where given_at >= $1 and given_at < $2 group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`, from, to, settled); err != nil {
			return err
		}
		if s.Issued, err = collect[Issued](ctx, tx, `select i.unit, count(*)::int, count(o.id)::int from service_item i left join service_opinion o on o.item = i.id and o.given_at < $3 where i.issued_at >= $1 and i.issued_at < $2 group by 1 order by 1`, from, to, settled); err != nil {
			return err
		}
		if s.Said, err = collect[Said](ctx, tx, `select unit, tag_set, tag, level, count(*)::int from service_opinion, unnest(tags) as tag where given_at >= $1 and given_at < $2 and (suspect = '{}' or cleared_at < $3)
			group by 1, 2, 3, 4 order by 5 desc, 1, 2, 3`, from, to, settled); err != nil {
			return err
		}
		s.Righted, err = b.righted(ctx, tx, from, to)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("read ratings of %s: %w", s.Period, err)
	}
	return s, nil
}

func collect[T any](ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

// righted judges the limits of the cases that bad ratings opened, of the first round of their handling: that one rectifies.
func (b *Book) righted(ctx context.Context, tx pgx.Tx, from, to time.Time) ([]Righted, error) {
	now := b.Now()
	rows, err := tx.Query(ctx, `select o.unit, o.case_id is not null, c.due_at, c.met_at, h.due_at, h.met_at, a.asked_at, a.decided_at, coalesce(a.granted, false)
		from service_opinion o
		left join clock c on c.case_id = o.case_id and c.name = 'contact' and c.leg = 1
		left join clock h on h.case_id = o.case_id and h.name = 'handle' and h.leg = 1
		left join lateral (select asked_at, decided_at, granted from appeal where case_id = o.case_id order by asked_at desc limit 1) a on true
		where o.given_at >= $1 and o.given_at < $2 and o.level <= 2 and o.real_name order by o.unit, o.id`, from, to)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Righted, error) {
		var r Righted
		var routed bool
		var contactDue, contacted, handleDue, handled, asked, decided *time.Time
		if err := row.Scan(&r.Unit, &routed, &contactDue, &contacted, &handleDue, &handled, &asked, &decided, &r.Upheld); err != nil {
			return r, err
		}
		r.Contact, r.Rectify = outcome(contactDue, contacted, now), outcome(handleDue, handled, now)
		if r.Appealed = asked != nil; r.Appealed {
			due := b.Desk.Terms.By("appeal", sla.Limit{WorkingDays: AppealDays}, *asked).Due
			r.Decision = outcome(&due, decided, now)
		}
		return r, nil
	})
}

func outcome(due, met *time.Time, now time.Time) Outcome {
	switch {
	case due == nil:
		return Running
	case met != nil && !met.After(*due):
		return InTime
	case met == nil && !now.After(*due):
		return Running
	}
	return Late
}

// Figure is one number with what it is made of.
type Figure struct {
	Code        string `json:"code"`
	Numerator   int    `json:"numerator"`
	Denominator int    `json:"denominator"`
	Excluded    int    `json:"excluded"` // left out of both: limits that still run
	Withheld    bool   `json:"withheld"` // nothing of it is published here: the numbers are zero
}

// Codes of the figures, in their order on pages.
const (
	Satisfied = "rating_satisfied" // three stars and more, among ratings of handled items
	Coverage  = "rating_coverage"  // items rated, among those that could be
	BadShare  = "rating_bad"       // one and two stars, among ratings of handled items
	Contacted = "rating_contacted" // bad ratings under a name whose unit made contact within the limit
	Rectified = "rating_rectified" // … answered within the limit of the rectification
	Appealed  = "rating_appealed"  // … against which the unit appealed
	Decided   = "rating_decided"   // appeals decided within AppealDays
	Upheld    = "rating_upheld"    // appeals granted
	Doubtful  = "rating_doubtful"  // ratings counted apart, among all
	WalkBys   = "rating_walk_by"   // satisfied among walk-bys
)

// Codes lists them.
var Codes = []string{Satisfied, Coverage, BadShare, Contacted, Rectified, Appealed, Decided, Upheld, Doubtful, WalkBys}

func limit(f *Figure, o Outcome) {
	if o == Running {
		f.Excluded++
		return
	}
	f.Denominator++
	if o == InTime {
		f.Numerator++
	}
}
