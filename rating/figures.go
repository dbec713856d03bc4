package rating

import (
	"context"
	"fmt"
	"slices"
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

// Load reads the sheet of a month of the city's calendar, by when the ratings were given. It reads no word and no person.
func (b *Book) Load(ctx context.Context, month time.Time) (Sheet, error) {
	from := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, b.Zone)
	to := from.AddDate(0, 1, 0)
	s := Sheet{Period: from.Format("2006-01")}
	err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		var err error
		if s.Counts, err = collect[Count](ctx, tx, `select unit, item is null, level, suspect <> '{}' and cleared_at is null, real_name, count(*)::int from service_opinion where given_at >= $1 and given_at < $2 group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`, from, to); err != nil {
			return err
		}
		if s.Issued, err = collect[Issued](ctx, tx, `select i.unit, count(*)::int, count(o.id)::int from service_item i left join service_opinion o on o.item = i.id where i.issued_at >= $1 and i.issued_at < $2 group by 1 order by 1`, from, to); err != nil {
			return err
		}
		if s.Said, err = collect[Said](ctx, tx, `select unit, tag_set, tag, level, count(*)::int from service_opinion, unnest(tags) as tag where given_at >= $1 and given_at < $2 and (suspect = '{}' or cleared_at is not null)
			group by 1, 2, 3, 4 order by 5 desc, 1, 2, 3`, from, to); err != nil {
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
	Excluded    int    `json:"excluded"` // left out of both, such as doubtful ratings, or limits that still run
	Withheld    bool   `json:"withheld"` // so few that a person could be meant: the numbers are zero here
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

// Least is the number below which a cell is not published.
const Least = 5

// Cell is a count that may be withheld.
type Cell struct {
	Label    string `json:"label"` // a level, or a tag's code
	TagSet   string `json:"tag_set,omitempty"`
	Level    Level  `json:"level"`
	N        int    `json:"n"`
	Withheld bool   `json:"withheld"`
}

// Report are the figures of one unit, or of the city.
type Report struct {
	Period  string   `json:"period"`
	Figures []Figure `json:"figures"`
	Levels  []Cell   `json:"levels"`   // of handled items
	WalkBy  []Cell   `json:"walk_by"`  // of walk-bys
	Tags    []Cell   `json:"tags"`     // of both
	All     int      `json:"ratings"`  // every rating that counts; 0 with Few
	Few     bool     `json:"few"`      // so few count that their number is withheld
	Apart   int      `json:"doubtful"` // every one that is counted apart
}

// Figure finds a figure by its code.
func (r Report) Figure(code string) Figure {
	i := slices.IndexFunc(r.Figures, func(f Figure) bool { return f.Code == code })
	if i < 0 {
		return Figure{Code: code}
	}
	return r.Figures[i]
}

// Empty reports whether there is nothing to show.
func (r Report) Empty() bool { return r.All == 0 && !r.Few && r.Apart == 0 }

// Fold makes the figures of the units that of keeps; it is pure. What counts fewer than Least is withheld, and with a single withheld level the next smallest, so that it
// cannot be found by subtraction.
func Fold(s Sheet, of func(casework.UnitCode) bool) Report {
	f := map[string]*Figure{}
	r := Report{Period: s.Period}
	for _, code := range Codes {
		f[code] = &Figure{Code: code}
	}
	one := func(code string, n int, hit bool) {
		f[code].Denominator += n
		if hit {
			f[code].Numerator += n
		}
	}
	levels, walks := map[Level]int{}, map[Level]int{}
	for _, c := range s.Counts {
		if !of(c.Unit) {
			continue
		}
		one(Doubtful, c.N, c.Doubtful)
		switch {
		case c.Doubtful:
			r.Apart += c.N
			if c.WalkBy {
				f[WalkBys].Excluded += c.N
			} else {
				f[Satisfied].Excluded += c.N
				f[BadShare].Excluded += c.N
			}
		case c.WalkBy:
			r.All += c.N
			walks[c.Level] += c.N
			one(WalkBys, c.N, c.Level >= 3)
		default:
			r.All += c.N
			levels[c.Level] += c.N
			one(Satisfied, c.N, c.Level >= 3)
			one(BadShare, c.N, c.Level.Bad())
		}
	}
	for _, i := range s.Issued {
		if of(i.Unit) {
			f[Coverage].Denominator += i.Items
			f[Coverage].Numerator += i.Rated
		}
	}
	for _, b := range s.Righted {
		if !of(b.Unit) {
			continue
		}
		limit(f[Contacted], b.Contact)
		limit(f[Rectified], b.Rectify)
		one(Appealed, 1, b.Appealed)
		if b.Appealed {
			limit(f[Decided], b.Decision)
			one(Upheld, 1, b.Upheld)
		}
	}
	for _, code := range Codes {
		r.Figures = append(r.Figures, f[code].published())
	}
	if r.Few = r.All > 0 && r.All < Least; r.Few {
		r.All = 0
	}
	r.Levels, r.WalkBy, r.Tags = Cells(levels), Cells(walks), tagCells(s.Said, of)
	return r
}

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

// published withholds a share that stands on fewer than Least, or from which so few opinions could be told.
func (f Figure) published() Figure {
	few := func(n int) bool { return n > 0 && n < Least }
	opinions := f.Code == Satisfied || f.Code == BadShare || f.Code == WalkBys
	if few(f.Denominator) || opinions && (few(f.Numerator) || few(f.Denominator-f.Numerator)) {
		return Figure{Code: f.Code, Withheld: true}
	}
	return f
}

// Cells are the counts of levels as they are published: what is below Least is withheld, and with a single withheld level the next smallest.
func Cells(n map[Level]int) []Cell {
	var list []Cell
	hidden := 0
	for _, l := range Levels {
		c := Cell{Label: fmt.Sprint(int(l)), Level: l, N: n[l]}
		if c.Withheld = c.N > 0 && c.N < Least; c.Withheld {
			hidden++
		}
		list = append(list, c)
	}
	if hidden == 1 { // the total and the others would tell it
		next := -1
		for i, c := range list {
			if !c.Withheld && c.N > 0 && (next < 0 || c.N < list[next].N) {
				next = i
			}
		}
		if next >= 0 {
			list[next].Withheld = true
		}
	}
	for i := range list {
		if list[i].Withheld {
			list[i].N = 0
		}
	}
	return list
}

func tagCells(said []Said, of func(casework.UnitCode) bool) []Cell {
	var list []Cell
	for _, t := range said {
		if !of(t.Unit) {
			continue
		}
		i := slices.IndexFunc(list, func(c Cell) bool { return c.Label == t.Code && c.TagSet == t.TagSet })
		if i < 0 {
			list = append(list, Cell{Label: t.Code, TagSet: t.TagSet, Level: t.Level})
			i = len(list) - 1
		}
		list[i].N += t.N
	}
	for i := range list {
		if list[i].Withheld = list[i].N < Least; list[i].Withheld {
			list[i].N = 0
		}
	}
	slices.SortStableFunc(list, func(a, b Cell) int { return b.N - a.N })
	return list
}
