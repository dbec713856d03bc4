package months

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"huiyin/translog/form"
)

// The rows of a month stand in the log one after the other with the closing behind them, however many portions they are entered in.
func TestAMonthIsEnteredInPortions(t *testing.T) {
	const before = 7
	var log []form.Entry
	x := &Closer{Enter: func(_ context.Context, _ pgx.Tx, entries []form.Entry) (int64, error) {
		if len(entries) > portion {
			t.Errorf("%d entries at once", len(entries))
		}
		first := before + int64(len(log))
		log = append(log, entries...)
		return first, nil
	}}
	for _, n := range []int{0, 1, portion, 2*portion + 3} {
		log = nil
		at, err := x.enter(t.Context(), nil, "2026-11-22", plain(n), []byte(`{}`))
		if err != nil || at != before+int64(n) || len(log) != n+1 || log[n].Type != form.Month {
			t.Errorf("%d rows: the closing is entry %d of %d, %v", n, at, len(log), err)
		}
	}
	other := &Closer{Enter: func(context.Context, pgx.Tx, []form.Entry) (int64, error) { return before, nil }}
	if _, err := other.enter(t.Context(), nil, "2026-11-22", plain(portion+1), []byte(`{}`)); err == nil {
		t.Error("a log in which another entry came between was taken")
	}
}

func plain(n int) *numbered {
	all := &numbered{}
	for range n {
		all.add(Row{})
	}
	all.sort()
	return all
}
