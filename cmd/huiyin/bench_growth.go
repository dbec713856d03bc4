package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"huiyin/bench"
)

// growthSizes are the numbers of cases at which the same work is measured: as far as --cases says, a million where it says nothing.
var growthSizes = []int{10_000, 100_000, 1_000_000, 3_000_000}

// growthParts are what is measured, each over cases of its own kind in databases of its own, one for each number of cases, with the disk that a case takes at most while its part is measured, in bytes.
var growthParts = []struct {
	name     string
	disk     float64
	together bool // the databases of all sizes stand beside each other
	measure  func(ctx context.Context, b *benchRun, sizes []growthSize) error
}{
	{"intake", 3000, false, oneByOne(growIntake)},
	{"search", 7500, true, growSearch},
	{"board", 6000, false, oneByOne(growBoard)},
}

const (
	growthMost   = 1_000_000
	growthRounds = 5 // of every measurement: the middle one counts, and how far they are apart is the noise
)

// growthResult is what `huiyin bench growth --json` ends with: the filing at the last size in the usual fields, each size in Sizes, and what each figure does from size to size in Columns.
type growthResult struct {
	bench.Result
	Sizes   []growthSize   `json:"sizes"`
	Columns []bench.Column `json:"columns"`
}

// growthSize is the same work beside so many cases.
type growthSize struct {
	Cases   int                     `json:"cases"`
	Took    float64                 `json:"seconds"`    // to load and to measure
	Rate    float64                 `json:"file_rate"`  // cases filed a second by 32 at once
	Plain   float64                 `json:"plain_rate"` // plain durable inserts a second by as many, in the same minute
	Figures map[string]bench.Figure `json:"figures"`    // by the names in growthColumns

	whole bench.Result // of the filing
}

// growthColumns are the figures in their order, with how fast they may grow: milliseconds, of processor time (the program and the database together) where nothing else is said.
var growthColumns = []struct {
	name  string
	bound bench.Bound
}{
	{"a filing, 32 at once", bench.Logarithm}, {"a look at all limits, by the clock", bench.Logarithm}, {"a case read, by the clock", bench.Logarithm},
	{"words, half", bench.SquareRoot}, {"words, 95 %", bench.SquareRoot}, {"counts of 30 days, half", bench.SquareRoot},
	{"counts of 30 days, 95 %", bench.SquareRoot}, {"counts over all time, half", bench.SquareRoot}, {"counts over all time, 95 %", bench.SquareRoot},
	{"a public page drawn, half", bench.Logarithm}, {"a public page drawn, 95 %", bench.Logarithm},
}

// benchGrowth does the same work beside growing numbers of cases and judges what each figure does. What grows faster than its bound is an error.
func benchGrowth(ctx context.Context, b *benchRun) error {
	most := b.cases
	if most == 0 {
		most = growthMost
	}
	if err := b.growthRoom(most); err != nil {
		return err
	}
	var r growthResult
	var sizes []int
	for _, n := range growthSizes {
		if n <= most {
			r.Sizes, sizes = append(r.Sizes, growthSize{Cases: n, Figures: map[string]bench.Figure{}}), append(sizes, n)
		}
	}
	if len(sizes) == 0 {
		return usage{fmt.Sprintf("bench growth begins at %d cases: --cases", growthSizes[0])}
	}
	for _, part := range growthParts {
		if !b.grows(part.name) {
			continue
		}
		if err := part.measure(ctx, b, r.Sizes); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	r.Result = r.Sizes[len(sizes)-1].whole
	var faster []string
	for _, column := range growthColumns {
		var figures []bench.Figure
		for _, s := range r.Sizes {
			if f, measured := s.Figures[column.name]; measured {
				figures = append(figures, f)
			}
		}
		if len(figures) < len(sizes) {
			continue
		}
		c := bench.Judge(column.name, sizes, figures, column.bound)
		if r.Columns = append(r.Columns, c); !c.Within {
			faster = append(faster, c.Name+": "+string(c.Bound))
		}
	}
	if b.plot != "" {
		if err := os.WriteFile(b.plot, []byte(bench.Plot(sizes, r.Columns, "cases (logarithmic)", "how many times what it is at the smallest number of cases; straight lines grow with the logarithm")), 0o644); err != nil { //nolint:gosec // a picture for everybody
			return err
		}
	}
	if err := b.tellGrowth(r); err != nil {
		return err
	}
	if faster != nil {
		return fmt.Errorf("faster than the bound: %s", strings.Join(faster, "; "))
	}
	return nil
}

// grows tells whether a part is to be measured.
func (b *benchRun) grows(part string) bool {
	return b.only == "" || slices.Contains(strings.Split(b.only, ","), part)
}

// growthRoom says what the largest size needs, and refuses where the disk does not have it.
func (b *benchRun) growthRoom(most int) error {
	need, measured := 0.0, false
	for _, part := range growthParts {
		if !b.grows(part.name) {
			continue
		}
		cases := most
		if part.together {
			cases = 0
			for _, n := range growthSizes {
				if n <= most {
					cases += n
				}
			}
		}
		need, measured = max(need, part.disk*float64(cases)), true
	}
	if !measured {
		return usage{"--only takes intake, search and board, separated by commas"}
	}
	if err := os.MkdirAll(b.env.Config.Data, 0o711); err != nil {
		return err
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(b.env.Config.Data, &disk); err != nil {
		return fmt.Errorf("ask the disk of %s: %w", b.env.Config.Data, err)
	}
	free := float64(disk.Bavail) * float64(disk.Bsize)
	b.say("%d cases take some %.0f GB of disk under %s while they are measured, and nothing afterwards; %.0f GB are free", most, math.Ceil(need/1e9), b.env.Config.Data, free/1e9)
	if free < need+2e9 {
		return fmt.Errorf("the disk of %s has not enough room: give fewer --cases, fewer parts by --only, or another HUIYIN_DATA", b.env.Config.Data)
	}
	return nil
}

// oneByOne measures a part at one size after the other.
func oneByOne(measure func(ctx context.Context, b *benchRun, p *parts, s *growthSize) error) func(context.Context, *benchRun, []growthSize) error {
	return func(ctx context.Context, b *benchRun, sizes []growthSize) error {
		for i := range sizes {
			s := &sizes[i]
			begun := time.Now()
			if err := b.growing(ctx, s.Cases, func(p *parts) error { return measure(ctx, b, p, s) }); err != nil {
				return fmt.Errorf("beside %d cases: %w", s.Cases, err)
			}
			s.Took += math.Round(time.Since(begun).Seconds())
		}
		return nil
	}
}

// growing does something in a database of its own, which is to hold so many cases.
func (b *benchRun) growing(ctx context.Context, cases int, do func(*parts) error) error {
	b.cases = cases
	b.say("%d cases", cases)
	return b.alone(func(config Config) error {
		own := *b.env
		own.Config, own.Stdout, own.Stderr = config, discard{}, discard{}
		p, err := assemble(ctx, &own, "bench", b.env.progress())
		if err != nil {
			return err
		}
		if err := do(p); err != nil {
			return closeAfter(p.database, err)
		}
		return p.Close()
	})
}

func (b *benchRun) tellGrowth(r growthResult) error {
	if b.json {
		return b.tell(r.Result, r)
	}
	var head []string
	for _, s := range r.Sizes {
		head = append(head, fmt.Sprintf("%d", s.Cases))
	}
	if _, err := fmt.Fprintf(b.env.Stdout, "milliseconds beside %s cases; of processor time, where nothing else is said\n", strings.Join(head, ", ")); err != nil {
		return err
	}
	for _, c := range r.Columns {
		if _, err := fmt.Fprintln(b.env.Stdout, c); err != nil {
			return err
		}
	}
	return nil
}
