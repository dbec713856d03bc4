package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"huiyin/bench"
	"huiyin/pg"
)

// benches lists what can be measured, by name.
var benches = map[string]func(ctx context.Context, b *benchRun) error{
	"growth": benchGrowth,
	"intake": benchIntake,
	"board":  benchBoard,
	"mail":   benchMail,
	"search": benchSearch,
	"timers": benchTimers,
}

// benchRun is one run of a bench: a database of its own, started for it and removed after it.
type benchRun struct {
	env     *Env
	json    bool
	seconds time.Duration // for each measured stretch
	workers int           // at once
	cases   int           // to fill in before, for those that measure reading
	data    string        // directory with texts that residents wrote
	dump    string        // file for documents and questions, by which other engines are measured
	only    string        // which parts of growth; empty: all
	plot    string        // file for the plot of growth
	large   int           // how many of the largest submissions, for those that take any
}

// measure runs one of the benches.
func measure(ctx context.Context, env *Env, args []string) error {
	names := benchNames()
	f := env.flags("bench", names+" [--json] [--seconds N] [--workers N]")
	b := &benchRun{env: env}
	f.BoolVar(&b.json, "json", false, "end with one JSON object on standard output, and nothing else there")
	f.IntVar(&b.workers, "workers", 64, "how many work at once")
	f.IntVar(&b.cases, "cases", 0, "how many cases are filled in first, for the benches that read; for growth, the largest number, up to 3000000")
	f.StringVar(&b.dump, "dump", "", "`file` for the documents and questions of search, by which scripts/bleve measures another engine")
	f.StringVar(&b.only, "only", "", "for growth: which `parts` are measured, of intake,search,board; all of them where none is named")
	f.StringVar(&b.plot, "plot", "", "`file` for the plot of growth, as SVG")
	f.StringVar(&b.data, "data", "../shared/data", "`directory` whose sentences cases are made of, for search; where there is none, the demonstration city's serve")
	f.IntVar(&b.large, "large", 24, "how many 25 MB messages show that memory stays flat, for mail; 0 leaves them out")
	seconds := f.Int("seconds", 12, "how long is measured in all")
	// The name may stand before or after the flags.
	var name string
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	if err := parse(f, args, 0, 1); err != nil {
		return err
	}
	if name == "" && f.NArg() == 1 {
		name = f.Arg(0)
	}
	run, known := benches[name]
	if !known || *seconds < 1 || b.workers < 1 || b.large < 0 || b.cases < 0 {
		return usage{"bench takes one of " + names + ", and numbers above zero: see huiyin bench --help"}
	}
	b.seconds = time.Duration(*seconds) * time.Second
	return run(ctx, b)
}

func benchNames() string {
	var names []string
	for _, n := range []string{"intake", "search", "board", "timers", "mail", "growth"} {
		if _, ok := benches[n]; ok {
			names = append(names, n)
		}
	}
	return strings.Join(names, "|")
}

// say tells how far a bench is, on stderr.
func (b *benchRun) say(format string, args ...any) { fmt.Fprintf(b.env.Stderr, format+"\n", args...) }

// tell ends a bench: one JSON object, or its figures in words.
func (b *benchRun) tell(r bench.Result, whole any) error {
	if b.json {
		return bench.Write(b.env.Stdout, whole)
	}
	_, err := fmt.Fprintf(b.env.Stdout, "%.0f a second (half within %.1f ms, 95 %% within %.1f ms, 99 %% within %.1f ms); the machine's ceiling is %.0f a second, so %.2f of it; %d done, %.0f MB of memory at most\n",
		r.Rate, r.P50, r.P95, r.P99, r.Ceiling, r.Ratio, r.N, r.RSS)
	return err
}

// alone runs fn with settings that point at a fresh data directory, on the same disk as the configured one, and removes it afterwards.
func (b *benchRun) alone(fn func(config Config) error) (err error) {
	if err := os.MkdirAll(b.env.Config.Data, 0o711); err != nil { // the database server's own user passes through
		return err
	}
	if old, err := filepath.Glob(filepath.Join(b.env.Config.Data, "bench-*")); err == nil {
		for _, dir := range old { // of runs that were killed
			if pg.Abandoned(dir) {
				_ = os.RemoveAll(dir)
			}
		}
	}
	dir, err := os.MkdirTemp(b.env.Config.Data, "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil {
		return err
	}
	config := b.env.Config
	config.Data, config.DatabaseURL, config.Keys, config.Smarthost, config.MailAuth = dir, "", filepath.Join(dir, "keys.json"), "", false
	config.attached = true
	return fn(config)
}

// connections is how many of them the service has to its database, and so the plain insert.
const connections = 16

// ceiling is the plain durable insert by so many writers: one row of so many bytes, one commit, nothing else.
func ceiling(ctx context.Context, url string, size, writers int) (load func(time.Duration) bench.Load, stop func(), err error) {
	pool, err := pg.Open(ctx, url, pg.Options{Name: "huiyin bench", MaxConns: int32(writers), AsOwner: true}) //nolint:gosec // a few dozen
	if err != nil {
		return nil, nil, err
	}
	if _, err := pool.Exec(ctx, `create table if not exists bench_plain (id bigint generated always as identity primary key, body bytea not null)`); err != nil {
		pool.Close()
		return nil, nil, err
	}
	if _, err := pool.Exec(ctx, `alter table bench_plain alter column body set storage external`); err != nil {
		pool.Close()
		return nil, nil, err
	}
	body := noise(size)
	load = func(d time.Duration) bench.Load {
		return bench.Load{Workers: writers, For: d, Begin: func(ctx context.Context, _ int) (func(context.Context, int) error, func(), error) {
			conn, err := pool.Acquire(ctx)
			if err != nil {
				return nil, nil, err
			}
			return func(ctx context.Context, _ int) error {
				_, err := conn.Exec(ctx, `insert into bench_plain (body) values ($1)`, body)
				return err
			}, conn.Release, nil
		}}
	}
	return load, pool.Close, nil
}
