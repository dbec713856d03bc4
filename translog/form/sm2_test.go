package form_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/translog/form"
)

// GB/T 32905, annex A, example 1.
func TestSM3OfTheStandard(t *testing.T) {
	if got := hex.EncodeToString(form.SM3([]byte("abc"))); got != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" {
		t.Errorf("SM3 of abc is %s", got)
	}
}

func TestACheckpointCarriesBothSignatures(t *testing.T) {
	secret, verifier, err := note.GenerateKey(nil, "linlan.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, _ := note.NewSigner(secret)
	ed, _ := note.NewVerifier(verifier)
	made, err := form.NewSM2Key("linlan.example/log")
	if err != nil {
		t.Fatal(err)
	}
	key, err := form.ParseSM2Key("linlan.example/log", made.Encode())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := form.Checkpoint{Origin: "linlan.example/log", Size: 3, Root: tlog.Hash{1}}.Sign(signer, key)
	if err != nil {
		t.Fatal(err)
	}
	sm, err := form.NewSM2Verifier(made.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []note.Verifier{ed, sm} {
		if c, err := form.OpenCheckpoint([]byte(signed), v); err != nil || c.Size != 3 {
			t.Errorf("%T: %+v, %v", v, c, err)
		}
		if _, err := form.OpenCheckpoint([]byte(strings.Replace(signed, "\n3\n", "\n4\n", 1)), v); err == nil {
			t.Errorf("%T takes another text", v)
		}
	}
	other, _ := form.NewSM2Key("linlan.example/log")
	v, err := form.NewSM2Verifier(other.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := form.OpenCheckpoint([]byte(signed), v); err == nil {
		t.Error("another key takes the signature")
	}
	if _, err := form.NewSM2Verifier(strings.Replace(made.Verifier(), "linlan", "hailan", 1)); err == nil {
		t.Error("a key under another name is taken")
	}
}
