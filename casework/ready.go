package casework

import (
	"context"
	"time"

	"huiyin/pg"
)

// Ready is a filing of which nothing is missing but its rows.
type Ready struct {
	b   *bound
	doc documents
}

// Ready prepares a filing up to its rows, so that a bench can measure what storing them costs and nothing else. It is not looked for among those known.
// Errors: fault.Forbidden where the actor may not file; a filing that Open would refuse.
func (d *Docket) Ready(f Filing) (Ready, error) {
	f.At = f.At.UTC().Truncate(time.Microsecond)
	if err := f.check(); err != nil {
		return Ready{}, err
	}
	b, err := d.bind(&f)
	if err != nil {
		return Ready{}, err
	}
	return Ready{b, b.documents()}, nil
}

// Store stores the rows by one statement, which is a transaction of its own outside of one.
func (r Ready) Store(ctx context.Context, q pg.Querier) error {
	_, err := q.Exec(ctx, openSQL, r.b.args(r.doc))
	return err
}
