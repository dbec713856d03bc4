package words

import (
	"bufio"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

//go:embed data/*.txt
var data embed.FS

// tableSet is what the data files say about single characters. It never changes after loading.
type tableSet struct {
	simplified  map[rune]rune
	traditional *marks // the characters that simplified knows
	polyphones  map[rune][]string
}

// marks is a bit for each rune, by its last 16 bits: most characters of a text are told by it that no table has them.
type marks [1 << 10]uint64

func (m *marks) add(r rune)      { m[r>>6&1023] |= 1 << (r & 63) }
func (m *marks) has(r rune) bool { return m[r>>6&1023]&(1<<(r&63)) != 0 }

var tables = sync.OnceValue(func() tableSet {
	t := tableSet{simplified: map[rune]rune{}, traditional: new(marks), polyphones: map[rune][]string{}}
	for _, line := range lines("simplified.txt") {
		for pair := range strings.FieldsSeq(line) {
			r := []rune(pair)
			if len(r) != 2 {
				panic(fmt.Sprintf("simplified.txt: %q is not a pair of characters", pair))
			}
			t.simplified[r[0]] = r[1]
			t.traditional.add(r[0])
		}
	}
	for _, line := range lines("polyphones.txt") {
		f := strings.Fields(line)
		r := []rune(f[0])
		if len(r) != 1 || len(f) < 2 {
			panic(fmt.Sprintf("polyphones.txt: %q is not a character with readings", line))
		}
		for _, reading := range f[1:] {
			t.polyphones[r[0]] = appendNew(t.polyphones[r[0]], reading)
		}
	}
	return t
})

// lines reads a data file without comments and empty lines.
func lines(name string) []string {
	in, err := data.Open("data/" + name)
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	defer in.Close()
	var out []string
	for s := bufio.NewScanner(in); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// toneless takes the tone marks off a reading; ü is v.
var toneless = strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ê", "e", "ế", "e", "ề", "e", "ō", "o", "ó", "o", "ǒ", "o", "ò", "o",
	"ī", "i", "í", "i", "ǐ", "i", "ì", "i", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ü", "v", "ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m")

// readings gives, for each character, how it is read, without tones: the usual reading, or those of polyphones.txt.
var readings = sync.OnceValue(func() map[rune][]string {
	all := make(map[rune][]string, len(pinyin.PinyinDict))
	known := map[string][]string{} // one slice for each reading
	for code, toned := range pinyin.PinyinDict {
		first, _, _ := strings.Cut(toned, ",")
		list, ok := known[first]
		if !ok {
			list = []string{toneless.Replace(first)}
			known[first] = list
		}
		all[rune(code)] = list
	}
	maps.Copy(all, tables().polyphones)
	return all
})

// syllables are all readings there are, to cut typed pinyin.
var syllables = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, list := range readings() {
		for _, s := range list {
			if len(s) > 1 || s == "a" || s == "e" || s == "o" {
				set[s] = true
			}
		}
	}
	for _, odd := range []string{"hm", "hng", "ng", "m", "n", "ńg"} {
		delete(set, odd)
	}
	return set
})
