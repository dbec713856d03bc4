// Package seal encrypts personal fields and makes keyed hashes for exact search.
package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keyring holds the service's keys: the master that wraps data keys, the key of the exact-search hashes and the key of
// the bearer tokens. It is safe for concurrent use and prints itself as "[keyring]" only.
type Keyring struct {
	Opened func(field, owner string) // hears of every field that is decrypted, and of what it is: tests hold it against the record of uses; nil: nobody asks

	master tink.AEAD
	hashes macs
	tokens macs
}

// ring is the key file: three tink keysets, each with its own versions. Of the master the newest key encrypts and all
// decrypt. The hash key never rotates, since stored hashes cannot be made again without their values.
type ring struct {
	Master *keyset.Handle
	Hashes *keyset.Handle
	Tokens *keyset.Handle
}

// file is ring as it stands in JSON.
type file struct {
	Version int             `json:"version"`
	Master  json.RawMessage `json:"master"`
	Hashes  json.RawMessage `json:"hashes"`
	Tokens  json.RawMessage `json:"tokens"`
}

const fileVersion = 1

func newRing() (r ring, err error) {
	if r.Master, err = keyset.NewHandle(aead.AES256GCMKeyTemplate()); err != nil {
		return ring{}, fmt.Errorf("make master key: %w", err)
	}
	if r.Hashes, err = keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate()); err != nil {
		return ring{}, fmt.Errorf("make hash key: %w", err)
	}
	if r.Tokens, err = keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate()); err != nil {
		return ring{}, fmt.Errorf("make token key: %w", err)
	}
	return r, nil
}

// rotated is r with one more master key, which encrypts from now on; the older ones still decrypt.
func (r ring) rotated() (ring, error) {
	m := keyset.NewManagerFromHandle(r.Master)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return ring{}, fmt.Errorf("make master key: %w", err)
	}
	if err := m.SetPrimary(id); err != nil {
		return ring{}, fmt.Errorf("choose master key: %w", err)
	}
	if r.Master, err = m.Handle(); err != nil {
		return ring{}, fmt.Errorf("choose master key: %w", err)
	}
	return r, nil
}

func (r ring) open() (*Keyring, error) {
	master, err := aead.New(r.Master)
	if err != nil {
		return nil, fmt.Errorf("use master key: %w", err)
	}
	hashes, err := macsOf(r.Hashes)
	if err != nil {
		return nil, fmt.Errorf("use hash key: %w", err)
	}
	tokens, err := macsOf(r.Tokens)
	if err != nil {
		return nil, fmt.Errorf("use token key: %w", err)
	}
	return &Keyring{master: master, hashes: hashes, tokens: tokens}, nil
}

func (r ring) encode() ([]byte, error) {
	f := file{Version: fileVersion}
	for _, part := range []struct {
		h  *keyset.Handle
		to *json.RawMessage
	}{{r.Master, &f.Master}, {r.Hashes, &f.Hashes}, {r.Tokens, &f.Tokens}} {
		var b bytes.Buffer
		if err := insecurecleartextkeyset.Write(part.h, keyset.NewJSONWriter(&b)); err != nil {
			return nil, fmt.Errorf("encode keys: %w", err)
		}
		*part.to = b.Bytes()
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	return append(b, '\n'), nil
}

func decode(b []byte) (r ring, err error) {
	var f file
	if err := json.Unmarshal(b, &f); err != nil {
		// The cause is not wrapped: it could quote key material.
		return ring{}, errors.New("key file is not valid JSON")
	}
	if f.Version != fileVersion {
		return ring{}, fmt.Errorf("key file has version %d, this program reads %d", f.Version, fileVersion)
	}
	for _, part := range []struct {
		name string
		from json.RawMessage
		h    **keyset.Handle
	}{{"master", f.Master, &r.Master}, {"hashes", f.Hashes, &r.Hashes}, {"tokens", f.Tokens, &r.Tokens}} {
		*part.h, err = insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(part.from)))
		if err != nil {
			return ring{}, fmt.Errorf("key file has no usable keyset %q", part.name)
		}
	}
	return r, nil
}

// NewForTest returns a keyring of fresh random keys that stands in no file.
func NewForTest() *Keyring {
	r, err := newRing()
	if err != nil {
		panic(err)
	}
	k, err := r.open()
	if err != nil {
		panic(err)
	}
	return k
}

// Fingerprint names this keyring without telling anything about its keys: store it beside the data, so that a start with
// another key file is noticed before it writes. Rotation of the master does not change it.
func (k *Keyring) Fingerprint() string {
	return hex.EncodeToString(k.hashes[0].sum(8, "fingerprint"))
}

// String hides the keys from logs.
func (k *Keyring) String() string { return "[keyring]" }

// GoString hides the keys from %#v.
func (k *Keyring) GoString() string { return k.String() }

// LogValue hides the keys from slog.
func (k *Keyring) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalJSON hides the keys from handlers that print structs.
func (k *Keyring) MarshalJSON() ([]byte, error) { return []byte(`"[keyring]"`), nil }
