package bench

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// The plot's measures, and the colours and dashes of its lines.
const (
	plotWidth, plotHeight                    = 820, 380
	plotLeft, plotRight, plotTop, plotBottom = 60, 470, 50, 330
	plotLine                                 = 17 // between two labels
)

var (
	plotColours = []string{"#1d70b8", "#00703c", "#d4351c", "#4c2c92", "#505a5f", "#b58840", "#28a197", "#912b88", "#f47738", "#0b0c0c", "#85994b"}
	plotDashes  = []string{"", "6 4", "2 3", "9 3 2 3"}
)

// Plot draws columns beside the number of cases, as SVG: each figure by how many times its value at the smallest size it is, over the logarithm of the size. What grows with the logarithm is a straight line, what grows faster bends upwards.
func Plot(sizes []int, columns []Column, across, up string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="sans-serif" font-size="13">`+"\n"+`<rect width="%d" height="%d" fill="#fff"/>`+"\n", plotWidth, plotHeight, up, plotWidth, plotHeight)
	top := 2.0
	for _, c := range columns {
		for i := range c.Figures {
			top = max(top, c.times(i))
		}
	}
	top = math.Ceil(top)
	first, last := math.Log10(float64(sizes[0])), math.Log10(float64(sizes[len(sizes)-1]))
	x := func(i int) float64 {
		return plotLeft + (plotRight-plotLeft)*(math.Log10(float64(sizes[i]))-first)/max(last-first, 1e-9)
	}
	y := func(times float64) float64 { return plotBottom - (plotBottom-plotTop)*times/top }
	step := math.Ceil(top / 8)
	for v := 0.0; v <= top; v += step {
		fmt.Fprintf(&b, `<line x1="%d" y1="%.0f" x2="%d" y2="%.0f" stroke="#dee0e2"/><text x="%d" y="%.0f" text-anchor="end">%g×</text>`+"\n", plotLeft, y(v), plotRight, y(v), plotLeft-8, y(v)+4, v)
	}
	for i, n := range sizes {
		fmt.Fprintf(&b, `<text x="%.0f" y="%d" text-anchor="middle">%s</text>`+"\n", x(i), plotBottom+20, thousands(n))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text><text x="%d" y="28">%s</text>`+"\n", (plotLeft+plotRight)/2, plotBottom+40, across, plotLeft, up)
	for k, at := range labelled(columns, y) {
		c := columns[k]
		colour, dash := plotColours[k%len(plotColours)], plotDashes[k%len(plotDashes)]
		var points []string
		for i := range c.Figures {
			points = append(points, fmt.Sprintf("%.0f,%.0f", x(i), y(c.times(i))))
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/><text x="%d" y="%.0f" fill="%s">%s</text>`+"\n", strings.Join(points, " "), colour, dash, plotRight+12, at+4, colour, c.Name)
	}
	return b.String() + "</svg>\n"
}

// times is how many times its value at the smallest size a figure is.
func (c Column) times(i int) float64 {
	if c.Figures[0].Value <= 0 {
		return 0
	}
	return c.Figures[i].Value / c.Figures[0].Value
}

// labelled is how high each column's label stands: at the end of its line, or as much lower as there is room.
func labelled(columns []Column, y func(float64) float64) []float64 {
	order, at := make([]int, len(columns)), make([]float64, len(columns))
	for i, c := range columns {
		order[i], at[i] = i, y(c.times(len(c.Figures)-1))
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(math.Round(at[a] - at[b])) })
	for k := 1; k < len(order); k++ {
		at[order[k]] = max(at[order[k]], at[order[k-1]]+plotLine)
	}
	return at
}

// thousands writes a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
