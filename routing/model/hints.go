package model

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// hint is what a column's values are called in texts, and what else goes with each. Labels such as districts are names that people say, also where another is responsible; a text that calls one of them teaches, its
// names taken out, the streets, estates and offices of that one. The hint is heard where a text calls none.
type hint struct {
	from, until int        // classes of the column
	stems       []string   // what is taken for calling one of them, normalised
	classes     []uint16   // the classes that are called often enough to learn what goes with them
	bias        []float32  // of these
	rows        [][]weight // by feature, for these
}

const (
	// mostCalled is how many values a column with hints has at most: names of places or matters, not of hundreds of offices.
	mostCalled = 40
	// leastCalls is how many texts must call a value, and no other, to learn from.
	leastCalls = 30
	// calling is the least share of the texts that call one value, and of those that call none: with fewer there is too little to learn from or to hear it for.
	calling = 0.1
	// uncalled is the hint's margin of a class that is never called.
	uncalled = -1
)

// calls is a column's names among the examples.
type calls struct {
	hint
	caller map[int]uint16    // by example that calls exactly one value, its class
	rest   map[int][]feature // by such an example, the features of its text without the names
}

// findCalls finds the columns whose values texts call by name.
func findCalls(columns []column, normal [][]rune) []calls {
	var out []calls
	for _, c := range columns {
		if len(c.values) < 2 || len(c.values) > mostCalled {
			continue
		}
		if found, ok := callsOf(c, normal); ok {
			out = append(out, found)
		}
	}
	return out
}

func callsOf(c column, normal [][]rune) (calls, bool) {
	names, stems := namesOf(c.values)
	found := calls{hint: hint{from: c.from, until: c.from + len(c.values), stems: stems}, caller: map[int]uint16{}, rest: map[int][]feature{}}
	none, count := 0, make([]int, len(c.values))
	for i, chars := range normal {
		text := string(chars)
		if found.heard(text) {
			none++
			continue
		}
		if one := only(names, text); one >= 0 {
			found.caller[i] = uint16(c.from + one) //nolint:gosec // classes are at most mostLabels
			count[one]++
		}
	}
	for value, n := range count {
		if n >= leastCalls {
			found.classes = append(found.classes, uint16(c.from+value)) //nolint:gosec // classes are at most mostLabels
		}
	}
	if enough := calling * float64(len(normal)); len(found.classes) < 2 || float64(len(found.caller)) < enough || float64(none) < enough {
		return calls{}, false
	}
	silence := remover(names, stems)
	for i := range found.caller {
		found.rest[i] = features([]rune(silence.Replace(string(normal[i]))))
	}
	return found, true
}

// namesOf is the values as they stand in normalised texts, empty where too short to be one, and what is taken for calling them: without an ending that others have too, such as the last character of districts.
func namesOf(values []string) (names, stems []string) {
	const shortest = 2
	endings := map[rune]int{}
	for _, v := range values {
		chars := normalise(v)
		name := strings.TrimSpace(string(chars[1 : len(chars)-1]))
		if utf8.RuneCountInString(name) < shortest {
			name = ""
		}
		last, _ := utf8.DecodeLastRuneInString(name)
		endings[last]++
		names = append(names, name)
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		last, size := utf8.DecodeLastRuneInString(name)
		if stem := name[:len(name)-size]; endings[last] > 1 && utf8.RuneCountInString(stem) >= shortest {
			name = stem
		}
		stems = append(stems, name)
	}
	return names, stems
}

// only is the place of the one name that stands in a text; -1 where none or several do.
func only(names []string, text string) int {
	one := -1
	for i, name := range names {
		if name != "" && strings.Contains(text, name) {
			if one >= 0 {
				return -1
			}
			one = i
		}
	}
	return one
}

// remover takes names out of texts, the longest first.
func remover(names, stems []string) *strings.Replacer {
	all := slices.DeleteFunc(slices.Concat(names, stems), func(s string) bool { return s == "" })
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var pairs []string
	for _, name := range slices.Compact(all) {
		pairs = append(pairs, name, "")
	}
	return strings.NewReplacer(pairs...)
}

// heard tells whether a normalised text calls none of the values, so that the hint is worth hearing.
func (h *hint) heard(text string) bool {
	return !slices.ContainsFunc(h.stems, func(stem string) bool { return strings.Contains(text, stem) })
}

// jobs are the machines of what goes with the values, learned from those of the examples that call one.
func (c *calls) jobs(from []int, vocab *vocabulary) []*job {
	var examples []vector
	var classes []uint16
	all := make([]float32, len(vocab.hashes))
	for _, j := range from {
		class, ok := c.caller[j]
		if !ok {
			continue
		}
		v := vocab.vector(c.rest[j])
		for _, at := range v.at {
			all[at]++
		}
		examples, classes = append(examples, v), append(classes, class)
	}
	var out []*job
	for _, class := range c.classes {
		out = append(out, &job{examples: examples, counts: all, class: int(class), inside: func(i int) bool { return classes[i] == class }})
	}
	return out
}

// learned is the hint with the weights that its machines found.
func (c *calls) learned(jobs []*job) hint {
	h := c.hint
	h.bias, h.rows = make([]float32, len(jobs)), make([][]weight, len(jobs[0].counts))
	for i, one := range jobs {
		h.bias[i] = one.spread(h.rows)
	}
	return h
}

// hears lists the hints that a normalised text is open to.
func (m *Model) hears(chars []rune) []*hint {
	var out []*hint
	text := ""
	for i := range m.hints {
		if text == "" {
			text = string(chars)
		}
		if m.hints[i].heard(text) {
			out = append(out, &m.hints[i])
		}
	}
	return out
}

// says is the hint's margin of every class of its column.
func (h *hint) says(v vector) []weight {
	out := make([]weight, h.until-h.from)
	for i := range out {
		out[i] = weight{uint16(h.from + i), uncalled} //nolint:gosec // classes are at most mostLabels
	}
	for i, class := range h.classes {
		out[int(class)-h.from].Value = h.bias[i]
	}
	for i, f := range v.at {
		for _, w := range h.rows[f] {
			out[int(w.Class)-h.from].Value += v.value[i] * w.Value
		}
	}
	return out
}

// hinted is what the hints that a text is open to say of the classes.
func hinted(hints []*hint, v vector) []weight {
	var out []weight
	for _, h := range hints {
		out = append(out, h.says(v)...)
	}
	return out
}

// withHints adds a share of what hints say to the margins.
func withHints(raw []float32, hints []weight, share float32) []float32 {
	if share == 0 || len(hints) == 0 {
		return raw
	}
	out := slices.Clone(raw)
	for _, w := range hints {
		out[w.Class] += share * w.Value
	}
	return out
}
