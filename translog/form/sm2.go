package form

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/mod/sumdb/note"
)

// sm2Type begins the key of an SM2 signature. C2SP signed-note keeps 0xff, with a longer name behind it, for kinds of signatures that it does not number.
const sm2Type = "\xffhuiyin sm2-sm3 v1\n"

// sm2ID is the identity that SM2 mixes into what is signed where the parties agreed on none (GB/T 35276).
const sm2ID = "1234567812345678"

const coordinate = 32 // bytes of one coordinate of a point, and of the secret

var errSM2 = errors.New("this is no SM2 key of a log")

// SM2Key signs checkpoints with SM2 over SM3 (GB/T 32918, GB/T 32905) beside Ed25519 over SHA-256. Make it with NewSM2Key or ParseSM2Key.
type SM2Key struct {
	name   string
	secret *sm2.PrivateKey
}

// NewSM2Key makes a key for the log of that name.
func NewSM2Key(name string) (SM2Key, error) {
	secret, err := sm2.GenerateKey(rand.Reader)
	return SM2Key{name: name, secret: secret}, err
}

// Encode is the secret, 32 bytes.
func (k SM2Key) Encode() []byte { return k.secret.D.FillBytes(make([]byte, coordinate)) }

// ParseSM2Key reads what Encode gives.
func ParseSM2Key(name string, secret []byte) (SM2Key, error) {
	if len(secret) != coordinate {
		return SM2Key{}, errSM2
	}
	k := SM2Key{name: name, secret: &sm2.PrivateKey{}}
	k.secret.D = new(big.Int).SetBytes(secret)
	k.secret.Curve = sm2.P256()
	k.secret.X, k.secret.Y = k.secret.ScalarBaseMult(secret)
	return k, nil
}

// Public is the point of the public key, uncompressed: 04, X, Y.
func (k SM2Key) Public() []byte { return point(&k.secret.PublicKey) }

func point(public *ecdsa.PublicKey) []byte {
	out := make([]byte, 1+2*coordinate)
	out[0] = 4
	public.X.FillBytes(out[1 : 1+coordinate]) //nolint:staticcheck // PublicKey.Bytes does not know the curve of SM2
	public.Y.FillBytes(out[1+coordinate:])    //nolint:staticcheck // as above
	return out
}

// Name is the name of the log.
func (k SM2Key) Name() string { return k.name }

// KeyHash is how a line of signatures names the key.
func (k SM2Key) KeyHash() uint32 { return sm2Hash(k.name, k.Public()) }

// Sign signs the text of a note.
func (k SM2Key) Sign(msg []byte) ([]byte, error) {
	return k.secret.Sign(rand.Reader, msg, sm2.NewSM2SignerOption(true, []byte(sm2ID)))
}

// Verifier is the public half in the form of notes.
func (k SM2Key) Verifier() string { return SM2Verifier(k.name, k.Public()) }

// SM2Verifier writes a public key in the form of notes: name, hash, and the key behind its kind.
func SM2Verifier(name string, public []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, sm2Hash(name, public), base64.StdEncoding.EncodeToString(append([]byte(sm2Type), public...)))
}

func sm2Hash(name string, public []byte) uint32 {
	sum := sha256.Sum256([]byte(name + "\n" + sm2Type + string(public)))
	return binary.BigEndian.Uint32(sum[:])
}

type sm2Verifier struct {
	name   string
	hash   uint32
	public *ecdsa.PublicKey
}

func (v sm2Verifier) Name() string    { return v.name }
func (v sm2Verifier) KeyHash() uint32 { return v.hash }
func (v sm2Verifier) Verify(msg, sig []byte) bool {
	return sm2.VerifyASN1WithSM2(v.public, []byte(sm2ID), msg, sig)
}

// NewSM2Verifier reads what SM2Verifier writes.
func NewSM2Verifier(text string) (note.Verifier, error) {
	name, rest, ok := strings.Cut(strings.TrimSpace(text), "+")
	hash, encoded, ok2 := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	key, ok3 := bytes.CutPrefix(raw, []byte(sm2Type))
	if !ok || !ok2 || !ok3 || err != nil || name == "" || len(key) != 1+2*coordinate || key[0] != 4 {
		return nil, errSM2
	}
	v := sm2Verifier{name: name, hash: sm2Hash(name, key), public: &ecdsa.PublicKey{Curve: sm2.P256(),
		X: new(big.Int).SetBytes(key[1 : 1+coordinate]), //nolint:staticcheck // as above
		Y: new(big.Int).SetBytes(key[1+coordinate:])}}   //nolint:staticcheck // as above
	if fmt.Sprintf("%08x", v.hash) != hash || !v.public.IsOnCurve(v.public.X, v.public.Y) { //nolint:staticcheck // as above
		return nil, errSM2
	}
	return v, nil
}

// SM3 is the SM3 digest of some bytes (GB/T 32905).
func SM3(b []byte) []byte {
	sum := sm3.Sum(b)
	return sum[:]
}
