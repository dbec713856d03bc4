package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/bench"
	"huiyin/locale"
	"huiyin/pg"
)

const (
	intakeWriters = 32  // at once, for the ceiling as for the cases
	intakeSteady  = 200 // cases filed a second while the followers run
	intakePatient = 5 * time.Minute
)

// intakeResult is what `huiyin bench intake --json` ends with. Rate, percentiles and ceiling are of filing at full speed with followers paused.
type intakeResult struct {
	bench.Result
	CaughtUp    float64 `json:"catch_up_rate"`       // cases a second that the followers read afterwards, all of them together
	CaughtUpN   int     `json:"catch_up_n"`          // how many cases that were
	Steady      float64 `json:"steady_rate"`         // filed a second beside the followers
	SteadyN     int     `json:"steady_n"`            //
	SteadyP50   float64 `json:"steady_p50_ms"`       // from the moment a case was due to be sent until it was acknowledged
	SteadyP95   float64 `json:"steady_p95_ms"`       //
	SteadyP99   float64 `json:"steady_p99_ms"`       //
	LagP50      float64 `json:"follower_lag_p50_ms"` // of the follower that was furthest behind, looked at every 50 ms
	LagP99      float64 `json:"follower_lag_p99_ms"` //
	LagMax      float64 `json:"follower_lag_max_ms"` //
	Connections int     `json:"connections"`         // of the service to its database
	Statement   float64 `json:"statement_ceiling"`   // a second of one statement that stores a case, its event and its clock on bare tables, as many writers
	ByStatement float64 `json:"ratio_to_statement"`  // Rate by Statement
	Storing     float64 `json:"storing_ceiling"`     // a second of one statement that stores the rows of a filing, which is prepared beforehand, in the tables of the service, as many writers
	ByStoring   float64 `json:"ratio_to_storing"`    // Rate by Storing
	CostCase    float64 `json:"case_cpu_us"`         // processor time of one case, of this program and the database together
	CostInsert  float64 `json:"insert_cpu_us"`       // of one plain insert
	CostState   float64 `json:"statement_cpu_us"`    // of one such statement
	CostStoring float64 `json:"storing_cpu_us"`      // of storing one prepared filing by itself
	Followers   float64 `json:"followers_cpu_us"`    // of reading one case by every follower
}

// benchIntake files cases as programs send them: first as fast as it goes with nobody reading, then it lets the followers catch up, then both at once.
func benchIntake(ctx context.Context, b *benchRun) error {
	return b.alone(func(config Config) error {
		own := *b.env
		own.Config, own.Stdout, own.Stderr = config, discard{}, discard{}
		p, err := assemble(ctx, &own, "bench", b.env.progress())
		if err != nil {
			return err
		}
		go paceCollector(ctx) // as the service does
		if err := b.intake(ctx, p); err != nil {
			return closeAfter(p.database, err)
		}
		return p.Close()
	})
}

func (b *benchRun) intake(ctx context.Context, p *parts) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := newFiler(p)
	plain, stop, err := ceiling(ctx, p.URL, len(f.body(0)), intakeWriters)
	if err != nil {
		return err
	}
	defer stop()
	bare, stopBare, err := bareCases(ctx, p.URL, len(f.body(0)))
	if err != nil {
		return err
	}
	defer stopBare()
	storing, stopStoring, err := f.storing(ctx)
	if err != nil {
		return err
	}
	defer stopStoring()
	b.say("warming up")
	if _, err := f.load(2 * time.Second).Run(ctx); err != nil {
		return err
	}
	var inserts, statements, stored, cases costed
	for i := range stretches {
		b.say("measuring, %d of %d", i+1, stretches)
		each := b.seconds / stretches / 4
		for _, one := range []struct {
			load bench.Load
			into *costed
		}{{plain(each), &inserts}, {bare(each), &statements}, {f.load(each), &cases}} {
			if err := one.into.run(ctx, p, one.load); err != nil {
				return err
			}
		}
		prepared, err := storing(each) // last and for itself: what is made ready lies in memory, and the collector would look at it beside filing
		if err == nil {
			err = stored.run(ctx, p, prepared)
		}
		if err != nil {
			return err
		}
	}
	r := intakeResult{Result: cases.Against(inserts.Sample), Connections: int(p.Pool.Config().MaxConns), CostCase: cases.each(), CostInsert: inserts.each(), CostState: statements.each(),
		CostStoring: stored.each(), Statement: math.Round(statements.Rate()), Storing: math.Round(stored.Rate())}
	if r.Statement > 0 && r.Storing > 0 {
		r.ByStatement, r.ByStoring = math.Round(1000*cases.Rate()/r.Statement)/1000, math.Round(1000*cases.Rate()/r.Storing)/1000
	}
	if err := b.reading(ctx, p, f, &r); err != nil {
		return err
	}
	r.RSS = bench.PeakMemory()
	if err := f.allFiled(ctx); err != nil {
		return err
	}
	if b.json {
		return b.tell(r.Result, r)
	}
	if err := b.tell(r.Result, r); err != nil {
		return err
	}
	_, err = fmt.Fprintf(b.env.Stdout, "afterwards the followers read %d cases at %.0f a second; beside them %.0f a second were filed: half within %.1f ms, 95 %% within %.1f ms, 99 %% within %.1f ms; the furthest follower was behind by %.0f ms (half of the time less), %.0f ms (99 %%), %.0f ms at most\n",
		r.CaughtUpN, r.CaughtUp, r.Steady, r.SteadyP50, r.SteadyP95, r.SteadyP99, r.LagP50, r.LagP99, r.LagMax)
	return err
}

// reading starts the followers, waits until they have read everything, and then files beside them at an even pace.
func (b *benchRun) reading(ctx context.Context, p *parts, f *filer, r *intakeResult) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	letters, err := p.letters()
	if err != nil {
		return err
	}
	r.CaughtUpN = int(f.serial.Load() + f.stored.Load())
	b.say("the followers read %d cases", r.CaughtUpN)
	begun, used := time.Now(), p.processor()
	running.Go(func() { p.Announce.Run(ctx, p.Pool) })
	running.Go(func() { p.follow(ctx, append(p.followers(), letters.Follower())) })
	if err := p.allRead(ctx); err != nil {
		return err
	}
	r.CaughtUp = math.Round(float64(r.CaughtUpN) / time.Since(begun).Seconds())
	r.Followers = math.Round(float64((p.processor() - used).Microseconds()) / float64(r.CaughtUpN))
	b.say("%d cases a second are filed beside them", intakeSteady)
	watching, done := context.WithCancel(ctx)
	defer done()
	lags := p.watchLag(watching)
	steady, err := f.steady(ctx, max(b.seconds, 10*time.Second))
	if err != nil {
		return err
	}
	done()
	behind, err := lags()
	if err != nil {
		return err
	}
	r.Steady, r.SteadyN = math.Round(10*steady.Rate())/10, len(steady.Times)
	r.SteadyP50, r.SteadyP95, r.SteadyP99 = steady.Within(0.50), steady.Within(0.95), steady.Within(0.99)
	r.LagP50, r.LagP99, r.LagMax = behind.Within(0.50), behind.Within(0.99), behind.Within(1)
	return p.allRead(ctx)
}

// filer files cases that differ from each other by the API's door.
type filer struct {
	*parts
	serial atomic.Int64 // of the last filing
	stored atomic.Int64 // below zero: how many were made ready and then not stored
	title  string
	text   string
}

func newFiler(p *parts) *filer {
	return &filer{parts: p, title: locale.ZH.T("bench.subject"), text: locale.ZH.T("bench.complaint", locale.Args{"N": 9})}
}

func (f *filer) body(i int64) []byte {
	return fmt.Appendf(nil, `{"title":"%s %d","text":"%s %d","person":{"phone":"139%08d"}}`, f.title, i, strings.ReplaceAll(f.text, "\n", " "), i, i)
}

func (f *filer) one(ctx context.Context) error {
	i := f.serial.Add(1)
	_, err := f.Door.FileAPI(ctx, "", fmt.Sprintf("bench-%d", i), f.body(i))
	return err
}

// load files as fast as it goes.
func (f *filer) load(d time.Duration) bench.Load {
	return bench.Load{Workers: intakeWriters, For: d, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, _ int) error { return f.one(ctx) }, func() {}, nil
	}}
}

// steady files at an even pace whatever the answers take; the times count from when a case was due.
func (f *filer) steady(ctx context.Context, d time.Duration) (bench.Sample, error) {
	from := time.Now()
	var mu sync.Mutex
	var times []time.Duration
	s, err := bench.Load{Workers: intakeWriters, N: int(d.Seconds() * intakeSteady), Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, i int) error {
			due := from.Add(time.Duration(i) * time.Second / intakeSteady)
			if err := waitUntil(ctx, due); err != nil {
				return err
			}
			err := f.one(ctx)
			mu.Lock()
			times = append(times, time.Since(due))
			mu.Unlock()
			return err
		}, func() {}, nil
	}}.Run(ctx)
	s.Times = times
	return s, err
}

// allFiled counts the cases: a bench that loses any measures nothing.
func (f *filer) allFiled(ctx context.Context) error {
	var cases, clocks, events int
	err := pg.InTx(ctx, f.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select (select count(*) from cases), (select count(*) from clock), (select count(*) from event where step = 'file')`).Scan(&cases, &clocks, &events)
	})
	if n := int(f.serial.Load() + f.stored.Load()); err == nil && (cases != n || clocks != n || events != n) {
		err = fmt.Errorf("%d cases were acknowledged; %d cases, %d clocks and %d filings stand in the database", n, cases, clocks, events)
	}
	return err
}

// behindSQL is the age in seconds of the oldest event that any follower has not read.
const behindSQL = `select coalesce(max(coalesce(extract(epoch from clock_timestamp() - (select e.recorded_at from event e where (e.xid, e.seq) > (f.xid, f.seq) order by e.xid, e.seq limit 1)), 0)), 0)::float8 from follower f`

// allRead waits until no follower has an event left to read.
func (p *parts) allRead(ctx context.Context) error {
	for limit := time.Now().Add(intakePatient); time.Now().Before(limit); {
		unread := true
		err := pg.InTx(ctx, p.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, `select count(*) < $1 or bool_or(exists (select 1 from event e where (e.xid, e.seq) > (f.xid, f.seq))) from follower f`, len(p.followers())+1).Scan(&unread)
		})
		if err != nil || !unread {
			return err
		}
		if err := waitUntil(ctx, time.Now().Add(20*time.Millisecond)); err != nil {
			return err
		}
	}
	return errors.New("the followers have not read everything after five minutes")
}

// watchLag looks every 50 ms at how far the furthest follower is behind, until ctx ends; the function it returns then gives what it saw.
func (p *parts) watchLag(ctx context.Context) func() (bench.Sample, error) {
	var s bench.Sample
	var failed error
	var looking sync.WaitGroup
	looking.Go(func() {
		for ctx.Err() == nil {
			var seconds float64
			err := p.Pool.QueryRow(ctx, behindSQL).Scan(&seconds)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				failed = err
				return
			}
			s.Times = append(s.Times, time.Duration(max(0, seconds)*float64(time.Second)))
			_ = waitUntil(ctx, time.Now().Add(50*time.Millisecond)) // ends early with ctx
		}
	})
	return func() (bench.Sample, error) { looking.Wait(); return s, failed }
}
