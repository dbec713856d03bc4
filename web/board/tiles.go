package board

import (
	"math"
	"slices"
	"strconv"

	"huiyin/locale"
	"huiyin/routing"
	"huiyin/supervision"
)

// tile is one district on the tile map: a square in a grid, with its name and number. The grid follows where the districts lie; it draws no boundary.
type tile struct {
	Code     string
	Name     string
	Number   string
	Href     string
	Shade    string // opacity of its colour, one of five steps; the number is printed beside
	Col, Row int
}

// Measures of a tile in the drawing's own units.
const (
	tileSize = 104
	tileGap  = 6
)

func (t tile) x() int { return t.Col * (tileSize + tileGap) }
func (t tile) y() int { return t.Row * (tileSize + tileGap) }

func px(n int) string { return strconv.Itoa(n) }

// tileBox is the viewBox that holds all tiles.
func tileBox(list []tile) string {
	cols, rows := 1, 1
	for _, t := range list {
		cols, rows = max(cols, t.Col+1), max(rows, t.Row+1)
	}
	return "-2 -2 " + px(cols*(tileSize+tileGap)-tileGap+4) + " " + px(rows*(tileSize+tileGap)-tileGap+4)
}

// at is a cell of the grid.
type at struct{ col, row int }

// grid gives each area a cell of its own, as near to where it lies as the others leave: columns from west to east, rows from north to
// south. Areas without a point follow in the last row.
func grid(areas []routing.Territory) map[string]at {
	cells := map[string]at{}
	if len(areas) == 0 {
		return cells
	}
	side := int(math.Ceil(math.Sqrt(float64(len(areas)))))
	if side*side == len(areas) && side > 1 {
		side++ // room to breathe, so that the shape of the city shows
	}
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	var known, unknown []routing.Territory
	for _, a := range areas {
		if a.Point == nil {
			unknown = append(unknown, a)
			continue
		}
		known = append(known, a)
		west, east = min(west, a.Point.Lon), max(east, a.Point.Lon)
		south, north = min(south, a.Point.Lat), max(north, a.Point.Lat)
	}
	taken := map[at]bool{}
	spread := func(v, low, high float64) float64 {
		if high <= low {
			return 0
		}
		return (v - low) / (high - low) * float64(side-1)
	}
	// North-western areas choose first, so that the same files always give the same map.
	slices.SortStableFunc(known, func(a, b routing.Territory) int {
		return int(math.Copysign(1, (b.Point.Lat-b.Point.Lon)-(a.Point.Lat-a.Point.Lon)))
	})
	for _, a := range known {
		x, y := spread(a.Point.Lon, west, east), float64(side-1)-spread(a.Point.Lat, south, north)
		best, near := at{}, math.Inf(1)
		for row := range side {
			for col := range side {
				d := math.Hypot(float64(col)-x, float64(row)-y)
				if !taken[at{col, row}] && d < near {
					best, near = at{col, row}, d
				}
			}
		}
		taken[best], cells[a.Code] = true, best
	}
	for i, a := range unknown {
		cells[a.Code] = at{i % side, side + i/side}
	}
	return squeezed(cells)
}

// squeezed leaves out columns and rows that hold nothing.
func squeezed(cells map[string]at) map[string]at {
	cols, rows := map[int]bool{}, map[int]bool{}
	for _, c := range cells {
		cols[c.col], rows[c.row] = true, true
	}
	before := func(used map[int]bool, n int) int {
		k := 0
		for i := range n {
			if used[i] {
				k++
			}
		}
		return k
	}
	out := map[string]at{}
	for code, c := range cells {
		out[code] = at{before(cols, c.col), before(rows, c.row)}
	}
	return out
}

// shades are the five steps of the one colour, light enough for dark words on all of them.
var shades = []string{"0.08", "0.17", "0.26", "0.35", "0.45"}

// tiles draws a figure over the districts. Shades run from the lowest to the highest value that is shown.
func (s sheet) tiles(l locale.Lang, code string) []tile {
	districts := s.Rules.Districts()
	cells := grid(districts)
	low, high := math.Inf(1), math.Inf(-1)
	for _, d := range districts {
		if v, ok := lineOf(s.Districts, d.Code).Get(code).Value(); ok {
			low, high = min(low, v), max(high, v)
		}
	}
	var list []tile
	for _, d := range districts {
		f := lineOf(s.Districts, d.Code).Get(code)
		t := tile{Code: d.Code, Name: d.Name.In(l), Number: number(l, f), Href: l.Path(s.address("/districts/" + d.Code)), Shade: "0", Col: cells[d.Code].col, Row: cells[d.Code].row}
		if v, ok := f.Value(); ok && f.Definition != "" {
			t.Shade = shades[step(v, low, high)]
			if f.Measure == supervision.Hours {
				t.Number = l.T("board.short_hours", locale.Args{"N": t.Number})
			}
		}
		list = append(list, t)
	}
	return list
}

// step is the fifth of the range in which a value lies.
func step(v, low, high float64) int {
	if high <= low {
		return len(shades) / 2
	}
	return min(len(shades)-1, int((v-low)/(high-low)*float64(len(shades))))
}

// spark is a small chart of one figure over the months of the trend.
type spark struct {
	Label string // what it shows, in words
	Bars  []sparkBar
}

type sparkBar struct {
	X, Y, W, H int
	Shade      string
}

// Measures of a small chart in its own units.
const (
	sparkHigh = 40
	sparkWide = 24
)

func (s sheet) spark(l locale.Lang, code string) spark {
	def, _ := supervision.Define(code)
	c := spark{Label: l.T(def.Name)}
	top := 0.0
	for _, m := range s.Trend {
		top = max(top, value(m.Get(code)))
	}
	for i, m := range s.Trend {
		f := m.Get(code)
		month, _ := supervision.ParseMonth(m.Key)
		c.Label += " · " + s.monthName(l, month) + " " + number(l, f)
		high := 2
		if top > 0 {
			high = max(2, int(math.Round(value(f)/top*sparkHigh)))
		}
		b := sparkBar{X: i * (sparkWide + 4), Y: sparkHigh - high, W: sparkWide, H: high, Shade: "0.4"}
		if i == len(s.Trend)-1 {
			b.Shade = "1"
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}
