package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Recusal keeps a person or a unit out of a case (回避): whoever is named in a report or complaint neither sees nor handles it (Jinan hotline ordinance, article 32).
type Recusal struct {
	Login string   // of the person; empty where it is a unit
	Unit  UnitCode // with each unit below it; empty where it is a person
	Why   string   // of RecusalReasons
}

// RecusalReasons are the reasons to choose from: named in the matter, kin of a party, an interest in it, other.
var RecusalReasons = []string{"named", "kin", "interest", "other"}

// LogRecusal is what the history keeps of a recusal. The person is not named in it.
type LogRecusal struct {
	Unit   UnitCode `json:"recused,omitempty"`
	Person bool     `json:"person,omitempty"`
	Why    string   `json:"why"`
	Ended  bool     `json:"ended,omitempty"`
}

// Recuse keeps a person or a unit out of a case from now on: row-level security shows them nothing of it, and no dispatch reaches them. Errors: fault.Conflict where the unit takes part
// in the case now: it is sent elsewhere first.
func (d *Docket) Recuse(ctx context.Context, by Actor, ref Ref, r Recusal) error {
	for _, err := range []error{
		need((r.Login == "") != (r.Unit == ""), "fault.recusal_whom", "unit"),
		need(slices.Contains(RecusalReasons, r.Why), "fault.reason_needed", "why"),
		need(r.Unit != Hotline, "fault.recusal_whom", "unit"),
	} {
		if err != nil {
			return err
		}
	}
	return d.step(ctx, by, ref, StepRecuse, func(ctx context.Context, w *work) (any, error) {
		if r.Login != "" {
			tag, err := w.tx.Exec(ctx, `insert into recusal (case_id, staff_id, named, why, at, by_staff) select $1, a.id, true, $3, $4, nullif($5, 0) from account a where a.login = lower($2)
				on conflict (case_id, staff_id) where staff_id is not null and ended_at is null do nothing`, w.c.ID, r.Login, r.Why, w.at, by.StaffID)
			if err == nil && tag.RowsAffected() == 0 {
				err = fault.New(fault.Invalid, "fault.recusal_whom").At("login")
			}
			return LogRecusal{Person: true, Why: r.Why}, err
		}
		var inside bool
		err := w.tx.QueryRow(ctx, `select exists (select 1 from party where case_id = $1 and left_at is null and unit in (`+below+`))`, w.c.ID, r.Unit).Scan(&inside)
		if err == nil && inside {
			err = fault.New(fault.Conflict, "fault.recusal_takes_part").At("unit")
		}
		if err != nil {
			return nil, err
		}
		tag, err := w.tx.Exec(ctx, `insert into recusal (case_id, unit, named, why, at, by_staff) select $1, b.code, b.code = $2, $3, $4, nullif($5, 0) from (`+below+`) as b (code)
			on conflict (case_id, unit) where unit is not null and ended_at is null do nothing`, w.c.ID, r.Unit, r.Why, w.at, by.StaffID)
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.New(fault.Invalid, "fault.recusal_whom").At("unit")
		}
		return LogRecusal{Unit: r.Unit, Why: r.Why}, err
	})
}

const below = `with recursive under as (select code from unit where code = $2 union select u.code from unit u join under on u.parent = under.code) select code from under`

// EndRecusal ends every recusal of a case, with those who were kept out taking part again.
func (d *Docket) EndRecusal(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepRecuse, func(ctx context.Context, w *work) (any, error) {
		tag, err := w.tx.Exec(ctx, `update recusal set ended_at = $2 where case_id = $1 and ended_at is null`, w.c.ID, w.at)
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.New(fault.Conflict, "fault.recusal_whom")
		}
		return LogRecusal{Ended: true, Why: "other"}, err
	})
}

// keepsOut refuses a unit that must keep out of the case.
func (w *work) keepsOut(ctx context.Context, unit UnitCode) error {
	var out bool
	if err := w.tx.QueryRow(ctx, `select exists (select 1 from recusal where case_id = $1 and unit = $2 and ended_at is null)`, w.c.ID, unit).Scan(&out); err != nil {
		return fmt.Errorf("look for recusals: %w", err)
	}
	if out {
		return fault.New(fault.Conflict, "fault.recused").At("unit")
	}
	return nil
}

// KeptOut is one recusal as the hotline sees it.
type KeptOut struct {
	Unit  UnitCode
	Login string
	Why   string
	At    time.Time
}

// Recusals reads who keeps out of a case now.
func (d *Docket) Recusals(ctx context.Context, by Actor, id CaseID) ([]KeptOut, error) {
	if !by.Sight().All {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var all []KeptOut
	err := pg.InTx(ctx, d.DB, by.scope(), func(tx pgx.Tx) error {
		var err error
		all, err = collect(ctx, tx, pgx.RowToStructByPos[KeptOut], `select coalesce(r.unit, ''), coalesce(a.login, ''), r.why, r.at from recusal r left join account a on a.id = r.staff_id
			where r.case_id = $1 and r.named and r.ended_at is null order by r.id`, id)
		return err
	})
	return all, err
}
