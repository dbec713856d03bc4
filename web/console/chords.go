package console

import (
	"slices"
	"strings"

	"huiyin/staff"
)

// deed is one thing that a key of the console does, with the keys of the house: those of today's pages, and those of the older call-centre programs
// that worked by function keys.
type deed struct {
	Name  string // its text is console.do_ and the name
	House string
	Old   string
}

// deeds are in the order in which the page of keys lists them.
var deeds = []deed{
	{"dispatch", "Ctrl+Enter", "F8"},
	{"choose1", "Alt+1", "Shift+F1"}, {"choose2", "Alt+2", "Shift+F2"}, {"choose3", "Alt+3", "Shift+F3"}, {"choose4", "Alt+4", "Shift+F4"}, {"choose5", "Alt+5", "Shift+F5"},
	{"department", "F4", "F4"},
	{"summary", "Alt+S", "F2"},
	{"address", "Alt+A", "F3"},
	{"urgent", "Alt+U", "F9"},
	{"ask", "Alt+M", "Shift+F7"},
	{"check", "Alt+C", "Shift+F8"},
	{"next", "Alt+J", "F7"},
	{"previous", "Alt+K", "F6"},
	{"undo", "Ctrl+Z", "Shift+F9"},
	{"merge", "Alt+B", "Shift+F11"},
	{"commands", "Ctrl+K", "F10"},
	{"search", "/", "Shift+F6"},
	{"keys", "?", "F1"},
	{"dial", "0", "0"},
	{"answer1", "1", "1"}, {"answer2", "2", "2"}, {"answer3", "3", "3"}, {"answer4", "4", "4"}, {"answer5", "5", "5"},
}

// chords are the keys as one person has them: by deed, empty where no key does it.
type chords map[string]string

// chordsOf lays a person's own keys over those of the house. A key that was taken for another deed of one's own does nothing else.
func chordsOf(own staff.OwnKeys) chords {
	k := chords{}
	if own.Mode == staff.NoKeys {
		return k
	}
	for _, d := range deeds {
		chord, changed := own.Chords[d.Name]
		if !changed {
			chord = d.House
		}
		if own.Mode == staff.NoLetters && single(chord) {
			chord = ""
		}
		k[d.Name] = chord
	}
	return k
}

// Of is the key for a deed, empty for none.
func (k chords) Of(name string) string { return k[name] }

// Nth is the key for the deed of a row of them, such as the first proposal.
func (k chords) Nth(name string, n int) string {
	if n < 1 || n > 5 {
		return ""
	}
	return k[name+string(rune('0'+n))]
}

// single reports whether a chord is one character and nothing held with it.
func single(chord string) bool { return len(chord) == 1 }

// taken are the chords that belong to the browser or to the text being typed, whatever a page would do with them.
var takenChords = []string{"Ctrl+W", "Ctrl+T", "Ctrl+N", "Ctrl+R", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+A", "Ctrl+Y", "Ctrl+Shift+N", "Ctrl+Shift+T", "Ctrl+Shift+W", "Alt+F4", "F5", "F11", "F12", "Alt+D", "Ctrl+F5"}

var modifiers = []string{"Ctrl", "Alt", "Shift"}

// readChord brings what a person typed into the one form of a chord: Ctrl, Alt and Shift in this order, then the key. Empty is no key.
// ok is false for what is no chord that a page can have.
func readChord(typed string) (chord string, ok bool) {
	typed = strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // the full-width forms that an input method types
			return r - 0xFEE0
		case r == ' ' || r == '\u3000':
			return -1
		}
		return r
	}, typed)
	if typed == "" {
		return "", true
	}
	held := map[string]bool{}
	parts := strings.Split(typed, "+")
	for _, part := range parts[:len(parts)-1] {
		i := slices.IndexFunc(modifiers, func(m string) bool {
			return strings.EqualFold(m, part) || m == "Ctrl" && strings.EqualFold(part, "Control")
		})
		if i < 0 || held[modifiers[i]] {
			return "", false
		}
		held[modifiers[i]] = true
	}
	key := keyName(parts[len(parts)-1])
	if key == "" || len(key) > 1 && key[0] != 'F' && len(held) == 0 || held["Shift"] && len(held) == 1 && len(key) == 1 {
		return "", false // Enter alone belongs to forms, and a shifted letter is the letter
	}
	for _, m := range modifiers {
		if held[m] {
			chord += m + "+"
		}
	}
	chord += key
	return chord, !slices.Contains(takenChords, chord)
}

// keyName is a key that every keyboard has: a letter, a digit, F1 to F12, Enter, and the two signs. Empty for anything else.
func keyName(s string) string {
	s = strings.ToUpper(s)
	switch {
	case len(s) == 1 && (s[0] >= 'A' && s[0] <= 'Z' || s[0] >= '0' && s[0] <= '9' || s == "/" || s == "?"):
		return s
	case s == "ENTER":
		return "Enter"
	case len(s) == 2 && s[0] == 'F' && s[1] >= '1' && s[1] <= '9', s == "F10", s == "F11", s == "F12":
		return s
	}
	return ""
}
