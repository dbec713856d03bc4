package mail

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"
)

// The two examples of [MS-OXRTFCP] section 3.
func TestUnpackRTF(t *testing.T) {
	for _, c := range []struct{ packed, want string }{
		{"2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0", "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
		{"1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
	} {
		packed, err := hex.DecodeString(c.packed)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(unpackRTF(packed)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		for n := range packed {
			if got := string(unpackRTF(packed[:n])); !strings.HasPrefix(c.want, got) {
				t.Errorf("cut at %d: %q", n, got)
			}
		}
	}
}

func TestRTFText(t *testing.T) {
	for _, c := range []struct{ rtf, want string }{
		{`{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}hello\par world}`, "hello\nworld"},
		{`{\rtf1\ansi\ansicpg936 \'c2\'b7\'b5\'c6}`, "路灯"},
		{`{\rtf1\ansi\uc1 \u36335?\u28783?}`, "路灯"},
		{`{\rtf1\ansi\uc0 \u-29201\u28783}`, "路灯"},
		{`{\rtf1\ansi a\{b\}\\c\~d\tab e}`, "a{b}\\c d\te"},
		{`{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 one{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0 two}`, "one\ntwo"},
		{`{\rtf1 {\pict 00ff}after`, "after"},
		{`}}}\`, ""},
	} {
		p := &parser{repaired: map[string]bool{}}
		if got := readable(p.rtfText([]byte(c.rtf))); got != c.want {
			t.Errorf("%s: %q, want %q", c.rtf, got, c.want)
		}
	}
}

// A stream cut anywhere gives what stood before the cut, and its work is bounded.
func TestTNEFCutAnywhere(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden/tnef_alone.eml")
	if err != nil {
		t.Fatal(err)
	}
	whole := (&parser{repaired: map[string]bool{}}).readTNEF(raw, 0)
	if !whole.whole || len(whole.files) != 3 {
		t.Fatalf("%d files, whole %v", len(whole.files), whole.whole)
	}
	for n := range raw {
		cut := (&parser{repaired: map[string]bool{}}).readTNEF(raw[:n], 0)
		if len(cut.files) > len(whole.files) {
			t.Errorf("cut at %d: %d files", n, len(cut.files))
		}
		check(t, raw[:n], Parse(raw[:n]))
	}
}

func TestTNEFHostile(t *testing.T) {
	many := append(bytes.Clone(tnefMark), 0, 0)
	begin := []byte{2, 0x02, 0x90, 6, 0, 0, 0, 0, 0, 0, 0}
	title := []byte{2, 0x10, 0x80, 1, 0, 1, 0, 0, 0, 'x', 0, 0}
	for range 50_000 {
		many = append(append(many, begin...), title...)
	}
	started := time.Now()
	out := (&parser{repaired: map[string]bool{}}).readTNEF(many, 0)
	if len(out.files) > maxParts || time.Since(started) > 10*time.Second {
		t.Errorf("%d files in %v", len(out.files), time.Since(started))
	}
	check(t, many, Parse(many))
}

func FuzzTNEF(f *testing.F) {
	for _, name := range []string{"tnef_alone"} {
		raw, err := os.ReadFile("testdata/golden/" + name + ".eml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		out := (&parser{repaired: map[string]bool{}}).readTNEF(raw, 0)
		if len(out.files) > maxParts {
			t.Errorf("%d files", len(out.files))
		}
		total := 0
		for _, a := range out.files {
			total += len(a.Data)
		}
		if total > maxTnefDepth*len(raw)+len(raw) {
			t.Errorf("%d bytes gave %d", len(raw), total)
		}
	})
}

func FuzzRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\ansicpg936{\fonttbl{\f0 Arial;}}\uc1 \u36335?\'c2\'b7\par \htmlrtf x\htmlrtf0 y}`))
	f.Add([]byte("LZFu{\\rtf1}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := &parser{repaired: map[string]bool{}}
		if text := p.rtfText(raw); len(text) > 4*len(raw)+16 {
			t.Errorf("%d bytes gave %d", len(raw), len(text))
		}
		packed := append([]byte{0, 0, 0, 0, 0, 0, 0xFF, 0, 'L', 'Z', 'F', 'u', 0, 0, 0, 0}, raw...)
		if out := unpackRTF(packed); len(out) > 17*len(raw) {
			t.Errorf("%d bytes gave %d", len(raw), len(out))
		}
	})
}
