package register

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// Override is how often people followed the first proposal, for the cases in which one unit was proposed first and that lie in one area.
type Override struct {
	Unit       casework.UnitCode // proposed first
	Territory  string            // of the case; empty where unknown
	Dispatches int               // by people
	First      int               // of these, to the unit proposed first
}

// Overridden is how many of the dispatches went to another unit than the one proposed first.
func (o Override) Overridden() int { return o.Dispatches - o.First }

// Overrides counts dispatches by people since a time, by the unit that was proposed first and the area of the case.
func (r *Register) Overrides(ctx context.Context, since time.Time) ([]Override, error) {
	var list []Override
	err := pg.InTx(ctx, r.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select c.proposal->'candidates'->0->>'unit' as unit, c.territory, count(*)::int as dispatches,
			  count(*) filter (where (e.data->>'suggested')::int = 1)::int as first
			from event e join cases c on c.id = e.case_id
			where e.step = 'dispatch' and e.at >= $1 and coalesce(e.data->>'auto', '') <> 'true' and c.proposal->'candidates'->0->>'unit' is not null
			group by 1, 2 order by 1, 2`, since)
		if err != nil {
			return fmt.Errorf("count what people did with proposals: %w", err)
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByName[Override])
		return err
	})
	if err != nil {
		return nil, pg.Classify(err)
	}
	return list, nil
}

// Merges is how many cases people joined as the same matter in some days, and how many they took apart again.
type Merges struct{ Joined, Parted int }

// MergesOf counts them from the history.
func (r *Register) MergesOf(ctx context.Context, from, until time.Time) (Merges, error) {
	var m Merges
	err := pg.InTx(ctx, r.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) filter (where step = 'merge') as joined, count(*) filter (where step = 'unmerge') as parted from event where step in ('merge', 'unmerge') and at >= $1 and at < $2`, from, until).Scan(&m.Joined, &m.Parted)
	})
	if err != nil {
		return m, pg.Classify(fmt.Errorf("count merges: %w", err))
	}
	return m, nil
}
