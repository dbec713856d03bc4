package datause

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// MonthUses is the uses of one month.
type MonthUses struct {
	Month string `json:"month"` // yyyy-mm
	Tally
}

// UnitUses is what the public sees of how one unit uses residents' data in a run of days.
type UnitUses struct {
	Total    UnitTotal      `json:"total"`
	Purposes []PurposeTotal `json:"purposes"`
	Trend    []MonthUses    `json:"trend"` // of the twelve months up to the end
	Out      int            `json:"out"`   // uses by which data left the system: exports, handovers
	Warnings int            `json:"warnings"`
	Misuse   int            `json:"misuse"`
	Given    Shares         `json:"given"`   // who else used data of the cases that the unit leads
	Taken    Shares         `json:"taken"`   // of whose cases the unit used data
	Recused  int            `json:"recused"` // cases out of which the unit or one of its people keeps now
}

// OfUnit reads the uses by one unit. It tells counts only.
func OfUnit(ctx context.Context, db pg.DB, unit casework.UnitCode, s Span) (UnitUses, error) {
	all, err := Totals(ctx, db, s)
	if err != nil {
		return UnitUses{}, err
	}
	out := UnitUses{Total: UnitTotal{Unit: unit}, Purposes: []PurposeTotal{}, Trend: []MonthUses{}}
	for _, u := range all.Units {
		if u.Unit == unit {
			out.Total = u
		}
	}
	from, until := s.From.Format(time.DateOnly), s.Until.Format(time.DateOnly)
	err = pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		out.Purposes, out.Trend = []PurposeTotal{}, []MonthUses{}
		rows, err := tx.Query(ctx, `select purpose, coalesce(sum(n) filter (where not automatic), 0)::int, coalesce(sum(n) filter (where automatic), 0)::int from data_use_day
			where unit = $1 and day >= $2::date and day < $3::date group by purpose order by 2 desc, 1`, unit, from, until)
		if err != nil {
			return err
		}
		var p PurposeTotal
		if _, err := pgx.ForEachRow(rows, []any{&p.Purpose, &p.Human, &p.Automatic}, func() error { out.Purposes = append(out.Purposes, p); return nil }); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `select to_char(m, 'YYYY-MM'), coalesce(sum(n) filter (where not automatic), 0)::int, coalesce(sum(n) filter (where automatic), 0)::int
			from generate_series($2::date - interval '12 months', $2::date - interval '1 month', interval '1 month') m left join data_use_day d on d.unit = $1 and d.day >= m and d.day < m + interval '1 month' group by m order by m`, unit, until)
		if err != nil {
			return err
		}
		var m MonthUses
		if _, err := pgx.ForEachRow(rows, []any{&m.Month, &m.Human, &m.Automatic}, func() error { out.Trend = append(out.Trend, m); return nil }); err != nil {
			return err
		}
		if out.Given, out.Taken, err = shares(ctx, tx, unit, s.From, s.Until); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select (select count(*) from data_use where unit = $1 and at >= $2 and at < $3 and (receiver <> '' or purpose = 'export')),
			(select count(*) from warning where unit = $1 and at >= $2 and at < $3), (select count(*) from warning where unit = $1 and at >= $2 and at < $3 and verdict = 'misuse'),
			(select count(distinct r.case_id) from recusal r left join account a on a.id = r.staff_id where r.ended_at is null and (r.unit = $1 or a.unit = $1))`, unit, s.From, s.Until).Scan(&out.Out, &out.Warnings, &out.Misuse, &out.Recused)
	})
	if err != nil {
		return out, fmt.Errorf("uses of a unit: %w", err)
	}
	return out, nil
}

// Standing is what the public is told of data that is kept, withheld and destroyed, as it stands now.
type Standing struct {
	Withheld  map[string]int `json:"withheld"`  // uses not shown to residents now, by ground
	Recused   int            `json:"recused"`   // cases out of which somebody keeps
	Due       int            `json:"due"`       // cases whose keeping time is over and whose data is still there: the target is 0
	Destroyed int            `json:"destroyed"` // cases whose personal data was destroyed
	ByRight   int            `json:"by_right"`  // of them at the resident's request
	Masked    int            `json:"masked"`    // cases whose masked words were destroyed too
	Partners  []Partner      `json:"partners"`  // with whom cases are shared
}

// Partner is another city with which cases are shared, and how many went there and came from there.
type Partner struct {
	Name string `json:"name"`
	Out  int    `json:"out"`
	In   int    `json:"in"`
}

// Stand reads the standing. It tells counts only.
func Stand(ctx context.Context, db pg.DB, now time.Time) (Standing, error) {
	var s Standing
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		var err error
		if s.Withheld, err = CountWithheld(ctx, tx, now); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select p.name, (select count(*) from handover_out o where o.partner = p.code)::int, (select count(*) from handover_in i where i.partner = p.code)::int from handover_partner p order by p.name`)
		if err != nil {
			return err
		}
		if s.Partners, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Partner]); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select (select count(distinct case_id) from recusal where ended_at is null),
			(select count(*) from cases c join person p on p.case_id = c.id where c.closed_at <= $1 and p.erased_at is null and c.state in ('closed','archived','declined','redirected','terminated','merged','withdrawn')),
			(select count(*) from destruction where what = 'personal'), (select count(*) from destruction where what = 'personal' and reason = 'right'), (select count(*) from destruction where what = 'masked')`,
			now.AddDate(-KeepYears, 0, 0).UTC()).Scan(&s.Recused, &s.Due, &s.Destroyed, &s.ByRight, &s.Masked)
	})
	if err != nil {
		return s, fmt.Errorf("standing of data: %w", err)
	}
	return s, nil
}
