package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

func TestEveryPieceIsDoneOnce(t *testing.T) {
	var done [100]atomic.Int32
	var ended atomic.Int32
	s, err := Load{Workers: 7, N: len(done), Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(_ context.Context, i int) error { done[i].Add(1); return nil }, func() { ended.Add(1) }, nil
	}}.Run(t.Context())
	if err != nil || len(s.Times) != len(done) || ended.Load() != 7 {
		t.Fatalf("%d pieces, %d ends, %v", len(s.Times), ended.Load(), err)
	}
	for i := range done {
		if n := done[i].Load(); n != 1 {
			t.Errorf("piece %d done %d times", i, n)
		}
	}
}

func TestTheFirstErrorEndsTheLoad(t *testing.T) {
	broken := errors.New("broken")
	_, err := Load{Workers: 3, For: time.Minute, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
		return func(_ context.Context, i int) error {
			if i == 5 {
				return broken
			}
			return nil
		}, func() {}, nil
	}}.Run(t.Context())
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestFigures(t *testing.T) {
	var s, ceiling Sample
	for i := 1; i <= 100; i++ {
		s.Times = append(s.Times, time.Duration(i)*time.Millisecond)
	}
	s.Took = time.Second
	ceiling.Add(s)
	ceiling.Add(s)
	ceiling.Took = time.Second
	r := s.Against(ceiling)
	if r.Rate != 100 || r.P50 != 50 || r.P95 != 95 || r.P99 != 99 || r.Ceiling != 200 || r.Ratio != 0.5 || r.N != 100 || r.RSS <= 0 {
		t.Errorf("%+v", r)
	}
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	var fields map[string]float64
	if err := json.Unmarshal(b.Bytes(), &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rate", "p50_ms", "p95_ms", "p99_ms", "ceiling", "ratio_to_ceiling", "rss_mb", "n"} {
		if fields[name] == 0 {
			t.Errorf("%s is missing: %s", name, b.String())
		}
	}
	if (Sample{}).Against(Sample{}).Ratio != 0 {
		t.Error("nothing has a ratio")
	}
}
