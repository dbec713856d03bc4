package rights

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// Tally counts requests about data of one kind.
type Tally struct {
	Kind     casework.RightKind `json:"kind"`
	Received int                `json:"received"`
	Granted  int                `json:"granted"`
	Refused  int                `json:"refused"`
	Open     int                `json:"open"`
	Late     int                `json:"late"`        // answered or still waiting after their limit
	Days     *float64           `json:"median_days"` // from the request to the decision; null where none was decided
}

// Figures are what the public is told of requests about data.
type Figures struct {
	Kinds    []Tally        `json:"kinds"`
	Grounds  map[string]int `json:"refused_on"` // refusals by ground
	Received int            `json:"received"`
	Done     int            `json:"done"`
	Late     int            `json:"late"`
}

// Count counts the requests asked in some days, of cases that a unit leads or led last where one is named.
func Count(ctx context.Context, db pg.DB, from, until time.Time, unit casework.UnitCode) (Figures, error) {
	f := Figures{Grounds: map[string]int{}, Kinds: []Tally{}}
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		const which = ` from rights_request r join cases c on c.id = r.case_id where r.asked_at >= $1 and r.asked_at < $2 and ($3 = '' or c.lead_unit = $3) `
		rows, err := tx.Query(ctx, `select r.kind, count(*), count(*) filter (where r.state = 'granted'), count(*) filter (where r.state = 'refused'), count(*) filter (where r.decided_at is null), count(*) filter (where r.late_at is not null),
			percentile_cont(0.5) within group (order by extract(epoch from r.decided_at - r.asked_at) / 86400) filter (where r.decided_at is not null)`+which+`group by r.kind order by count(*) desc, r.kind`, from, until, unit)
		if err != nil {
			return err
		}
		if f.Kinds, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Tally]); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `select r.basis, count(*)`+which+`and r.state = 'refused' group by r.basis`, from, until, unit)
		if err != nil {
			return err
		}
		var ground string
		var n int
		_, err = pgx.ForEachRow(rows, []any{&ground, &n}, func() error { f.Grounds[ground] = n; return nil })
		return err
	})
	if err != nil {
		return f, fmt.Errorf("count requests about data: %w", err)
	}
	for _, k := range f.Kinds {
		f.Received, f.Done, f.Late = f.Received+k.Received, f.Done+k.Granted+k.Refused, f.Late+k.Late
	}
	return f, nil
}

// Appeals counts the objections against what a machine proposed, asked in some days, and how many of them a person granted: for the card of the model.
func Appeals(ctx context.Context, db pg.DB, from, until time.Time) (raised, granted int, err error) {
	err = pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*), count(*) filter (where state = 'granted') from rights_request where kind = 'object' and asked_at >= $1 and asked_at < $2`, from, until).Scan(&raised, &granted)
	})
	if err != nil {
		err = fmt.Errorf("count appeals: %w", err)
	}
	return raised, granted, err
}
