package bench

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestWhatGrowsFasterThanItsBoundIsTold(t *testing.T) {
	sizes := []int{10_000, 100_000, 1_000_000}
	for _, c := range []struct {
		name   string
		values []Figure
		log    bool
		root   bool
	}{
		{"the same everywhere", []Figure{{5, 0.1}, {5.1, 0.1}, {4.9, 0.1}}, true, true},
		{"as much for each tenfold", []Figure{{2, 0.1}, {4, 0.1}, {6, 0.1}}, true, true},
		{"less each time", []Figure{{2, 0}, {4, 0}, {5, 0}}, true, true},
		{"more each time", []Figure{{2, 0.1}, {3, 0.1}, {6, 0.1}}, false, true},
		{"more each time, but for noise", []Figure{{2, 0.1}, {3, 0.1}, {4.3, 0.5}}, true, true},
		{"smaller at first, then larger", []Figure{{3, 0.1}, {1, 0.1}, {4, 0.1}}, false, true},
		{"smaller in between", []Figure{{3, 0.1}, {1, 0.1}, {3.05, 0.1}}, true, true},
		{"in proportion", []Figure{{1, 0}, {10, 0}, {100, 0}}, false, false},
	} {
		if got := Judge(c.name, sizes, c.values, Logarithm); got.Within != c.log || got.Log != c.log || !got.Known {
			t.Errorf("%s: %s", c.name, got)
		}
		if got := Judge(c.name, sizes, c.values, SquareRoot); got.Within != c.root || got.Log != c.log {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	if three := Judge("to three million", []int{100_000, 1_000_000, 3_000_000}, []Figure{{2, 0}, {4, 0}, {4.95, 0}}, Logarithm); !three.Within {
		t.Error(three) // less than half of a tenfold adds less than half
	}
	if three := Judge("to three million", []int{100_000, 1_000_000, 3_000_000}, []Figure{{2, 0}, {4, 0}, {6, 0}}, Logarithm); three.Within {
		t.Error(three)
	}
	if two := Judge("two sizes", sizes[:2], []Figure{{1, 0}, {10, 0}}, Logarithm); two.Known {
		t.Errorf("two sizes tell nothing of growth: %s", two)
	}
}

func TestFiguresAreTheMiddleOfTheirRounds(t *testing.T) {
	if f := FigureOf(3, 1, 2, 9, 2.5); f.Value != 2.5 || f.Spread != 8 {
		t.Error(f)
	}
	var s Sample
	for i := range 10 {
		s.Times = append(s.Times, time.Duration(i+1)*time.Millisecond)
	}
	if f := s.Rounds(2, 1); f.Value != 10 || f.Spread != 5 {
		t.Error(f)
	}
}

func TestThePlotIsWellFormed(t *testing.T) {
	sizes := []int{10_000, 100_000, 1_000_000, 3_000_000}
	figures := []Figure{{2, 0}, {4, 0}, {6, 0}, {7, 0}}
	svg := Plot(sizes, []Column{Judge("words, half", sizes, figures, Logarithm), Judge("words, 95 %", sizes, figures, Logarithm), Judge("none", sizes, make([]Figure, 4), Logarithm)}, "cases", "times")
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"3,000,000", "words, 95 %", "<polyline"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
}
