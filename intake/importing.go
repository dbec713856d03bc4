package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/table"
	"huiyin/locale"
	"huiyin/notify/postmark"
	"huiyin/pg"
)

// importBatch is how many rows one transaction holds: it must end within a second, since every follower waits for it.
const importBatch = 1000

// Tally counts what became of the rows of a file. Rows = Filed + Known + Rejected.
type Tally struct {
	Rows     int
	Filed    int
	Known    int // filed by an earlier run, or standing twice in the file
	Rejected int
	Unsorted int // of the filed: neither the file nor the rules tell what they are about
}

// Import is one file on its way in.
type Import struct {
	File    *table.Reader
	Mapping *Mapping
	DryRun  bool                               // reads and checks everything, files nothing; with a database it tells what an earlier run has filed
	Reject  func(r table.Row, why error) error // called for each rejected row, in the order of the file
	Advance func(Tally)                        // called after each batch; may be nil
}

// placeNames finds categories and territories by code or by a name that only one has.
type placeNames struct{ categories, territories map[string]string }

func (n placeNames) category(v string) string  { return n.categories[evened(v)] }
func (n placeNames) territory(v string) string { return n.territories[evened(v)] }

func (d *Door) names() placeNames {
	n := placeNames{categories: map[string]string{}, territories: map[string]string{}}
	add := func(to map[string]string, code string, names ...string) {
		to[evened(code)] = code
		for _, name := range names {
			key := evened(name)
			if other, twice := to[key]; twice && other != code {
				code = "" // two have this name: it names none
			}
			to[key] = code
		}
	}
	for _, c := range d.city.Categories() {
		add(n.categories, c.Code, d.city.CategoryPath(c.Code, locale.ZH), c.Name.ZH)
	}
	for _, t := range d.city.Territories() {
		add(n.territories, t.Code, d.city.TerritoryName(t.Code, locale.ZH), t.Name.ZH)
	}
	return n
}

// prepared is one row with what was made of it.
type prepared struct {
	row    table.Row
	filing casework.Filing
	err    error
}

// Import files the rows of a file, a thousand in a transaction. One row that cannot be filed is rejected with its reason and stops nothing.
// It is idempotent by the external number, so that an interrupted import is resumed by running it again. When the database is away it ends
// with fault.Unavailable; the tally tells how far it came.
func (d *Door) Import(ctx context.Context, im Import) (Tally, error) {
	var t Tally
	m, err := im.Mapping.fit(im.File.Columns, d.city.TZ)
	if err != nil {
		return t, fault.Wrap(fault.Invalid, "fault.invalid", err)
	}
	names, now := d.names(), d.now()
	work, ctx := errgroup.WithContext(ctx)
	batches := make(chan []prepared, 1) // one batch is prepared while another is written
	work.Go(func() error {
		defer close(batches)
		for read := 0; ; {
			batch, err := readBatch(im.File)
			read += len(batch)
			if len(batch) > 0 {
				d.prepareAll(batch, m, names, now, im.File.Numeric)
				select {
				case batches <- batch:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("after row %d: %w", read, err)
			}
		}
	})
	work.Go(func() error {
		for batch := range batches {
			if err := d.fileBatch(ctx, im, batch, &t); err != nil {
				return err
			}
			if im.Advance != nil {
				im.Advance(t)
			}
		}
		return nil
	})
	err = work.Wait()
	return t, err
}

func readBatch(f *table.Reader) ([]prepared, error) {
	batch := make([]prepared, 0, importBatch)
	for len(batch) < importBatch {
		row, err := f.Next()
		if err != nil {
			return batch, err
		}
		batch = append(batch, prepared{row: row})
	}
	return batch, nil
}

// prepareAll makes filings of the rows, on all processors: masking and routing cost more than storing.
func (d *Door) prepareAll(batch []prepared, m *Mapping, names placeNames, now time.Time, serial bool) {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	const share = 50
	for start := 0; start < len(batch); start += share {
		g.Go(func() error {
			for i := start; i < min(start+share, len(batch)); i++ {
				p := &batch[i]
				s, err := m.submission(p.row, names, now, serial)
				if err == nil {
					s.Reason += "," + postmark.Unanswerable
					p.filing, err = d.Prepare(s)
				}
				p.err = err
			}
			return nil
		})
	}
	_ = g.Wait()
}

func (d *Door) fileBatch(ctx context.Context, im Import, batch []prepared, t *Tally) error {
	var filings []casework.Filing
	for _, p := range batch {
		if p.err == nil {
			filings = append(filings, p.filing)
		}
	}
	var receipts []casework.Receipt
	var err error
	if im.DryRun {
		if receipts, err = d.foretell(ctx, filings); err != nil {
			return err
		}
	} else {
		receipts, err = d.docket.OpenAll(ctx, filings)
		if fault.KindOf(err) == fault.Unavailable || ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
	alone := err != nil // one row is refused: each goes by itself, so that the others stand
	next := 0
	for _, p := range batch {
		t.Rows++
		var r casework.Receipt
		if p.err == nil {
			switch {
			case alone:
				if r, p.err = d.docket.Open(ctx, p.filing); fault.KindOf(p.err) == fault.Unavailable {
					return p.err
				}
			default:
				r = receipts[next]
			}
			next++
		}
		switch {
		case p.err != nil:
			t.Rejected++
			if err := im.Reject(p.row, p.err); err != nil {
				return err
			}
		case r.Existing:
			t.Known++
		default:
			t.Filed++
			if p.filing.Category == "" {
				t.Unsorted++
			}
		}
	}
	return nil
}

// foretell says of filings, in their order, which of them an earlier run has filed. Without a database it knows of none.
func (d *Door) foretell(ctx context.Context, filings []casework.Filing) ([]casework.Receipt, error) {
	receipts := make([]casework.Receipt, len(filings))
	if d.docket == nil || len(filings) == 0 {
		return receipts, nil
	}
	keys := make([][]byte, len(filings))
	for i, f := range filings {
		keys[i] = f.Key[:]
	}
	known := map[casework.Key]bool{}
	err := pg.InTx(ctx, d.docket.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select key from submission where key = any ($1)`, keys)
		if err != nil {
			return err
		}
		var key []byte
		_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
			known[casework.Key(key)] = true
			return nil
		})
		return err
	})
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("look for filed rows: %w", err))
	}
	for i, f := range filings {
		receipts[i].Existing = known[f.Key]
	}
	return receipts, nil
}
