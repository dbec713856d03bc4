package handover

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
)

var noon = time.Date(2026, 11, 18, 4, 0, 0, 0, time.UTC)

func sample() Package {
	return Package{
		Head: Head{Version: version, Type: typeCase, ID: uuid.MustParse("01a20204-6dee-766e-9f1e-c93c4a445814"), From: "990100", To: "990200", At: noon, Expires: noon.Add(freshFor)},
		Case: Content{Number: "261118000001", Kind: casework.Complaint, Urgency: "normal", Language: "zh-CN", Title: "路灯 <不亮>", Text: "路灯不亮", Reason: "在湖城", FiledAt: noon, Due: noon.AddDate(0, 0, 5),
			Contact: &Contact{Phone: "19900001234"}, Files: []File{{Name: "a.jpg", Type: "image/jpeg", Size: 3, SHA256: "00", Data: []byte("abc")}}},
	}
}

func TestOneMessageHasOneSpelling(t *testing.T) {
	body, err := json.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse[Package](body, typeCase); err != nil {
		t.Errorf("our own: %v", err)
	}
	for name, other := range map[string][]byte{
		"space":         bytes.Replace(body, []byte(`,"id"`), []byte(`, "id"`), 1),
		"line behind":   append(bytes.Clone(body), '\n'),
		"upper case":    bytes.Replace(body, []byte("01a20204"), []byte("01A20204"), 1),
		"member twice":  bytes.Replace(body, []byte(`"version":1`), []byte(`"version":1,"version":1`), 1),
		"other letters": bytes.Replace(body, []byte(`"version"`), []byte(`"Version"`), 1),
		"other zone":    bytes.Replace(body, []byte("2026-11-18T04:00:00Z"), []byte("2026-11-18T04:00:00+00:00"), 1),
		"escape":        bytes.Replace(body, []byte("路灯不亮"), []byte(`\u8def灯不亮`), 1),
		"other version": bytes.Replace(body, []byte(`"version":1`), []byte(`"version":2`), 1),
		"other type":    bytes.Replace(body, []byte(`"type":"case"`), []byte(`"type":"news"`), 1),
		"two":           append(bytes.Clone(body), body...),
		"nothing":       {},
	} {
		if bytes.Equal(other, body) {
			t.Errorf("%s changes nothing", name)
		}
		if _, err := parse[Package](other, typeCase); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMessageIsGoodForItsTimeOnly(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := signed(sample(), private)
	if err != nil {
		t.Fatal(err)
	}
	long := sample()
	long.Expires = noon.AddDate(1, 0, 0)
	forYears, err := signed(long, private)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		raw  []byte
		now  time.Time
		want fault.Kind
		good bool
	}{
		{"at once", raw, noon, 0, true},
		{"just in time", raw, noon.Add(freshFor - time.Second), 0, true},
		{"at its end", raw, noon.Add(freshFor), fault.Gone, false},
		{"clocks a little apart", raw, noon.Add(-skew), 0, true},
		{"from the future", raw, noon.Add(-skew - time.Second), fault.Gone, false},
		{"good for years", forYears, noon, fault.Gone, false},
	} {
		_, err := open[Package](c.raw, typeCase, opened{self: "990200", now: c.now, key: only(Partner{Code: "990100", Key: public})})
		if (err == nil) != c.good || err != nil && fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestThePauseGrowsToAnHour(t *testing.T) {
	last := time.Duration(0)
	for tries := range 100 {
		p := pause(tries)
		if p < last || p < 30*time.Second || p > time.Hour {
			t.Fatalf("after %d tries %v", tries, p)
		}
		last = p
	}
	if last != time.Hour {
		t.Errorf("it ends at %v", last)
	}
}

// FuzzOpen gives the reader anything: it never fails otherwise than by a fault, and what it takes is spelt in the one way.
func FuzzOpen(f *testing.F) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte("s"), ed25519.SeedSize)) // the same in every process of the fuzzer
	public := ed25519.PublicKey(private[ed25519.SeedSize:])
	good, err := signed(sample(), private)
	if err != nil {
		f.Fatal(err)
	}
	body, err := json.Marshal(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, body)
	f.Add([]byte(`{"body":"","signature":""}`), []byte(`{"version":1,"type":"case","id":"01a20204-6dee-766e-9f1e-c93c4a445814"}`))
	f.Add([]byte(`null`), []byte(`{"case":{"contact":{}}}`))
	f.Fuzz(func(t *testing.T, raw, body []byte) {
		m, err := open[Package](raw, typeCase, opened{self: "990200", now: noon, key: only(Partner{Code: "990100", Key: public})})
		if err == nil && !bytes.Equal(raw, good) && m.Case.Number != sample().Case.Number {
			t.Error("a message that nobody signed")
		}
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("no fault: %v", err)
		}
		p, err := parse[Package](body, typeCase)
		if err != nil {
			return
		}
		again, err := json.Marshal(p)
		if err != nil || !bytes.Equal(again, body) {
			t.Errorf("two spellings: %s and %s", body, again)
		}
	})
}
