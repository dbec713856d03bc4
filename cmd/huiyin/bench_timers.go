package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/bench"
	"huiyin/casework"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/supervision"
)

const (
	timersCases   = 1_000_000       // open cases, three running clocks each
	timersDue     = 10_000          // limits that pass within timersWindow, and once more at one instant
	timersWindow  = time.Minute     //
	timersIntake  = 100             // cases filed a second meanwhile
	timersLead    = 4 * time.Second // between the last preparation and the first limit
	timersPatient = 2 * time.Minute // how long the last limit may take to be judged before the bench gives up
)

// timersResult is what `huiyin bench timers --json` ends with. The percentiles are of the time from a limit's end until its breach could be read by
// another connection, while cases were filed; rate and ceiling are of a burst: so many limits that passed at one instant.
type timersResult struct {
	bench.Result
	Max       float64 `json:"max_ms"`
	Cases     int     `json:"cases"`
	Clocks    int     `json:"clocks"`
	LoadTook  float64 `json:"load_seconds"`
	IdleP50   float64 `json:"idle_p50_ms"` // one look at a million cases of which none is due
	IdleP95   float64 `json:"idle_p95_ms"`
	Filed     int     `json:"filed"`      // cases filed in the same minute
	FiledRate float64 `json:"filed_rate"` // a second
	FiledP95  float64 `json:"filed_p95_ms"`
	Stages    int     `json:"stages"` // steps of escalation that were said for the same limits
}

// benchTimers lets limits pass in a town with a million open cases, and sees when each is judged.
func benchTimers(ctx context.Context, b *benchRun) error {
	if b.cases == 0 {
		b.cases = timersCases
	}
	if b.cases < 2*timersDue {
		return usage{fmt.Sprintf("bench timers needs at least %d cases: --cases", 2*timersDue)}
	}
	return b.alone(func(config Config) error {
		own := *b.env
		own.Config, own.Stdout, own.Stderr = config, discard{}, discard{}
		p, err := assemble(ctx, &own, "bench", b.env.progress())
		if err != nil {
			return err
		}
		if err := b.timers(ctx, p, &own); err != nil {
			return closeAfter(p.database, err)
		}
		return p.Close()
	})
}

func (b *benchRun) timers(ctx context.Context, p *parts, own *Env) error {
	owner, err := pg.Open(ctx, p.URL, pg.Options{Name: "huiyin bench", MaxConns: 4, AsOwner: true, StatementTimeout: time.Hour})
	if err != nil {
		return err
	}
	defer owner.Close()
	t := &timers{parts: p, owner: owner, run: b}
	r := timersResult{Cases: b.cases, Clocks: 3 * b.cases}
	begun := time.Now()
	if err := t.load(ctx); err != nil {
		return fmt.Errorf("load cases: %w", err)
	}
	r.LoadTook = time.Since(begun).Round(time.Second).Seconds()
	b.say("%d cases loaded in %.0f s", b.cases, r.LoadTook)
	idle, err := t.idle(ctx)
	if err != nil {
		return err
	}
	r.IdleP50, r.IdleP95 = idle.Within(0.50), idle.Within(0.95)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &service{parts: p, env: own}
	served := make(chan error, 1)
	go func() { served <- s.run(ctx, true) }()
	b.say("%d limits pass within %s while %d cases a second are filed", timersDue, timersWindow, timersIntake)
	minute, err := t.minute(ctx, &r)
	if err != nil {
		return err
	}
	b.say("%d limits pass at one instant", timersDue)
	burst, err := t.burst(ctx)
	if err != nil {
		return err
	}
	plain, err := t.ceiling(ctx)
	if err != nil {
		return err
	}
	cancel()
	if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	r.Result = minute.Against(plain)
	r.Rate, r.Ratio = math.Round(burst.Rate()), 0
	if c := plain.Rate(); c > 0 {
		r.Ratio = math.Round(1000*burst.Rate()/c) / 1000
	}
	r.Max = minute.Within(1)
	return b.tellTimers(r)
}

func (b *benchRun) tellTimers(r timersResult) error {
	if b.json {
		return b.tell(r.Result, r)
	}
	_, err := fmt.Fprintf(b.env.Stdout, "%d open cases, %d clocks, loaded in %.0f s; a look when nothing is due: half within %.1f ms\n%d limits passed in a minute, judged: half within %.0f ms, 95 %% within %.0f ms, 99 %% within %.0f ms, the last after %.0f ms; %d steps of escalation; meanwhile %.0f cases a second were filed\nall at one instant: %.0f a second; the machine's ceiling is %.0f a second, so %.2f of it\n",
		r.Cases, r.Clocks, r.LoadTook, r.IdleP50, r.N, r.P50, r.P95, r.P99, r.Max, r.Stages, r.FiledRate, r.Rate, r.Ceiling, r.Ratio)
	return err
}

// timers is the town of the bench.
type timers struct {
	*parts
	owner *pgxpool.Pool
	run   *benchRun
	due   []casework.CaseID // whose limits pass, first those of the minute, then those of the burst
	seq   int64             // of the last event before limits pass
}

// idle measures one look at all clocks while none is due.
func (t *timers) idle(ctx context.Context) (bench.Sample, error) {
	return bench.Load{Workers: 1, N: 200, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, _ int) error {
			breached, err := supervision.SweepOverdue(ctx, t.Docket)
			if err != nil {
				return err
			}
			looked, err := supervision.SweepStages(ctx, t.Docket, t.Terms.Stages)
			if err == nil && breached+looked > 0 {
				err = fmt.Errorf("%d limits were over before the bench began", breached+looked)
			}
			return err
		}, func() {}, nil
	}}.Run(ctx)
}

// pass lets the handling limits of some cases end, the first at a time and each later by a step than the one before. What was to be said before stands as said.
func (t *timers) pass(ctx context.Context, ids []casework.CaseID, first time.Time, step time.Duration) error {
	if err := t.owner.QueryRow(ctx, `select coalesce(max(seq), 0) from event`).Scan(&t.seq); err != nil {
		return err
	}
	dues := make([]time.Time, len(ids))
	var cases []casework.CaseID
	var stages []string
	var of, at []time.Time
	for i, id := range ids {
		dues[i] = first.Add(time.Duration(i) * step)
		k := casework.Clock{Name: casework.ClockHandle, Leg: 1, Started: dues[i].AddDate(0, 0, -5), Due: dues[i]}
		for _, x := range t.Terms.Stages(casework.Staged{Clock: k, Kind: casework.Complaint, Urgency: casework.Normal}) {
			if x.At.Before(dues[i]) {
				cases, stages, of, at = append(cases, id), append(stages, x.Name), append(of, dues[i]), append(at, x.At)
			}
		}
	}
	return pg.InTx(ctx, t.owner, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into escalation (case_id, clock, leg, stage, level, due_at, at) select id, 'handle', 1, stage, 0, due, at
			from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[]) as s (id, stage, due, at)`, cases, stages, of, at); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `alter table clock disable trigger user`); err != nil { // which keep starts and first promises from ever changing
			return err
		}
		if _, err := tx.Exec(ctx, `update clock k set due_at = d.at, original_due_at = d.at, started_at = d.at - interval '5 days', next_at = d.at
			from unnest($1::uuid[], $2::timestamptz[]) as d (id, at) where k.case_id = d.id and k.name = 'handle' and k.leg = 1`, ids, dues); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `alter table clock enable trigger user`)
		return err
	})
}

// minute lets limits pass evenly while cases are filed, and tells how long after its end each breach could be read.
func (t *timers) minute(ctx context.Context, r *timersResult) (bench.Sample, error) {
	first := time.Now().Add(timersLead).UTC()
	if err := t.pass(ctx, t.due[:timersDue], first, timersWindow/timersDue); err != nil {
		return bench.Sample{}, err
	}
	if time.Now().After(first) {
		return bench.Sample{}, errors.New("the machine is too slow: limits passed before they were prepared")
	}
	filing, stop := context.WithCancel(ctx)
	defer stop()
	var filed bench.Sample
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() { filed, failed = t.file(filing, first, timersWindow) })
	judged, err := t.watch(ctx, timersDue)
	if err != nil {
		stop()
	}
	wg.Wait()
	if err = errors.Join(err, failed); err != nil {
		return judged, err
	}
	r.Filed, r.FiledRate, r.FiledP95 = len(filed.Times), filed.Rate(), filed.Within(0.95)
	return judged, t.owner.QueryRow(ctx, `select count(*) from event where seq > $1 and step = 'escalate'`, t.seq).Scan(&r.Stages)
}

// file files cases at an even pace, whatever the answer takes.
func (t *timers) file(ctx context.Context, from time.Time, d time.Duration) (bench.Sample, error) {
	n := int(d.Seconds() * timersIntake)
	text := locale.ZH.T("bench.complaint", locale.Args{"N": 9})
	if err := waitUntil(ctx, from); err != nil {
		return bench.Sample{}, err
	}
	return bench.Load{Workers: 16, N: n, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, i int) error {
			if err := waitUntil(ctx, from.Add(time.Duration(i)*time.Second/timersIntake)); err != nil {
				return err
			}
			body := fmt.Sprintf(`{"kind":"complaint","title":"%s %d","text":"%s %d"}`, locale.ZH.T("bench.subject"), i, text, i)
			_, err := t.Door.FileAPI(ctx, "", fmt.Sprintf("bench-%d", i), []byte(body))
			return err
		}, func() {}, nil
	}}.Run(ctx)
}

// waitUntil waits for a moment.
func waitUntil(ctx context.Context, at time.Time) error {
	wait := time.NewTimer(time.Until(at))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

// watch reads breaches as another connection sees them until n are there.
func (t *timers) watch(ctx context.Context, n int) (bench.Sample, error) {
	var s bench.Sample
	seen := make(map[int64]bool, n)
	begun, quiet := time.Now(), time.Now()
	for len(seen) < n {
		rows, err := t.owner.Query(ctx, `select seq, at from event where seq > $1 and step = 'breach' order by seq desc limit 4000`, t.seq)
		if err != nil {
			return s, err
		}
		var seq int64
		var at time.Time
		now := time.Now()
		_, err = pgx.ForEachRow(rows, []any{&seq, &at}, func() error {
			if !seen[seq] {
				seen[seq], quiet = true, now
				s.Times = append(s.Times, now.Sub(at))
			}
			return nil
		})
		if err != nil {
			return s, err
		}
		if now.Sub(quiet) > timersPatient {
			return s, fmt.Errorf("%d of %d limits were judged, and then none", len(seen), n)
		}
		if err := waitUntil(ctx, now.Add(20*time.Millisecond)); err != nil {
			return s, err
		}
	}
	s.Took = time.Since(begun)
	return s, nil
}

// burst lets limits pass at one instant, and tells how fast they are judged from then on.
func (t *timers) burst(ctx context.Context) (bench.Sample, error) {
	at := time.Now().Add(timersLead).UTC()
	if err := t.pass(ctx, t.due[timersDue:], at, 0); err != nil {
		return bench.Sample{}, err
	}
	s, err := t.watch(ctx, timersDue)
	s.Took = time.Since(at)
	return s, err
}

// ceiling is the same work without any thought: one row marked and one appended for each limit, as many at once as a sweep takes, on tables with nothing else.
func (t *timers) ceiling(ctx context.Context) (bench.Sample, error) {
	const batch = 500
	for _, sql := range []string{
		`create table bench_clock (id bigint primary key, due_at timestamptz not null, breached_at timestamptz)`,
		`create table bench_event (seq bigint generated always as identity primary key, id bigint not null, at timestamptz not null, data jsonb not null)`,
		`insert into bench_clock select n, now() from generate_series(1, 10000) n`,
	} {
		if _, err := t.owner.Exec(ctx, sql); err != nil {
			return bench.Sample{}, err
		}
	}
	s, err := bench.Load{Workers: 1, N: timersDue / batch, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(ctx context.Context, i int) error {
			_, err := t.owner.Exec(ctx, `with due as (update bench_clock set breached_at = due_at where id > $1 and id <= $1 + $2 returning id, due_at)
				insert into bench_event (id, at, data) select id, due_at, '{"clock":"handle","leg":1}' from due`, i*batch, batch)
			return err
		}, func() {}, nil
	}}.Run(ctx)
	s.Times = slices.Repeat(s.Times, batch) // each statement judged so many
	return s, err
}
