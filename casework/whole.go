package casework

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// Whole is a case with all that staff see beside it on its page.
type Whole struct {
	Dossier
	Whistles []Whistle // calls for departments to come, oldest first
	Appeals  []Appeal  // against how units are scored, oldest first

	// For the hotline only; empty for units, who could tell from it who stands behind a case.

	Origins   []Origin  // its e-mails, oldest first
	Followers []Case    // the cases merged into it, oldest first
	Earlier   int       // cases that the same caller filed before it
	Siblings  []Sibling // the cases it was split into or out of, without their codes
}

// Whole reads a case for its page, in one transaction and one round trip to the database. Errors: fault.NotFound where it does not exist for this actor.
func (d *Docket) Whole(ctx context.Context, by Actor, id CaseID) (Whole, error) {
	var w Whole
	var settle func()
	err := pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) {
		settle = w.Dossier.ask(b, by, id)
		askWhistles(b, &w.Whistles, id)
		askAppeals(b, &w.Appeals, id)
		if by.Kind == ByStaff && by.Sight().All {
			askOrigins(b, &w.Origins, id)
			askFollowers(b, &w.Followers, id)
			askEarlier(b, &w.Earlier, id)
			pg.Rows(b, &w.Siblings, func(row pgx.CollectableRow) (s Sibling, err error) {
				return s, row.Scan(&s.ID, &s.Number, &s.State, &s.Part)
			}, `select c.id, c.number, c.state, c.id = s.part from split s join cases c on c.id in (s.part, s.whole) and c.id <> $1
				where (s.part = $1 or s.whole = $1) and s.undone_at is null order by s.at`, id)
		}
	})
	if err != nil {
		return Whole{}, fmt.Errorf("read case with all beside it: %w", err)
	}
	settle()
	return w, nil
}
