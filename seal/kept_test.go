package seal

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"testing"
)

//go:embed testdata/kept.json
var keptOf2026 []byte

// kept is what stands in key files and databases since 2026.
type kept struct {
	Keys    json.RawMessage `json:"keys"`
	Wrapped [][]byte        `json:"wrapped"` // one data key, by the first master key and by the second
	Sealed  []keptField     `json:"sealed"`  // under it
	Hashes  []keptHash      `json:"hashes"`
	Token   string          `json:"token"` // to rate the second round of the case
	Print   string          `json:"fingerprint"`
}

type keptField struct {
	Field  string `json:"field"`
	Case   string `json:"case"`
	Plain  []byte `json:"plain"`
	Sealed []byte `json:"sealed"`
}

type keptHash struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Hash  []byte `json:"hash"`
}

// What was sealed, hashed and given out opens, is found and is accepted for as long as the cases are kept.
func TestWhatWasKeptIsReadForever(t *testing.T) {
	var was kept
	if err := json.Unmarshal(keptOf2026, &was); err != nil {
		t.Fatal(err)
	}
	r, err := decode(was.Keys)
	if err != nil {
		t.Fatal(err)
	}
	k, err := r.open()
	if err != nil {
		t.Fatal(err)
	}
	for _, wrapped := range was.Wrapped {
		d, err := k.Unwrap(wrapped)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range was.Sealed {
			if plain, err := d.Open(f.Field, f.Case, f.Sealed); err != nil || !bytes.Equal(plain, f.Plain) || plain == nil {
				t.Errorf("%s opens as %q, error %v", f.Field, plain, err)
			}
		}
	}
	for _, h := range was.Hashes {
		if got := k.Hash(h.Kind, h.Value); !bytes.Equal(got, h.Hash) {
			t.Errorf("%s %q hashes to %x, not to %x", h.Kind, h.Value, got, h.Hash)
		}
	}
	if id := was.Sealed[0].Case; k.Token("rate", id, "2") != was.Token || !k.CheckToken(was.Token, "rate", id, "2") {
		t.Error("a token that was given out is refused")
	}
	if k.Fingerprint() != was.Print {
		t.Errorf("the keyring names itself %s, not %s", k.Fingerprint(), was.Print)
	}
}
