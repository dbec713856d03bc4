package words

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits on a query: what is longer is cut, not refused.
const (
	maxQuery = 200 // characters read
	maxWords = 12
	maxForms = 14 // ways to find one word
)

// Way says how a form stands for what was typed.
type Way int

// The ways, nearest first.
const (
	AsTyped   Way = iota
	Synonym       // another word of the same meaning
	Sound         // pinyin, or its first letters
	Homophone     // another word of the same sound
)

// Form is one way to find a word: by a text that must occur, or (Text empty) by sound alone.
type Form struct {
	Way    Way
	Text   string   // folded text that must occur
	Not    []string // longer texts in which an occurrence does not count
	Tokens []Token  // tokens that every hit has; none: it can only be found by reading texts
	sound  []string
	letter string
}

// Word is one thing asked for; any of its forms will do. Forms[0] is as typed.
type Word struct {
	Text   string // folded
	Quoted bool   // exactly so
	Plain  bool   // says little of what a matter is about
	Weight float64
	Forms  []Form
}

// How much a word counts when not all can be found together.
const (
	plainWeight   = 0.2
	unknownWeight = 0.7
	knownWeight   = 1.0
)

// leftover is how much counts what stands between the known words of a sentence: the longer, the less likely that anybody else wrote just that. A number or a Latin word, such as that of a plate, is what was meant.
func leftover(text string) float64 {
	switch n := utf8.RuneCountInString(text); {
	case n > 2 && !strings.ContainsFunc(text, isHan):
		return unknownWeight
	case n < 2:
		return plainWeight
	case n == 2:
		return 0.5
	case n == 3:
		return 0.4
	}
	return 0.2
}

// Parse reads what was typed: words between blanks and punctuation, exact phrases in quotation marks, each with its synonyms and (for Latin letters) its sounds.
func (l *Lexicon) Parse(typed string) []Word {
	var out []Word
	for _, p := range pieces(typed) {
		if len(out) == maxWords {
			break
		}
		out = append(out, l.word(p.text, p.quoted))
	}
	return out
}

type piece struct {
	text   string
	quoted bool
}

const quotes = "\"\u201c\u201d\u300c\u300d\u300e\u300f\u300a\u300b\u201e\u201f\uff02"

func pieces(typed string) []piece {
	var out []piece
	var now []rune
	quoted, n := false, 0
	flush := func() {
		text := strings.TrimSpace(string(now))
		if quoted {
			text = Fold(text)
		}
		if text != "" {
			out = append(out, piece{text, quoted})
		}
		now = now[:0]
	}
	for _, r := range typed {
		if n++; n > maxQuery {
			break
		}
		if strings.ContainsRune(quotes, r) {
			flush()
			quoted = !quoted
			continue
		}
		r = foldRune(r)
		switch {
		case r == 0:
		case isWord(r), quoted:
			now = append(now, r)
		default:
			flush()
		}
	}
	if quoted { // a quotation mark without its partner means nothing
		quoted = false
		rest := string(now)
		now = now[:0]
		for _, p := range strings.FieldsFunc(rest, func(r rune) bool { return !isWord(r) }) {
			out = append(out, piece{p, false})
		}
	}
	flush()
	return out
}

func (l *Lexicon) weight(text string) float64 {
	switch {
	case l.saysLittle(text):
		return plainWeight
	case l.known[text]:
		return knownWeight
	}
	return unknownWeight
}

// saysLittle tells plain words and single characters.
func (l *Lexicon) saysLittle(text string) bool {
	return l.plain[text] || utf8.RuneCountInString(text) < 2
}

func (l *Lexicon) word(text string, quoted bool) Word {
	w := Word{Text: text, Quoted: quoted, Plain: l.saysLittle(text), Weight: l.weight(text), Forms: []Form{l.form(AsTyped, text)}}
	if quoted {
		w.Forms[0].Not = nil
		w.Weight = knownWeight
		return w
	}
	for _, s := range l.Synonyms(text) {
		w.add(l.form(Synonym, s))
	}
	if isLetters(text) {
		l.addSounds(&w)
	}
	return w
}

// addSounds adds what letters stand for as pinyin or, where they cannot be pinyin, as first letters of it.
func (l *Lexicon) addSounds(w *Word) {
	spoken := false
	for _, so := range Syllables(w.Text) {
		if len(so) < 2 {
			continue
		}
		spoken = true
		w.add(Form{Way: Sound, Tokens: soundQueryTokens(so), sound: so})
		for _, known := range l.bySound[strings.Join(so, "")] {
			w.add(l.form(Sound, known))
		}
	}
	if spoken || !canBeInitials(w.Text) {
		return
	}
	w.add(Form{Way: Sound, Tokens: initialsQueryTokens(w.Text), letter: w.Text})
	for _, known := range l.byInitial[w.Text] {
		w.add(l.form(Sound, known))
	}
}

// add adds a form unless one that finds more is there.
func (w *Word) add(f Form) {
	if len(w.Forms) == maxForms {
		return
	}
	if f.Text != "" {
		for _, old := range w.Forms {
			if old.Text != "" && strings.Contains(f.Text, old.Text) {
				return
			}
		}
	}
	w.Forms = append(w.Forms, f)
}

func (l *Lexicon) form(way Way, text string) Form {
	return Form{Way: way, Text: text, Not: l.crossings[text], Tokens: queryTokens([]rune(text))}
}

// Split cuts the words into the smaller ones they are made of, each with its synonyms; nil where that says nothing new.
func (l *Lexicon) Split(list []Word) []Word {
	var out []Word
	for _, w := range list {
		var parts []segment
		if !w.Quoted {
			parts = l.parts(w.Text)
		}
		if len(parts) == 0 || len(parts) == 1 && parts[0].text == w.Text {
			out = append(out, w)
			continue
		}
		for _, p := range parts {
			part := l.word(p.text, false)
			if !p.known {
				part.Weight = leftover(p.text)
			}
			out = append(out, part)
		}
	}
	out = once(out)
	if slices.EqualFunc(out, list, func(a, b Word) bool { return a.Text == b.Text }) {
		return nil
	}
	return out[:min(len(out), maxWords)]
}

// parts cuts one word; a single character stays with the number before it, as in a bus line or the number of a house.
func (l *Lexicon) parts(word string) []segment {
	if l.known[word] {
		return nil
	}
	var parts []segment
	number := false // the last part ends in a number
	runs([]rune(word), func(run []rune, han bool) {
		switch {
		case han && len(run) == 1 && number:
			parts[len(parts)-1].text += string(run)
		case han && len(run) > 2:
			parts = append(parts, l.segments(run)...)
		default:
			parts = append(parts, segment{string(run), l.known[string(run)]})
		}
		number = !han
	})
	return parts
}

func once(list []Word) []Word {
	seen := map[string]bool{}
	var out []Word
	for _, w := range list {
		if !seen[w.Text] {
			seen[w.Text] = true
			out = append(out, w)
		}
	}
	return out
}

// Respell replaces Chinese words by those that sound the same: known words, or any text of this sound. instead is how the query would then be written;
// nil where nothing sounds alike.
func (l *Lexicon) Respell(list []Word) (out []Word, instead []string) {
	if split := l.Split(list); split != nil {
		list = split
	}
	changed := false
	for _, w := range list {
		runes := []rune(w.Text)
		if w.Quoted || l.known[w.Text] || len(runes) < 2 || !isHan(runes[0]) {
			out, instead = append(out, w), append(instead, w.Text)
			continue
		}
		same := w
		same.Forms = append([]Form(nil), w.Forms...)
		spelling := w.Text
		for i, h := range l.homophones(w.Text) {
			if i == 0 {
				spelling = h
			}
			same.add(l.form(Homophone, h))
			for _, s := range l.Synonyms(h) {
				same.add(l.form(Homophone, s))
			}
		}
		for _, so := range sounds(runes) {
			same.add(Form{Way: Homophone, Tokens: soundQueryTokens(so), sound: so})
		}
		changed = changed || len(same.Forms) > len(w.Forms)
		out, instead = append(out, same), append(instead, spelling)
	}
	if !changed {
		return nil, nil
	}
	return out, instead
}
