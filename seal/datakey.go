package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
)

// ErrOpen says that sealed bytes do not open: they were changed, or belong to another field, case or key.
var ErrOpen = errors.New("sealed value does not open: wrong key, wrong place, or changed bytes")

// DataKey encrypts the personal fields of one case. Destroying its wrapped form destroys the fields (crypto-shredding).
// The zero value seals and opens nothing.
type DataKey struct {
	aead   cipher.AEAD
	opened func(field, owner string)
}

const dataKeySize = 32 // AES-256

var wrapPurpose = []byte("huiyin case data key v1")

// NewDataKey makes the random 256-bit key of one case, and the same key wrapped by the newest master key, to be stored.
func (k *Keyring) NewDataKey() (DataKey, []byte, error) {
	raw := make([]byte, dataKeySize)
	if _, err := rand.Read(raw); err != nil {
		return DataKey{}, nil, fmt.Errorf("make data key: %w", err)
	}
	wrapped, err := k.master.Encrypt(raw, wrapPurpose)
	if err != nil {
		return DataKey{}, nil, fmt.Errorf("wrap data key: %w", err)
	}
	d, err := newDataKey(raw)
	d.opened = k.Opened
	return d, wrapped, err
}

// Unwrap gives back the data key of a case; any master key still in the key file may have wrapped it.
func (k *Keyring) Unwrap(wrapped []byte) (DataKey, error) {
	raw, err := k.master.Decrypt(wrapped, wrapPurpose)
	if err != nil {
		return DataKey{}, ErrOpen
	}
	d, err := newDataKey(raw)
	d.opened = k.Opened
	return d, err
}

// Rewrap wraps a data key anew with the newest master key, so that older master keys can be retired.
func (k *Keyring) Rewrap(wrapped []byte) ([]byte, error) {
	raw, err := k.master.Decrypt(wrapped, wrapPurpose)
	if err != nil {
		return nil, ErrOpen
	}
	again, err := k.master.Encrypt(raw, wrapPurpose)
	if err != nil {
		return nil, fmt.Errorf("wrap data key: %w", err)
	}
	return again, nil
}

func newDataKey(raw []byte) (DataKey, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return DataKey{}, fmt.Errorf("use data key: %w", err)
	}
	a, err := cipher.NewGCMWithRandomNonce(block) // writes nonce, text and tag, as tink does
	if err != nil {
		return DataKey{}, fmt.Errorf("use data key: %w", err)
	}
	return DataKey{aead: a}, nil
}

// Seal encrypts a field of a case with AES-256-GCM under a random nonce. The result opens only for the same field of the
// same case, so sealed values cannot be swapped between rows or columns.
func (d DataKey) Seal(field, caseID string, plain []byte) []byte {
	return d.aead.Seal(nil, nil, plain, place(nil, field, caseID))
}

// Open decrypts what Seal made for the same field and case; otherwise the error is ErrOpen.
func (d DataKey) Open(field, caseID string, sealed []byte) ([]byte, error) {
	if d.aead == nil {
		return nil, ErrOpen
	}
	plain, err := d.aead.Open([]byte{}, nil, sealed, place(nil, field, caseID)) // nothing opens as nothing, not as nil
	if err != nil {
		return nil, ErrOpen
	}
	if d.opened != nil {
		d.opened(field, caseID)
	}
	return plain, nil
}

// place appends the associated data; the length in front keeps ("ab","c") apart from ("a","bc").
func place(b []byte, field, caseID string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
	b = append(b, field...)
	return append(b, caseID...)
}

// String hides the key from logs.
func (d DataKey) String() string { return "[data key]" }

// GoString hides the key from %#v.
func (d DataKey) GoString() string { return d.String() }

// LogValue hides the key from slog.
func (d DataKey) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalJSON hides the key from handlers that print structs.
func (d DataKey) MarshalJSON() ([]byte, error) { return []byte(`"[data key]"`), nil }
