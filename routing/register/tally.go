package register

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/routing"
)

// Tallied is how often what each rule says of a case was kept, as last counted; nil before the first count.
func (r *Register) Tallied(ctx context.Context) (routing.Tallies, error) {
	var body []byte
	err := r.DB.QueryRow(ctx, `select tallies from rule_tally order by id desc limit 1`).Scan(&body)
	if pg.IsNoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read the tallies of the rules: %w", err))
	}
	var t routing.Tallies
	if err := json.Unmarshal(body, &t); err != nil {
		return nil, fmt.Errorf("read the tallies of the rules: %w", err)
	}
	return t, nil
}

// SweepTally counts anew and keeps the count where it is another than the last; it tells how many counts were kept. A case counts once a person has taken it on: what stands in it then is what people left or put there.
func (r *Register) SweepTally(ctx context.Context) (int, error) {
	counted, err := r.tally(ctx)
	if err != nil {
		return 0, err
	}
	last, err := r.Tallied(ctx)
	if err != nil || maps.Equal(counted, last) || len(counted) == 0 {
		return 0, err
	}
	if _, err := r.DB.Exec(ctx, `insert into rule_tally (at, tallies) values ($1, $2)`, r.Now(), counted); err != nil {
		return 0, pg.Classify(fmt.Errorf("keep the tallies of the rules: %w", err))
	}
	return 1, nil
}

func (r *Register) tally(ctx context.Context) (routing.Tallies, error) {
	type line struct {
		Source routing.Source
		Kept   int
		Of     int
	}
	counted := routing.Tallies{}
	err := pg.InTx(ctx, r.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select s.source, count(*) filter (where s.kept)::int as kept, count(*)::int as of
			from cases c cross join lateral (values
			  (c.proposal->'sure'->'kind'->>'source', c.kind = c.proposal->>'kind'),
			  (c.proposal->'sure'->'category'->>'source', c.category = c.proposal->'category'->>'code'),
			  (c.proposal->'sure'->'territory'->>'source', c.territory = c.proposal->'territory'->>'code'),
			  (c.proposal->'sure'->'urgency'->>'source', c.urgency = c.proposal->>'urgency')) as s (source, kept)
			where c.state <> 'registered' and s.source is not null and s.source <> 'model'
			group by s.source`)
		if err != nil {
			return fmt.Errorf("count what the rules said: %w", err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowToStructByName[line])
		for _, l := range lines {
			counted[l.Source] = routing.Tally{Kept: l.Kept, Of: l.Of}
		}
		return err
	})
	if err != nil {
		return nil, pg.Classify(err)
	}
	return counted, nil
}
