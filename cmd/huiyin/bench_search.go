package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/bench"
	"huiyin/casework"
	"huiyin/pg"
	"huiyin/search"
)

const (
	searchCasesDefault = 1_000_000
	searchIntake       = 100 // cases filed a second while searches go on
	searchFresh        = 40  // filings of which is told when they are found
	searchAsked        = 400 // different queries of a stretch
	searchPatience     = 30 * time.Second
)

// searchResult is what `huiyin bench search --json` ends with. Times are of the whole service: the engine, the protected rows, and the marks. Rate is of one searcher after the other at rest; its ceiling is a read of
// as many cases by their keys, as the same role, in the same run.
type searchResult struct {
	bench.Result
	Cases      int                `json:"cases"`
	Text       string             `json:"text"`                   // "data": sentences of the data directory; "demo": sentences of the demonstration city
	LoadTook   float64            `json:"load_seconds"`           // cases without their index
	BuildTook  float64            `json:"build_seconds"`          //
	BuildRate  float64            `json:"build_docs_per_second"`  //
	BuildCost  float64            `json:"build_cpu_us"`           // processor time of one document, this program and the database together
	IndexMB    float64            `json:"index_mb"`               // on disk, the documents with it
	Kinds      map[string]latency `json:"kinds"`                  // at rest, by kind of question
	BusyP50    float64            `json:"busy_p50_ms"`            // while cases are filed
	BusyP95    float64            `json:"busy_p95_ms"`            //
	BusyP99    float64            `json:"busy_p99_ms"`            //
	FiledRate  float64            `json:"filed_rate"`             // cases a second meanwhile
	FoundP50   float64            `json:"found_after_p50_ms"`     // from the answer to the filing until it was found by its words
	FoundMax   float64            `json:"found_after_max_ms"`     //
	CeilingP95 float64            `json:"ceiling_p95_ms"`         // of the plain read
	Hits       float64            `json:"mean_hits_of_twenty"`    // how many hits a question had on its first page
	Nothing    float64            `json:"share_of_nothing_found"` //
}

type latency struct {
	P50  float64 `json:"p50_ms"`
	P95  float64 `json:"p95_ms"`
	P99  float64 `json:"p99_ms"`
	N    int     `json:"n"`
	CPU  float64 `json:"cpu_p50_ms"` // of this program and the database's connections together: how long it takes where nobody else wants a processor
	CPU9 float64 `json:"cpu_p95_ms"`
}

func latencyOf(s, cost bench.Sample) latency {
	return latency{P50: s.Within(0.50), P95: s.Within(0.95), P99: s.Within(0.99), N: len(s.Times), CPU: cost.Within(0.50), CPU9: cost.Within(0.95)}
}

// benchSearch fills a database with cases made of real sentences, builds the index over them, and asks.
func benchSearch(ctx context.Context, b *benchRun) error {
	if b.cases == 0 {
		b.cases = searchCasesDefault
	}
	if b.cases < 1000 {
		return usage{"bench search needs at least 1000 cases: --cases"}
	}
	return b.alone(func(config Config) error {
		own := *b.env
		own.Config, own.Stdout, own.Stderr = config, discard{}, discard{}
		p, err := assemble(ctx, &own, "bench", b.env.progress())
		if err != nil {
			return err
		}
		if err := b.searching(ctx, p); err != nil {
			return closeAfter(p.database, err)
		}
		return p.Close()
	})
}

func (b *benchRun) searching(ctx context.Context, p *parts) error {
	owner, err := pg.Open(ctx, p.URL, pg.Options{Name: "huiyin bench", MaxConns: 4, AsOwner: true, StatementTimeout: time.Hour})
	if err != nil {
		return err
	}
	defer owner.Close()
	t := &searchTown{parts: p, owner: owner, run: b, service: p.search()}
	r := searchResult{Cases: b.cases, Kinds: map[string]latency{}}
	if b.dump != "" {
		out, err := os.Create(b.dump)
		if err != nil {
			return err
		}
		defer out.Close()
		t.dump = json.NewEncoder(out)
	}
	if r.Text, err = t.prepare(ctx, b.data); err != nil {
		return err
	}
	if err := t.fill(ctx, &r); err != nil {
		return err
	}
	t.forget()
	debug.FreeOSMemory()
	watched, stop := context.WithCancel(ctx)
	defer stop()
	memory := watchMemory(watched)
	if err := t.atRest(ctx, &r); err != nil {
		return err
	}
	plain, err := t.ceiling(ctx)
	if err != nil {
		return err
	}
	rest := t.rest
	if err := t.busy(ctx, &r); err != nil {
		return err
	}
	r.Result = rest.Against(plain)
	stop()
	r.RSS, r.CeilingP95 = memory(), plain.Within(0.95)
	return b.tellSearch(r)
}

// fill puts the cases in and builds the index over them.
func (t *searchTown) fill(ctx context.Context, r *searchResult) error {
	begun := time.Now()
	if err := t.load(ctx); err != nil {
		return fmt.Errorf("load cases: %w", err)
	}
	r.LoadTook = round1(time.Since(begun).Seconds())
	t.run.say("%d cases loaded in %.0f s", t.run.cases, r.LoadTook)
	before := t.processor()
	begun = time.Now()
	n, err := t.buildIndex(ctx, func(done int) {
		if done%100_000 == 0 {
			t.run.say("%d cases read for the index, %s", done, time.Since(begun).Round(time.Second))
		}
	})
	if err != nil {
		return err
	}
	if n != t.run.cases {
		return fmt.Errorf("%d of %d cases are in the index", n, t.run.cases)
	}
	r.BuildTook = round1(time.Since(begun).Seconds())
	r.BuildRate = math.Round(float64(n) / time.Since(begun).Seconds())
	r.BuildCost = math.Round(float64((t.processor() - before).Microseconds()) / float64(n))
	var size int64
	if err := t.owner.QueryRow(ctx, `select pg_total_relation_size('search_document')`).Scan(&size); err != nil {
		return err
	}
	r.IndexMB = math.Round(float64(size) / (1 << 20))
	t.run.say("index built in %.0f s, %.0f a second, %.0f MB; %.0f µs of processor time a document", r.BuildTook, r.BuildRate, r.IndexMB, r.BuildCost)
	_, err = t.owner.Exec(ctx, `vacuum analyze search_document`)
	return err
}

func round1(f float64) float64 { return math.Round(10*f) / 10 }

func (b *benchRun) tellSearch(r searchResult) error {
	if b.json {
		return b.tell(r.Result, r)
	}
	out := b.env.Stdout
	if _, err := fmt.Fprintf(out, "%d cases of %s sentences; index built in %.0f s, %.0f documents a second, %.0f MB\n", r.Cases, r.Text, r.BuildTook, r.BuildRate, r.IndexMB); err != nil {
		return err
	}
	for _, k := range searchKinds {
		l := r.Kinds[k.name]
		if _, err := fmt.Fprintf(out, "  %-10s half within %5.1f ms, 95 %% within %5.1f ms, 99 %% within %5.1f ms (%d); of processor time half cost %.1f ms at most, 95 %% %.1f ms\n", k.name, l.P50, l.P95, l.P99, l.N, l.CPU, l.CPU9); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(out, "while %.0f cases a second were filed: half within %.1f ms, 95 %% within %.1f ms, 99 %% within %.1f ms; a new case was found after %.0f ms (half), %.0f ms (all)\n",
		r.FiledRate, r.BusyP50, r.BusyP95, r.BusyP99, r.FoundP50, r.FoundMax); err != nil {
		return err
	}
	return b.tell(r.Result, r)
}

// searchTown is the town of the bench.
type searchTown struct {
	*parts
	owner   *pgxpool.Pool
	run     *benchRun
	service search.Service
	text    sentences
	dump    *json.Encoder // nil: nobody else is measured by the same
	asked   []search.Query
	numbers []string // of cases that are there
	codes   []string // of cases filed in the run
	rest    bench.Sample
	cost    bench.Sample // processor time of what was asked last, where nothing else was at work
	hits    int
	nothing int
}

// operator is who searches.
var operator = casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}, Units: []casework.UnitCode{casework.Hotline}}

// searchKinds are the kinds of question, each measured by itself.
var searchKinds = []struct {
	name string
	make func(t *searchTown, i int) search.Query
}{
	{"words", func(t *searchTown, i int) search.Query { return t.asked[i%len(t.asked)] }},
	{"facets 30d", func(t *searchTown, i int) search.Query {
		q := t.asked[i%len(t.asked)]
		q.Facets, q.Since, q.Until = true, t.Config.Now()().AddDate(0, 0, -30), time.Time{}
		return q
	}},
	{"facets all", func(t *searchTown, i int) search.Query {
		q := t.asked[i%len(t.asked)]
		return search.Query{Text: q.Text, Facets: true}
	}},
	{"number", func(t *searchTown, i int) search.Query {
		return search.Query{Text: t.numbers[i%len(t.numbers)]}
	}},
}

// atRest asks one question after the other: a warm-up first, then each kind for its share of the time.
func (t *searchTown) atRest(ctx context.Context, r *searchResult) error {
	for _, k := range searchKinds {
		if _, err := t.ask(ctx, k.make, t.run.seconds/8, len(t.asked)/4); err != nil {
			return err
		}
		t.hits, t.nothing = 0, 0
		s, err := t.ask(ctx, k.make, t.run.seconds/2, 0)
		if err != nil {
			return err
		}
		r.Kinds[k.name] = latencyOf(s, t.cost)
		if k.name == "words" {
			t.rest = s
			r.Hits, r.Nothing = round1(float64(t.hits)/float64(len(s.Times))), math.Round(1000*float64(t.nothing)/float64(len(s.Times)))/1000
		}
		t.run.say("%s: %+v", k.name, r.Kinds[k.name])
	}
	return nil
}

// ask asks questions one after the other for some time, beginning at one of them.
func (t *searchTown) ask(ctx context.Context, make func(*searchTown, int) search.Query, d time.Duration, from int) (bench.Sample, error) {
	return t.questions(ctx, make, bench.Load{For: d}, from)
}

// questions asks one question after the other, as many or as long as a load says, beginning at one of them.
func (t *searchTown) questions(ctx context.Context, make func(*searchTown, int) search.Query, load bench.Load, from int) (bench.Sample, error) {
	meter := bench.NewMeter(t.server())
	t.cost = bench.Sample{}
	return bench.Load{Workers: 1, For: load.For, N: load.N, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, i int) error {
			before := meter.Read()
			r, err := t.service.Find(ctx, operator, make(t, from+i))
			t.cost.Times = append(t.cost.Times, meter.Read()-before)
			t.hits += len(r.Hits)
			if len(r.Hits) == 0 {
				t.nothing++
			}
			return err
		}, func() {}, nil
	}}.Run(ctx)
}

// ceiling reads as many cases as a page shows by their keys, as the same role: no search can be faster.
func (t *searchTown) ceiling(ctx context.Context) (bench.Sample, error) {
	var ids []casework.CaseID
	rows, err := t.owner.Query(ctx, `select id from cases order by filed_at desc limit 2000`)
	if err != nil {
		return bench.Sample{}, err
	}
	for rows.Next() {
		var id casework.CaseID
		if err := rows.Scan(&id); err != nil {
			return bench.Sample{}, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return bench.Sample{}, err
	}
	return bench.Load{Workers: 1, For: t.run.seconds / 4, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, i int) error {
			from := i * 20 % (len(ids) - 20)
			seen, err := t.Docket.Seen(ctx, operator, ids[from:from+20])
			if err == nil && len(seen) != 20 {
				err = fmt.Errorf("%d of 20 cases were read", len(seen))
			}
			return err
		}, func() {}, nil
	}}.Run(ctx)
}

// busy asks while cases are filed and followed, and tells when some of those that are filed are found.
func (t *searchTown) busy(ctx context.Context, r *searchResult) error {
	follow, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { t.follow(follow, t.followers()) })
	wg.Go(func() { t.Announce.Run(follow, t.Pool) })
	var filed, found, asked bench.Sample
	var failed [2]error
	begin := time.Now().Add(500 * time.Millisecond)
	var doing sync.WaitGroup
	doing.Go(func() { filed, failed[0] = t.file(ctx, begin, t.run.seconds) })
	doing.Go(func() { found, failed[1] = t.fresh(ctx, begin) })
	asked, err := t.ask(ctx, searchKinds[0].make, t.run.seconds, len(t.asked)/2)
	doing.Wait()
	if err = errors.Join(err, failed[0], failed[1]); err != nil {
		return err
	}
	r.FiledRate, r.FoundP50, r.FoundMax = round1(filed.Rate()), found.Within(0.50), found.Within(1)
	r.BusyP50, r.BusyP95, r.BusyP99 = asked.Within(0.50), asked.Within(0.95), asked.Within(0.99)
	stop()
	wg.Wait()
	s, err := t.ask(ctx, func(t *searchTown, i int) search.Query { return search.Query{Text: t.codes[i%len(t.codes)]} }, t.run.seconds/4, 0)
	if err != nil {
		return err
	}
	r.Kinds["code"] = latencyOf(s, t.cost)
	return nil
}
