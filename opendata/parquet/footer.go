package parquet

import "encoding/binary"

// Numbers of the format's enumerations (parquet.thrift).
const (
	encodingPlain = 0
	encodingRuns  = 3
	codecGzip     = 2
)

// physical is how a type is stored, and the older and the newer name of what it means; -1 where it means itself.
var physical = map[Type]struct{ stored, converted, logical int }{
	Text:    {6, 0, 1},
	Integer: {2, -1, -1},
	Number:  {5, -1, -1},
	YesNo:   {0, -1, -1},
	Date:    {1, 6, 6},
}

// footer is the FileMetaData of the format.
func (w *Writer) footer() []byte {
	var t thrift
	t.i32(1, 1) // version
	t.list(2, typeStruct, len(w.columns)+1)
	t.element()
	t.text(4, "table")
	t.i32(5, len(w.columns))
	t.end()
	for _, c := range w.columns {
		w.schema(&t, c)
	}
	t.i64(3, w.all)
	t.list(4, typeStruct, len(w.groups))
	for _, g := range w.groups {
		w.rowGroup(&t, g)
	}
	t.list(5, typeStruct, len(w.about))
	for _, one := range w.about {
		t.element()
		t.text(1, one[0])
		t.text(2, one[1])
		t.end()
	}
	t.text(6, "huiyin")
	t.end()
	return t.b
}

func (w *Writer) schema(t *thrift, c Column) {
	p := physical[c.Type]
	t.element()
	t.i32(1, p.stored)
	if c.Empty {
		t.i32(3, 1) // optional
	} else {
		t.i32(3, 0) // required
	}
	t.text(4, c.Name)
	if p.converted >= 0 {
		t.i32(6, p.converted)
	}
	if p.logical >= 0 {
		t.begin(10)
		t.begin(p.logical)
		t.end()
		t.end()
	}
	t.end()
}

func (w *Writer) rowGroup(t *thrift, g group) {
	t.element()
	t.list(1, typeStruct, len(g.columns))
	var plain, packed int64
	for i, c := range g.columns {
		plain, packed = plain+c.plain, packed+c.packed
		t.element()
		t.i64(2, c.at)
		t.begin(3)
		t.i32(1, physical[w.columns[i].Type].stored)
		t.list(2, typeI32, 2)
		t.plain(encodingPlain)
		t.plain(encodingRuns)
		t.list(3, typeBinary, 1)
		t.words(w.columns[i].Name)
		t.i32(4, codecGzip)
		t.i64(5, int64(c.values))
		t.i64(6, c.plain)
		t.i64(7, c.packed)
		t.i64(9, c.at)
		t.end()
		t.end()
	}
	t.i64(2, plain)
	t.i64(3, int64(g.rows))
	t.i64(5, g.columns[0].at)
	t.i64(6, packed)
	t.end()
}

// thrift writes structs in Thrift's compact protocol.
type thrift struct {
	b     []byte
	last  int   // number of the last field of the struct under way
	above []int // of those around it
}

const (
	typeI32    = 5
	typeI64    = 6
	typeBinary = 8
	typeList   = 9
	typeStruct = 12
)

func (t *thrift) field(n, kind int) {
	if d := n - t.last; d > 0 && d < 16 {
		t.b = append(t.b, byte(d<<4|kind))
	} else {
		t.b = append(t.b, byte(kind))
		t.plain(n)
	}
	t.last = n
}

// plain writes a number without a field: an element of a list.
func (t *thrift) plain(v int) { t.b = binary.AppendVarint(t.b, int64(v)) }

func (t *thrift) i32(n, v int) {
	t.field(n, typeI32)
	t.plain(v)
}

func (t *thrift) i64(n int, v int64) {
	t.field(n, typeI64)
	t.b = binary.AppendVarint(t.b, v)
}

// words writes a text without a field.
func (t *thrift) words(s string) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(s))), s...)
}

func (t *thrift) text(n int, s string) {
	t.field(n, typeBinary)
	t.words(s)
}

func (t *thrift) list(n, kind, size int) {
	t.field(n, typeList)
	if size < 15 {
		t.b = append(t.b, byte(size<<4|kind))
		return
	}
	t.b = append(t.b, byte(0xf0|kind))
	t.b = binary.AppendUvarint(t.b, uint64(size)) //nolint:gosec // a count
}

// begin begins a struct that is a field.
func (t *thrift) begin(n int) {
	t.field(n, typeStruct)
	t.element()
}

// element begins a struct that is an element of a list.
func (t *thrift) element() {
	t.above = append(t.above, t.last)
	t.last = 0
}

// end ends a struct; the outermost was never begun.
func (t *thrift) end() {
	t.b = append(t.b, 0)
	if n := len(t.above); n > 0 {
		t.last, t.above = t.above[n-1], t.above[:n-1]
	}
}
