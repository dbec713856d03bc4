package supervision

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/pg"
)

// scopes are those whose sums together make what a filter leaves; ok is false where only the rows can tell.
func (f Filter) scopes(within []casework.UnitCode) (list []string, ok bool) {
	switch (Filter{Unit: f.Unit, District: f.District}) {
	case f:
	default:
		return nil, false
	}
	switch {
	case f.Unit != "" && f.District != "":
		return nil, false
	case f.District != "":
		return []string{ofDistrict + f.District}, true
	case f.Unit == "":
		return []string{""}, true
	}
	for _, u := range within {
		list = append(list, ofUnit+string(u))
	}
	slices.Sort(list)
	return list, true
}

// sheets are what a board is put together from: the lines of its period, of the one before, and of the months of its trend.
type sheets struct {
	now, before *sheet
	trend       []*sheet
	identity    Identity
	tags        []TagLine
	flags       FlagCounts
	late        map[casework.UnitCode]time.Time // the earliest broken promise still owed, by who owes it
}

func newSheets(p Period) sheets {
	x := sheets{late: map[casework.UnitCode]time.Time{}, flags: FlagCounts{}, now: newSheet(p), before: newSheet(p.before()), trend: make([]*sheet, TrendMonths)}
	for i := range x.trend {
		x.trend[i] = newSheet(One(p.To.Add(i + 1 - TrendMonths)))
	}
	return x
}

// before is the period of the same length that ends where this one begins.
func (p Period) before() Period { return Period{From: p.From.Add(-p.months()), To: p.From.Add(-1)} }

// sheetsOfSums reads the sums of some scopes: a few records a month, however many cases there are.
func sheetsOfSums(ctx context.Context, q pg.Querier, p Period, scopes []string, chains map[casework.UnitCode][]casework.UnitCode) (sheets, error) {
	x := newSheets(p)
	var wanted []sumKey
	for _, scope := range scopes {
		for m := min(p.To.Add(1-TrendMonths), p.before().From); m <= p.To; m = m.Add(1) {
			if scope == "" || p.Holds(m) || m >= p.To.Add(1-TrendMonths) {
				wanted = append(wanted, sumKey{scope, sumWhole, m})
			}
			if p.Holds(m) || p.before().Holds(m) {
				wanted = append(wanted, sumKey{scope, sumParts, m})
			}
		}
		wanted = append(wanted, sumKey{scope, sumWhole, standing}, sumKey{scope, sumParts, standing})
	}
	found, err := readSums(ctx, q, wanted)
	if err != nil {
		return x, err
	}
	ways, tags, tagsBefore := map[Way]int{}, map[string]int{}, map[string]int{}
	for k, s := range found {
		for line, figures := range s {
			switch {
			case k.part == sumWhole && line == ofTags:
				for tag, n := range figures {
					if p.Holds(k.month) {
						tags[tag] += n.Den
					} else if p.before().Holds(k.month) {
						tagsBefore[tag] += n.Den
					}
				}
			case k.part == sumWhole && line == ofWays:
				if p.Holds(k.month) {
					for w, n := range figures {
						ways[Way(w)] += n.Den
					}
				}
			default:
				x.take(k, line, figures, chains)
			}
		}
	}
	x.identity = Identity{Period: p, Received: x.now.line("").sums.received()}
	for _, w := range Ways {
		x.identity.Ways, x.identity.Sum = append(x.identity.Ways, Tally{w, ways[w]}), x.identity.Sum+ways[w]
	}
	for tag, n := range tags {
		x.tags = append(x.tags, TagLine{Tag: tag, Received: n, Before: tagsBefore[tag]})
	}
	for tag, n := range tagsBefore {
		if tags[tag] == 0 {
			x.tags = append(x.tags, TagLine{Tag: tag, Before: n})
		}
	}
	slices.SortFunc(x.tags, func(a, b TagLine) int { return cmp.Or(cmp.Compare(b.Received, a.Received), cmp.Compare(a.Tag, b.Tag)) })
	return x, nil
}

// take adds a line of a record to the sheets that it belongs to: a unit's to those of all units above it.
func (x sheets) take(k sumKey, line string, figures map[string]*share, chains map[casework.UnitCode][]casework.UnitCode) {
	lines := []string{line}
	if u, is := strings.CutPrefix(line, ofUnit); is {
		if owed := figures[lateCode]; owed != nil && len(owed.Hours) > 0 {
			x.owes(casework.UnitCode(u), slices.Min(slices.Collect(maps.Keys(owed.Hours))))
		}
		x.flagged(k, casework.UnitCode(u), figures, chains)
		lines = lines[:0]
		for _, above := range chains[casework.UnitCode(u)] {
			lines = append(lines, ofUnit+string(above))
		}
	}
	var into []*sheet
	if k.month == standing || x.now.period.Holds(k.month) {
		into = append(into, x.now)
	}
	if x.before.period.Holds(k.month) {
		into = append(into, x.before)
	}
	if k.part == sumWhole && k.month != standing {
		for _, t := range x.trend {
			if t.period.Holds(k.month) {
				into = append(into, t)
			}
		}
	}
	for _, s := range into {
		for _, line := range lines {
			l := s.line(line)
			for i, d := range Definitions {
				if from := figures[d.Code]; from != nil {
					l.sum(i, d, s.period).join(from)
				}
			}
		}
	}
}

// owes notes that a unit owes what was promised for a day (yyyymmdd).
func (x sheets) owes(u casework.UnitCode, day int) {
	on := time.Date(day/10000, time.Month(day/100%100), day%100, 0, 0, 0, 0, time.UTC)
	if at, known := x.late[u]; !known || on.Before(at) {
		x.late[u] = on
	}
}

// join adds what a record holds.
func (s *sum) join(from *share) {
	s.Numerator += from.Num
	s.Denominator += from.Den
	for out, n := range from.Out {
		s.Excluded[out] += n
	}
	for h, n := range from.Hours {
		s.hours[h] += n
	}
}

// drafted are the sums of a line by the index of the definition.
type drafted []*sum

// received is how many cases the line received.
func (d drafted) received() int {
	for i, x := range d {
		if x != nil && Definitions[i].Code == "received" {
			return x.Denominator
		}
	}
	return 0
}
