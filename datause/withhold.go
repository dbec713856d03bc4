package datause

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Grounds are the legal grounds on which a use may be kept from the resident for a time: secrecy or hindrance of a duty (PIPL 18, 35), an investigation under way, the safety of an informer.
var Grounds = []string{"pipl_18", "pipl_35", "investigation", "informer"}

// longestWithheld bounds how long a use is withheld without another decision.
const longestWithheld = 180 * 24 * time.Hour

// Withholding is a use that is not shown to the resident until a day.
type Withholding struct {
	ID         int64
	Event      int64
	Case       casework.CaseID
	CaseNo     string
	Ground     string
	Until      time.Time
	AskedAt    time.Time
	AskedBy    int64
	ApprovedAt *time.Time
	EndedAt    *time.Time
}

// inForce holds while a withholding counts at $2 (a time) and $3 (its day in the city).
const inForce = `w.approved_at is not null and w.approved_at <= $2 and w.ended_at is null and w.until >= $3::date`

// AskWithhold proposes to withhold a use until a day. It has no effect before a second person approves it. Errors: fault.Forbidden, fault.Invalid, fault.NotFound where the event is no use by staff, fault.Conflict.
func AskWithhold(ctx context.Context, db pg.DB, by casework.Actor, event int64, ground string, until, now time.Time) error {
	switch {
	case by.Unit != casework.Hotline || !by.Has(casework.Privacy):
		return fault.New(fault.Forbidden, "fault.forbidden")
	case !slices.Contains(Grounds, ground):
		return fault.New(fault.Invalid, "fault.right_basis").At("ground")
	case !until.After(now) || until.Sub(now) > longestWithheld:
		return fault.New(fault.Invalid, "fault.withheld_until").At("until")
	}
	return pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `insert into withheld_use (event_seq, case_id, ground, until, asked_at, asked_by) select e.seq, e.case_id, $2, $3::date, $4, $5 from event e
			where e.seq = $1 and e.step = 'use' and e.actor = 'staff' on conflict (event_seq) where ended_at is null do nothing`, event, ground, until.Format(time.DateOnly), now.UTC(), by.StaffID)
		if err != nil {
			return fmt.Errorf("withhold a use: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.withheld_already")
		}
		return nil
	})
}

// ApproveWithhold puts a proposed withholding into force; another person than the one who proposed it. Errors: fault.Forbidden, fault.Conflict.
func ApproveWithhold(ctx context.Context, db pg.DB, by casework.Actor, id int64, now time.Time) error {
	return change(ctx, db, by, `update withheld_use set approved_at = $2, approved_by = $3 where id = $1 and approved_at is null and ended_at is null and asked_by <> $3`, id, now)
}

// EndWithhold shows a use again before its day.
func EndWithhold(ctx context.Context, db pg.DB, by casework.Actor, id int64, now time.Time) error {
	return change(ctx, db, by, `update withheld_use set ended_at = $2 where id = $1 and ended_at is null and $3::bigint <> 0`, id, now)
}

func change(ctx context.Context, db pg.DB, by casework.Actor, sql string, id int64, now time.Time) error {
	if by.Unit != casework.Hotline || !by.Has(casework.Privacy, casework.Supervisor) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, id, now.UTC(), by.StaffID)
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.New(fault.Conflict, "fault.rights_second")
		}
		return err
	})
}

// Withholdings lists them for those who decide, the open ones first. Errors: fault.Forbidden.
func Withholdings(ctx context.Context, db pg.DB, by casework.Actor, limit int) ([]Withholding, error) {
	if by.Unit != casework.Hotline || !by.Has(casework.Privacy, casework.Supervisor, casework.Auditor) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var all []Withholding
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select w.id, w.event_seq, w.case_id, c.number, w.ground, w.until, w.asked_at, w.asked_by, w.approved_at, w.ended_at from withheld_use w join cases c on c.id = w.case_id
			order by w.ended_at is not null, w.asked_at desc limit $1`, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Withholding])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list withheld uses: %w", err)
	}
	return all, nil
}

// withheld reads which uses of a case are not shown now, with their grounds.
func withheld(ctx context.Context, d *casework.Docket, id casework.CaseID) (map[int64]string, error) {
	out := map[int64]string{}
	now := d.Now()
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select w.event_seq, w.ground from withheld_use w where w.case_id = $1 and `+inForce, id, now.UTC(), now.In(zoneOf(d)).Format(time.DateOnly))
		if err != nil {
			return err
		}
		var seq int64
		var ground string
		_, err = pgx.ForEachRow(rows, []any{&seq, &ground}, func() error { out[seq] = ground; return nil })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read withheld uses: %w", err)
	}
	return out, nil
}

func zoneOf(d *casework.Docket) *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// CountWithheld counts the uses that are withheld from residents now, by ground.
func CountWithheld(ctx context.Context, q pg.Querier, now time.Time) (map[string]int, error) {
	out := map[string]int{}
	rows, err := q.Query(ctx, `select w.ground, count(*) from withheld_use w where w.id > $1 and `+inForce+` group by w.ground`, 0, now.UTC(), now.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	var ground string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&ground, &n}, func() error { out[ground] = n; return nil })
	return out, err
}
