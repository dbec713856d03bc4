package board

import (
	"math"
	"slices"
	"strconv"

	"huiyin/locale"
	"huiyin/supervision"
)

// reason is one ground on which rows were left out of a figure.
type reason struct {
	Text string
	N    int
}

// shown is a figure as pages write it.
type shown struct {
	supervision.Figure
	Def    supervision.Definition
	Number string // "92.3%", "1,234", "–", or the word that it is not shown
	Unit   string // of the number: cases, hours
	Basis  string // "37 of 40"
	Out    []reason
}

// show writes a figure in words.
func show(l locale.Lang, line supervision.Line, code string) shown {
	def, _ := supervision.Define(code)
	f := line.Get(code)
	v := shown{Figure: f, Def: def, Number: number(l, f)}
	switch {
	case f.Suppressed:
		return v
	case def.Measure == supervision.Hours && f.Denominator > 0:
		v.Unit, v.Basis = l.T("board.hours"), l.T("board.of_cases", locale.Args{"N": l.Number(f.Denominator)})
	case def.Measure == supervision.Count:
		v.Unit = l.T("board.cases")
	case def.Measure == supervision.Share:
		v.Basis = fraction(l, f)
	}
	for code, n := range f.Excluded {
		v.Out = append(v.Out, reason{Text: l.T(supervision.ExclusionNames[code]), N: n})
	}
	slices.SortFunc(v.Out, func(a, b reason) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return slices.Compare([]rune(a.Text), []rune(b.Text))
	})
	return v
}

// number is the value of a figure: a share in percent, a count or hours; a dash where there is none.
func number(l locale.Lang, f supervision.Figure) string {
	switch {
	case f.Suppressed:
		return l.T("board.too_few")
	case f.Definition == "":
		return "–"
	case f.Measure == supervision.Count:
		return half(l, f.Numerator)
	case f.Denominator == 0:
		return "–"
	case f.Measure == supervision.Hours:
		return half(l, f.Numerator)
	}
	return l.Percent(int(f.Numerator), int(supervision.Whole(f.Denominator)))
}

// half writes a number with thousands apart, and its half where it has one.
func half(l locale.Lang, h supervision.Halves) string {
	s := l.Number(int(h) / 2)
	if h%2 != 0 {
		s += ".5"
	}
	return s
}

// fraction is numerator and denominator as they stand.
func fraction(l locale.Lang, f supervision.Figure) string {
	if f.Definition == "" || f.Suppressed || f.Denominator == 0 {
		return ""
	}
	return half(l, f.Numerator) + " / " + l.Number(f.Denominator)
}

// value is what a bar is drawn by; zero where there is nothing to draw.
func value(f supervision.Figure) float64 {
	if f.Definition == "" {
		return 0
	}
	v, _ := f.Value()
	return v
}

// change compares a figure with the month before, in words. A count of a month that still runs is set beside the whole month before, without judgement.
func change(l locale.Lang, now, before supervision.Figure, running bool) string {
	a, ok := now.Value()
	b, had := before.Value()
	if !ok || !had || now.Definition == "" || before.Definition == "" {
		return ""
	}
	switch now.Measure {
	case supervision.Count:
		if running {
			return l.T("board.last_month_whole", locale.Args{"N": half(l, before.Numerator)})
		}
		return compared(l, "board.more_cases", "board.fewer_cases", a-b, l.Number(int(math.Abs(a-b))))
	case supervision.Hours:
		return compared(l, "board.more_hours", "board.fewer_hours", a-b, l.Number(int(math.Abs(a-b))))
	}
	points := math.Round(1000*a-1000*b) / 10
	return compared(l, "board.more_points", "board.fewer_points", points, strconv.FormatFloat(math.Abs(points), 'f', 1, 64))
}

func compared(l locale.Lang, more, fewer string, by float64, size string) string {
	switch {
	case by > 0:
		return l.T(more, locale.Args{"N": size})
	case by < 0:
		return l.T(fewer, locale.Args{"N": size})
	}
	return l.T("board.same")
}

// against sets a part's share beside the city's.
func against(l locale.Lang, city supervision.Line, code string) string {
	f := city.Get(code)
	if _, ok := f.Value(); !ok || f.Definition == "" || f.Measure == supervision.Count {
		return ""
	}
	v := number(l, f)
	if f.Measure == supervision.Hours {
		v += " " + l.T("board.hours")
	}
	return l.T("board.city_has", locale.Args{"Number": v})
}
