package rulebook

import (
	"slices"
	"strings"
)

// Line is one line of a comparison.
type Line struct {
	Sign rune // '+' came, '-' went, ' ' stayed, '…' stands for lines left out
	Old  int  // number in the old text, 0 where it has none
	New  int  // number in the new text, 0 where it has none
	Text string
}

const (
	around    = 2         // lines shown before and after a change
	maxMatrix = 4_000_000 // compared pairs of lines; beyond, all of the middle counts as changed
)

// Compare tells by lines what changed from one text to another; the same texts give nothing.
func Compare(before, after []byte) []Line {
	a, b := lines(before), lines(after)
	if slices.Equal(a, b) {
		return nil
	}
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var all []Line
	for i := range head {
		all = append(all, Line{' ', i + 1, i + 1, a[i]})
	}
	all = append(all, middle(a[head:len(a)-tail], b[head:len(b)-tail], head)...)
	for i := range tail {
		x, y := len(a)-tail+i, len(b)-tail+i
		all = append(all, Line{' ', x + 1, y + 1, a[x]})
	}
	return shorten(all)
}

func lines(text []byte) []string {
	s := strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// middle compares what lies between the common head and tail by the longest common subsequence.
func middle(a, b []string, skipped int) []Line {
	var out []Line
	went := func(i int) { out = append(out, Line{'-', skipped + i + 1, 0, a[i]}) }
	came := func(j int) { out = append(out, Line{'+', 0, skipped + j + 1, b[j]}) }
	i, j := 0, 0
	if (len(a)+1)*(len(b)+1) <= maxMatrix {
		width := len(b) + 1
		common := make([]int32, (len(a)+1)*width)
		for x := len(a) - 1; x >= 0; x-- {
			for y := len(b) - 1; y >= 0; y-- {
				if a[x] == b[y] {
					common[x*width+y] = common[(x+1)*width+y+1] + 1
				} else {
					common[x*width+y] = max(common[(x+1)*width+y], common[x*width+y+1])
				}
			}
		}
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				out = append(out, Line{' ', skipped + i + 1, skipped + j + 1, a[i]})
				i, j = i+1, j+1
			case common[(i+1)*width+j] >= common[i*width+j+1]:
				went(i)
				i++
			default:
				came(j)
				j++
			}
		}
	}
	for ; i < len(a); i++ {
		went(i)
	}
	for ; j < len(b); j++ {
		came(j)
	}
	return out
}

// shorten leaves out the lines far from every change.
func shorten(all []Line) []Line {
	near := make([]bool, len(all))
	for i, l := range all {
		if l.Sign != ' ' {
			for k := max(0, i-around); k <= min(len(all)-1, i+around); k++ {
				near[k] = true
			}
		}
	}
	var out []Line
	for i, l := range all {
		switch {
		case near[i]:
			out = append(out, l)
		case len(out) == 0 || out[len(out)-1].Sign != '…':
			out = append(out, Line{Sign: '…'})
		}
	}
	return out
}
