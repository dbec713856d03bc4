package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// WhistleScore counts both sides of whistles for one unit (Beijing ordinance of 2021, article 33): how often it called, how often it was called, and how
// it came. A call whose time has not come yet is neither in time nor late.
type WhistleScore struct {
	Unit   UnitCode
	Made   int
	Called int
	InTime int
	Late   int // came after the time set, or has not come by now
}

// WhistleScores counts the whistles from a moment up to another, by unit: all for the hotline, for a unit those of its own and of the units below it. They are
// counts only, also of cases that the unit no longer sees.
func (d *Docket) WhistleScores(ctx context.Context, by Actor, from, until time.Time) ([]WhistleScore, error) {
	sight := by.Sight()
	if sight.None() {
		return nil, nil
	}
	var list []WhistleScore
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		var err error
		list, err = collect(ctx, tx, pgx.RowToStructByPos[WhistleScore], `
			select unit, sum(made)::int, sum(called)::int, sum(in_time)::int, sum(late)::int from (
				select w.by_unit as unit, 1 as made, 0 as called, 0 as in_time, 0 as late from whistle w where w.at >= $1 and w.at < $2
				union all
				select r.unit, 0, 1, coalesce(r.reported_at <= w.report_by, false)::int, (coalesce(r.reported_at, $3) > w.report_by)::int
				from whistle_call r join whistle w on w.id = r.whistle where w.at >= $1 and w.at < $2
			) s where $4 or unit = any ($5::text[]) group by unit order by 3 desc, 2 desc, unit`, from.UTC(), until.UTC(), d.Now().UTC(), sight.All, texts(sight.Units))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count whistles: %w", err)
	}
	return list, nil
}
