package model

import (
	"cmp"
	"math"
	"slices"
	"unicode"
)

const (
	// longest is how many characters of a text are read; more says nothing new and costs time.
	longest = 4000
	// gram is the length of the longest run of characters that is a feature.
	gram = 2
	// opening is how many characters at the beginning of a text count a second time, as its opening, and closing how many at the end, as its close: there an operator says what is wanted of whom.
	opening, closing = 40, 40
	// first and last mark the ends of a text.
	first, last = '\x01', '\x02'
)

// normalise brings a text into the form that features are taken from: half width, lower case, blanks as one, every digit the same, so that no number is learned.
func normalise(text string) []rune {
	out := make([]rune, 1, min(len(text), longest)+2)
	out[0] = first
	blank := true
	for _, r := range text {
		if len(out) >= longest {
			break
		}
		r = plain(r)
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			if !blank {
				out, blank = append(out, ' '), true
			}
			continue
		}
		out, blank = append(out, r), false
	}
	return append(out, last)
}

// plain is one character in the form that is compared.
func plain(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		r -= 0xFEE0
	case r == 0x3000:
		return ' '
	}
	if unicode.IsDigit(r) {
		return '0'
	}
	return unicode.ToLower(r)
}

// feature is a run of characters, hashed, and how often it stands in a text.
type feature struct {
	hash  uint64
	count int
}

// Where a run stands: anywhere, in the opening, in the close.
const (
	anywhere uint64 = 0x9E3779B97F4A7C15
	atStart  uint64 = 0xC2B2AE3D27D4EB4F
	atEnd    uint64 = 0x165667B19E3779F9
)

// hashOf names a run of characters at a place.
func hashOf(run []rune, place uint64) uint64 {
	h := place
	for _, r := range run {
		h = (h ^ uint64(r)) * 0xFF51AFD7ED558CCD //nolint:gosec // characters are not negative
		h ^= h >> 32
	}
	return h
}

// features lists the runs of a normalised text, sorted by hash. A run in the opening or the close counts there once.
func features(chars []rune) []feature {
	hashes := make([]uint64, 0, gram*(len(chars)+opening+closing))
	take := func(part []rune, place uint64) {
		for i := range part {
			for n := 1; n <= gram && i+n <= len(part); n++ {
				hashes = append(hashes, hashOf(part[i:i+n], place))
			}
		}
	}
	take(chars, anywhere)
	take(chars[:min(len(chars), opening)], atStart)
	take(chars[max(0, len(chars)-closing):], atEnd)
	slices.Sort(hashes)
	out := make([]feature, 0, len(hashes))
	for _, h := range hashes {
		if n := len(out); n > 0 && out[n-1].hash == h {
			out[n-1].count++
		} else {
			out = append(out, feature{h, 1})
		}
	}
	return out
}

// vocabulary is the features that a model knows, the most frequent first, and how much each says by its rarity.
type vocabulary struct {
	hashes []uint64
	rarity []float32
	at     map[uint64]int32
}

// vector is a text in numbers: the known features in the order of the vocabulary, of length 1 as a whole.
type vector struct {
	at    []int32
	value []float32
	known float64 // share of the text's features that the vocabulary has
	count int     // of known features
}

// newVocabulary takes the features that at least two texts have.
func newVocabulary(texts [][]feature) vocabulary {
	seen := map[uint64]int{}
	for _, t := range texts {
		for _, f := range t {
			seen[f.hash]++
		}
	}
	v := vocabulary{}
	for h, n := range seen {
		if n >= 2 {
			v.hashes = append(v.hashes, h)
		}
	}
	slices.SortFunc(v.hashes, func(a, b uint64) int { return cmp.Or(cmp.Compare(seen[b], seen[a]), cmp.Compare(a, b)) })
	for _, h := range v.hashes {
		v.rarity = append(v.rarity, float32(1+math.Log(float64(1+len(texts))/float64(1+seen[h]))))
	}
	v.index()
	return v
}

func (v *vocabulary) index() {
	v.at = make(map[uint64]int32, len(v.hashes))
	for i, h := range v.hashes {
		v.at[h] = int32(i) //nolint:gosec // features are fewer than 2³¹
	}
}

// vector puts a text into numbers: 1+log of the count times rarity, then made of length 1.
func (v *vocabulary) vector(fs []feature) vector {
	type entry struct {
		at    int32
		value float32
	}
	entries := make([]entry, 0, len(fs))
	sum := 0.0
	for _, f := range fs {
		at, ok := v.at[f.hash]
		if !ok {
			continue
		}
		x := v.rarity[at]
		if f.count > 1 {
			x *= float32(1 + math.Log(float64(f.count)))
		}
		entries = append(entries, entry{at, x})
		sum += float64(x) * float64(x)
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	out := vector{at: make([]int32, len(entries)), value: make([]float32, len(entries))}
	if len(entries) == 0 {
		return out
	}
	scale := float32(1 / math.Sqrt(sum))
	for i, e := range entries {
		out.at[i], out.value[i] = e.at, e.value*scale
	}
	out.count = len(entries)
	out.known = float64(len(entries)) / float64(len(fs))
	return out
}
