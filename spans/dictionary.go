package spans

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// packedWords are ordinary words of Chinese, each with a letter for its sort, in the order of their bytes; data/LICENSE.words says whose work
// they are. A tagger that knows which words are ordinary sees better what is a name.
//
//go:embed data/words.txt.gz
var packedWords []byte

// sorts are the letters for the sorts of words: given and foreign names, places, bodies and things, nouns, verbs, idioms, times, the rest.
const sorts = "psonvitx"

// dictionary is the list of words as it was written, and where each line begins.
type dictionary struct {
	text  string
	lines []uint32          // where each line begins; one more at the end
	first map[rune][2]int32 // the lines that begin with a character
}

// ordinary is the dictionary, unpacked when it is first asked for.
var ordinary = sync.OnceValue(func() *dictionary {
	in, err := gzip.NewReader(bytes.NewReader(packedWords))
	var text []byte
	if err == nil {
		text, err = io.ReadAll(in)
	}
	if err != nil {
		panic(fmt.Sprintf("the embedded words are damaged: %v", err))
	}
	d := &dictionary{text: string(text), first: map[rune][2]int32{}}
	d.lines = make([]uint32, 0, strings.Count(d.text, "\n")+1)
	for at := 0; at < len(d.text); {
		r, _ := utf8.DecodeRuneInString(d.text[at:])
		n := int32(len(d.lines)) //nolint:gosec // the lines are fewer than 2³¹
		from, known := d.first[r]
		if !known {
			from[0] = n
		}
		d.first[r] = [2]int32{from[0], n + 1}
		d.lines = append(d.lines, uint32(at)) //nolint:gosec // the text is shorter than 2³²
		at += strings.IndexByte(d.text[at:], '\n') + 1
	}
	d.lines = append(d.lines, uint32(len(d.text))) //nolint:gosec // the text is shorter than 2³²
	return d
})

// word is what stands on a line before its letter.
func (d *dictionary) word(line int) string { return d.text[d.lines[line] : d.lines[line+1]-3] }

// longest gives the length in runes of the longest word that a text begins with, and one bit for its sort; 0 where none does.
func (d *dictionary) longest(text []rune) (n int, sortBit uint64) {
	lines, known := d.first[text[0]]
	if !known {
		return 0, 0
	}
	from, to := int(lines[0]), int(lines[1])
	for n := min(longest, len(text)); n > 1; n-- {
		want := string(text[:n])
		at := from + sort.Search(to-from, func(i int) bool { return d.word(from+i) >= want })
		if at < to && d.word(at) == want {
			return n, 1 << strings.IndexByte(sorts, d.text[d.lines[at+1]-2])
		}
	}
	return 0, 0
}
