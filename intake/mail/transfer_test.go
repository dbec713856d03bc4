package mail

import (
	"bytes"
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"
)

// whatever a mailer encodes comes back, however the lines are broken.
func TestBase64RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 20_000).Draw(t, "data")
		width := rapid.IntRange(1, 100).Draw(t, "width")
		enc := base64.StdEncoding.EncodeToString(data)
		var lines bytes.Buffer
		for len(enc) > width {
			lines.WriteString(enc[:width] + "\r\n")
			enc = enc[width:]
		}
		lines.WriteString(enc + "\r\n")
		got, whole := fromBase64(lines.Bytes())
		if !whole || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes became %d, whole %v", len(data), len(got), whole)
		}
	})
}

func TestBase64Damage(t *testing.T) {
	cases := []struct {
		in, want string
		whole    bool
	}{
		{"aGVsbG8=", "hello", true},
		{"aGVs*bG8=", "hello", false},
		{"aGVsbG8= and words after it", "hello", false},
		{"aGVsbG8=\naGVsbG8=", "hellohello", true},
		{"aGVsbG8", "hello", true},
		{"aGVsb", "hel", false},
		{"", "", true},
	}
	for _, c := range cases {
		if got, whole := fromBase64([]byte(c.in)); string(got) != c.want || whole != c.whole {
			t.Errorf("%q: %q %v", c.in, got, whole)
		}
	}
}

func TestQuotedPrintable(t *testing.T) {
	cases := []struct {
		in, want string
		whole    bool
	}{
		{"a=3Db", "a=b", true},
		{"a=\r\nb", "ab", true},
		{"a= \t\nb", "ab", true},
		{"a=3db", "a=b", true},
		{"a=ZZb", "a=ZZb", false},
		{"a=", "a", true},
		{"a=3", "a=3", false},
	}
	for _, c := range cases {
		if got, whole := fromQuoted([]byte(c.in), false); string(got) != c.want || whole != c.whole {
			t.Errorf("%q: %q %v", c.in, got, whole)
		}
	}
}
