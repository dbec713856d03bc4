package supervision

import (
	"cmp"
	"context"
	"slices"
	"time"

	"huiyin/casework"
	"huiyin/pg"
)

// TrendMonths is how many months a trend shows, the period's last among them.
const TrendMonths = 6

// Line is the figures of one thing: the city, a unit with those below it, a district, a topic, or a month.
type Line struct {
	Key     string         `json:"key"` // unit code, district code, category code, or yyyy-mm; empty for the whole
	Figures []Figure       `json:"figures"`
	Oldest  time.Time      `json:"-"` // last day of the earliest broken promise among open cases; zero where none
	by      map[string]int // index of a code in Figures
}

// Get is the figure of a definition; the zero Figure where the line does not have it.
func (l Line) Get(code string) Figure {
	if i, ok := l.by[code]; ok {
		return l.Figures[i]
	}
	return Figure{}
}

// UnitLine is the figures of a unit.
type UnitLine struct {
	Unit
	Line
}

// TopicLine is the figures of a category of the first or second level.
type TopicLine struct {
	Line
	Level  int
	Before int // received in the period before
}

// Board is all that the public pages of one period are drawn from.
type Board struct {
	Period    Period
	Filter    Filter
	AsOf      time.Time // when the figures last moved; zero where nothing happened yet
	Whole     Line      // the city, or what the filter leaves of it
	Units     []UnitLine
	Districts []Line
	Trend     []Line // oldest month first
	Topics    []TopicLine
	Identity  Identity
}

// topicCodes are the figures of a topic.
var topicCodes = []string{"received", "on_time", "solved", "open", "overdue_open", "hours_median"}

// View reads the board of a period. Figures of a part of the city that stand on fewer than MinShown rows are suppressed.
func View(ctx context.Context, q pg.Querier, p Period, f Filter) (Board, error) {
	b := Board{Period: p, Filter: f}
	units, err := loadUnits(ctx, q)
	if err != nil {
		return b, err
	}
	chains := above(units)
	span := Period{From: min(p.To.Add(1-TrendMonths), p.From.Add(-p.months())), To: p.To}
	inside := within(f.Unit, chains)
	rows, err := load(ctx, q, span, f, inside)
	if err != nil {
		return b, err
	}
	late, err := oldest(ctx, q, f, inside)
	if err != nil {
		return b, err
	}
	if b.AsOf, err = loadFresh(ctx, q); err != nil {
		return b, err
	}
	b.assemble(rows, units, chains, late)
	return b, nil
}

func (p Period) months() int {
	return (int(p.To)/100-int(p.From)/100)*12 + int(p.To)%100 - int(p.From)%100 + 1
}

// within lists a unit and those below it; nil for no unit.
func within(unit casework.UnitCode, chains map[casework.UnitCode][]casework.UnitCode) []casework.UnitCode {
	if unit == "" {
		return nil
	}
	out := []casework.UnitCode{}
	for code, chain := range chains {
		if slices.Contains(chain, unit) {
			out = append(out, code)
		}
	}
	return out
}

// assemble folds the rows into every line. It is pure.
func (b *Board) assemble(rows []Row, units []Unit, chains map[casework.UnitCode][]casework.UnitCode, late map[casework.UnitCode]time.Time) {
	p := b.Period
	byUnit, byDistrict, byTopic := map[casework.UnitCode][]Row{}, map[string][]Row{}, map[string][]Row{}
	for _, r := range rows {
		chain := chains[r.Unit]
		if chain == nil {
			chain = []casework.UnitCode{r.Unit}
		}
		for _, u := range chain {
			byUnit[u] = append(byUnit[u], r)
		}
		if r.District != "" {
			byDistrict[r.District] = append(byDistrict[r.District], r)
		}
		for _, n := range []int{2, 4} {
			if len(r.Category) >= n {
				byTopic[r.Category[:n]] = append(byTopic[r.Category[:n]], r)
			}
		}
	}
	b.Whole = line("", p, rows, nil)
	part := b.Filter != (Filter{})
	if part {
		b.Whole = b.Whole.hidden()
	}
	b.Identity = Balance(p, rows)
	for _, u := range units {
		if own := byUnit[u.Code]; len(own) > 0 {
			b.Units = append(b.Units, UnitLine{Unit: u, Line: line(string(u.Code), p, own, nil).hidden()})
		}
	}
	b.age(chains, late)
	for _, code := range sorted(byDistrict) {
		b.Districts = append(b.Districts, line(code, p, byDistrict[code], nil).hidden())
	}
	for i := 1 - TrendMonths; i <= 0; i++ {
		m := p.To.Add(i)
		l := line(m.String(), One(m), rows, func(d Definition) bool { return !d.Now })
		if part {
			l = l.hidden()
		}
		b.Trend = append(b.Trend, l)
	}
	before := Period{From: p.From.Add(-p.months()), To: p.From.Add(-1)}
	received, _ := Define("received")
	for _, code := range sorted(byTopic) {
		t := TopicLine{Line: line(code, p, byTopic[code], func(d Definition) bool { return slices.Contains(topicCodes, d.Code) }).hidden(), Level: len(code) / 2}
		t.Before = Fold(received, before, byTopic[code]).Denominator
		if t.Get("received").Denominator > 0 || t.Get("open").Denominator > 0 {
			b.Topics = append(b.Topics, t)
		}
	}
	slices.SortStableFunc(b.Topics, func(x, y TopicLine) int {
		return cmp.Or(cmp.Compare(x.Level, y.Level), cmp.Compare(y.Get("received").Denominator, x.Get("received").Denominator))
	})
}

// age gives the lines their earliest broken promise.
func (b *Board) age(chains map[casework.UnitCode][]casework.UnitCode, late map[casework.UnitCode]time.Time) {
	earlier := func(at *time.Time, on time.Time) {
		if at.IsZero() || on.Before(*at) {
			*at = on
		}
	}
	for code, on := range late {
		earlier(&b.Whole.Oldest, on)
		for i := range b.Units {
			if slices.Contains(chains[code], b.Units[i].Code) {
				earlier(&b.Units[i].Oldest, on)
			}
		}
	}
}

// line folds every definition, or those chosen, over the rows.
func line(key string, p Period, rows []Row, choose func(Definition) bool) Line {
	l := Line{Key: key, by: map[string]int{}}
	for _, d := range Definitions {
		if choose != nil && !choose(d) {
			continue
		}
		l.by[d.Code] = len(l.Figures)
		l.Figures = append(l.Figures, Fold(d, p, rows))
	}
	return l
}

// hidden suppresses the figures that stand on too few rows.
func (l Line) hidden() Line {
	for i, f := range l.Figures {
		l.Figures[i] = f.small()
	}
	return l
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
