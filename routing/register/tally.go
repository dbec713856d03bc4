package register

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/routing"
)

// Tallied is how often what each rule says of a case was kept, as last counted, and the number of that count; nil and 0 before the first.
func (r *Register) Tallied(ctx context.Context) (t routing.Tallies, number int64, err error) {
	var body []byte
	err = r.DB.QueryRow(ctx, `select id, tallies from rule_tally order by id desc limit 1`).Scan(&number, &body)
	if pg.IsNoRows(err) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, pg.Classify(fmt.Errorf("read the tallies of the rules: %w", err))
	}
	if err := json.Unmarshal(body, &t); err != nil {
		return nil, 0, fmt.Errorf("read the tallies of the rules: %w", err)
	}
	return t, number, nil
}

// LastTally is the number of the last count; 0 before the first.
func (r *Register) LastTally(ctx context.Context) (number int64, err error) {
	err = r.DB.QueryRow(ctx, `select coalesce(max(id), 0) from rule_tally`).Scan(&number)
	return number, pg.Classify(err)
}

// moved is by how much a rule must have become more or less reliable for a count to be kept: each count kept is taken up by every process.
const moved = 0.01

// differs tells whether some rule is noticeably more or less reliable by one count than by another.
func differs(a, b routing.Tallies) bool {
	return slices.ContainsFunc(routing.Sources(), func(s routing.Source) bool { return math.Abs(a.Reliable(s)-b.Reliable(s)) >= moved })
}

// SweepTally counts anew and keeps the count where it moves a rule; it tells how many counts were kept. A case counts once a person has taken it on: what stands in it then is what people left or put there.
// Where a guess was too unsure to stand ready (routing.Likely), it counts as kept only if somebody chose it.
func (r *Register) SweepTally(ctx context.Context) (int, error) {
	counted, err := r.tally(ctx)
	if err != nil {
		return 0, err
	}
	last, _, err := r.Tallied(ctx)
	if err != nil || !differs(counted, last) {
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
			from cases c cross join lateral (
				select c.proposal->'sure'->a.name->>'source' as source, (c.proposal->'sure'->a.name->>'p')::float8 as p, a.now = a.said as kept, a.name
				from (values
				  ('kind', c.kind, c.proposal->>'kind'), ('category', c.category, c.proposal->'category'->>'code'),
				  ('territory', c.territory, c.proposal->'territory'->>'code'), ('urgency', c.urgency, c.proposal->>'urgency')) as a (name, now, said)) as s
			where c.state <> 'registered' and s.source is not null and s.source <> 'model'
			  and (s.p >= $1 or not s.kept or exists (select 1 from event e where e.case_id = c.id and (e.step = 'dispatch' and e.data->'chosen' ? s.name or e.step = 'classify' and e.data ? s.name)))
			group by s.source`, routing.Likely)
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
