package casework

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// Sight is what an actor's transactions may see, in words that an index can filter by. It only narrows a search before the database decides.
type Sight struct {
	All   bool       // every case
	Units []UnitCode // cases in which one of these units takes part now
}

// None reports whether nothing may be seen by search: no scope, or the one case of a resident, who needs no search.
func (s Sight) None() bool { return !s.All && len(s.Units) == 0 }

// Sight is the actor's scope, from the same rule that row-level security gets.
func (a Actor) Sight() Sight {
	switch a.scope()["huiyin.scope"] {
	case "system", "hotline":
		return Sight{All: true}
	case "unit":
		return Sight{Units: a.Units}
	}
	return Sight{}
}

// Seen is a case as found by search, with what was said in it (masked), in order.
type Seen struct {
	Case
	Said []string
}

// Seen reads those of the cases that are in the actor's scope, in no order; the others are silently not there.
func (d *Docket) Seen(ctx context.Context, by Actor, ids []CaseID) ([]Seen, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var out []Seen
	err := pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) {
		pg.Rows(b, &out, func(row pgx.CollectableRow) (Seen, error) {
			var s Seen
			err := row.Scan(append(s.dest(), &s.Said)...)
			return s, err
		}, `select `+caseColumns+`, coalesce((select array_agg(m.body order by m.at, m.id) from message m where m.case_id = c.id), '{}')`+caseTables+`where c.id = any ($1)`, ids)
	})
	if err != nil {
		return nil, fmt.Errorf("read found cases: %w", err)
	}
	return out, nil
}
