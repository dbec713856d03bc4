package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

var errNotYourStep = fault.New(fault.Forbidden, "fault.not_your_step")

// OpenAll files many cases in one transaction, for imports; those whose key is known, or stands earlier in the list, are found, not filed twice.
// One filing that is refused refuses all. A filing without an actor is the resident's.
//
// Each table takes all its rows in one statement: a statement a case costs several times more (COPY is not possible under row-level security).
func (d *Docket) OpenAll(ctx context.Context, filings []Filing) ([]Receipt, error) {
	first := map[Key]int{} // the filing that stands for its key
	for i := range filings {
		f := &filings[i]
		if f.By.Kind == "" {
			f.By = Actor{Kind: ByResident, Roles: []Role{ResidentRole}}
		}
		if f.At.IsZero() {
			f.At = d.Now()
		}
		f.At = f.At.UTC().Truncate(time.Microsecond)
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("filing %d: %w", i, err)
		}
		if _, twice := first[f.Key]; !twice {
			first[f.Key] = i
		}
	}
	for try := 0; ; try++ {
		receipts, err := d.openAll(ctx, filings, first)
		// Another import filed one of these in between, or a tracking code was drawn twice: the next try finds it, or draws anew.
		if (pg.IsUniqueViolation(err, "submission_pkey") || pg.IsUniqueViolation(err, "tracking_pkey")) && try < 3 {
			continue
		}
		if err == nil {
			d.woke()
		}
		return receipts, err
	}
}

func (d *Docket) openAll(ctx context.Context, filings []Filing, first map[Key]int) ([]Receipt, error) {
	var fresh []*bound
	var found map[Key]Receipt
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		var err error
		if found, err = d.receiptsIn(ctx, tx, filings); err != nil {
			return err
		}
		for i := range filings {
			if _, known := found[filings[i].Key]; known || first[filings[i].Key] != i {
				continue
			}
			b, err := d.bind(&filings[i])
			if err != nil {
				return fmt.Errorf("filing %d: %w", i, err)
			}
			fresh = append(fresh, b)
		}
		if err := storeAll(ctx, tx.Conn(), fresh, &arrays{}); err != nil {
			return fmt.Errorf("file %d cases: %w", len(fresh), err)
		}
		for _, b := range fresh {
			if err := storeFiles(ctx, tx, b.key, b.id, nil, b.f.At, "", b.f.Files); err != nil {
				return err
			}
			found[b.f.Key] = b.receipt()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	receipts := make([]Receipt, len(filings))
	filed := map[Key]bool{}
	for _, b := range fresh {
		filed[b.f.Key] = true
	}
	for i := range filings {
		k := filings[i].Key
		receipts[i] = found[k]
		receipts[i].Existing = !filed[k] || first[k] != i
	}
	return receipts, nil
}

// receiptsIn finds the cases of the filings that were here before. Their tracking codes stay sealed: an import hands none out.
func (d *Docket) receiptsIn(ctx context.Context, tx pgx.Tx, filings []Filing) (map[Key]Receipt, error) {
	keys := make([][]byte, len(filings))
	for i := range filings {
		keys[i] = filings[i].Key[:]
	}
	found := map[Key]Receipt{}
	// By their keys alone first: nearly always none is known, and a join would be planned anew wherever the tables have grown.
	rows, err := tx.Query(ctx, `select key from submission where key = any ($1)`, keys)
	if err != nil {
		return nil, fmt.Errorf("find known submissions: %w", err)
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(known) == 0 {
		return found, err
	}
	rows, err = tx.Query(ctx, `select s.key, c.id, c.number, c.filed_at, k.due_at from submission s join cases c on c.id = s.case_id
		join clock k on k.case_id = c.id and k.name = 'total' where s.key = any ($1)`, known)
	if err != nil {
		return nil, fmt.Errorf("find known submissions: %w", err)
	}
	r := Receipt{Existing: true}
	var key []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &r.ID, &r.Number, &r.FiledAt, &r.Due}, func() error {
		found[Key(key)] = r
		return nil
	})
	return found, err
}
