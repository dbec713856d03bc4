// Package witness countersigns the checkpoints of logs it has seen grow and never change (C2SP tlog-witness, tlog-cosignature).
package witness

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// cosignature is the type of key of a countersignature with its time (C2SP tlog-cosignature, cosignature/v1).
const cosignature = 4

// Key is the key of a witness.
type Key struct {
	Name   string
	secret ed25519.PrivateKey
}

// NewKey makes a key for a witness of that name.
func NewKey(name string) (Key, error) {
	if name == "" || strings.ContainsAny(name, "+ \n\t") {
		return Key{}, fmt.Errorf("a witness cannot be called %q", name)
	}
	_, secret, err := ed25519.GenerateKey(rand.Reader)
	return Key{Name: name, secret: secret}, err
}

// Encode is the key as it is kept: name and seed. It is a secret.
func (k Key) Encode() string {
	return k.Name + "+" + base64.StdEncoding.EncodeToString(k.secret.Seed())
}

var errKey = errors.New("this is no key of a witness")

// ParseKey reads what Encode writes.
func ParseKey(text string) (Key, error) {
	name, seed, ok := strings.Cut(strings.TrimSpace(text), "+")
	raw, err := base64.StdEncoding.DecodeString(seed)
	if !ok || err != nil || name == "" || len(raw) != ed25519.SeedSize {
		return Key{}, errKey
	}
	return Key{Name: name, secret: ed25519.NewKeyFromSeed(raw)}, nil
}

// Verifier is the public half, in the form of notes: name, key hash and key with its type.
func (k Key) Verifier() string {
	public := k.secret.Public().(ed25519.PublicKey) //nolint:forcetypeassert // of a private key of ours
	return fmt.Sprintf("%s+%08x+%s", k.Name, keyHash(k.Name, public), base64.StdEncoding.EncodeToString(append([]byte{cosignature}, public...)))
}

func keyHash(name string, public ed25519.PublicKey) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"+string([]byte{cosignature})), public...))
	return binary.BigEndian.Uint32(sum[:])
}

func message(text string, at uint64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, text)
}

// Sign is the line of a countersignature on the text of a checkpoint.
func (k Key) Sign(text string, now time.Time) string {
	at := uint64(now.Unix())                                                                          //nolint:gosec // after 1970
	sig := binary.BigEndian.AppendUint32(nil, keyHash(k.Name, k.secret.Public().(ed25519.PublicKey))) //nolint:forcetypeassert // of a private key of ours
	sig = binary.BigEndian.AppendUint64(sig, at)
	sig = append(sig, ed25519.Sign(k.secret, message(text, at))...)
	return "\u2014 " + k.Name + " " + base64.StdEncoding.EncodeToString(sig) + "\n"
}

// verifier is a witness's public key as notes know it.
type verifier struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

// NewVerifier reads the public key of a witness.
func NewVerifier(text string) (note.Verifier, error) {
	name, rest, ok := strings.Cut(strings.TrimSpace(text), "+")
	hash, key, both := strings.Cut(rest, "+")
	h, err := hex.DecodeString(hash)
	if !ok || !both || err != nil || len(h) != 4 {
		return nil, errKey
	}
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != cosignature {
		return nil, errKey
	}
	v := verifier{name: name, hash: binary.BigEndian.Uint32(h), public: ed25519.PublicKey(raw[1:])}
	if v.hash != keyHash(name, v.public) {
		return nil, errKey
	}
	return v, nil
}

// Name is note.Verifier.
func (v verifier) Name() string { return v.name }

// KeyHash is note.Verifier.
func (v verifier) KeyHash() uint32 { return v.hash }

// Verify is note.Verifier: the time, and the signature over it and the text.
func (v verifier) Verify(text, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize && ed25519.Verify(v.public, message(string(text), binary.BigEndian.Uint64(sig)), sig[8:])
}
