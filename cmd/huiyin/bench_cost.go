package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"

	"huiyin/bench"
	"huiyin/casework"
	"huiyin/intake"
	"huiyin/pg"
)

// costed is a sample and the processor time that it cost.
type costed struct {
	bench.Sample
	used time.Duration
}

// run works a load off and adds what came of it.
func (c *costed) run(ctx context.Context, p *parts, load bench.Load) error {
	before := p.processor()
	got, err := load.Run(ctx)
	if err != nil {
		return err
	}
	c.Add(got)
	c.used += p.processor() - before
	return nil
}

// each is the processor time of one piece in microseconds.
func (c *costed) each() float64 {
	if len(c.Times) == 0 {
		return 0
	}
	return math.Round(float64(c.used.Microseconds()) / float64(len(c.Times)))
}

// processor is the processor time that this program and its private database have used.
func (p *parts) processor() time.Duration {
	return bench.Processor(os.Getpid(), p.server())
}

// server is the number of the private database server's process; 0 where there is none.
func (p *parts) server() int {
	text, err := os.ReadFile(filepath.Join(p.Config.Data, "pg", "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(bytes.TrimSpace(first)))
	if err != nil {
		return 0
	}
	return pid
}

// bareCases is filing without any thought: a case of so many bytes, its event and its clock in one statement and one commit, on tables with their keys and nothing else.
func bareCases(ctx context.Context, url string, size int) (load func(time.Duration) bench.Load, stop func(), err error) {
	pool, err := pg.Open(ctx, url, pg.Options{Name: "huiyin bench", MaxConns: intakeWriters, AsOwner: true})
	if err != nil {
		return nil, nil, err
	}
	for _, sql := range []string{
		`create table bench_bare_case (id uuid primary key, number text not null unique, state text not null, at timestamptz not null, body bytea not null)`,
		`create table bench_bare_event (seq bigint generated always as identity primary key, case_id uuid not null references bench_bare_case (id), at timestamptz not null, data jsonb not null)`,
		`create table bench_bare_clock (case_id uuid primary key references bench_bare_case (id), due_at timestamptz not null)`,
		`create index on bench_bare_event (case_id, seq)`,
		`create index on bench_bare_clock (due_at)`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			pool.Close()
			return nil, nil, fmt.Errorf("bare tables: %w", err)
		}
	}
	body := noise(size)
	load = func(d time.Duration) bench.Load {
		return bench.Load{Workers: intakeWriters, For: d, Begin: func(ctx context.Context, _ int) (func(context.Context, int) error, func(), error) {
			conn, err := pool.Acquire(ctx)
			if err != nil {
				return nil, nil, err
			}
			return func(ctx context.Context, _ int) error {
				id, err := uuid.NewV7()
				if err != nil {
					return err
				}
				now := time.Now()
				_, err = conn.Exec(ctx, `with c as (insert into bench_bare_case (id, number, state, at, body) values ($1, $2, 'registered', $3, $4)),
					k as (insert into bench_bare_clock (case_id, due_at) values ($1, $5))
					insert into bench_bare_event (case_id, at, data) values ($1, $3, '{"channel":"api","kind":"complaint","urgency":"normal"}')`, id, id.String(), now, body, now.AddDate(0, 0, 5))
				return err
			}, conn.Release, nil
		}}
	}
	return load, pool.Close, nil
}

// storingMost is more than is stored so in a second.
const storingMost = 6000

// storing gives a load that stores filings that are ready, each by one statement and one commit, in the tables of the service and as their owner, for whom
// no rule of sight stands: what the rows of a filing cost without reading, masking, routing and sealing. It makes them ready when it is asked for the load.
func (f *filer) storing(ctx context.Context) (load func(time.Duration) (bench.Load, error), stop func(), err error) {
	pool, err := pg.Open(ctx, f.URL, pg.Options{Name: "huiyin bench", MaxConns: intakeWriters, AsOwner: true})
	if err != nil {
		return nil, nil, err
	}
	load = func(d time.Duration) (bench.Load, error) {
		ready := make([]casework.Ready, int(d.Seconds()*storingMost))
		for i := range ready {
			if ready[i], err = f.ready(); err != nil {
				return bench.Load{}, err
			}
		}
		return bench.Load{Workers: intakeWriters, For: d, N: len(ready), Begin: func(ctx context.Context, _ int) (func(context.Context, int) error, func(), error) {
			conn, err := pool.Acquire(ctx)
			if err != nil {
				return nil, nil, err
			}
			return func(ctx context.Context, i int) error {
				f.stored.Add(1)
				return ready[i].Store(ctx, conn)
			}, conn.Release, nil
		}}, nil
	}
	return load, pool.Close, nil
}

// ready is the next filing, prepared up to its rows.
func (f *filer) ready() (casework.Ready, error) {
	i := f.serial.Add(1)
	f.stored.Add(-1)
	s, err := intake.API(f.body(i))
	if err != nil {
		return casework.Ready{}, err
	}
	s.Key, s.Reason = sha256.Sum256(fmt.Appendf(nil, "bench-%d", i)), fmt.Sprintf("api:%064x", i)
	filing, err := f.Door.Prepare(s)
	if err != nil {
		return casework.Ready{}, err
	}
	filing.By = casework.Resident(casework.CaseID{})
	return f.Docket.Ready(filing)
}
