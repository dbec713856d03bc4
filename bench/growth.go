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

// Column is one figure beside growing numbers of cases.
type Column struct {
	Name    string    `json:"name"`
	Figures []Figure  `json:"figures"` // by size, the smallest first
	Steps   []float64 `json:"steps"`   // what each tenfold adds, between neighbouring sizes
	Noise   float64   `json:"noise"`   // by how much steps may differ without meaning anything
	Within  bool      `json:"within"`  // no step is larger than the one before it, but for noise: the figure grows with the logarithm or slower
	Known   bool      `json:"known"`   // there were three sizes or more; with fewer nothing can be told
}

// leastNoise is the part of a figure that is never more than chance: a figure measured again on the same machine.
const leastNoise = 0.03

// Judge tells of a column whether it grows no faster than the logarithm of the sizes: whether each tenfold adds no more than the tenfold before it.
func Judge(name string, sizes []int, figures []Figure) Column {
	c := Column{Name: name, Figures: figures, Within: true, Known: len(figures) > 2}
	for i, f := range figures {
		c.Noise = max(c.Noise, f.Spread, leastNoise*f.Value)
		if i > 0 {
			c.Steps = append(c.Steps, thousandths((f.Value-figures[i-1].Value)/math.Log10(float64(sizes[i])/float64(sizes[i-1]))))
		}
	}
	for i := 1; i < len(c.Steps); i++ {
		if c.Steps[i] > max(0, c.Steps[i-1])+c.Noise {
			c.Within = false
		}
	}
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
	switch {
	case !c.Known:
		return b.String() + fmt.Sprintf(" (noise %.2f)", c.Noise)
	case c.Within:
		return b.String() + fmt.Sprintf(" (noise %.2f): no faster than the logarithm", c.Noise)
	}
	return b.String() + fmt.Sprintf(" (noise %.2f): FASTER than the logarithm", c.Noise)
}
