package privacy

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"huiyin/spans"
)

// Masker masks by the rules and by a model that has learned from marked texts: it finds names that no word announces.
// Its zero value masks by the rules alone, as Mask does. It is safe for use by many at once.
type Masker struct {
	Model *spans.Model
}

// maskKinds says which kind of the mask a model's label means; labels that are not here, such as companies, are learned and not hidden.
var maskKinds = func() map[string]string {
	out := map[string]string{}
	for kind, labels := range sections("data/labels.txt") {
		for _, l := range labels {
			out[l] = kind
		}
	}
	return out
}()

// EagerLabels are the labels whose spans are better marked once too often than left: a name that stays is published.
func EagerLabels() []string { return sections("data/labels.txt")[Name] }

// Surnames are the family names that the rules know, for a model to know them too.
func Surnames() []string {
	return slices.Concat(nameWords["surnames"], nameWords["compound surnames"])
}

// Mask hides personal data as the function Mask does, and what the model finds beside it. Where both find a number or an address, the rules' finding
// stays, since it was checked; where both find a name, the model's, which has seen more than one word around it.
func (k Masker) Mask(text string) (masked string, found []Span) {
	var in room
	s := newScan(text, &in, &found)
	s.search()
	if k.Model != nil {
		for _, one := range k.Model.Mark(text) {
			if kind, hidden := maskKinds[one.Kind]; hidden {
				s.takeFree(one.Start, one.End, kind)
			}
		}
	}
	s.names()
	if len(found) == 0 && (s.seen&rare == 0 || utf8.ValidString(text)) {
		return text, nil
	}
	slices.SortFunc(found, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	out := []rune(text)
	for _, f := range found {
		s.hide(out, f)
	}
	return string(out), found
}

// takeFree notes those parts of a finding that belong to no other.
func (s *scan) takeFree(from, to int, kind string) {
	for start := from; start < to; start++ {
		if !s.free(start) {
			continue
		}
		end := start
		for end < to && s.free(end) {
			end++
		}
		s.take(start, end, kind)
		start = end
	}
}
