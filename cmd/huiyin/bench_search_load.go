package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/bench"
	"huiyin/casework"
	"huiyin/demo"
	"huiyin/follow"
	"huiyin/locale"
	"huiyin/notify"
	"huiyin/search"
)

// sentences are what cases are made of.
type sentences []string

// corpusFiles are the files of a data directory that hold what residents wrote, with the columns.
var corpusFiles = []struct {
	name    string
	columns []string
}{
	{"haikou12345/tickets_dev.csv", []string{"text"}},
	{"tipdm2020c/q1_messages_dev.csv", []string{"title", "text"}},
	{"tipdm2020c/q3_messages_dev.csv", []string{"title", "detail"}},
	{"tipdm2020c/q4_replies_dev.csv", []string{"title", "detail"}},
}

// readSentences cuts the texts of a data directory into sentences; without one, those of the demonstration city serve.
func readSentences(dir string) (all sentences, from string, err error) {
	for _, f := range corpusFiles {
		err := eachRow(filepath.Join(dir, filepath.FromSlash(f.name)), f.columns, func(text string) { all = append(all, cutSentences(text)...) })
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, "", err
		}
	}
	if len(all) > 1000 {
		return all, "data", nil
	}
	texts, err := demo.Texts()
	for _, text := range texts {
		all = append(all, cutSentences(text)...)
	}
	return all, "demo", err
}

func eachRow(name string, columns []string, text func(string)) error {
	in, err := os.Open(name) //nolint:gosec // the operator names the data directory
	if err != nil {
		return err
	}
	defer in.Close()
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	if err != nil {
		return err
	}
	var at []int
	for i, name := range head {
		for _, want := range columns {
			if strings.TrimPrefix(name, "\ufeff") == want {
				at = append(at, i)
			}
		}
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, i := range at {
			if i < len(row) {
				text(row[i])
			}
		}
	}
}

// cutSentences cuts a text after its stops; what is too short to say anything is left out.
func cutSentences(text string) []string {
	var out []string
	for s := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("\u3002\uff01\uff1f\uff1b!?;\n\r", r) }) {
		if s = strings.TrimSpace(s); utf8.RuneCountInString(s) >= 8 {
			out = append(out, s)
		}
	}
	return out
}

// story is a title and a text of some 180 characters.
func (s sentences) story(r *rand.Rand) (title, body string) {
	first := s[r.IntN(len(s))]
	var b strings.Builder
	b.WriteString(first)
	for n := 60 + r.IntN(200); utf8.RuneCountInString(b.String()) < n; {
		b.WriteString(locale.ZH.T("bench.stop"))
		b.WriteString(s[r.IntN(len(s))])
	}
	runes := []rune(first)
	return string(runes[:min(len(runes), 18)]), b.String()
}

// question is one to three words as somebody might look for them, taken from what stands in the texts.
func (t *searchTown) question(r *rand.Rand) search.Query {
	var list []string
	for range 1 + r.IntN(3) {
		list = append(list, t.word(r))
	}
	q := search.Query{Text: strings.Join(list, " ")}
	now := t.Config.Now()()
	if r.IntN(2) == 0 {
		districts := t.City.Districts()
		q.Districts = []string{districts[r.IntN(len(districts))].Code}
	}
	if r.IntN(3) == 0 {
		q.Since = now.AddDate(0, 0, -[]int{7, 30, 90, 365}[r.IntN(4)])
	}
	if r.IntN(4) == 0 {
		q.States = []casework.State{casework.InHand, casework.Replied, casework.Closed}
	}
	if r.IntN(4) == 0 {
		top := t.City.Subcategories("")
		q.Category = top[r.IntN(len(top))].Code
	}
	return q
}

// word is a known word of some sentence, or now and then any piece of it.
func (t *searchTown) word(r *rand.Rand) string {
	for {
		sentence := t.text[r.IntN(len(t.text))]
		if r.IntN(4) > 0 {
			if known := t.service.Lexicon.Known(sentence); len(known) > 0 {
				return known[r.IntN(len(known))]
			}
			continue
		}
		runes := []rune(sentence)
		n := 2 + r.IntN(3)
		return string(runes[r.IntN(len(runes)-n):][:n])
	}
}

func (t *searchTown) prepare(_ context.Context, dir string) (from string, err error) {
	if t.text, from, err = readSentences(dir); err != nil {
		return "", err
	}
	r := rand.New(rand.NewPCG(12345, 7)) //nolint:gosec // the same questions each time
	for range searchAsked {
		t.asked = append(t.asked, t.question(r))
	}
	for _, q := range t.asked {
		one := dumped{Question: q.Text, Category: q.Category, Since: q.Since}
		if len(q.Districts) > 0 {
			one.District = q.Districts[0]
		}
		for _, s := range q.States {
			one.States = append(one.States, string(s))
		}
		if err := t.told(one); err != nil {
			return "", err
		}
	}
	return from, nil
}

// dumped is a document or a question, as scripts/bleve reads them.
type dumped struct {
	ID       string    `json:"id,omitempty"`
	Title    string    `json:"title,omitempty"`
	Body     string    `json:"body,omitempty"`
	District string    `json:"district,omitempty"`
	State    string    `json:"state,omitempty"`
	Category string    `json:"category,omitempty"`
	Filed    time.Time `json:"filed,omitzero"`
	Question string    `json:"question,omitempty"`
	States   []string  `json:"states,omitempty"`
	Since    time.Time `json:"since,omitzero"`
}

// told writes a document or a question for others to be measured by, where that was asked for.
func (t *searchTown) told(one dumped) error {
	if t.dump == nil {
		return nil
	}
	return t.dump.Encode(one)
}

// forget gives the sentences free: a service does not hold them.
func (t *searchTown) forget() { t.text = t.text[:min(len(t.text), 500)].own() }

func (s sentences) own() sentences {
	out := make(sentences, len(s))
	for i, one := range s {
		out[i] = strings.Clone(one)
	}
	return out
}

// benchStates are states that a case may have without anything beside it.
var benchStates = []casework.State{casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand, casework.Replied, casework.FollowedUp, casework.Closed}

// load puts cases in by COPY, filed over two years, and lets the followers begin after them.
func (t *searchTown) load(ctx context.Context) error {
	conn, err := t.owner.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	restore, err := bare(ctx, conn.Conn(), "cases", "clock")
	if err != nil {
		return err
	}
	n, now := t.run.cases, time.Now().UTC().Truncate(time.Microsecond)
	step := 2 * 365 * 24 * time.Hour / time.Duration(n)
	r := rand.New(rand.NewPCG(1, uint64(n))) //nolint:gosec // the same town each time
	var units []string
	for _, u := range t.City.Units() {
		if u.Code != casework.Hotline {
			units = append(units, string(u.Code))
		}
	}
	categories, territories := t.City.Categories(), t.City.Territories()
	ids, filed := make([]casework.CaseID, 0, n), func(i int) time.Time { return now.Add(-step * time.Duration(n-i)) } // the oldest first, as in a service that grew
	i := 0
	rows := pgx.CopyFromFunc(func() ([]any, error) {
		if i == n {
			return nil, nil
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
		at := filed(i)
		title, body := t.text.story(r)
		state, category, territory := benchStates[r.IntN(len(benchStates))], categories[r.IntN(len(categories))].Code, territories[r.IntN(len(territories))].Code
		if err := t.told(dumped{ID: id.String(), Title: title, Body: body, District: t.City.District(territory), State: string(state), Category: category, Filed: at}); err != nil {
			return nil, err
		}
		unit := units[r.IntN(len(units))]
		number := fmt.Sprintf("%s%08d", at.Format("060102"), i)
		if i%(n/500) == 0 {
			t.numbers = append(t.numbers, number)
		}
		i++
		return []any{id, number, string(state), string(casework.Kinds[r.IntN(len(casework.Kinds))]), category, territory,
			"normal", "phone", title, body, "", unit, unit, 1, at, at.AddDate(0, 0, 7)}, nil
	})
	if _, err = conn.Conn().CopyFrom(ctx, pgx.Identifier{"cases"}, []string{"id", "number", "state", "kind", "category", "territory", "urgency", "channel", "title", "body", "place", "owner_unit", "lead_unit", "leg", "filed_at", "limit_at"}, rows); err != nil {
		return err
	}
	i = 0
	clocks := pgx.CopyFromFunc(func() ([]any, error) {
		if i == n {
			return nil, nil
		}
		i++
		at := filed(i - 1)
		return []any{ids[i-1], casework.ClockTotal, 0, nil, at, at.AddDate(0, 0, 7), at.AddDate(0, 0, 7), 5, t.Terms.Policy.ID(), t.Terms.Calendar.Version(), at}, nil
	})
	if _, err = conn.Conn().CopyFrom(ctx, pgx.Identifier{"clock"}, []string{"case_id", "name", "leg", "unit", "started_at", "due_at", "original_due_at", "working_days", "policy", "calendar", "met_at"}, clocks); err != nil {
		return err
	}
	for _, sql := range append(restore, `analyze cases`, `analyze clock`) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return t.followFromHere(ctx)
}

// followFromHere lets all followers begin behind what is there.
func (t *searchTown) followFromHere(ctx context.Context) error {
	list := append(t.followers(), follow.Follower{Name: notify.FollowerName})
	for _, f := range list {
		if _, err := t.owner.Exec(ctx, `insert into follower (name, xid, seq) select $1, xid, seq from event order by xid desc, seq desc limit 1
			on conflict (name) do update set xid = excluded.xid, seq = excluded.seq`, f.Name); err != nil {
			return err
		}
	}
	return nil
}

// file files cases at an even pace, whatever the answers take.
func (t *searchTown) file(ctx context.Context, from time.Time, d time.Duration) (bench.Sample, error) {
	text := locale.ZH.T("bench.complaint", locale.Args{"N": 9})
	return bench.Load{Workers: 8, N: int(d.Seconds() * searchIntake), Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, i int) error {
			if err := waitUntil(ctx, from.Add(time.Duration(i)*time.Second/searchIntake)); err != nil {
				return err
			}
			_, err := t.fileOne(ctx, fmt.Sprintf("bench-%d", i), fmt.Sprint(locale.ZH.T("bench.subject"), " ", i), text)
			return err
		}, func() {}, nil
	}}.Run(ctx)
}

func (t *searchTown) fileOne(ctx context.Context, key, title, text string) (casework.Receipt, error) {
	return t.Door.FileAPI(ctx, "", key, fmt.Appendf(nil, `{"kind":"complaint","title":%q,"text":%q}`, title, text))
}

// fresh files cases with a word of their own and tells how long after the answer each is found by it.
func (t *searchTown) fresh(ctx context.Context, from time.Time) (bench.Sample, error) {
	var s bench.Sample
	for i := range searchFresh {
		if err := waitUntil(ctx, from.Add(time.Duration(i)*t.run.seconds/searchFresh)); err != nil {
			return s, err
		}
		word := fmt.Sprintf("fresh%d", i)
		r, err := t.fileOne(ctx, "bench-"+word, locale.ZH.T("bench.subject"), locale.ZH.T("bench.complaint", locale.Args{"N": 1})+" "+word)
		if err != nil {
			return s, err
		}
		t.codes = append(t.codes, r.Code)
		filed := time.Now()
		for found := false; !found; {
			if time.Since(filed) > searchPatience {
				return s, fmt.Errorf("a case was not found %s after it was filed", searchPatience)
			}
			r, err := t.service.Find(ctx, operator, search.Query{Text: word})
			if err != nil {
				return s, err
			}
			if found = len(r.Hits) > 0; !found {
				if err := waitUntil(ctx, time.Now().Add(10*time.Millisecond)); err != nil {
					return s, err
				}
			}
		}
		s.Times = append(s.Times, time.Since(filed))
	}
	return s, nil
}
