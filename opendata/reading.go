package opendata

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/privacy"
	"huiyin/supervision"
)

// Reading is a set, or some months of it, as it stands in one snapshot of the database. Close it.
type Reading struct {
	Source
	Set      Set
	Period   supervision.Period // both ends included; 0 is open
	Revision int                // of a closed month; 0 is the newest
	Snapshot string             // names the rows: the same name, the same rows in the same order
	Modified time.Time          // when the rows last changed; zero where nobody knows

	tx   pgx.Tx
	most int // rows that are wanted; 0 is all
}

// Longest is for how long one file may be read: its snapshot holds the database's cleaning up.
const Longest = 15 * time.Minute

// Open begins to read. It may outlive ctx: end it by Close. Errors: fault.NotFound for months of a set that has none.
func (s Source) Open(ctx context.Context, set Set, p supervision.Period, revision int) (*Reading, error) {
	if !set.Monthly && p != (supervision.Period{}) {
		return nil, fault.New(fault.NotFound, "fault.no_month")
	}
	tx, err := s.DB.Begin(ctx)
	if err != nil {
		return nil, pg.Classify(err)
	}
	r := &Reading{Source: s, Set: set, Period: p, Revision: revision, tx: tx}
	if err := r.begin(ctx); err != nil {
		r.Close()
		return nil, pg.Classify(err)
	}
	return r, nil
}

func (r *Reading) begin(ctx context.Context) error {
	if _, err := r.tx.Exec(ctx, `set transaction isolation level repeatable read, read only`); err != nil {
		return err
	}
	limit := fmt.Sprint(Longest.Milliseconds())
	if _, err := r.tx.Exec(ctx, `select set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true)`, limit); err != nil {
		return err
	}
	h := sha256.New()
	for _, c := range r.Set.Columns { // another form of the table is another table
		_, _ = fmt.Fprintln(h, c.Name, c.Type)
	}
	st, err := r.stand(ctx)
	if err != nil {
		return fmt.Errorf("read state of %s: %w", r.Set.Key, err)
	}
	_, _ = fmt.Fprintln(h, r.Set.Key, r.Period, st.name)
	r.Snapshot, r.Modified = hex.EncodeToString(h.Sum(nil)[:8]), st.modified
	return nil
}

func (r *Reading) stand(ctx context.Context) (state, error) {
	if r.Set.state != nil {
		return r.Set.state(ctx, r)
	}
	h := sha256.New()
	enc := json.NewEncoder(h)
	err := r.Set.rows(ctx, r, func(row Row, _ json.RawMessage) error { return enc.Encode(row) })
	return state{name: hex.EncodeToString(h.Sum(nil))}, err
}

// Name is how addresses name the period: yyyy-mm, yyyy-mm..yyyy-mm, or nothing where it is open at both ends.
func (r *Reading) Name() string {
	from, to := "", ""
	if r.Period.From > 0 {
		from = r.Period.From.String()
	}
	if r.Period.To > 0 {
		to = r.Period.To.String()
	}
	if from == to {
		return from
	}
	return from + ".." + to
}

// Write writes every row in a format and tells how many. What the negative list forbids stops it.
func (r *Reading) Write(ctx context.Context, f Format, to io.Writer) (int, error) {
	return r.write(ctx, []sink{{f, to}})
}

// sink is a file that is written, in its format.
type sink struct {
	Format
	to io.Writer
}

// write reads the rows once and writes them to every sink.
func (r *Reading) write(ctx context.Context, to []sink) (int, error) {
	files := make([]writer, len(to))
	for i, one := range to {
		var err error
		if files[i], err = one.begin(one.to, r.Set, about{Set: r.Set.Key, Snapshot: r.Snapshot, Period: r.Name(), Page: r.BaseURL + "/data/" + r.Set.Key, Licence: Licence}); err != nil {
			return 0, fmt.Errorf("begin %s: %w", r.Set.Key, err)
		}
	}
	n := 0
	var text []byte
	err := r.Set.rows(ctx, r, func(row Row, raw json.RawMessage) error {
		text = text[:0]
		for i, v := range row {
			text = append(appendValue(text, r.Set.Columns[i], v), '\n') // figures of two columns make no number
		}
		if err := privacy.OpenData.Check(text); err != nil {
			return err
		}
		n++
		for _, f := range files {
			if err := f.row(row, raw); err != nil {
				return err
			}
		}
		return pg.Rest(ctx)
	})
	if err != nil {
		return n, fmt.Errorf("write %s: %w", r.Set.Key, err)
	}
	for _, f := range files {
		if err := f.end(); err != nil {
			return n, fmt.Errorf("end %s: %w", r.Set.Key, err)
		}
	}
	return n, nil
}

var errEnough = errors.New("enough rows")

// First gives the first rows of a set, or of some months of it, at most n.
func (s Source) First(ctx context.Context, set Set, p supervision.Period, n int) ([]Row, error) {
	var all []Row
	err := pg.InTx(ctx, s.DB, nil, func(tx pgx.Tx) error {
		r := &Reading{Source: s, Set: set, Period: p, tx: tx, most: n}
		err := set.rows(ctx, r, func(row Row, _ json.RawMessage) error {
			if all = append(all, row); len(all) >= n {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read rows of %s: %w", set.Key, err)
	}
	return all, nil
}

// Close lets go of the snapshot.
func (r *Reading) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = r.tx.Rollback(ctx)
}
