package gaming

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

//go:embed data/patterns.yaml
var patternsFile []byte

//go:embed data/urged.txt
var urgedFile string

// Limit says from where on a pattern is looked at by a person.
type Limit struct {
	Least  int           `yaml:"least"`  // cases
	Share  int           `yaml:"share"`  // percent of what they are counted among
	Within time.Duration `yaml:"within"` // of each other
	Near   time.Duration `yaml:"near"`   // of the limit
	Burst  int           `yaml:"burst"`  // how many make a bunch, or different kinds
	Length int           `yaml:"length"` // characters from which on a text is remarkable
	Basis  struct {
		ZH string `yaml:"zh"`
		EN string `yaml:"en"`
	} `yaml:"basis"` // where the numbers come from; published
}

// Limits are the limits of all patterns.
type Limits map[Pattern]Limit

// ParseLimits reads a file of limits: every pattern, nothing unknown.
func ParseLimits(raw []byte) (Limits, error) {
	l := Limits{}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&l); err != nil {
		return nil, fmt.Errorf("limits of the watch: %w", err)
	}
	for _, p := range Patterns {
		if one, ok := l[p]; !ok || one.Least < 1 || one.Share < 0 || one.Share > 100 || one.Basis.ZH == "" || one.Basis.EN == "" {
			return nil, fmt.Errorf("limits of the watch: %s is missing or has no least number and basis", p)
		}
	}
	if len(l) != len(Patterns) {
		return nil, fmt.Errorf("limits of the watch: %d patterns instead of %d", len(l), len(Patterns))
	}
	return l, nil
}

// Standard are the limits that the program brings along. A file that does not fit is a mistake of the build, and a test reads it.
func Standard() Limits {
	l, err := ParseLimits(patternsFile)
	if err != nil {
		panic(err)
	}
	return l
}

// urgings are the phrases by which residents tell that they were urged to rate well.
func urgings() []string {
	var all []string
	for line := range strings.Lines(urgedFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all
}
