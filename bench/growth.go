package bench

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Figure is what was measured several times over: the middle of it, and how far the times were apart.
type Figure struct {
	Value  float64 `json:"value"`
	Spread float64 `json:"spread"`
}

// FigureOf is the figure of several rounds.
func FigureOf(rounds ...float64) Figure {
	if len(rounds) == 0 {
		return Figure{}
	}
	sorted := slices.Sorted(slices.Values(rounds))
	return Figure{Value: thousandths(sorted[len(sorted)/2]), Spread: thousandths(sorted[len(sorted)-1] - sorted[0])}
}

// Rounds takes a sample apart into so many rounds, in the order in which it was measured, and tells within which time a share of each was done.
func (s Sample) Rounds(n int, share float64) Figure {
	if len(s.Times) < n {
		return FigureOf(s.Within(share))
	}
	var rounds []float64
	for part := range slices.Chunk(s.Times, (len(s.Times)+n-1)/n) {
		rounds = append(rounds, Sample{Times: part}.Within(share))
	}
	return FigureOf(rounds...)
}

func thousandths(v float64) float64 { return math.Round(1000*v) / 1000 }

// Bound is the fastest growth that a figure may show.
type Bound string

const (
	Logarithm Bound = "logarithm" // each tenfold adds no more than the tenfold before it
	// SquareRoot bounds exact search for several words at once: to ask whether two of many sets meet takes at least the square root of all that is in them, where the sets were prepared in about as much time as reading
	// them takes (conditional on 3SUM: Kopelowitz, Pettie and Porat, "Higher lower bounds from the 3SUM conjecture", SODA 2016; Kopelowitz and Vassilevska Williams, ICALP 2020).
	SquareRoot Bound = "square root"
)

// Column is one figure beside growing numbers of cases.
type Column struct {
	Name    string    `json:"name"`
	Figures []Figure  `json:"figures"` // by size, the smallest first
	Steps   []float64 `json:"steps"`   // what each tenfold adds, between neighbouring sizes
	Noise   float64   `json:"noise"`   // by how much steps may differ without meaning anything
	Bound   Bound     `json:"bound"`   // what it is held to
	Within  bool      `json:"within"`  // it grows no faster than its bound, but for noise
	Log     bool      `json:"log"`     // it grows no faster than the logarithm, but for noise
	Known   bool      `json:"known"`   // there were three sizes or more; with fewer nothing can be told
}

// leastNoise is the part of a figure that is never more than chance: a figure measured again on the same machine.
const leastNoise = 0.03

// Judge tells of a column how it grows with the sizes, and whether that is no faster than its bound. Growth is what goes beyond the largest figure so far: one that was smaller in between has not grown when it is as before.
func Judge(name string, sizes []int, figures []Figure, bound Bound) Column {
	c := Column{Name: name, Figures: figures, Bound: bound, Log: true, Known: len(figures) > 2}
	for i, f := range figures {
		c.Noise = max(c.Noise, f.Spread, leastNoise*f.Value)
		if i > 0 {
			c.Steps = append(c.Steps, thousandths((f.Value-figures[i-1].Value)/math.Log10(float64(sizes[i])/float64(sizes[i-1]))))
		}
	}
	root, largest, before := true, 0.0, math.Inf(1)
	for i, f := range figures {
		if i > 0 {
			times := float64(sizes[i]) / float64(sizes[i-1])
			step := max(0, f.Value-largest) / math.Log10(times)
			c.Log = c.Log && step <= before+c.Noise
			root = root && f.Value <= largest*math.Sqrt(times)+c.Noise
			before = step
		}
		largest = max(largest, f.Value)
	}
	c.Within = c.Log || bound == SquareRoot && root
	return c
}

// String is the column in words.
func (c Column) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-42s", c.Name)
	for _, f := range c.Figures {
		fmt.Fprintf(&b, " %8.2f", f.Value)
	}
	if c.Steps != nil {
		b.WriteString("; each tenfold adds")
	}
	for _, s := range c.Steps {
		fmt.Fprintf(&b, " %+.2f", s)
	}
	fmt.Fprintf(&b, " (noise %.2f)", c.Noise)
	switch {
	case !c.Known:
	case c.Log:
		b.WriteString(": no faster than the logarithm")
	case c.Within:
		fmt.Fprintf(&b, ": faster than the logarithm, no faster than the %s", c.Bound)
	default:
		fmt.Fprintf(&b, ": FASTER than the %s", c.Bound)
	}
	return b.String()
}
