package embedded

import (
	"context"
	"fmt"
	"sync"
	"time"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/search"
	"huiyin/search/words"
)

const (
	few       = 1500        // expected documents that are all read and ranked
	ranking   = 300         // of more, so many of the newest are ranked
	refresh   = time.Minute // how long statistics are good
	maxDays   = 14          // a span of so many days is asked for by days,
	maxWeeks  = 10          // of so many weeks by weeks,
	maxMonths = 24          // of so many months by months, and a longer one not at all
	day       = 24 * time.Hour
)

// steps are the numbers of newest documents whose age is known.
var steps = []int{500, 2000, 8000, 32000}

// statistics is how frequent tokens are, as the database's own sampling says, and how old the newest documents are.
// It only chooses between two right ways to ask.
type statistics struct {
	mu    sync.Mutex
	until time.Time
	of    map[words.Token]float64 // part of the documents
	rest  float64                 // of a token that is not in the sample's list
	total float64                 // documents
	since []time.Time             // by step
}

// fresh reads the statistics again when they are old; without any, everything counts as rare.
func (s *statistics) fresh(ctx context.Context, q pg.Querier) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.until) {
		return nil
	}
	var tokens []words.Token
	var parts []float64
	err := q.QueryRow(ctx, `select coalesce((select most_common_elems::text::integer[] from pg_stats where tablename = 'search_document' and attname = 'tokens' and schemaname = current_schema()), '{}'),
		coalesce((select most_common_elem_freqs::float8[] from pg_stats where tablename = 'search_document' and attname = 'tokens' and schemaname = current_schema()), '{}'),
		(select greatest(reltuples, 0)::float8 from pg_class where oid = 'search_document'::regclass)`).Scan(&tokens, &parts, &s.total)
	if err != nil {
		return fmt.Errorf("read statistics: %w", err)
	}
	s.of, s.rest = make(map[words.Token]float64, len(tokens)), 0
	for i, t := range tokens {
		s.of[t] = parts[i]
	}
	if len(parts) > len(tokens) {
		s.rest = parts[len(tokens)] / 4 // the least of the list follows the list; most others are much rarer
	}
	s.since = s.since[:0]
	for _, n := range steps {
		var at *time.Time
		if err := q.QueryRow(ctx, `select (select filed_at from search_document order by filed_at desc, case_id desc offset $1 limit 1)`, n).Scan(&at); err != nil {
			return fmt.Errorf("read statistics: %w", err)
		}
		if at == nil {
			break
		}
		s.since = append(s.since, *at)
	}
	s.until = time.Now().Add(refresh)
	return nil
}

// part is the part of all documents that a stage is expected to find.
func (s *statistics) part(st stage, q search.Query, sight casework.Sight) float64 {
	p := 1.0
	sum := 0.0
	for _, w := range st.bringing() {
		of := s.word(w)
		p *= of
		sum += of
	}
	if st.some {
		p = min(1, sum)
	}
	label := func(name string, values []string) {
		of := 0.0
		for _, v := range values {
			of += s.token(words.Label(name, v))
		}
		p *= min(1, of)
	}
	if !sight.All {
		label("unit", texts(sight.Units))
	}
	if len(q.Units) > 0 {
		label("unit", texts(q.Units))
	}
	if len(q.Districts) > 0 {
		label("district", q.Districts)
	}
	if n := len(q.Category); n > 0 && n%2 == 0 {
		label("category", []string{q.Category})
	}
	return p
}

func (s *statistics) word(w words.Word) float64 {
	sum := 0.0
	for _, f := range w.Forms {
		least := 1.0
		for _, t := range f.Tokens {
			least = min(least, s.token(t))
		}
		sum += least
	}
	return min(1, sum)
}

func (s *statistics) token(t words.Token) float64 {
	if of, ok := s.of[t]; ok {
		return of
	}
	return s.rest
}

// span is since when documents must be read so that about as many as can be ranked are found; zero where all may be read.
func (s *statistics) span(st stage, q search.Query, sight casework.Sight) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.part(st, q, sight)
	if p*s.total <= few {
		return time.Time{}
	}
	for i, since := range s.since {
		if p*float64(steps[i]) >= ranking {
			return since
		}
	}
	return time.Time{}
}

// times are the labels of a moment.
func times(at time.Time) []words.Token {
	return []words.Token{dayLabel(at), weekLabel(at), monthLabel(at)}
}

func dayLabel(at time.Time) words.Token { return words.Label("day", at.UTC().Format(time.DateOnly)) }

func weekLabel(at time.Time) words.Token {
	y, w := at.UTC().ISOWeek()
	return words.Label("week", fmt.Sprintf("%d-%d", y, w))
}

func monthLabel(at time.Time) words.Token { return words.Label("month", at.UTC().Format("2006-01")) }

// between are the labels of all days (or weeks, or months) of a span, for the inverted index; none where the span is too long.
func between(since, until time.Time) []words.Token {
	label, unit := dayLabel, day
	switch days := until.Sub(since) / day; {
	case days > maxMonths*30:
		return nil
	case days > maxWeeks*7:
		label, unit = monthLabel, 28*day
	case days > maxDays:
		label, unit = weekLabel, 7*day
	}
	all := []words.Token{label(until)}
	for at := since; at.Before(until); at = at.Add(unit) {
		all = append(all, label(at))
	}
	return words.Union(all)
}
