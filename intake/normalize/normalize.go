// Package normalize brings what people and programs send into the one form that the rules read, and says what it changed and what it could not mend.
package normalize

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// The repairs, in the words of the output.
const (
	FullWidth  = "full_width"  // full-width letters, digits and blanks became plain ones
	Forms      = "forms"       // circled, bold and compatibility forms of letters, digits and characters became plain ones
	Lookalikes = "homoglyph"   // letters of another alphabet that stand for Latin ones became those
	Invisible  = "invisible"   // marks that nobody sees were left out
	Entities   = "entities"    // HTML's names for characters became the characters
	Annotation = "pinyin"      // a reading written behind its character was left out
	Recoded    = "mojibake"    // bytes that had been read by a wrong table were read by the right one
	Traditions = "traditional" // traditional characters became simplified ones
)

// Why a place is damaged.
const (
	Lost        = "replacement" // a character that an earlier program could not read: U+FFFD
	Garbled     = "mojibake"    // what a wrong table made of text, beyond repair
	Boilerplate = "boilerplate" // added by a mail program or an advertiser: nothing the writer wants done
)

// Damage is runes Start to End (exclusive) of the input that no repair brings back, or that say nothing.
type Damage struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Why   string `json:"why"`
}

// Result is a text in the one form.
type Result struct {
	Text    string   `json:"text"`
	Repairs []string `json:"repairs"` // each kind once, in the order of the alphabet
	Damaged []Damage `json:"damaged"` // in order
}

// draft is a text under repair: each rune with the place in the input that it came from.
type draft struct {
	runes   []rune
	at      []int
	repairs map[string]bool
}

// Plain is the text in the one form, traditional characters made simplified, for rules that only read.
func Plain(text string) string {
	if ascii(text) && !strings.Contains(text, "&") || settled(text) {
		return text
	}
	d := newDraft(text)
	d.mend()
	d.simplify()
	return string(d.runes)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Text normalizes a text. Chinese punctuation stays as it is; with simplified, traditional characters are changed too.
func Text(text string, simplified bool) Result {
	d := newDraft(text)
	damaged := d.lost()
	d.mend()
	damaged = append(damaged, d.garbled()...)
	damaged = append(damaged, d.boilerplate()...)
	if simplified {
		d.simplify()
	}
	return Result{Text: string(d.runes), Repairs: d.list(), Damaged: merge(damaged)}
}

func newDraft(text string) *draft {
	d := &draft{runes: []rune(text), repairs: map[string]bool{}}
	d.at = make([]int, len(d.runes))
	for i := range d.at {
		d.at[i] = i
	}
	return d
}

// mend makes every repair but that of traditional characters.
func (d *draft) mend() {
	d.entities()
	d.recode()
	d.plainForms()
	d.lookalikes()
	d.annotations()
}

func (d *draft) list() []string {
	out := []string{}
	for r := range d.repairs {
		out = append(out, r)
	}
	slices.Sort(out)
	return out
}

// replace puts runes in the place of those from start to end; they are said to come from where the first of those came.
func (d *draft) replace(start, end int, with []rune) {
	from := 0
	if start < len(d.at) {
		from = d.at[start]
	}
	d.runes = slices.Replace(d.runes, start, end, with...)
	d.at = slices.Replace(d.at, start, end, slices.Repeat([]int{from}, len(with))...)
}

// input is the part of the input that runes start to end came from.
func (d *draft) input(start, end int) (from, to int) {
	from = d.at[start]
	return from, d.at[end-1] + 1
}

// lost finds what an earlier program could not read.
func (d *draft) lost() []Damage {
	var out []Damage
	for i := 0; i < len(d.runes); i++ {
		start := i
		for i < len(d.runes) && d.runes[i] == unicode.ReplacementChar {
			i++
		}
		if i > start {
			out = append(out, Damage{Start: start, End: i, Why: Lost})
		}
	}
	return out
}

// merge sorts damages and leaves out those inside others.
func merge(list []Damage) []Damage {
	slices.SortFunc(list, func(a, b Damage) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	out := []Damage{}
	for _, one := range list {
		if n := len(out); n > 0 && one.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, one.End)
			continue
		}
		out = append(out, one)
	}
	return out
}
