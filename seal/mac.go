package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"sync"

	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf/hmacprf"
)

// mac computes HMAC-SHA256 (RFC 2104) under one key. What the key makes of a hash is kept from one text to the next, which is half of the work for a short one.
type mac struct {
	key  []byte
	free sync.Pool // of *keyed
}

// keyed is a hash that begins with the key, and the place where what it hashes is put together.
type keyed struct {
	hash.Hash
	in []byte
}

// macs are the versions of one key, the newest first.
type macs []*mac

// macsOf reads the keys of a set that tink keeps.
func macsOf(h *keyset.Handle) (macs, error) {
	var all macs
	for i := range h.Len() {
		entry, err := h.Entry(i)
		if err != nil {
			return nil, err
		}
		if entry.KeyStatus() != keyset.Enabled {
			continue
		}
		key, ok := entry.Key().(*hmacprf.Key)
		if !ok || key.Parameters().(*hmacprf.Parameters).HashType() != hmacprf.SHA256 {
			return nil, fmt.Errorf("key %d is not of HMAC-SHA256", entry.KeyID())
		}
		one := &mac{key: key.KeyBytes().Data(insecuresecretdataaccess.Token{})}
		if all = append(all, one); entry.IsPrimary() {
			all[0], all[len(all)-1] = one, all[0]
		}
	}
	if len(all) == 0 {
		return nil, errors.New("no key")
	}
	return all, nil
}

// begin gives a hash that is at the beginning of a text; finish ends it.
func (m *mac) begin() *keyed {
	if h, ok := m.free.Get().(*keyed); ok {
		return h
	}
	h := &keyed{Hash: hmac.New(sha256.New, m.key)}
	h.Reset() // from here on it remembers what the key made of it
	return h
}

// finish gives size bytes of the hash of what was put together, and leaves nothing of it behind.
func (m *mac) finish(h *keyed, size int) []byte {
	_, _ = h.Write(h.in) // a hash takes everything
	sum := h.Sum(nil)[:size:size]
	m.end(h)
	return sum
}

// end gives the hash back without what was put together.
func (m *mac) end(h *keyed) {
	h.Reset()
	clear(h.in)
	h.in = h.in[:0]
	m.free.Put(h)
}

// sum hashes the parts, each with its length in front, so that no two lists of parts meet.
func (m *mac) sum(size int, parts ...string) []byte {
	h := m.begin()
	for _, s := range parts {
		h.add(s)
	}
	return m.finish(h, size)
}

func (h *keyed) add(s string) {
	h.in = binary.BigEndian.AppendUint32(h.in, uint32(len(s))) //nolint:gosec // a text of a case
	h.in = append(h.in, s...)
}
