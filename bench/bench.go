// Package bench measures work under load, beside the raw ceiling of the machine in the same run.
package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Result is what `huiyin bench … --json` ends with.
type Result struct {
	Rate    float64 `json:"rate"`             // done a second
	P50     float64 `json:"p50_ms"`           // milliseconds within which half was done
	P95     float64 `json:"p95_ms"`           //
	P99     float64 `json:"p99_ms"`           //
	Ceiling float64 `json:"ceiling"`          // what the machine can do a second at best, in the same run
	Ratio   float64 `json:"ratio_to_ceiling"` // Rate by Ceiling
	RSS     float64 `json:"rss_mb"`           // resident memory of the service at its highest
	N       int     `json:"n"`                // how many were done
	Load    float64 `json:"machine_load"`     // mean number of running programs in the last minute, ours among them; 0 where the system does not tell
}

// Load is work that many do at once.
type Load struct {
	Workers int           // at once
	For     time.Duration // how long; zero: until N are done
	N       int           // how many; zero: as many as For allows
	// Begin is called once for each worker and gives what it does again and again; end is called when it stops. i numbers the pieces of work of all workers.
	Begin func(ctx context.Context, worker int) (do func(ctx context.Context, i int) error, end func(), err error)
}

// Sample is what came of a load.
type Sample struct {
	Took  time.Duration   // of the whole
	Times []time.Duration // of each piece, in no order
}

// Run works the load off. The first error ends it.
func (l Load) Run(ctx context.Context) (Sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var s Sample
	next := 0
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, l.N == 0 || next <= l.N
	}
	var doing []func(context.Context, int) error
	for w := range l.Workers {
		do, end, err := l.Begin(ctx, w)
		if err != nil {
			return s, err
		}
		defer end()
		doing = append(doing, do)
	}
	begun := time.Now()
	var wg sync.WaitGroup
	for _, do := range doing {
		wg.Go(func() {
			var times []time.Duration
			defer func() {
				mu.Lock()
				s.Times = append(s.Times, times...)
				mu.Unlock()
			}()
			for ctx.Err() == nil && (l.For == 0 || time.Since(begun) < l.For) {
				i, more := take()
				if !more {
					return
				}
				from := time.Now()
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
				times = append(times, time.Since(from))
			}
		})
	}
	wg.Wait()
	s.Took = time.Since(begun)
	if err := context.Cause(ctx); err != nil {
		return s, err
	}
	return s, nil
}

// Add joins the sample of another stretch of the same load.
func (s *Sample) Add(other Sample) {
	s.Took += other.Took
	s.Times = append(s.Times, other.Times...)
}

// Rate is how many pieces were done a second.
func (s Sample) Rate() float64 {
	if s.Took <= 0 {
		return 0
	}
	return float64(len(s.Times)) / s.Took.Seconds()
}

// Within is the time, in milliseconds, within which a share of the pieces was done (nearest rank).
func (s Sample) Within(share float64) float64 {
	if len(s.Times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s.Times))
	rank := int(math.Ceil(share*float64(len(sorted)))) - 1
	return float64(sorted[min(max(rank, 0), len(sorted)-1)].Microseconds()) / 1000
}

// Against makes the result of a sample, with the ceiling measured beside it.
func (s Sample) Against(ceiling Sample) Result {
	r := Result{Rate: round(s.Rate()), P50: s.Within(0.50), P95: s.Within(0.95), P99: s.Within(0.99), Ceiling: round(ceiling.Rate()), RSS: PeakMemory(), N: len(s.Times), Load: machineLoad()}
	if c := ceiling.Rate(); c > 0 {
		r.Ratio = round(s.Rate() / c)
	}
	return r
}

func round(f float64) float64 { return math.Round(f*1000) / 1000 }

// Write writes a result, or whatever holds one, as one line of JSON.
func Write(w io.Writer, result any) error { return json.NewEncoder(w).Encode(result) }

// PeakMemory is the highest resident memory of this process so far in MiB; 0 where the system does not tell.
func PeakMemory() float64 { return memory("VmHWM:") }

// Memory is the resident memory of this process in MiB; 0 where the system does not tell.
func Memory() float64 { return memory("VmRSS:") }

func machineLoad() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := bytes.Cut(text, []byte(" "))
	load, err := strconv.ParseFloat(string(first), 64)
	if err != nil {
		return 0
	}
	return load
}

func memory(field string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for lines := bufio.NewScanner(bytes.NewReader(status)); lines.Scan(); {
		words := bytes.Fields(lines.Bytes())
		if len(words) >= 2 && string(words[0]) == field {
			kb, err := strconv.ParseFloat(string(words[1]), 64)
			if err != nil {
				return 0
			}
			return round(kb / 1024)
		}
	}
	return 0
}
