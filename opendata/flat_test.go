package opendata

import (
	"context"
	"encoding/json"
	"io"
	"runtime"
	"testing"
)

// peak remembers the most memory in use while something is written.
type peak struct {
	n    int
	most uint64
}

func (p *peak) look() {
	if p.n++; p.n%20_000 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		p.most = max(p.most, m.HeapAlloc)
	}
}

// Six times the rows need no more memory, in any format: no table is ever whole in memory.
func TestMemoryStaysFlat(t *testing.T) {
	set := Set{Key: "cases", Columns: cases.Columns}
	write := func(f Format, n int) uint64 {
		var p peak
		set.rows = func(_ context.Context, _ *Reading, give each) error {
			for i := range n {
				p.look()
				number := []byte("aaaaaaaaaaaa")
				for k, v := 0, i; v > 0; k, v = k+1, v/26 {
					number[k] = byte('a' + v%26)
				}
				if err := give(Row{string(number), "2026-10-01", "990101", "990101001", "010101", "complaint", "c-chengguan", "closed", "kept", "yes", 5, 1}, nil); err != nil {
					return err
				}
			}
			return nil
		}
		if _, err := (&Reading{Set: set}).Write(t.Context(), f, io.Discard); err != nil {
			t.Fatal(err)
		}
		return p.most
	}
	for _, f := range Formats {
		few, many := write(f, 20_000), write(f, 120_000)
		t.Logf("%s: %d KiB with 20,000 rows, %d KiB with 120,000", f.Name, few>>10, many>>10)
		if many > few+8<<20 {
			t.Errorf("%s needs %d KiB with 20,000 rows and %d KiB with six times as many", f.Name, few>>10, many>>10)
		}
	}
}

// A spreadsheet's sheet has a last row: what is more stands on the next one.
func TestASheetThatIsFullIsFollowedByAnother(t *testing.T) {
	w, err := beginXLSX(io.Discard, codes, about{Set: "codes"})
	if err != nil {
		t.Fatal(err)
	}
	book := w.(*workbook)
	book.most = 3
	for range 5 {
		if err := book.row(Row{"unit", "hotline", nil, "热线", nil, nil}, json.RawMessage(nil)); err != nil {
			t.Fatal(err)
		}
	}
	if got := book.book.GetSheetList(); len(got) != 4 {
		t.Errorf("five rows of two a sheet stand on %v", got)
	}
	if err := book.end(); err != nil {
		t.Fatal(err)
	}
}
