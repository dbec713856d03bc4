package topics

import (
	"slices"
	"strings"

	"huiyin/search/words"
)

// The head of a message, in characters: its title where the first line is short enough to be one, else its beginning after the greeting.
const (
	longestTitle = 50
	beginning    = 50
)

// message is what is known of one text once it was read.
type message struct {
	runes []rune  // the place and the text, folded; sentences are parted by signs
	body  int     // characters before this place are the address
	head  int     // characters before this place are its head: the place, and the title or else the first sentence
	areas []int32 // names of districts and the like, by number
	parts []int32 // names of their parts
}

// read brings a message to the form that is compared.
func read(m Message) message {
	l := wordLists()
	text := strings.TrimSpace(m.Text)
	place := l.parted(words.FoldWithPositions(m.Address).Runes)
	if len(place) > 0 {
		place = append(place, ';')
	}
	first, rest, titled := strings.Cut(text, "\n")
	title := words.FoldWithPositions(first).Runes
	if titled && len(title) <= longestTitle {
		title = append(l.parted(title), ';')
		body := l.parted(words.FoldWithPositions(strings.ReplaceAll(rest, "\n", ";")).Runes)
		return message{runes: slices.Concat(place, title, body), body: len(place), head: len(place) + len(title)}
	}
	greeting := len(words.FoldWithPositions(text[:l.greeting(text)]).Runes)
	body := words.FoldWithPositions(strings.ReplaceAll(text, "\n", ";")).Runes
	cut := min(greeting+beginning, len(body))
	head := l.parted(body[:cut])
	return message{runes: slices.Concat(place, head, l.parted(body[cut:])), body: len(place), head: len(place) + len(head)}
}

// parted puts a sign after the name of each area, so that what is named after it begins free.
func (l lists) parted(runes []rune) []rune {
	var out []rune
	from := 0
	for i := range runes {
		if _, ok := l.areaEnding(runes, i); ok && i+1 < len(runes) && joins(runes[i+1]) && !l.goesOn(runes[i+1:]) {
			out = append(append(out, runes[from:i+1]...), ';')
			from = i + 1
		}
	}
	return append(out, runes[from:]...)
}

// areaNames numbers the names of areas in all messages, and notes for each message which it names.
func areaNames(all []message) []string {
	l := wordLists()
	known := map[string]int32{}
	var names []string
	for m := range all {
		runes := all[m].runes
		for i := range runes {
			begin, ok := l.areaEnding(runes, i)
			if !ok {
				continue
			}
			name := string(runes[begin : i+1])
			id, seen := known[name]
			if !seen {
				id = int32(len(names))
				known[name] = id
				names = append(names, name)
			}
			if l.part(runes[begin : i+1]) {
				all[m].parts = addNew(all[m].parts, id)
			} else {
				all[m].areas = addNew(all[m].areas, id)
			}
		}
	}
	return names
}

// places are all areas that a message names.
func (m message) places() []int32 { return slices.Concat(m.areas, m.parts) }

func (m message) districts() []int32 { return m.areas }
func (m message) streets() []int32   { return m.parts }

func addNew(list []int32, id int32) []int32 {
	if slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}
