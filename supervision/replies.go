package supervision

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/supervision/replycheck"
)

// UnitReplies is what the check of replies pointed at in those of one unit.
type UnitReplies struct {
	Unit    casework.UnitCode
	Replies int                     // that went out
	Flagged int                     // of these, with at least one flag
	Flags   map[replycheck.Flag]int // replies with each flag
}

// CheckedReplies counts the flags of the replies of each unit since a moment, the unit with most flagged ones first. For the hotline. Errors: fault.Forbidden.
func CheckedReplies(ctx context.Context, d *casework.Docket, by casework.Actor, since time.Time) ([]UnitReplies, error) {
	if !by.Sight().All {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	type line struct {
		Unit          casework.UnitCode
		Flag          replycheck.Flag
		Replies, With int
	}
	var lines []line
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "hotline"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `with r as (select unit, coalesce(data -> 'flags', '[]'::jsonb) flags from event where step = 'reply' and at >= $1)
			select unit, '', count(*), count(*) filter (where flags <> '[]') from r group by unit
			union all select unit, flag, 0, count(*) from r, jsonb_array_elements_text(flags) flag group by unit, flag`, since)
		if err != nil {
			return err
		}
		lines, err = pgx.CollectRows(rows, pgx.RowToStructByPos[line])
		return err
	})
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("count flags of replies: %w", err))
	}
	units := map[casework.UnitCode]*UnitReplies{}
	for _, l := range lines {
		u := units[l.Unit]
		if u == nil {
			u = &UnitReplies{Unit: l.Unit, Flags: map[replycheck.Flag]int{}}
			units[l.Unit] = u
		}
		if l.Flag == "" {
			u.Replies, u.Flagged = l.Replies, l.With
		} else {
			u.Flags[l.Flag] = l.With
		}
	}
	out := make([]UnitReplies, 0, len(units))
	for _, u := range units {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b UnitReplies) int {
		return cmp.Or(cmp.Compare(b.Flagged, a.Flagged), cmp.Compare(b.Replies, a.Replies), cmp.Compare(a.Unit, b.Unit))
	})
	return out, nil
}
