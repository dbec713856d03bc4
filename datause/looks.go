package datause

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// Means says how a case's data was met where not through the case itself.
type Means string

// The means beside the case: by searching for the caller's number or address, which shows masked cases, by reading mail that was kept before it was a case,
// and by seeing the number of a call that became it.
const (
	ByLookup Means = "lookup"
	ByMail   Means = "mail"
	ByCall   Means = "call"
)

// looks reads the look-ups of the caller's number or address since the case was filed, the readings of the mail and the looks at the number of the call that became it, newest first. They stand
// in records of their own, which are only added to, because there need not have been a case whose history could tell.
func looks(ctx context.Context, d *casework.Docket, id casework.CaseID) ([]casework.UseView, []Means, error) {
	var uses []casework.UseView
	var means []Means
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select 'lookup', l.at, l.unit, l.role, coalesce(l.staff_id, 0)
				from cases c join person p on p.case_id = c.id join lookup_use l on l.contact in (p.phone_hash, p.email_hash) and l.at >= c.filed_at where c.id = $1
			union all
			select 'mail', k.at, k.unit, k.role, coalesce(k.staff_id, 0) from submission s join kept_use k on k.key = s.key where s.case_id = $1
			union all
			select 'call', n.at, n.unit, n.role, n.staff_id from call c join call_use n on n.call_id = c.id where c.case_id = $1
			order by 2 desc`, id)
		if err != nil {
			return err
		}
		var u casework.UseView
		var m Means
		_, err = pgx.ForEachRow(rows, []any{&m, &u.At, &u.Unit, &u.Role, &u.StaffID}, func() error {
			u.LogUse = casework.LogUse{Purpose: casework.ForTriage, Basis: casework.BasisDuty, Fields: []casework.PersonalField{casework.FieldPhone}}
			if m == ByMail {
				u.Fields = []casework.PersonalField{casework.FieldRaw}
			}
			uses, means = append(uses, u), append(means, m)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read look-ups of a caller: %w", err)
	}
	return uses, means, nil
}

// countLooks counts what was met beside the cases in a run of time.
func (t *CityTotals) countLooks(ctx context.Context, tx pgx.Tx, from, until time.Time) error {
	return tx.QueryRow(ctx, `select (select count(*) from lookup_use where at >= $1 and at < $2), (select count(*) from kept_use where at >= $1 and at < $2),
		(select count(*) from search_use where way <> 'export' and at >= $1 and at < $2), (select count(*) from search_use where way = 'export' and at >= $1 and at < $2)`, from, until).Scan(&t.Lookups, &t.Mails, &t.Searches, &t.Files)
}
