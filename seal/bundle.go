package seal

// Overhead is by how many bytes a sealed value is longer than what it holds: a nonce of 12 and a tag of 16.
const Overhead = 28

// Bundle seals many fields of one case, as DataKey.Seal does each, into one buffer.
type Bundle struct {
	key    DataKey
	caseID string
	buf    []byte
	place  []byte
}

// Bundle seals fields of a case; size is how long they and their Overhead are together, as far as that is known.
func (d DataKey) Bundle(caseID string, size int) *Bundle {
	return &Bundle{key: d, caseID: caseID, buf: make([]byte, 0, size), place: make([]byte, 0, 64)}
}

// Seal encrypts a field under a nonce of its own; what it returns stays as it is when others follow.
func (b *Bundle) Seal(field, plain string) []byte {
	b.place = place(b.place[:0], field, b.caseID)
	from := len(b.buf)
	b.buf = append(b.buf, plain...)
	b.buf = b.key.aead.Seal(b.buf[:from], nil, b.buf[from:], b.place) // in its place
	return b.buf[from:len(b.buf):len(b.buf)]
}
