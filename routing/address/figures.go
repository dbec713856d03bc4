package address

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// figureFile holds the rules for the parts of an address; data/parts.txt says what they mean and where they are from.
//
//go:embed data/parts.txt
var figureFile string

// figures are what data/parts.txt says, by the number of a type.
type figures struct {
	types   []string
	order   [][]float64          // after a type (0: at the beginning, 1+t: after type t) a type; the last column is the end
	shapes  map[string][]float64 // by what a part looks like, by type
	unseen  []float64            // any other look, by type
	lengths [][]float64          // by type, by how many characters the look leaves open
	digits  [][]float64          // by type, by how many digits
	ends    map[string]bool
	level   []int // by type, the level of the areas it names; -1 for none
	spare   int   // the type of what is too much
}

// levelTypes are the types that areas have in an address.
var levelTypes = [...]string{Province: "prov", City: "city", District: "district", Street: "town"}

// never is the figure of what does not occur.
const never = -30.0

var partFigures = sync.OnceValue(func() *figures { return readFigures(sections(figureFile)) })

// readFigures reads the figures; the file is embedded, so that a mistake in it is one of ours.
func readFigures(file map[string][]string) *figures {
	r := &figures{types: file["types"], shapes: map[string][]float64{}, ends: map[string]bool{}}
	number := map[string]int{"start": -1, "end": len(r.types)}
	for i, t := range r.types {
		number[t] = i
	}
	none := func(n int) []float64 {
		row := make([]float64, n)
		for i := range row {
			row[i] = never
		}
		return row
	}
	n := len(r.types)
	r.unseen, r.lengths, r.digits = none(n), make([][]float64, n), make([][]float64, n)
	for range n + 1 {
		r.order = append(r.order, none(n+1))
	}
	at := 0
	for _, w := range file["order"] {
		if to, figure, ok := entry(w); ok {
			r.order[1+at][number[to]] = figure
		} else {
			at = number[w]
		}
	}
	for _, w := range file["shapes"] {
		look, figure, ok := entry(w)
		switch {
		case !ok:
			at = number[w]
		case look == "*":
			r.unseen[at] = figure
		default:
			if r.shapes[look] == nil {
				r.shapes[look] = none(n)
			}
			r.shapes[look][at] = figure
		}
	}
	for heading, rows := range map[string][][]float64{"lengths": r.lengths, "digits": r.digits} {
		for _, w := range file[heading] {
			if figure, err := strconv.ParseFloat(w, 64); err == nil {
				rows[at] = append(rows[at], figure)
			} else {
				at = number[w]
			}
		}
	}
	for _, w := range file["ends"] {
		r.ends[w] = true
	}
	for _, t := range r.types {
		r.level = append(r.level, slices.Index(levelTypes[:], t))
	}
	r.spare = number["redundant"]
	return r
}

// entry reads a word and its figure.
func entry(w string) (word string, figure float64, ok bool) {
	i := strings.LastIndexByte(w, ':')
	if i < 0 {
		return w, 0, false
	}
	figure, err := strconv.ParseFloat(w[i+1:], 64)
	return w[:i], figure, err == nil
}

// TypeName is a type as Parts writes it, however capital letters stand in it; a type that Parts does not know stays as it is.
func TypeName(kind string) string {
	for _, t := range partFigures().types {
		if strings.EqualFold(t, kind) {
			return t
		}
	}
	return kind
}
