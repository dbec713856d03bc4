package supervision

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing/codes"
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

// LineOf is a line of the figures given.
func LineOf(key string, figures ...Figure) Line {
	l := Line{Key: key, Figures: figures, by: map[string]int{}}
	for i, f := range figures {
		code, _, _ := strings.Cut(f.Definition, "@")
		l.by[code] = i
	}
	return l
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
	Snapshot  string    // names the state of the count rows: on every surface the same name stands for the same numbers
	AsOf      time.Time // when the figures last moved; zero where nothing happened yet
	Whole     Line      // the city, or what the filter leaves of it
	Units     []UnitLine
	Districts []Line
	Trend     []Line // oldest month first
	Topics    []TopicLine
	Tags      []TagLine  // of the whole city only
	Codes     string     // version of the code sets that it is read under; empty where no code was ever changed
	Flags     FlagCounts // what the check of replies pointed at
	Identity  Identity
}

// topicCodes are the figures of a topic.
var topicCodes = []string{"received", "on_time", "solved", "open", "overdue_open", "hours_median"}

// View reads the board of a period. Figures of a part of the city that stand on fewer than MinShown rows are suppressed.
func View(ctx context.Context, q pg.Querier, p Period, f Filter) (Board, error) {
	return ViewUnder(ctx, q, p, f, codes.Reading{})
}

// ViewUnder reads the board under a version of the code sets: each case counts under what its code, as it was filed, is in that version. The filter's codes
// are those of the version.
func ViewUnder(ctx context.Context, q pg.Querier, p Period, f Filter, under codes.Reading) (Board, error) {
	b := Board{Period: p, Filter: f, Codes: under.Version()}
	units, err := loadUnits(ctx, q)
	if err != nil {
		return b, err
	}
	chains := above(units)
	x, err := readSheets(ctx, q, p, f, chains, under)
	if err != nil {
		return b, err
	}
	if f == (Filter{}) {
		b.Tags = shownTags(x.tags)
	}
	if b.AsOf, b.Snapshot, err = loadFresh(ctx, q, under); err != nil {
		return b, err
	}
	b.assemble(x, units, chains)
	return b, nil
}

// readSheets reads the sums where they hold what is asked for, and else the rows themselves.
func readSheets(ctx context.Context, q pg.Querier, p Period, f Filter, chains map[casework.UnitCode][]casework.UnitCode, under codes.Reading) (sheets, error) {
	inside := within(f.Unit, chains)
	if scopes, ok := f.scopes(inside); ok {
		ready, err := summed(ctx, q, under)
		if err != nil {
			return sheets{}, err
		}
		if ready {
			return sheetsOfSums(ctx, q, p, scopes, chains)
		}
	}
	rows, late, err := read(ctx, q, Period{From: min(p.To.Add(1-TrendMonths), p.before().From), To: p.To}, f, inside, under)
	if err != nil {
		return sheets{}, err
	}
	x := sheetsOfRows(p, rows, chains)
	x.late = late
	if f == (Filter{}) {
		x.tags, err = tags(ctx, q, p)
	}
	return x, err
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

// draft is a line under way: the definitions it holds, folded as the rows go by.
type draft struct {
	key  string
	sums drafted // nil where the line does not hold the definition
}

// sheet is the lines of one period, folded together: each row is judged once for each definition and added to all lines it belongs to.
type sheet struct {
	period Period
	drafts map[string]*draft
}

func newSheet(p Period) *sheet { return &sheet{period: p, drafts: map[string]*draft{}} }

// add folds a row into the lines named.
func (s *sheet) add(r *Row, keys []string) {
	for i, d := range Definitions {
		if !d.in(r, s.period) {
			continue
		}
		num, out := d.of(r)
		for _, k := range keys {
			s.line(k).sum(i, d, s.period).add(r, num, out)
		}
	}
}

func (s *sheet) line(key string) *draft {
	l := s.drafts[key]
	if l == nil {
		l = &draft{key: key, sums: make(drafted, len(Definitions))}
		s.drafts[key] = l
	}
	return l
}

func (l *draft) sum(i int, d Definition, p Period) *sum {
	if l.sums[i] == nil {
		l.sums[i] = begin(d, p)
	}
	return l.sums[i]
}

// finish is the line with the definitions chosen, every one where choose is nil.
func (s *sheet) finish(key, shown string, choose func(Definition) bool) Line {
	draft := s.line(key)
	l := Line{Key: shown, by: map[string]int{}}
	for i, d := range Definitions {
		if choose != nil && !choose(d) {
			continue
		}
		l.by[d.Code] = len(l.Figures)
		l.Figures = append(l.Figures, draft.sum(i, d, s.period).figure())
	}
	return l
}

// Prefixes of the keys of a sheet's lines; the whole has none.
const (
	ofUnit     = "unit "
	ofDistrict = "district "
	ofTopic    = "topic "
)

// keys names the lines of the sheet that a row belongs to.
func keys(r *Row, chains map[casework.UnitCode][]casework.UnitCode) []string {
	out := []string{""}
	if chain := chains[r.Unit]; chain != nil {
		for _, u := range chain {
			out = append(out, ofUnit+string(u))
		}
	}
	if r.District != "" {
		out = append(out, ofDistrict+r.District)
	}
	for _, n := range []int{2, 4} {
		if len(r.Category) >= n {
			out = append(out, ofTopic+r.Category[:n])
		}
	}
	return out
}

// sheetsOfRows folds the rows into every line. It is pure.
func sheetsOfRows(p Period, rows []Row, chains map[casework.UnitCode][]casework.UnitCode) sheets {
	x := newSheets(p)
	whole := []string{""}
	for i := range rows {
		r := &rows[i]
		lines := keys(r, chains)
		x.now.add(r, lines)
		if p.Holds(r.Replied) {
			for _, f := range r.flags() {
				x.flags.add(r.Unit, f, r.N, chains)
			}
		}
		if r.Part == PartCase && x.before.period.Holds(r.Filed) {
			x.before.add(r, lines)
		}
		for _, t := range x.trend {
			t.add(r, whole)
		}
	}
	x.identity = Balance(p, rows)
	return x
}

// assemble makes the board's lines of the sheets. It is pure.
func (b *Board) assemble(x sheets, units []Unit, chains map[casework.UnitCode][]casework.UnitCode) {
	now, before, trend := x.now, x.before, x.trend
	tidy := func(l Line) Line { return l }
	if b.Filter != (Filter{}) {
		tidy = Line.hidden
	}
	b.Whole = tidy(now.finish("", "", nil))
	b.Identity, b.Flags = x.identity, x.flags
	for _, t := range trend {
		b.Trend = append(b.Trend, tidy(t.finish("", t.period.String(), func(d Definition) bool { return !d.Now })))
	}
	for _, u := range units {
		if key := ofUnit + string(u.Code); now.drafts[key] != nil {
			b.Units = append(b.Units, UnitLine{Unit: u, Line: now.finish(key, string(u.Code), nil).hidden()})
		}
	}
	b.age(chains, x.late)
	topic := func(d Definition) bool { return slices.Contains(topicCodes, d.Code) }
	for _, key := range sorted(now.drafts) {
		if code, ok := strings.CutPrefix(key, ofDistrict); ok {
			b.Districts = append(b.Districts, now.finish(key, code, nil).hidden())
		}
		if code, ok := strings.CutPrefix(key, ofTopic); ok {
			t := TopicLine{Line: now.finish(key, code, topic).hidden(), Level: len(code) / 2}
			t.Before = before.finish(key, code, topic).Get("received").Denominator
			if t.Get("received").Denominator > 0 || t.Get("open").Denominator > 0 {
				b.Topics = append(b.Topics, t)
			}
		}
	}
	hideRests(b.Whole, b.Topics)
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

// hidden suppresses the figures that stand on too few rows.
func (l Line) hidden() Line {
	for i, f := range l.Figures {
		l.Figures[i] = f.Small()
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
