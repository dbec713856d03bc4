package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"huiyin/bench"
	"huiyin/casework"
	"huiyin/pg"
)

// growthSizes are the numbers of cases at which the same work is measured.
var growthSizes = []int{10_000, 100_000, 1_000_000}

// growthResult is what `huiyin bench growth --json` ends with: the last size in the usual fields, and each size in Sizes.
type growthResult struct {
	bench.Result
	Sizes []growthSize `json:"sizes"`
}

// growthSize is the same work beside so many cases. Times are of one piece alone, half and 95 of a hundred within them.
type growthSize struct {
	Cases    int     `json:"cases"`
	LoadTook float64 `json:"load_seconds"`
	FileP50  float64 `json:"file_p50_ms"` // one case filed by the API's door
	FileP95  float64 `json:"file_p95_ms"` //
	FileCost float64 `json:"file_cpu_us"` // processor time of a case when 32 file at once
	FileRate float64 `json:"file_rate"`   // a second, then
	Plain    float64 `json:"plain_rate"`  // plain durable inserts a second by as many, in the same minute
	SweepP50 float64 `json:"sweep_p50_ms"`
	SweepP95 float64 `json:"sweep_p95_ms"`
	ReadP50  float64 `json:"read_p50_ms"` // one case with all that hangs on it
	ReadP95  float64 `json:"read_p95_ms"`
}

// benchGrowth does the same work beside ten thousand, a hundred thousand and a million cases; with --cases, up to that many.
func benchGrowth(ctx context.Context, b *benchRun) error {
	most := b.cases
	var r growthResult
	for _, n := range growthSizes {
		if most > 0 && n > most {
			continue
		}
		b.cases = n
		err := b.alone(func(config Config) error {
			own := *b.env
			own.Config, own.Stdout, own.Stderr = config, discard{}, discard{}
			p, err := assemble(ctx, &own, "bench", b.env.progress())
			if err != nil {
				return err
			}
			one, whole, err := b.growth(ctx, p)
			if err != nil {
				return closeAfter(p.database, err)
			}
			r.Sizes, r.Result = append(r.Sizes, one), whole
			return p.Close()
		})
		if err != nil {
			return err
		}
	}
	if len(r.Sizes) == 0 {
		return usage{fmt.Sprintf("bench growth begins at %d cases: --cases", growthSizes[0])}
	}
	if b.json {
		return b.tell(r.Result, r)
	}
	for _, s := range r.Sizes {
		if _, err := fmt.Fprintf(b.env.Stdout, "%9d cases: filed in %.1f ms (95 %%: %.1f), %.0f us of processor time each when many come; a look at all limits %.2f ms (%.2f); a case read in %.1f ms (%.1f)\n",
			s.Cases, s.FileP50, s.FileP95, s.FileCost, s.SweepP50, s.SweepP95, s.ReadP50, s.ReadP95); err != nil {
			return err
		}
	}
	return nil
}

func (b *benchRun) growth(ctx context.Context, p *parts) (growthSize, bench.Result, error) {
	s := growthSize{Cases: b.cases}
	var whole bench.Result
	owner, err := pg.Open(ctx, p.URL, pg.Options{Name: "huiyin bench", MaxConns: 4, AsOwner: true, StatementTimeout: time.Hour})
	if err != nil {
		return s, whole, err
	}
	defer owner.Close()
	t := &timers{parts: p, owner: owner, run: b}
	begun := time.Now()
	if err := t.load(ctx); err != nil {
		return s, whole, fmt.Errorf("load cases: %w", err)
	}
	s.LoadTook = time.Since(begun).Round(time.Second).Seconds()
	b.say("%d cases loaded in %.0f s", b.cases, s.LoadTook)
	idle, err := t.idle(ctx)
	if err != nil {
		return s, whole, err
	}
	s.SweepP50, s.SweepP95 = idle.Within(0.50), idle.Within(0.95)
	f := newFiler(p)
	alone, err := bench.Load{Workers: 1, N: 300, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, _ int) error { return f.one(ctx) }, func() {}, nil
	}}.Run(ctx)
	if err != nil {
		return s, whole, err
	}
	s.FileP50, s.FileP95 = alone.Within(0.50), alone.Within(0.95)
	read, err := bench.Load{Workers: 1, N: 300, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, i int) error {
			_, err := p.Docket.Dossier(ctx, casework.System, t.due[i*7919%len(t.due)])
			return err
		}, func() {}, nil
	}}.Run(ctx)
	if err != nil {
		return s, whole, err
	}
	s.ReadP50, s.ReadP95 = read.Within(0.50), read.Within(0.95)
	plain, stop, err := ceiling(ctx, p.URL, len(f.body(0)), intakeWriters)
	if err != nil {
		return s, whole, err
	}
	defer stop()
	var many, inserts costed
	for range stretches {
		if err := inserts.run(ctx, p, plain(b.seconds/stretches/4)); err != nil {
			return s, whole, err
		}
		if err := many.run(ctx, p, f.load(b.seconds/stretches/2)); err != nil {
			return s, whole, err
		}
	}
	s.FileCost, s.FileRate, s.Plain = many.each(), math.Round(many.Rate()), math.Round(inserts.Rate())
	return s, many.Against(inserts.Sample), nil
}
