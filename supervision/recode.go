package supervision

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing/codes"
)

// read reads the count rows and the earliest broken promises of a view. Where codes were changed, rows are read with the codes that they were filed under,
// given those of the version, and only then narrowed and put together.
func read(ctx context.Context, q pg.Querier, p Period, f Filter, within []casework.UnitCode, under codes.Reading) ([]Row, map[casework.UnitCode]time.Time, error) {
	if under.Plain() {
		rows, err := load(ctx, q, p, f, within)
		if err != nil {
			return nil, nil, err
		}
		late, err := oldest(ctx, q, f, within)
		return rows, late, err
	}
	rows, err := loadAsFiled(ctx, q, p)
	if err != nil {
		return nil, nil, err
	}
	late, err := oldestAsFiled(ctx, q, f, within, under)
	return recode(rows, f, within, under), late, err
}

// loadAsFiled reads the count rows of a period, each under the codes that it was filed under.
func loadAsFiled(ctx context.Context, q pg.Querier, p Period) ([]Row, error) {
	rows, err := q.Query(ctx, groupedAsFiled, append(Filter{}.args(nil), p.From, p.To)...)
	if err != nil {
		return nil, fmt.Errorf("read count rows as filed: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Row, error) {
		var r Row
		return r, row.Scan(append(r.dest(), &r.Kind, &r.Channel)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read count rows as filed: %w", err)
	}
	return out, nil
}

// recode gives rows the codes of a version, keeps those that the filter names, and puts equal ones together.
func recode(rows []Row, f Filter, within []casework.UnitCode, under codes.Reading) []Row {
	at := map[Row]int{}
	var out []Row
	for _, r := range rows {
		r.read(under)
		if !f.holds(r, within) {
			continue
		}
		n := r.N
		r.Kind, r.Channel, r.N = "", "", 0
		r.Category = r.Category[:min(len(r.Category), 4)]
		i, known := at[r]
		if !known {
			i = len(out)
			at[r] = i
			out = append(out, r)
		}
		out[i].N += n
	}
	return out
}

// read gives the row the codes of a version.
func (r *Row) read(under codes.Reading) {
	r.Kind = casework.Kind(under.Code(codes.Kinds, string(r.Kind)))
	r.Category = under.Code(codes.Categories, r.Category)
	r.District = district(under.Code(codes.Territories, r.District))
	r.Unit = casework.UnitCode(under.Code(codes.Units, string(r.Unit)))
}

// holds reports whether a row is one that the filter names.
func (f Filter) holds(r Row, within []casework.UnitCode) bool {
	return (within == nil || slices.Contains(within, r.Unit)) && (f.District == "" || r.District == f.District) && strings.HasPrefix(r.Category, f.Category) &&
		(f.Kind == "" || r.Kind == f.Kind) && (f.Channel == "" || r.Channel == f.Channel)
}

func oldestAsFiled(ctx context.Context, q pg.Querier, f Filter, within []casework.UnitCode, under codes.Reading) (map[casework.UnitCode]time.Time, error) {
	rows, err := q.Query(ctx, `select unit, district, category, kind, channel, min(due_on) from figure_row where open and overdue and part = 'case' and due_on is not null group by 1, 2, 3, 4, 5`)
	if err != nil {
		return nil, fmt.Errorf("read oldest overdue: %w", err)
	}
	out := map[casework.UnitCode]time.Time{}
	var r Row
	var on time.Time
	_, err = pgx.ForEachRow(rows, []any{&r.Unit, &r.District, &r.Category, &r.Kind, &r.Channel, &on}, func() error {
		one := r
		one.N = 1
		whole := recode([]Row{one}, f, within, under)
		if len(whole) == 0 {
			return nil
		}
		if at, known := out[whole[0].Unit]; !known || on.Before(at) {
			out[whole[0].Unit] = on
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read oldest overdue: %w", err)
	}
	return out, nil
}
