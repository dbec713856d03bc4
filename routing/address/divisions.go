package address

import (
	_ "embed"
	"strings"
	"sync"
)

// divisions are the administrative divisions of China; data/LICENSE.divisions says whose work they are. The names stay where they lie in the
// program, so that the list takes little memory.
//
//go:embed data/divisions.txt
var divisions string

// China is the gazetteer of the administrative divisions of China in the edition of 2023, made when it is first asked for.
var China = sync.OnceValue(func() *Gazetteer { return New(readDivisions(divisions)) })

// readDivisions reads lines of the rest of a code and a name, set in by one blank a level. Codes of provinces and cities are filled up to six digits.
func readDivisions(file string) []Area {
	areas := make([]Area, 0, strings.Count(file, "\n"))
	var at [Community]int32    // the area of each level that the next line may lie in
	var code [Community]string // and its digits
	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		rest := strings.TrimLeft(line, " ")
		level := Level(len(line) - len(rest)) //nolint:gosec // lines are set in by at most three
		digits, name, _ := strings.Cut(strings.TrimSuffix(rest, "\n"), " ")
		a := Area{Parent: -1, Level: level, Name: name}
		if level > Province {
			a.Parent, digits = at[level-1], code[level-1]+digits
		}
		at[level], code[level] = int32(len(areas)), digits //nolint:gosec // areas are fewer than 2³¹
		a.Code = (digits + "0000")[:max(len(digits), 6)]
		areas = append(areas, a)
	}
	return areas
}
