package main

import (
	"context"
	"fmt"
	"math"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/bench"
	"huiyin/casework"
	"huiyin/pg"
	"huiyin/web/board"
	"huiyin/web/shell"
)

// growthOwner opens the database of a bench for loading.
func growthOwner(ctx context.Context, p *parts) (*pgxpool.Pool, error) {
	return pg.Open(ctx, p.URL, pg.Options{Name: "huiyin bench", MaxConns: 4, AsOwner: true, StatementTimeout: 2 * time.Hour, Forgetful: true})
}

// growIntake measures a look at all limits, the reading of a case and a filing, beside open cases of which no limit is over.
func growIntake(ctx context.Context, b *benchRun, p *parts, s *growthSize) error {
	owner, err := growthOwner(ctx, p)
	if err != nil {
		return err
	}
	defer owner.Close()
	t := &timers{parts: p, owner: owner, run: b}
	begun := time.Now()
	if err := t.load(ctx); err != nil {
		return fmt.Errorf("load cases: %w", err)
	}
	b.say("%d cases loaded in %.0f s", b.cases, time.Since(begun).Seconds())
	idle, err := t.idle(ctx)
	if err != nil {
		return err
	}
	s.Figures["a look at all limits, by the clock"] = idle.Rounds(growthRounds, 0.50)
	read, err := bench.Load{Workers: 1, N: 300, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, i int) error {
			_, err := p.Docket.Dossier(ctx, casework.System, t.due[i*7919%len(t.due)])
			return err
		}, func() {}, nil
	}}.Run(ctx)
	if err != nil {
		return err
	}
	s.Figures["a case read, by the clock"] = read.Rounds(growthRounds, 0.50)
	f := newFiler(p)
	plain, stop, err := ceiling(ctx, p.URL, len(f.body(0)), intakeWriters)
	if err != nil {
		return err
	}
	defer stop()
	var many, inserts costed
	var costs []float64
	for range growthRounds {
		if err := inserts.run(ctx, p, plain(b.seconds/growthRounds/4)); err != nil {
			return err
		}
		var one costed
		if err := one.run(ctx, p, f.load(b.seconds/growthRounds/2)); err != nil {
			return err
		}
		costs = append(costs, one.each()/1000)
		many.Add(one.Sample)
	}
	s.Figures["a filing, 32 at once"] = bench.FigureOf(costs...)
	s.Rate, s.Plain, s.whole = math.Round(many.Rate()), math.Round(inserts.Rate()), many.Against(inserts.Sample)
	return nil
}

// growSearch asks the same questions of towns of each size.
func growSearch(ctx context.Context, b *benchRun, sizes []growthSize) error {
	return b.beside(ctx, sizes, nil, func(towns []*searchTown) error { return askInTurn(ctx, sizes, towns) })
}

// askInTurn asks each question as often as there are rounds. The sizes take turns in each round: a machine is faster in one minute than in another, and that is not growth.
func askInTurn(ctx context.Context, sizes []growthSize, towns []*searchTown) error {
	for i, name := range []string{"words", "counts of 30 days", "counts over all time"} {
		half, most := make([][]float64, len(sizes)), make([][]float64, len(sizes))
		for round := range growthRounds + 1 {
			for n, t := range towns {
				clock, err := t.questions(ctx, searchKinds[i].make, bench.Load{N: len(t.asked)}, 0)
				if err != nil {
					return err
				}
				if round == 0 {
					continue // a warm-up
				}
				if t.cost.Within(1) == 0 {
					t.cost = clock // this system does not tell processor time
				}
				half[n], most[n] = append(half[n], t.cost.Within(0.50)), append(most[n], t.cost.Within(0.95))
			}
		}
		for n, s := range sizes {
			s.Figures[name+", half"], s.Figures[name+", 95 %"] = bench.FigureOf(half[n]...), bench.FigureOf(most[n]...)
		}
	}
	return nil
}

// beside fills a town of each size, so that they stand beside each other, and then does something with them. The seconds of a size are of filling in.
func (b *benchRun) beside(ctx context.Context, sizes []growthSize, towns []*searchTown, do func([]*searchTown) error) error {
	if len(sizes) == 0 {
		debug.FreeOSMemory()
		return do(towns)
	}
	begun := time.Now()
	return b.growing(ctx, sizes[0].Cases, func(p *parts) error {
		owner, err := growthOwner(ctx, p)
		if err != nil {
			return err
		}
		defer owner.Close()
		t := &searchTown{parts: p, owner: owner, run: b, service: p.search()}
		from, err := t.prepare(ctx, b.data)
		if err != nil {
			return err
		}
		b.say("texts of %d sentences from %s", len(t.text), from)
		if err := t.fill(ctx, &searchResult{}); err != nil {
			return fmt.Errorf("fill in %d cases: %w", sizes[0].Cases, err)
		}
		t.forget()
		sizes[0].Took += math.Round(time.Since(begun).Seconds())
		return b.beside(ctx, sizes[1:], append(towns, t), do)
	})
}

// growBoard draws each public page of figures and cards as for a first reader, nothing kept.
func growBoard(ctx context.Context, b *benchRun, p *parts, s *growthSize) error {
	owner, err := growthOwner(ctx, p)
	if err != nil {
		return err
	}
	defer owner.Close()
	t := &boardBench{parts: p, owner: owner, run: b}
	if err := t.load(ctx, 0, b.cases); err != nil {
		return fmt.Errorf("load cases: %w", err)
	}
	if _, err := t.sumAnew(ctx); err != nil {
		return err
	}
	if t.pages = t.addresses(ctx); len(t.pages) == 0 {
		return fmt.Errorf("no pages")
	}
	var half, most []float64
	for round := range growthRounds + 1 {
		meter := bench.NewMeter(p.server())
		var cost, clock bench.Sample
		for _, page := range t.pages {
			if strings.HasSuffix(page, "/reports") { // kept files, no figures
				continue
			}
			app := shell.New(shell.Config{City: shell.City{ZH: t.City.Name.ZH, EN: t.City.Name.EN}, Secret: make([]byte, 32), Log: t.Log, Now: t.Config.Now()})
			shell.Mount(app, (&board.Pages{DB: t.Pool, City: t.City}).Routes())
			before, begun := meter.Read(), time.Now()
			res, err := app.Test(httptest.NewRequestWithContext(ctx, "GET", page, nil), -1)
			if err != nil {
				return err
			}
			if err = res.Body.Close(); err == nil && res.StatusCode != 200 {
				err = fmt.Errorf("%s answers %d", page, res.StatusCode)
			}
			if err != nil {
				return err
			}
			cost.Times, clock.Times = append(cost.Times, meter.Read()-before), append(clock.Times, time.Since(begun))
		}
		if round == 0 {
			continue // a warm-up
		}
		if cost.Within(1) == 0 {
			cost = clock
		}
		half, most = append(half, cost.Within(0.50)), append(most, cost.Within(0.95))
	}
	s.Figures["a public page drawn, half"], s.Figures["a public page drawn, 95 %"] = bench.FigureOf(half...), bench.FigureOf(most...)
	return nil
}
