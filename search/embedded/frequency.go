package embedded

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/search"
	"huiyin/search/words"
)

const (
	ranking   = 200         // where twice as many documents are expected, so many of the newest are ranked
	nearRank  = 120         // the same where a part of the words is enough
	wider     = 8           // how many times more documents are looked through at least where the newest were not enough
	refresh   = time.Minute // how long statistics are good
	maxDays   = 14          // a span of so many days is asked for by days,
	maxWeeks  = 10          // of so many weeks by weeks,
	maxMonths = 24          // of so many months by months, and a longer one not at all
	day       = 24 * time.Hour
)

// steps are the numbers of newest documents whose age is looked up; that of more is known by the database's sampling.
var steps = []int{500, 2000, 8000, 32000}

// age is since when about so many documents were filed.
type age struct {
	newer float64
	since time.Time
}

// statistics is how frequent tokens are, as a sample says, and how old the newest documents are.
// It only chooses between right ways to ask.
type statistics struct {
	mu    sync.Mutex
	until time.Time
	sample
	total float64 // documents
	ages  []age   // the newest first
}

// fresh reads the statistics again when they are old.
func (s *statistics) fresh(ctx context.Context, q pg.Querier) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.until) {
		return nil
	}
	if err := q.QueryRow(ctx, `select greatest(reltuples, 0)::float8 from pg_class where oid = 'search_document'::regclass`).Scan(&s.total); err != nil {
		return fmt.Errorf("read statistics: %w", err)
	}
	if err := s.sample.read(ctx, q); err != nil {
		return err
	}
	if err := s.readAges(ctx, q); err != nil {
		return fmt.Errorf("read statistics: %w", err)
	}
	s.until = time.Now().Add(refresh)
	return nil
}

// readAges looks up how old the newest documents are, and takes over the bounds of the sample's parts for older ones.
func (s *statistics) readAges(ctx context.Context, q pg.Querier) error {
	s.ages = s.ages[:0]
	for _, n := range steps {
		var at *time.Time
		if err := q.QueryRow(ctx, `select (select filed_at from search_document order by filed_at desc, case_id desc offset $1 limit 1)`, n).Scan(&at); err != nil {
			return err
		}
		if at == nil {
			return nil
		}
		s.ages = append(s.ages, age{float64(n), *at})
	}
	var bounds []time.Time
	err := q.QueryRow(ctx, `select coalesce((select histogram_bounds::text::timestamptz[] from pg_stats where tablename = 'search_document' and attname = 'filed_at' and schemaname = current_schema()), '{}')`).Scan(&bounds)
	if err != nil {
		return err
	}
	for i := len(bounds) - 2; i > 0; i-- {
		last := s.ages[len(s.ages)-1]
		if n := s.total * float64(len(bounds)-1-i) / float64(len(bounds)-1); n > last.newer && bounds[i].Before(last.since) {
			s.ages = append(s.ages, age{n, bounds[i]})
		}
	}
	return nil
}

// newer is about how many documents were filed after a moment.
func (s *statistics) newer(at time.Time) float64 {
	before := age{}
	for i, a := range s.ages {
		if !a.since.After(at) {
			if i == 0 {
				return 0
			}
			part := float64(before.since.Sub(at)) / float64(max(before.since.Sub(a.since), 1))
			return before.newer + part*(a.newer-before.newer)
		}
		before = a
	}
	return s.total
}

// among is about how many documents a question's days hold.
func (s *statistics) among(q search.Query) float64 {
	n := s.total
	if !q.Since.IsZero() {
		n = s.newer(q.Since)
	}
	if !q.Until.IsZero() {
		n -= s.newer(q.Until)
	}
	return max(0, n)
}

// span is about what part of all documents a question's days hold.
func (s *statistics) span(q search.Query) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return min(1, s.among(q)/max(1, s.total))
}

// part is the part of all documents that a stage is expected to find. Words that are asked for together stand together more often than by chance: something between chance and always is taken.
func (s *statistics) part(st stage, q search.Query, sight casework.Sight) float64 {
	p := 0.0
	groups := [][]words.Word{st.words}
	if st.some {
		groups = st.groups()
	}
	for _, group := range groups {
		all, least := 1.0, 1.0
		for _, w := range group {
			of := s.word(w)
			all *= of
			least = min(least, of)
		}
		p = min(1, p+math.Pow(all, 1-kinship)*math.Pow(least, kinship))
	}
	label := func(name string, values []string) {
		of := 0.0
		for _, v := range values {
			of += s.share(words.Label(name, v))
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
			least = min(least, s.share(t))
		}
		sum += least
	}
	return min(1, sum)
}

// rarest is the token of several, at least one, that the fewest documents have.
func (s *statistics) rarest(list []words.Token) words.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.MinFunc(list, func(a, b words.Token) int { return cmp.Compare(s.share(a), s.share(b)) })
}

// rarestFirst are lists, and the days that hold such a part of all documents, in the order of how many documents have one of their tokens.
func (s *statistics) rarestFirst(lists, days [][]words.Token, span float64) [][]words.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	type sized struct {
		tokens []words.Token
		of     float64
	}
	var all []sized
	for _, l := range lists {
		of := 0.0
		for _, t := range l {
			of += s.share(t)
		}
		all = append(all, sized{l, of})
	}
	for _, l := range days {
		all = append(all, sized{l, span})
	}
	slices.SortStableFunc(all, func(a, b sized) int { return cmp.Compare(a.of, b.of) })
	out := make([][]words.Token, len(all))
	for i, l := range all {
		out[i] = l.tokens
	}
	return out
}

// expected is the part of all documents that a stage is expected to find, and how many of them a question's days hold.
func (s *statistics) expected(st stage, q search.Query, sight casework.Sight) (part, documents float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	part = s.part(st, q, sight)
	return part, part * s.among(q)
}

// newest is since when n documents were filed before the end of a question's days, or somewhat more; zero where that is not known, or not later than the question's own beginning.
func (s *statistics) newest(n float64, q search.Query) (since time.Time, holds float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := 0.0
	if !q.Until.IsZero() {
		from = s.newer(q.Until)
	}
	for i, a := range s.ages {
		if a.newer < from+n {
			continue
		}
		since, holds := a.since, a.newer
		if i > 0 { // about evenly between the two
			b := s.ages[i-1]
			holds = from + n
			since = b.since.Add(-time.Duration(float64(b.since.Sub(a.since)) * (holds - b.newer) / (a.newer - b.newer)))
		}
		if !since.After(q.Since) {
			break
		}
		return since, holds - from
	}
	return time.Time{}, 0
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

// parts are parts of all documents, drawn by chance: one in so many. Who counts reads one of them where all would be too many.
var parts = []int{4, 16, 64, 256, 1024}

func partLabel(one int) words.Token { return words.Label("one in", strconv.Itoa(one)) }

// partsOf are the labels of the parts to which a case belongs, by the last bits of its identifier, which are chance.
func partsOf(id casework.CaseID) (all []words.Token) {
	last := int(binary.BigEndian.Uint16(id[len(id)-2:]))
	for _, one := range parts {
		if last%one == 0 {
			all = append(all, partLabel(one))
		}
	}
	return all
}

// areaLabel is district and first level of the category in one: of two labels that many documents have, the index would go through both lists.
func areaLabel(district, category string) words.Token {
	return words.Label("area", district+"/"+category[:2])
}
