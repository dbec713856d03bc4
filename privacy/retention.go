package privacy

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// KeepYears is how long a case's personal data outlives the case: three years (domain study 6.1; Personal Information Protection Law, article 19: the shortest time that the purpose needs).
const KeepYears = 3

// SweepRetention destroys the personal data of cases that ended three years ago, oldest first, at most limit a call, and tells how many.
// The masked words and the history remain. It is safe to run twice, late, or on two machines.
func SweepRetention(ctx context.Context, d *casework.Docket, limit int) (int, error) {
	var ids []casework.CaseID
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select c.id from cases c join person p on p.case_id = c.id
			where c.state in ('closed','archived','declined','redirected','terminated','merged','withdrawn') and c.closed_at <= $1 and p.erased_at is null
			order by c.closed_at limit $2`, d.Now().AddDate(-KeepYears, 0, 0).UTC().Truncate(time.Microsecond), limit)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[casework.CaseID])
		return err
	})
	if err != nil {
		return 0, err
	}
	for n, id := range ids {
		if err := d.Erase(ctx, casework.System, id, casework.Erasure{Reason: "retention"}); err != nil {
			return n, err
		}
	}
	return len(ids), nil
}

// KeepMaskedYears is how long the masked words outlive the case: ten years (domain study 6.1).
const KeepMaskedYears = 10

// SweepMasked destroys also the masked words of cases that ended ten years ago and whose personal data is gone, oldest first, at most limit a call, and tells how many.
// It is safe to run twice, late, or on two machines.
func SweepMasked(ctx context.Context, d *casework.Docket, limit int) (int, error) {
	var ids []casework.CaseID
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select c.id from cases c join person p on p.case_id = c.id
			where c.state in ('closed','archived','declined','redirected','terminated','merged','withdrawn') and c.closed_at <= $1 and p.erased_at is not null and p.masked_gone_at is null
			order by c.closed_at limit $2`, d.Now().AddDate(-KeepMaskedYears, 0, 0).UTC().Truncate(time.Microsecond), limit)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[casework.CaseID])
		return err
	})
	if err != nil {
		return 0, err
	}
	for n, id := range ids {
		if err := d.EraseMasked(ctx, id); err != nil {
			return n, err
		}
	}
	return len(ids), nil
}
