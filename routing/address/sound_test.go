package address

import "testing"

// Characters have one that stands for them exactly where their most usual reading is the same; a letter sounds like the reading that it is.
func TestCharactersThatSoundAlikeHaveOneThatStandsForThem(t *testing.T) {
	t.Parallel()
	sound := func(r rune) string {
		if known := readings(r); len(known) > 0 {
			return known[0]
		}
		return string(r)
	}
	stands, sounds := map[string]rune{}, map[rune]string{}
	for _, span := range [][2]rune{{' ', 0x17F}, {0x3000, 0x30FF}, {firstHan, lastHan}, {0xF900, 0xFAFF}, {0x20000, 0x20100}} {
		for r := span[0]; r <= span[1]; r++ {
			s, one := sound(r), Alike(r)
			if was, ok := stands[s]; ok && was != one {
				t.Fatalf("%c sounds %q, for which %c and %c stand", r, s, was, one)
			}
			if was, ok := sounds[one]; ok && was != s {
				t.Fatalf("%c stands for %q and %q", one, was, s)
			}
			stands[s], sounds[one] = one, s
			if again := Alike(r); again != one {
				t.Fatalf("%c: %c, then %c", r, one, again)
			}
		}
	}
}
