package element

import (
	_ "embed"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed data/words.yaml
var wordsFile []byte

// words are the data file.
type words struct {
	Yes         []string
	Time        []string
	Place       []string
	BeforePlace []string `yaml:"before_place"`
	NotPlace    []string `yaml:"not_place"`
	NotPlaceEnd []string `yaml:"not_place_end"`
	Filler      []string
	Opening     []string
	BehindPlace []string `yaml:"behind_place"`
	Matter      []string
	Ask         []string
	Amount      []string
	People      []string
	NotCount    []string `yaml:"not_count"`
	Phone       []string
	Name        []string
	NotName     []string `yaml:"not_name"`
	Day         map[string]int
	Length      map[string]string
	Afternoon   []string
	LengthOf    []string `yaml:"length_of"`
	ClockOf     []string `yaml:"clock_of"`
	DateOf      []string `yaml:"date_of"`
	Digits      map[string]int64
	Tens        map[string]int64
	Number      string // pattern of a number, in digits or in Chinese

	time, place, ask, amount, people, phone, name       []*regexp.Regexp
	behindPlace, houseNumber, lengthOf, clockOf, dateOf *regexp.Regexp
}

var said = readWords()

func readWords() (w words) {
	if err := yaml.Unmarshal(wordsFile, &w); err != nil {
		panic("element: data/words.yaml: " + err.Error())
	}
	w.time, w.place, w.ask, w.amount, w.people, w.phone, w.name = w.compile(w.Time...), w.compile(w.Place...), w.compile(w.Ask...), w.compile(w.Amount...), w.compile(w.People...), w.compile(w.Phone...), w.compile(w.Name...)
	behind := "^(?:{N}(?:" + strings.Join(w.BehindPlace, "|") + "))+"
	w.behindPlace, w.houseNumber = w.compile(behind)[0], w.compile("{N}")[0]
	w.lengthOf, w.clockOf, w.dateOf = w.compile(w.LengthOf...)[0], w.compile(w.ClockOf...)[0], w.compile(w.DateOf...)[0]
	return w
}

// compile reads patterns in which {N} stands for a number and {H} for a Chinese character.
func (w *words) compile(patterns ...string) []*regexp.Regexp {
	out := make([]*regexp.Regexp, len(patterns))
	for i, p := range patterns {
		p = strings.NewReplacer("{N}", w.Number, "{H}", `\p{Han}`).Replace(p)
		out[i] = regexp.MustCompile("(?i)" + p)
	}
	return out
}
