package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/bench"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/supervision"
	"huiyin/supervision/months"
)

const (
	boardCases  = 1_000_000 // of the last boardMonths months
	boardFew    = 10_000    // at which the rows that a page reads are counted for comparison
	boardMonths = 6         //
	boardPace   = 500       // requests a second, mixed
	boardIntake = 5         // cases filed a second meanwhile, so that pages grow old
	boardMoves  = 20        // cases whose way onto the board is timed
	boardWait   = 30 * time.Second
)

// boardResult is what `huiyin bench board --json` ends with. The percentiles are of the mixed load, from the moment a request was due until its last byte;
// rate and ceiling are of one page that is kept, beside a fixed answer of the same length by a server that does nothing else. The load comes from the same
// machine, whose processors both share: the ratio tells more than the rate.
type boardResult struct {
	bench.Result
	Cases      int                `json:"cases"`
	LoadTook   float64            `json:"load_seconds"`
	SumTook    float64            `json:"sum_seconds"` // the sums of all count rows made anew
	MixedRate  float64            `json:"mixed_rate"`  // a second, asked for: 500
	MixedMax   float64            `json:"mixed_max_ms"`
	MixedPlain float64            `json:"mixed_plain_p99_ms"` // a fixed answer at the same pace, in the same seconds: what the machine itself makes wait
	Slowest    map[string]float64 `json:"mixed_p99_ms_by_page"`
	Cold       map[string]float64 `json:"drawn_ms_by_page"` // drawn for the first reader, nothing kept
	CachedP99  float64            `json:"cached_p99_ms"`
	Durable    float64            `json:"durable_inserts"` // a second, each with a commit of its own: the machine's disk
	MoveP50    float64            `json:"move_p50_ms"`     // from the filing of a case until the board tells of it
	MoveMax    float64            `json:"move_max_ms"`
	CloseMax   float64            `json:"close_seconds"` // of the slowest month
	CloseRows  int                `json:"close_rows"`    // of that month
	RowsFew    map[string]int     `json:"rows_read_few"` // rows that a page reads with few cases, by page
	RowsMany   map[string]int     `json:"rows_read_many"`
	RowsGrowth float64            `json:"rows_growth"` // the largest growth of any page, as a share of what it read with few cases
}

// benchBoard reads the public pages of a city with a million cases.
func benchBoard(ctx context.Context, b *benchRun) error {
	if b.cases == 0 {
		b.cases = boardCases
	}
	if b.cases <= boardFew {
		return usage{fmt.Sprintf("bench board compares with %d cases, so it needs more: --cases", boardFew)}
	}
	return b.alone(func(config Config) error {
		config.Addr = freeAddress()
		config.BaseURL = "http://" + config.Addr
		own := *b.env
		own.Config, own.Stdout, own.Stderr = config, discard{}, discard{}
		p, err := assemble(ctx, &own, "bench", b.env.progress())
		if err != nil {
			return err
		}
		if err := b.board(ctx, p, &own); err != nil {
			return closeAfter(p.database, err)
		}
		return p.Close()
	})
}

// boardBench is the city of the bench.
type boardBench struct {
	*parts
	owner *pgxpool.Pool
	run   *benchRun
	pages []string // addresses of the mixed load
}

func (b *benchRun) board(ctx context.Context, p *parts, own *Env) error {
	owner, err := pg.Open(ctx, p.URL, pg.Options{Name: "huiyin bench", MaxConns: 4, AsOwner: true, StatementTimeout: time.Hour, Forgetful: true})
	if err != nil {
		return err
	}
	defer owner.Close()
	t := &boardBench{parts: p, owner: owner, run: b}
	r := boardResult{Cases: b.cases}
	if err := t.fill(ctx, &r); err != nil {
		return err
	}
	if err := t.closings(ctx, &r); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &service{parts: p, env: own}
	if err := s.listen(true, false); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.run(ctx, true) }()
	if err := t.measure(ctx, &r); err != nil {
		return err
	}
	cancel()
	if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return b.tellBoard(r)
}

// fill loads the cases in two steps, and counts the rows that pages read after each.
func (t *boardBench) fill(ctx context.Context, r *boardResult) (err error) {
	begun := time.Now()
	if err := t.load(ctx, 0, boardFew); err != nil {
		return fmt.Errorf("load cases: %w", err)
	}
	t.pages = t.addresses(ctx)
	if r.RowsFew, err = t.rowsRead(ctx); err != nil {
		return err
	}
	if err := t.load(ctx, boardFew, t.run.cases); err != nil {
		return fmt.Errorf("load cases: %w", err)
	}
	if r.RowsMany, err = t.rowsRead(ctx); err != nil {
		return err
	}
	r.LoadTook = math.Round(time.Since(begun).Seconds())
	for page, few := range r.RowsFew {
		r.RowsGrowth = max(r.RowsGrowth, math.Round(1000*float64(r.RowsMany[page]-few)/float64(max(few, 1)))/1000)
	}
	if r.SumTook, err = t.sumAnew(ctx); err != nil {
		return err
	}
	for _, page := range t.pages {
		t.run.say("  %-28s %6d rows read, %6d with %d cases", page, r.RowsMany[page], r.RowsFew[page], boardFew)
	}
	t.run.say("%d cases loaded in %.0f s, summed in %.1f s; a page reads %.1f %% more rows than with %d", r.Cases, r.LoadTook, r.SumTook, 100*r.RowsGrowth, boardFew)
	return nil
}

// closings closes every month that is over, and tells how long the slowest took.
func (t *boardBench) closings(ctx context.Context, r *boardResult) error {
	for {
		begun := time.Now()
		n, err := t.closer().Sweep(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		took := time.Since(begun).Seconds()
		all, err := months.List(ctx, t.Pool)
		if err != nil {
			return err
		}
		t.run.say("a month of %d rows closed in %.1f s", all[0].Rows, took)
		if took > r.CloseMax {
			r.CloseMax, r.CloseRows = math.Round(10*took)/10, all[0].Rows
		}
	}
}

// measure reads pages: each alone and cold, many at an even pace while cases come in, one kept page as fast as it goes, and the way of a new case onto the board.
func (t *boardBench) measure(ctx context.Context, r *boardResult) error {
	reader, err := dialPages(t.Config.Addr)
	if err != nil {
		return err
	}
	defer reader.Close()
	r.Cold = map[string]float64{}
	for _, page := range t.pages {
		begun := time.Now()
		if err := reader.Get(page); err != nil {
			return err
		}
		r.Cold[page] = milliseconds(time.Since(begun))
	}
	t.run.say("%d requests a second to %d pages while %d cases a second are filed", boardPace, len(t.pages), boardIntake)
	mixed, plainly, each, err := t.mixed(ctx)
	if err != nil {
		return err
	}
	r.MixedPlain = plainly.Within(0.99)
	r.MixedRate, r.MixedMax, r.Slowest = math.Round(mixed.Rate()), mixed.Within(1), map[string]float64{}
	for page, s := range each {
		r.Slowest[page] = s.Within(0.99)
	}
	t.run.say("one page as fast as it goes")
	cached, plain, err := t.cached(ctx)
	if err != nil {
		return err
	}
	r.Result = mixed.Against(plain)
	r.Rate, r.CachedP99, r.Ratio = math.Round(cached.Rate()), cached.Within(0.99), 0
	if c := plain.Rate(); c > 0 {
		r.Ratio = math.Round(1000*cached.Rate()/c) / 1000
	}
	t.run.say("the way of a new case onto the board")
	moves, err := t.moves(ctx)
	if err != nil {
		return err
	}
	r.MoveP50, r.MoveMax = moves.Within(0.50), moves.Within(1)
	durable, stop, err := ceiling(ctx, t.URL, 512, connections)
	if err != nil {
		return err
	}
	defer stop()
	inserts, err := durable(2 * time.Second).Run(ctx)
	r.Durable = math.Round(inserts.Rate())
	return err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// file files a case as a program would.
func (t *boardBench) file(ctx context.Context, key string) error {
	body := fmt.Sprintf(`{"kind":"complaint","title":"%s","text":"%s %s"}`, locale.ZH.T("bench.subject"), locale.ZH.T("bench.complaint", locale.Args{"N": 9}), key)
	_, err := t.Door.FileAPI(ctx, "", "bench-"+key, []byte(body))
	return err
}

// sumAnew measures how long it takes to make the sums of every row.
func (t *boardBench) sumAnew(ctx context.Context) (float64, error) {
	if _, err := t.owner.Exec(ctx, `delete from figure_sum_made`); err != nil {
		return 0, err
	}
	begun := time.Now()
	_, err := supervision.SweepSums(ctx, t.owner, t.newestCodes())
	return math.Round(10*time.Since(begun).Seconds()) / 10, err
}

func (b *benchRun) tellBoard(r boardResult) error {
	if b.json {
		return b.tell(r.Result, r)
	}
	var pages []string
	for page, ms := range r.Slowest {
		pages = append(pages, fmt.Sprintf("  %-28s 99 %% within %6.1f ms, drawn in %6.1f ms, %d rows read (%d with %d cases)", page, ms, r.Cold[page], r.RowsMany[page], r.RowsFew[page], boardFew))
	}
	slices.Sort(pages)
	_, err := fmt.Fprintf(b.env.Stdout, "%d cases, loaded in %.0f s, summed anew in %.1f s\n%.0f requests a second, mixed: half within %.1f ms, 95 %% within %.1f ms, 99 %% within %.1f ms, the last after %.0f ms; a fixed answer at that pace 99 %% within %.1f ms\n%s\none page kept: %.0f a second, 99 %% within %.1f ms; a fixed answer of that length: %.0f a second, so %.2f of it (the readers run on the same processors)\na new case is on the board within %.0f ms, at most %.0f ms\nthe slowest month closed in %.1f s, %d rows; %.0f durable inserts a second\n",
		r.Cases, r.LoadTook, r.SumTook, r.MixedRate, r.P50, r.P95, r.P99, r.MixedMax, r.MixedPlain, strings.Join(pages, "\n"), r.Rate, r.CachedP99, r.Ceiling, r.Ratio, r.MoveP50, r.MoveMax, r.CloseMax, r.CloseRows, r.Durable)
	return err
}
