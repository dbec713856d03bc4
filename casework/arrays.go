package casework

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// arrays puts together the parameters of a statement that takes many rows, one array a column, in PostgreSQL's own binary form. A general encoder
// asks for the type of each value again and grows many buffers; here all stand in one, which is used again for the next transaction.
type arrays struct {
	buf  []byte
	ends []int // of each parameter in buf
	list [][]byte
	out  []byte
}

func (a *arrays) reset() { a.buf, a.ends = a.buf[:0], a.ends[:0] }

// params gives the parameters; they hold until the next reset.
func (a *arrays) params() [][]byte {
	a.list = a.list[:0]
	from := 0
	for _, end := range a.ends {
		a.list = append(a.list, a.buf[from:end:end])
		from = end
	}
	return a.list
}

// around is what the messages of a statement are longer than its parameters, at most, and inSize by how much each parameter grows.
const around, inSize = 128, 4

// lent is the buffer that a connection takes to put its messages together in, where it is Sent before them. By itself it begins with a small one after each flush,
// and growing that to the size of many filings leaves several times as much behind. A nil buffer sent after the flush takes the lent one back.
type lent []byte

// lent gives a buffer in which the parameters have room, as those of so many statements.
func (a *arrays) lent(statements int) lent {
	if need := len(a.buf) + inSize*len(a.ends) + around*statements; cap(a.out) < need {
		a.out = make([]byte, 0, need+need/4)
	}
	return lent(a.out)
}

// Frontend marks what a client sends.
func (lent) Frontend() {}

// Decode is not needed of what is sent.
func (lent) Decode([]byte) error { return errors.ErrUnsupported }

// Encode puts what was to be sent already into the buffer; nothing is sent of itself.
func (b lent) Encode(sent []byte) ([]byte, error) { return append(b, sent...), nil }

// begin writes what stands before the values of an array of one dimension that counts from 1.
func (a *arrays) begin(element uint32, n int) {
	for _, word := range [5]uint32{1, 1, element, uint32(n), 1} { //nolint:gosec // a few dozen rows
		a.buf = binary.BigEndian.AppendUint32(a.buf, word)
	}
}

func (a *arrays) end() { a.ends = append(a.ends, len(a.buf)) }

func (a *arrays) size(n int) { a.buf = binary.BigEndian.AppendUint32(a.buf, uint32(n)) } //nolint:gosec // bounded by what a column holds

// null is the size of a value that is not there.
const null = ^uint32(0)

func (a *arrays) uuids(all []*bound, value func(*bound) CaseID) {
	a.begin(pgtype.UUIDOID, len(all))
	for _, b := range all {
		id := value(b)
		a.size(len(id))
		a.buf = append(a.buf, id[:]...)
	}
	a.end()
}

func (a *arrays) texts(all []*bound, value func(*bound) string) {
	a.begin(pgtype.TextOID, len(all))
	for _, b := range all {
		s := value(b)
		a.size(len(s))
		a.buf = append(a.buf, s...)
	}
	a.end()
}

// bytes takes nil for what is not there.
func (a *arrays) bytes(all []*bound, value func(*bound) []byte) {
	a.begin(pgtype.ByteaOID, len(all))
	for _, b := range all {
		v := value(b)
		if v == nil {
			a.buf = binary.BigEndian.AppendUint32(a.buf, null)
			continue
		}
		a.size(len(v))
		a.buf = append(a.buf, v...)
	}
	a.end()
}

// written takes texts from what appends them.
func (a *arrays) written(all []*bound, value func(b *bound, to []byte) []byte) {
	a.begin(pgtype.TextOID, len(all))
	for _, b := range all {
		a.put(b, value)
	}
	a.end()
}

// documents takes JSON from what appends it.
func (a *arrays) documents(all []*bound, value func(b *bound, to []byte) []byte) {
	a.begin(pgtype.JSONBOID, len(all))
	for _, b := range all {
		a.put(b, func(b *bound, to []byte) []byte { return value(b, append(to, 1)) }) // 1 is the version of the binary form
	}
	a.end()
}

// put writes a value and then before it how long it became.
func (a *arrays) put(b *bound, value func(b *bound, to []byte) []byte) {
	from := len(a.buf) + 4
	a.buf = value(b, append(a.buf, 0, 0, 0, 0))
	binary.BigEndian.PutUint32(a.buf[from-4:], uint32(len(a.buf)-from)) //nolint:gosec // bounded by what a column holds
}

func (a *arrays) bools(all []*bound, value func(*bound) bool) {
	a.begin(pgtype.BoolOID, len(all))
	for _, b := range all {
		a.size(1)
		if value(b) {
			a.buf = append(a.buf, 1)
		} else {
			a.buf = append(a.buf, 0)
		}
	}
	a.end()
}

func (a *arrays) ints(all []*bound, value func(*bound) int) {
	a.begin(pgtype.Int8OID, len(all))
	for _, b := range all {
		a.number(int64(value(b)))
	}
	a.end()
}

// epoch is where PostgreSQL's times begin to count.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// times takes the zero time for one that is not there.
func (a *arrays) times(all []*bound, value func(*bound) time.Time) {
	a.begin(pgtype.TimestamptzOID, len(all))
	for _, b := range all {
		t := value(b)
		if t.IsZero() {
			a.buf = binary.BigEndian.AppendUint32(a.buf, null)
			continue
		}
		a.number(t.UnixMicro() - epoch)
	}
	a.end()
}

func (a *arrays) number(n int64) {
	a.size(8)
	a.buf = binary.BigEndian.AppendUint64(a.buf, uint64(n)) //nolint:gosec // two's complement, as the server reads it
}
