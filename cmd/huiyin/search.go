package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/pg"
	"huiyin/search"
	"huiyin/search/embedded"
	"huiyin/search/meili"
	"huiyin/search/words"
)

// search is the search of this installation: the index in the database, or a search server with that index standing by.
func (p *parts) search() search.Service {
	e := p.embedded()
	service := search.Service{Docket: p.Docket, Lexicon: e.Lexicon, Engine: e}
	if feed := p.feed(); feed != nil {
		service.Engine = &search.Standby{Server: feed.Engine, Here: e, Now: time.Now, Ready: func(ctx context.Context) error {
			s, err := meili.Look(ctx, p.Pool, feed.Engine.URL())
			if err == nil && !s.Filled {
				err = errors.New("the search server does not have every case yet")
			}
			return err
		}}
	}
	return service
}

// feed keeps the search server up to date; nil where none is configured.
func (p *parts) feed() *meili.Feed {
	if p.Config.MeiliURL == "" {
		return nil
	}
	return &meili.Feed{DB: p.Pool, City: p.City, Engine: meili.New(meili.Settings{URL: p.Config.MeiliURL, Key: p.Config.MeiliKey, Lexicon: search.Lexicon(p.City), Now: p.Config.Now(), Zone: p.City.TZ})}
}

// indexer is the follower that keeps the index, and notes what the search server must hear of.
func (p *parts) indexer() follow.Follower {
	if p.Config.MeiliURL == "" {
		return search.Follower(p.embedded(), p.City)
	}
	return search.Follower(p.embedded(), p.City, meili.Note)
}

// embedded is the engine inside the database.
func (p *parts) embedded() *embedded.Engine {
	return &embedded.Engine{DB: p.Pool, Lexicon: search.Lexicon(p.City), Now: p.Config.Now(), Zone: p.City.TZ}
}

// searchCases finds cases by their words, as the system sees them: masked, and without personal data.
func searchCases(ctx context.Context, env *Env, args []string) error {
	f := env.flags("search", "[flags] QUERY")
	units := f.String("unit", "", "`codes` of units that take part, separated by commas")
	districts := f.String("district", "", "`codes` of districts, separated by commas")
	category := f.String("category", "", "`code` of a category; those below it are in it")
	states := f.String("state", "", "`states`, separated by commas, such as in_hand,replied")
	kinds := f.String("kind", "", "`kinds`, separated by commas, such as complaint,help")
	since := f.String("since", "", "first `day` of filing, such as 2026-11-01")
	until := f.String("until", "", "last `day` of filing")
	newest := f.Bool("newest", false, "newest first instead of best first")
	limit := f.Int("limit", search.DefaultLimit, "hits at most, up to 100")
	facets := f.Bool("facets", false, "count the hits by district, category, state, kind, unit and month")
	asJSON := f.Bool("json", false, "one JSON object a hit, and one with the counts at the end if they are asked for")
	if err := parse(f, args, 1, -1); err != nil {
		return err
	}
	city, err := cityOf(env.Config.City)
	if err != nil {
		return err
	}
	q := search.Query{Text: strings.Join(f.Args(), " "), Units: listOf[casework.UnitCode](*units), Districts: listOf[string](*districts), Category: *category,
		States: listOf[casework.State](*states), Kinds: listOf[casework.Kind](*kinds), Limit: *limit, Facets: *facets}
	if *newest {
		q.Sort = search.Newest
	}
	if q.Since, err = dayOf(*since, city.TZ, 0); err == nil {
		q.Until, err = dayOf(*until, city.TZ, 1)
	}
	if err != nil {
		return err
	}
	p, err := assemble(ctx, env, "search", env.progress())
	if err != nil {
		return err
	}
	service := p.search()
	err = p.indexer().CatchUp(ctx, p.Pool)
	var result search.Result
	if err == nil {
		result, err = service.Find(ctx, casework.System, q)
	}
	if err != nil {
		return closeAfter(p.database, err)
	}
	if *asJSON {
		err = hitLines(env.Stdout, result)
	} else {
		p.showHits(env.Stdout, result)
	}
	if err != nil {
		return closeAfter(p.database, err)
	}
	return p.Close()
}

// reindex makes the search index anew, after the words or the names of the city changed. The service may run meanwhile: its searches go on in the old index until the new one takes its place.
func reindex(ctx context.Context, env *Env, args []string) error {
	f := env.flags("reindex", "")
	if err := parse(f, args, 0, 0); err != nil {
		return err
	}
	p, err := assemble(ctx, env, "reindex", env.progress())
	if err != nil {
		return err
	}
	begun := time.Now()
	n, err := p.buildIndex(ctx, func(done int) { fmt.Fprintf(env.progress(), "\r%d cases ", done) })
	fmt.Fprint(env.progress(), "\n")
	if err != nil {
		return closeAfter(p.database, err)
	}
	took := time.Since(begun)
	fmt.Fprintf(env.Stdout, "%d cases indexed in %s (%.0f cases/s)\n", n, took.Round(10*time.Millisecond), float64(n)/took.Seconds())
	if feed := p.feed(); feed != nil {
		begun = time.Now()
		if n, err = feed.Rebuild(ctx, func(done int) { fmt.Fprintf(env.progress(), "\r%d cases ", done) }); err != nil {
			return closeAfter(p.database, err)
		}
		fmt.Fprintf(env.Stdout, "%d cases on the search server in %s\n", n, time.Since(begun).Round(10*time.Millisecond))
	}
	return p.Close()
}

// buildIndex builds the embedded index as a whole, as the owner of the tables.
func (p *parts) buildIndex(ctx context.Context, advance func(done int)) (int, error) {
	owner, err := pg.Open(ctx, p.URL, pg.Options{Name: "huiyin reindex", MaxConns: 2, AsOwner: true})
	if err != nil {
		return 0, err
	}
	defer owner.Close()
	return p.embedded().Build(ctx, owner, func(ctx context.Context, each func([]search.Document) error) error {
		return search.All(ctx, p.Pool, p.City, advance, each)
	})
}

func listOf[T ~string](list string) []T {
	var out []T
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, T(one))
		}
	}
	return out
}

// dayOf is the beginning of a day in the city, some days later; zero where none is given.
func dayOf(text string, zone *time.Location, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, usage{fmt.Sprintf("%q is not a day: write it as 2026-11-01", text)}
	}
	return t.AddDate(0, 0, later), nil
}

// showHits prints hits for a person; what was found stands between brackets.
func (p *parts) showHits(w io.Writer, r search.Result) {
	if r.Instead != "" {
		fmt.Fprintf(w, "nothing found as written; searched for: %s\n", r.Instead)
	}
	for _, h := range r.Hits {
		near := ""
		if h.Near {
			near = "  (some of the words)"
		}
		fmt.Fprintf(w, "%s  %s  %-11s %s%s\n    %s\n", h.Case.Number, h.Case.FiledAt.In(p.City.TZ).Format(time.DateOnly), h.Case.State, bracketed(h.Title), near, oneLine(bracketed(h.Text)))
	}
	switch {
	case len(r.Hits) == 0:
		fmt.Fprintln(w, "nothing found")
	case r.More:
		fmt.Fprintln(w, "there is more: narrow it down, or raise --limit")
	}
	if r.Facets == nil {
		return
	}
	about, more := "", ""
	if r.Facets.About {
		about = "about "
	}
	if r.Facets.AtLeast {
		more = " or more"
	}
	fmt.Fprintf(w, "%s%d%s in all\n", about, r.Facets.Total, more)
	for _, one := range counted(r.Facets) {
		fmt.Fprintf(w, "  %-9s", one.name)
		for _, c := range one.counts[:min(len(one.counts), 12)] {
			fmt.Fprintf(w, " %s:%d", c.Value, c.N)
		}
		fmt.Fprintln(w)
	}
}

type facetCounts struct {
	name   string
	counts []search.Count
}

func counted(f *search.Facets) []facetCounts {
	return []facetCounts{{"district", f.Districts}, {"category", f.Categories}, {"state", f.States}, {"kind", f.Kinds}, {"unit", f.Units}, {"month", f.Months}}
}

func bracketed(e words.Excerpt) string {
	var b strings.Builder
	for _, part := range e {
		if part.Hit {
			b.WriteString("[" + part.Text + "]")
		} else {
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

// hitLine is a hit as a line of JSON.
type hitLine struct {
	Number   string        `json:"number"`
	FiledAt  time.Time     `json:"filed_at"`
	State    string        `json:"state"`
	Kind     string        `json:"kind"`
	Category string        `json:"category,omitempty"`
	Unit     string        `json:"unit,omitempty"`
	Score    float64       `json:"score"`
	Near     bool          `json:"near,omitempty"`
	Title    words.Excerpt `json:"title"`
	Text     words.Excerpt `json:"text"`
}

// countLine is the last line of JSON.
type countLine struct {
	Total  int            `json:"total"`
	Facets *search.Facets `json:"facets"`
}

func hitLines(w io.Writer, r search.Result) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, h := range r.Hits {
		c := h.Case
		if err := out.Encode(hitLine{c.Number, c.FiledAt, string(c.State), string(c.Kind), c.Category, string(c.Lead), h.Score, h.Near, h.Title, h.Text}); err != nil {
			return err
		}
	}
	if r.Facets == nil {
		return nil
	}
	return out.Encode(countLine{r.Facets.Total, r.Facets})
}
