package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCountingLaws(t *testing.T) {
	c := official(t)
	low, high := NewDate(2006, 6, 1), NewDate(2028, 6, 1)
	rapid.Check(t, func(t *rapid.T) {
		a := Date(rapid.Int32Range(int32(low), int32(high)).Draw(t, "a"))
		b := Date(rapid.Int32Range(int32(a), int32(high)).Draw(t, "b"))
		n, m := rapid.IntRange(1, 60).Draw(t, "n"), rapid.IntRange(1, 60).Draw(t, "m")
		second := rapid.IntRange(0, secondsPerDay-1).Draw(t, "second")
		rule := rapid.SampledFrom([]StartRule{NextWorkday, Immediate}).Draw(t, "rule")
		at := func(d Date) time.Time { return d.Start(c.Zone()).Add(time.Duration(second) * time.Second) }

		due, _ := c.AddWorkingDays(at(a), n, rule)
		if !c.Work(c.DueDate(due)) {
			t.Fatalf("due on %s, not a working day", c.DueDate(due))
		}
		if !due.After(at(a)) {
			t.Fatalf("due %s is not after its start", due)
		}
		if later, _ := c.AddWorkingDays(at(b), n, rule); later.Before(due) {
			t.Fatalf("a later start gives an earlier due: %s < %s", later, due)
		}
		if longer, _ := c.AddWorkingDays(at(a), n+m, rule); !longer.After(due) {
			t.Fatalf("%d more days do not move %s", m, due)
		}
		first, p1 := c.Nth(a, n)
		then, p2 := c.Nth(first, m)
		whole, p := c.Nth(a, n+m)
		if then != whole || p != (p1 || p2) {
			t.Fatalf("%d then %d days: %s, in one: %s", n, m, then, whole)
		}
		if back, _ := c.Count(a, whole); back != n+m {
			t.Fatalf("%d days forward, %d back", n+m, back)
		}
		if c.Back(whole, n+m) != c.Back(first, n) || c.Back(a, 0) != a {
			t.Fatalf("%d days back from %s: %s", n+m, whole, c.Back(whole, n+m))
		}
		mid, _ := c.Count(a, b)
		rest, _ := c.Count(b, b+Date(m))
		if all, _ := c.Count(a, b+Date(m)); all != mid+rest {
			t.Fatalf("counts do not add: %d + %d, whole %d", mid, rest, all)
		}
		if next, _ := c.Next(a); !c.Work(next) || next <= a {
			t.Fatalf("next of %s is %s", a, next)
		}
	})
}

func TestBeforeIsTheInverseOfElapsing(t *testing.T) {
	c := official(t)
	hours, err := ParseHours([]string{"08:30-12:00", "14:00-17:30"})
	if err != nil {
		t.Fatal(err)
	}
	open := func(from, to time.Time) (sum time.Duration) {
		for d := c.Date(from); d <= c.Date(to); d++ {
			for _, p := range hours {
				lo, hi := c.At(d, p.From), c.At(d, p.To)
				if lo.Before(from) {
					lo = from
				}
				if hi.After(to) {
					hi = to
				}
				if c.Work(d) && hi.After(lo) {
					sum += hi.Sub(lo)
				}
			}
		}
		return sum
	}
	rapid.Check(t, func(t *rapid.T) {
		to := time.Unix(rapid.Int64Range(1167600000, 1798700000).Draw(t, "to"), 0)
		d := time.Duration(rapid.IntRange(1, 40*60).Draw(t, "minutes")) * time.Minute
		from := c.Before(to, d, hours)
		if got := open(from, to); got != d {
			t.Fatalf("%s before %s is %s, with %s of opening hours between", d, to, from, got)
		}
	})
}
