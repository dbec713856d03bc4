package topics

import (
	"cmp"
	"slices"
	"time"
)

// Why two messages may be one matter.
const (
	SameWords  = "same_words"  // most of the words are the same
	SamePlace  = "same_place"  // alike, about the same place, within fourteen days
	SameMatter = "same_matter" // alike, no place known of one of them, within fourteen days
)

// Bounds of what is a duplicate.
const (
	DuplicateDays = 14   // between two messages that are alike only
	likePlace     = 0.25 // likeness that is enough where the place is the same
	likeMatter    = 0.40 // and where one of the places is not known
)

// Duplicate is two messages that may be one matter, the earlier first.
type Duplicate struct {
	A, B  int     // indexes into the messages
	Score float64 // 0..1, how alike they are
	Why   string
}

// Duplicates finds the pairs of messages that may be one matter, the most alike first. A message without a time is compared with all.
func Duplicates(messages []Message) []Duplicate {
	all := make([]message, len(messages))
	for i, m := range messages {
		all[i] = read(m)
	}
	areaNames(all)
	v := weigh(all)
	var out []Duplicate
	for _, p := range v.alike(likePlace) {
		a, b := int(p.a), int(p.b)
		why := ""
		switch soon := near14(messages[a].At, messages[b].At); {
		case v.same(p):
			why = SameWords
		case !soon:
		case samePlace(messages[a], messages[b], all[a], all[b]):
			why = SamePlace
		case p.like >= likeMatter && !otherPlace(all[a], all[b]):
			why = SameMatter
		}
		if why == "" {
			continue
		}
		if messages[b].At.Before(messages[a].At) {
			a, b = b, a
		}
		out = append(out, Duplicate{a, b, min(p.like, 1), why})
	}
	slices.SortFunc(out, func(x, y Duplicate) int {
		return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	return out
}

func near14(a, b time.Time) bool {
	return a.IsZero() || b.IsZero() || a.Sub(b).Abs() <= DuplicateDays*24*time.Hour
}

// samePlace tells whether two messages have the same address, or name the same area below the city and more of the same in their heads.
func samePlace(x, y Message, a, b message) bool {
	if x.Address != "" && x.Address == y.Address {
		return true
	}
	if otherPlace(a, b) {
		return false
	}
	for _, area := range a.places() {
		if slices.Contains(b.places(), area) && sharedRun(a.runes[:a.head], b.runes[:b.head]) >= nameRun {
			return true
		}
	}
	return false
}

// nameRun is how many characters in a row two heads share where they name the same place.
const nameRun = 4

// sharedRun is the longest run of characters that two texts share, up to what is asked for.
func sharedRun(a, b []rune) int {
	seen := map[[nameRun]rune]bool{}
	for i := 0; i+nameRun <= len(a); i++ {
		seen[[nameRun]rune(a[i:i+nameRun])] = true
	}
	for i := 0; i+nameRun <= len(b); i++ {
		if seen[[nameRun]rune(b[i:i+nameRun])] {
			return nameRun
		}
	}
	return 0
}

// otherPlace tells whether both messages name areas of one rank, and none in common.
func otherPlace(a, b message) bool {
	apart := func(x, y []int32) bool {
		return len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(area int32) bool { return slices.Contains(y, area) })
	}
	return apart(a.areas, b.areas) || apart(a.parts, b.parts)
}
