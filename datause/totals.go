package datause

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/datause/warning"
	"huiyin/pg"
)

// Span is a run of days of the city: From included, Until not.
type Span struct {
	From, Until time.Time
}

// Tally counts uses: by people, and by machines alone.
type Tally struct {
	Human     int `json:"human"`
	Automatic int `json:"automatic"`
}

// Sum is all uses.
func (t Tally) Sum() int { return t.Human + t.Automatic }

func (t *Tally) add(n int, automatic bool) {
	if automatic {
		t.Automatic += n
	} else {
		t.Human += n
	}
}

// PurposeTotal is the uses for one purpose.
type PurposeTotal struct {
	Purpose casework.Purpose `json:"purpose"`
	Tally
}

// UnitTotal is the uses by one unit, and the cases it had in the same days.
type UnitTotal struct {
	Unit       casework.UnitCode `json:"unit"`
	Unassigned int               `json:"unassigned"` // uses of cases in which the unit had no part; the target is 0
	Cases      int               `json:"cases"`
	Tally
}

// PerHundred is the uses by people for each hundred cases; ok is false without cases.
func (u UnitTotal) PerHundred() (n float64, ok bool) { return perHundred(u.Human, u.Cases) }

func perHundred(n, cases int) (float64, bool) {
	if cases == 0 {
		return 0, false
	}
	return 100 * float64(n) / float64(cases), true
}

// CityTotals is what the public sees of the uses of residents' data.
type CityTotals struct {
	Purposes   []PurposeTotal `json:"purposes"` // most used first
	Units      []UnitTotal    `json:"units"`    // most uses first
	All        Tally          `json:"all"`
	Unassigned int            `json:"unassigned"`
	Cases      int            `json:"cases"`    // filed in the same days
	Lookups    int            `json:"lookups"`  // searches for a caller's earlier cases, which stand in no case
	Mails      int            `json:"mails"`    // readings of mail that was no case at the time
	Searches   int            `json:"searches"` // for one case by its number or its code
	Files      int            `json:"files"`    // lists of found cases, masked, that were taken away as a file
	Warnings   warning.Counts `json:"warnings"` // of the early warning: unusual reading
	AsOf       time.Time      `json:"as_of"`
}

// PerHundred is the uses by people for each hundred cases of the city.
func (t CityTotals) PerHundred() (n float64, ok bool) { return perHundred(t.All.Human, t.Cases) }

// Totals adds up the uses of some days. It tells counts only.
func Totals(ctx context.Context, db pg.DB, s Span) (CityTotals, error) {
	var t CityTotals
	from, until := s.From.Format(time.DateOnly), s.Until.Format(time.DateOnly)
	purposes, units := map[casework.Purpose]*PurposeTotal{}, map[casework.UnitCode]*UnitTotal{}
	unit := func(code casework.UnitCode) *UnitTotal {
		if units[code] == nil {
			units[code] = &UnitTotal{Unit: code}
		}
		return units[code]
	}
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select unit, purpose, automatic, assigned, sum(n) from data_use_day where day >= $1::date and day < $2::date group by 1, 2, 3, 4`, from, until)
		if err != nil {
			return err
		}
		var code casework.UnitCode
		var purpose casework.Purpose
		var automatic, assigned bool
		var n int
		_, err = pgx.ForEachRow(rows, []any{&code, &purpose, &automatic, &assigned, &n}, func() error {
			if purposes[purpose] == nil {
				purposes[purpose] = &PurposeTotal{Purpose: purpose}
			}
			purposes[purpose].add(n, automatic)
			unit(code).add(n, automatic)
			t.All.add(n, automatic)
			if !assigned {
				unit(code).Unassigned += n
				t.Unassigned += n
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select count(*) from cases where filed_at >= $1 and filed_at < $2`, s.From, s.Until).Scan(&t.Cases); err != nil {
			return err
		}
		if t.Warnings, err = warning.Count(ctx, tx, s.From, s.Until); err != nil {
			return err
		}
		if err := t.countLooks(ctx, tx, s.From, s.Until); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `select unit, count(distinct case_id) from party where joined_at >= $1 and joined_at < $2 group by unit`, s.From, s.Until)
		if err != nil {
			return err
		}
		if _, err = pgx.ForEachRow(rows, []any{&code, &n}, func() error { unit(code).Cases = n; return nil }); err != nil {
			return err
		}
		var at *time.Time
		if err := tx.QueryRow(ctx, `select max(read_at) from follower where name = $1`, FollowerName).Scan(&at); err != nil || at == nil {
			return err
		}
		t.AsOf = *at
		return nil
	})
	if err != nil {
		return t, fmt.Errorf("total uses: %w", err)
	}
	if h := units[casework.Hotline]; h != nil {
		h.Cases = t.Cases // every case is the hotline's first
	}
	for _, p := range purposes {
		t.Purposes = append(t.Purposes, *p)
	}
	for _, u := range units {
		t.Units = append(t.Units, *u)
	}
	slices.SortFunc(t.Purposes, func(a, b PurposeTotal) int {
		return cmp.Or(cmp.Compare(b.Sum(), a.Sum()), cmp.Compare(a.Purpose, b.Purpose))
	})
	slices.SortFunc(t.Units, func(a, b UnitTotal) int {
		return cmp.Or(cmp.Compare(b.Sum(), a.Sum()), cmp.Compare(a.Unit, b.Unit))
	})
	return t, nil
}
