package address

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mozillazg/go-pinyin"
)

// Where nearly all Chinese characters stand.
const firstHan, lastHan = 0x3400, 0x9FFF

// alike is, for each of these characters, the one that stands for all that sound like it; nought where nobody has asked yet.
var alike [lastHan - firstHan + 1]atomic.Int32

// standing is, by a sound, the character that stands for it.
var standing = struct {
	sync.Mutex
	by map[string]rune
}{by: map[string]rune{}}

// Alike gives one character for all that sound alike by their most usual reading; what has no reading sounds like itself. Which character that is
// may differ from run to run.
func Alike(r rune) rune {
	if r < firstHan || r > lastHan {
		return soundOf(r)
	}
	known := &alike[r-firstHan]
	one := known.Load()
	if one == 0 {
		one = soundOf(r)
		known.Store(one)
	}
	return one
}

func soundOf(r rune) rune {
	known := readings(r)
	if len(known) == 0 {
		return r
	}
	sound := known[0]
	if len(sound) == 1 {
		return rune(sound[0]) // as the letter itself
	}
	standing.Lock()
	defer standing.Unlock()
	one, ok := standing.by[sound]
	if !ok {
		one = r
		standing.by[sound] = one
	}
	return one
}

// sameSound tells whether two characters have a reading in common, tones aside.
func sameSound(a, b rune) bool {
	for _, x := range readings(a) {
		if slices.Contains(readings(b), x) {
			return true
		}
	}
	return false
}

var spelled sync.Map // rune → its readings

func readings(r rune) []string {
	if known, ok := spelled.Load(r); ok {
		return known.([]string) //nolint:forcetypeassert // only readings lie in it
	}
	args := pinyin.NewArgs()
	args.Heteronym = true
	var out []string
	for _, s := range pinyin.SinglePinyin(r, args) {
		out = append(out, blur(s))
	}
	spelled.Store(r, out)
	return out
}

// blur makes readings alike that many speakers and typists do not tell apart: zh and z, n and l at the beginning, ng and n at the end.
func blur(s string) string {
	if len(s) > 1 && s[1] == 'h' {
		s = s[:1] + s[2:]
	}
	s = strings.TrimSuffix(s, "g")
	if strings.HasPrefix(s, "l") {
		s = "n" + s[1:]
	}
	return s
}
