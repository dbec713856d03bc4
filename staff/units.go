package staff

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Unit is a responsible unit (承办单位) or the hotline itself, as the city's files name it.
type Unit struct {
	Code      casework.UnitCode
	NameZh    string
	NameEn    string
	Level     string            // hotline, city, district, street or utility
	Parent    casework.UnitCode // empty: none above
	Territory string            // code of its area, empty: the whole city
	Nature    string            // what sort of body it is, in the city's own words
	Active    bool
	Position  int // order in lists
}

// SyncUnits makes the unit table say what the city's files say: known units are changed, new ones added, and those that
// the files no longer name become inactive (never deleted: the history names them). A parent that the files do not name,
// or a circle of parents, is fault.Invalid and changes nothing. Running it twice changes nothing more.
func SyncUnits(ctx context.Context, db pg.DB, units []Unit) error {
	if err := checkTree(units); err != nil {
		return err
	}
	codes := make([]casework.UnitCode, len(units))
	return pg.InTx(ctx, db, nil, func(tx pgx.Tx) error {
		for i, u := range units {
			codes[i] = u.Code
			var parent *casework.UnitCode
			if u.Parent != "" {
				parent = &u.Parent
			}
			_, err := tx.Exec(ctx, `
				insert into unit (code, name_zh, name_en, level, parent, territory, nature, active, position)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
				on conflict (code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, level = excluded.level, parent = excluded.parent,
					territory = excluded.territory, nature = excluded.nature, active = excluded.active, position = excluded.position`,
				u.Code, u.NameZh, u.NameEn, u.Level, parent, u.Territory, u.Nature, u.Active, u.Position)
			if err != nil {
				return fmt.Errorf("sync unit %s: %w", u.Code, err)
			}
		}
		if _, err := tx.Exec(ctx, `update unit set active = false where active and not code = any ($1)`, codes); err != nil {
			return fmt.Errorf("retire units: %w", err)
		}
		return nil
	})
}

// Units lists all units, the active first, in the city's order.
func Units(ctx context.Context, q pg.Querier) ([]Unit, error) {
	rows, err := q.Query(ctx, `
		select code, name_zh, name_en, level, coalesce(parent, '') as parent, territory, nature, active, position
		from unit order by active desc, position, code`)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	units, err := pgx.CollectRows(rows, pgx.RowToStructByName[Unit])
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	return units, nil
}

// UnitsBelow lists a unit and all units under it: what the unit's people may see.
func UnitsBelow(ctx context.Context, q pg.Querier, unit casework.UnitCode) ([]casework.UnitCode, error) {
	rows, err := q.Query(ctx, `
		with recursive below as (
			select code from unit where code = $1
			union
			select u.code from unit u join below b on u.parent = b.code)
		select code from below order by code`, unit)
	if err != nil {
		return nil, fmt.Errorf("list units below %s: %w", unit, err)
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[casework.UnitCode])
	if err != nil {
		return nil, fmt.Errorf("list units below %s: %w", unit, err)
	}
	return codes, nil
}

// checkTree refuses parents that are not there and circles.
func checkTree(units []Unit) error {
	parent := make(map[casework.UnitCode]casework.UnitCode, len(units))
	for _, u := range units {
		if _, twice := parent[u.Code]; twice || u.Code == "" {
			return fault.Wrap(fault.Invalid, "fault.unit_tree", fmt.Errorf("unit %q stands twice or has no code", u.Code))
		}
		parent[u.Code] = u.Parent
	}
	for _, u := range units {
		at, steps := u.Code, 0
		for at != "" {
			next, known := parent[at]
			if !known || steps > len(units) {
				return fault.Wrap(fault.Invalid, "fault.unit_tree", fmt.Errorf("unit %q has no way up: parent %q is unknown or above itself", u.Code, at))
			}
			at, steps = next, steps+1
		}
	}
	return nil
}
