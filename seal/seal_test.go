package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"pgregory.net/rapid"
)

func TestSealedFieldOpensOnlyInItsPlace(t *testing.T) {
	k := NewForTest()
	d, wrapped, err := k.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	again, err := k.Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := k.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		field, id := rapid.String().Draw(t, "field"), rapid.String().Draw(t, "case")
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed := d.Seal(field, id, plain)
		got, err := again.Open(field, id, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %q, %v", got, err)
		}
		if bytes.Equal(sealed, d.Seal(field, id, plain)) {
			t.Fatal("the same nonce twice")
		}
		must := func(what string, d DataKey, field, id string, sealed []byte) {
			if _, err := d.Open(field, id, sealed); !errors.Is(err, ErrOpen) {
				t.Fatalf("%s: err = %v, want ErrOpen", what, err)
			}
		}
		must("other field", d, field+"x", id, sealed)
		must("other case", d, field, id+"x", sealed)
		if id != "" {
			must("moved border", d, field+id[:1], id[1:], sealed)
		}
		must("other key", other, field, id, sealed)
		must("no key", DataKey{}, field, id, sealed)
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		bent := bytes.Clone(sealed)
		bent[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		must("changed", d, field, id, bent)
		must("cut", d, field, id, sealed[:i])
	})
}

func TestABundleIsItsFieldsEachSealed(t *testing.T) {
	k := NewForTest()
	d, _, err := k.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.String()).Draw(t, "plain")
		b := d.Bundle("case", rapid.IntRange(0, 200).Draw(t, "size")) // too small as well
		var sealed [][]byte
		for i, p := range plain {
			if sealed = append(sealed, b.Seal(fmt.Sprint(i), p)); len(sealed[i]) != len(p)+Overhead {
				t.Fatalf("%d bytes are sealed in %d", len(p), len(sealed[i]))
			}
		}
		for i, p := range plain {
			if got, err := d.Open(fmt.Sprint(i), "case", sealed[i]); err != nil || string(got) != p {
				t.Fatalf("field %d of %q opens as %q, %v", i, plain, got, err)
			}
			if i > 0 && bytes.Equal(sealed[i][:12], sealed[i-1][:12]) {
				t.Fatal("the same nonce twice")
			}
			if _, err := d.Open(fmt.Sprint(i), "other", sealed[i]); !errors.Is(err, ErrOpen) {
				t.Fatalf("opens elsewhere: %v", err)
			}
		}
	})
}

// Programs of before read with tink what is sealed now.
func TestASealedFieldHasTheFormOfTink(t *testing.T) {
	raw := bytes.Repeat([]byte{7}, dataKeySize)
	d, err := newDataKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := subtle.NewAESGCM(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, sealed := range [][]byte{d.Seal("body", "case", []byte("words")), d.Bundle("case", 0).Seal("body", "words")} {
		if got, err := theirs.Decrypt(sealed, place(nil, "body", "case")); err != nil || string(got) != "words" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestWrappedKeyOpensOnlyUnderItsKeyring(t *testing.T) {
	k := NewForTest()
	_, wrapped, err := k.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewForTest().Unwrap(wrapped); !errors.Is(err, ErrOpen) {
		t.Errorf("other keyring: %v", err)
	}
	wrapped[len(wrapped)-1] ^= 1
	if _, err := k.Unwrap(wrapped); !errors.Is(err, ErrOpen) {
		t.Errorf("changed: %v", err)
	}
	if _, err := k.Unwrap(nil); !errors.Is(err, ErrOpen) {
		t.Errorf("shredded: %v", err)
	}
}

func TestKeyFileSurvivesRestartAndRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "keys.json")
	k1, err := LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %04o", info.Mode().Perm())
	}
	d1, wrapped1, err := k1.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	sealed := d1.Seal("phone", "c1", []byte("13800138000"))

	if err := Rotate(path); err != nil {
		t.Fatal(err)
	}
	k2, err := LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := k2.Unwrap(wrapped1)
	if err != nil {
		t.Fatalf("old wrap after rotation: %v", err)
	}
	if got, err := d.Open("phone", "c1", sealed); err != nil || string(got) != "13800138000" {
		t.Errorf("old value after rotation: %q, %v", got, err)
	}
	_, wrapped2, err := k2.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k1.Unwrap(wrapped2); !errors.Is(err, ErrOpen) {
		t.Errorf("the new master is not used for new keys: %v", err)
	}
	again, err := k2.Rewrap(wrapped1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k1.Unwrap(again); !errors.Is(err, ErrOpen) {
		t.Errorf("Rewrap used the old master: %v", err)
	}
	if k1.Fingerprint() != k2.Fingerprint() || !bytes.Equal(k1.Hash(Phone, "1"), k2.Hash(Phone, "1")) || k1.Token("t") != k2.Token("t") {
		t.Error("rotation of the master changed hashes, tokens or fingerprint")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".keys-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestKeyFileRefused(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"readable by others", "", 0o644, "0644"},
		{"readable by group", "", 0o640, "0640"},
		{"not JSON", "secret-material", 0o600, "not valid JSON"},
		{"newer", `{"version":9}`, 0o600, "version 9"},
		{"empty keyset", `{"version":1,"master":{}}`, 0o600, `"master"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(c.name, " ", "-"))
			if c.text == "" {
				if _, err := LoadOrCreate(path); err != nil {
					t.Fatal(err)
				}
			} else if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := LoadOrCreate(path)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("err = %v, want mention of %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret-material") {
				t.Error("the error quotes the file")
			}
		})
	}
}

func TestTwoStartsShareOneKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	var wg sync.WaitGroup
	prints := make([]string, 8)
	for i := range prints {
		wg.Go(func() {
			k, err := LoadOrCreate(path)
			if err != nil {
				t.Error(err)
				return
			}
			prints[i] = k.Fingerprint()
		})
	}
	wg.Wait()
	for _, p := range prints {
		if p != prints[0] {
			t.Fatalf("different keys: %v", prints)
		}
	}
}

func TestHashEvensOutSpelling(t *testing.T) {
	k := NewForTest()
	for _, c := range []struct {
		kind string
		same []string
	}{
		{Phone, []string{"13800138000", " 138 0013 8000", "138-0013-8000", "+86 13800138000", "0086-13800138000", "8613800138000", "１３８００１３８０００", "＋８６１３８００１３８０００"}},
		{Phone, []string{"0898-66668888", "(0898) 66668888", "+86 898 66668888"}},
		{Phone, []string{"86668888"}},
		{Email, []string{"a.b@example.com", " A.B@Example.COM ", "ａ.b@example.com"}},
		{Name, []string{"李小明", "李 小明", "李　小明"}},
		{Code, []string{"K7QM-2XWP", "k7qm2xwp", " K7QM 2XWP", "K7QM—2XWP", "Ｋ7QM-2XWP"}},
	} {
		for _, s := range c.same {
			if !bytes.Equal(k.Hash(c.kind, s), k.Hash(c.kind, c.same[0])) {
				t.Errorf("%s: %q and %q differ", c.kind, s, c.same[0])
			}
		}
	}
	for _, c := range [][2]string{{"86668888", "668888"}, {"13800138000", "13800138001"}} {
		if bytes.Equal(k.Hash(Phone, c[0]), k.Hash(Phone, c[1])) {
			t.Errorf("%q and %q are one", c[0], c[1])
		}
	}
	if !bytes.Equal(k.Hash("words", "", " 路灯", "\u0301a "), k.Hash("words", "\n 路灯\n\u0301a ")) {
		t.Error("lines are not the text that they are together")
	}
	if bytes.Equal(k.Hash(Phone, "12345"), k.Hash(Code, "12345")) {
		t.Error("kinds share hashes")
	}
	if bytes.Equal(k.Hash(Phone, "12345"), NewForTest().Hash(Phone, "12345")) {
		t.Error("the hash has no key")
	}
	for _, kind := range []string{Phone, Email, Name, Code, "other"} {
		if k.Hash(kind, " ") != nil {
			t.Errorf("%s: nothing has a hash", kind)
		}
	}
}

func TestTokenBelongsToItsPurpose(t *testing.T) {
	k := NewForTest()
	tok := k.Token("rate", "case-1", "2")
	if len(tok) != 26 || tok != strings.ToLower(tok) {
		t.Errorf("token %q", tok)
	}
	if !k.CheckToken(tok, "rate", "case-1", "2") || !k.CheckToken(" "+strings.ToUpper(tok), "rate", "case-1", "2") {
		t.Error("own token refused")
	}
	for _, parts := range [][]string{{"case-1", "3"}, {"case-12"}, {"case-1", "2", ""}, {"case-1"}, nil} {
		if k.CheckToken(tok, "rate", parts...) {
			t.Errorf("accepted for %q", parts)
		}
	}
	if k.CheckToken(tok, "letter", "case-1", "2") || k.CheckToken("", "rate") || NewForTest().CheckToken(tok, "rate", "case-1", "2") {
		t.Error("accepted for another purpose or key")
	}
}

func TestKeysStayOutOfLogs(t *testing.T) {
	k := NewForTest()
	d, _, err := k.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "k", k, "d", d, "in", struct {
		K *Keyring
		D DataKey
	}{k, d})
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "k", k, "d", d)
	j, err := json.Marshal([]any{k, d})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "%v %+v %#v %v %+v %#v %s", k, k, k, d, d, d, j)
	got := b.String()
	for _, bad := range []string{"aead", "0x", "prf", "PRF"} {
		if strings.Contains(got, bad) {
			t.Errorf("log shows %q: %s", bad, got)
		}
	}
}
