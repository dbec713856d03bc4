package supervision

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// LateCase is a case past a promise, as supervisors see it.
type LateCase struct {
	casework.Case
	Since   time.Time     // the broken promise: the unit's limit, or the resident's where that is earlier or the only one
	Overdue time.Duration // how long ago that was
}

// LateList reads a page of the overdue cases in the actor's scope, those of some units where given, the unit's earliest limit first.
// after is the cursor of the previous page; next is empty on the last.
func LateList(ctx context.Context, d *casework.Docket, by casework.Actor, owners []casework.UnitCode, after string, limit int) (late []LateCase, next string, err error) {
	page, err := d.List(ctx, by, casework.Query{Late: true, Owner: owners, After: after, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	now := d.Now()
	for _, c := range page.Cases {
		l := LateCase{Case: c}
		if c.Met == nil && now.After(c.Due) {
			l.Since = c.Due
		}
		if c.UnitDue != nil && now.After(*c.UnitDue) && (l.Since.IsZero() || c.UnitDue.Before(l.Since)) {
			l.Since = *c.UnitDue
		}
		l.Overdue = now.Sub(l.Since)
		late = append(late, l)
	}
	return late, page.Next, nil
}

// maxUnsolved bounds the list of unsolved cases.
const maxUnsolved = 200

// UnsolvedList reads the cases whose resident said "not solved" or rated badly, and that went no further, oldest word first and at most 200: a supervisor
// looks at each (Jinan ordinance of 2018, article 27). Cases outside the actor's scope are not among them.
func UnsolvedList(ctx context.Context, d *casework.Docket, by casework.Actor) ([]casework.Case, error) {
	var ids []casework.CaseID
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select c.id from cases c join rating r on r.case_id = c.id and r.round = c.round
			where c.state = 'rated' and (r.solved = 'no' or r.satisfaction <= 2) order by r.at limit $1`, maxUnsolved)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[casework.CaseID])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find unsolved cases: %w", err)
	}
	var out []casework.Case
	for _, id := range ids {
		c, err := d.Case(ctx, by, id)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
