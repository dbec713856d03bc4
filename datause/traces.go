package datause

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Trace is one search by which somebody could come to a resident: by telephone number or e-mail address, by the number or the code of a case, or a list of found cases taken away as a file. What was looked for is kept as a
// keyed hash only, and is not told.
type Trace struct {
	At    time.Time
	Way   string // contact, number, code, export
	Login string // of the account; empty where it is gone
	Unit  casework.UnitCode
	Role  casework.Role
	Found int // cases
}

// TraceWays are the ways of searching that leave a trace.
var TraceWays = []string{"contact", "number", "code", "export"}

// Traces lists the newest searches. Errors: fault.Forbidden for others than the privacy officer and the auditor.
func Traces(ctx context.Context, db pg.DB, by casework.Actor, limit int) ([]Trace, error) {
	if by.Unit != casework.Hotline || !by.Has(casework.Privacy, casework.Auditor) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var all []Trace
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select s.at, s.way, coalesce(a.login, ''), s.unit, s.role, s.found from (
				(select at, 'contact' as way, staff_id, unit, role, found from lookup_use order by at desc limit $1)
				union all
				(select at, way, staff_id, unit, role, found from search_use order by at desc limit $1)) s left join account a on a.id = s.staff_id order by s.at desc limit $1`, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Trace])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list searches: %w", err)
	}
	return all, nil
}
