package casework

import (
	"bytes"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

// A connection that kept a buffer of filings would send with its next message what others write there.
func TestAConnectionKeepsNoLentBuffer(t *testing.T) {
	for _, name := range []string{"short", string(make([]byte, 5000))} {
		var sent bytes.Buffer
		f := pgproto3.NewFrontend(&bytes.Buffer{}, &sent)
		a := &arrays{buf: make([]byte, 100)}
		f.Send(&pgproto3.Describe{ObjectType: 'S', Name: "before"})
		f.Send(a.lent(1))
		f.Send(&pgproto3.Describe{ObjectType: 'S', Name: name})
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		f.Send(lent(nil))
		f.Send(&pgproto3.Describe{ObjectType: 'S', Name: "after"})
		clear(a.out[:cap(a.out)])
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		var want []byte
		for _, n := range []string{"before", name, "after"} {
			var err error
			if want, err = (&pgproto3.Describe{ObjectType: 'S', Name: n}).Encode(want); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(sent.Bytes(), want) {
			t.Errorf("%q was sent, not %q", sent.Bytes(), want)
		}
	}
}
