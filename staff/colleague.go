package staff

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// Colleague is a person to whom a unit can hand a case.
type Colleague struct {
	ID   int64
	Name string
	Unit casework.UnitCode
}

// Colleagues lists the people who work on cases in the units given, by unit and name. Disabled accounts are left out.
func Colleagues(ctx context.Context, q pg.Querier, units []casework.UnitCode) ([]Colleague, error) {
	rows, err := q.Query(ctx, `select id, name, unit from account
		where unit = any ($1::text[]) and disabled_at is null and roles && '{liaison,handler,leader}' order by unit, name, id`, units)
	if err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Colleague])
	if err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	return list, nil
}
