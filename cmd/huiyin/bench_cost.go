package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"

	"huiyin/bench"
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
