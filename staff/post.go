package staff

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

// RolesOfUnits are the roles that only people of responsible units hold. All other roles are the hotline's own: they see or decide across units.
var RolesOfUnits = []casework.Role{casework.Liaison, casework.Handler, casework.Leader}

// Fits reports whether people of a unit may hold a role (who may do what: domain study 2.5).
func Fits(unit casework.UnitCode, role casework.Role) bool {
	return slices.Contains(RolesOfUnits, role) == (unit != casework.Hotline)
}

// checkPost refuses roles that do not exist, and those that do not fit the unit.
func checkPost(unit casework.UnitCode, roles []casework.Role) error {
	if err := checkRoles(roles); err != nil {
		return err
	}
	for _, role := range roles {
		switch {
		case Fits(unit, role):
		case unit == casework.Hotline:
			return fault.New(fault.Invalid, "fault.role_of_units").At("roles").With("Role", string(role))
		default:
			return fault.New(fault.Invalid, "fault.role_of_hotline").At("roles").With("Role", string(role))
		}
	}
	return nil
}

// SetPost moves an account to a unit and gives it exactly these roles; both hold from the next request on.
// An unknown or inactive unit is fault.Invalid at "unit", roles that do not fit it at "roles".
func (r *Register) SetPost(ctx context.Context, by int64, login string, unit casework.UnitCode, roles []casework.Role) error {
	if err := checkPost(unit, roles); err != nil {
		return err
	}
	return r.change(ctx, by, foldLogin(login), "roles", func(tx pgx.Tx, id int64) error {
		var active bool
		err := tx.QueryRow(ctx, `select active from unit where code = $1`, unit).Scan(&active)
		if pg.IsNoRows(err) || err == nil && !active {
			return fault.New(fault.Invalid, "fault.account_unit").At("unit").With("Unit", string(unit))
		}
		if err != nil {
			return fmt.Errorf("read unit: %w", err)
		}
		var before casework.UnitCode
		if err := tx.QueryRow(ctx, `select unit from account where id = $1`, id).Scan(&before); err != nil {
			return fmt.Errorf("read post: %w", err)
		}
		if _, err := tx.Exec(ctx, `update account set unit = $2, roles = $3 where id = $1`, id, unit, roles); err != nil {
			return fmt.Errorf("set post: %w", err)
		}
		if before != unit {
			return r.note(ctx, tx, by, id, "unit", roles)
		}
		return nil
	})
}

// keepAnAdministrator refuses a change after which nobody could administer.
func keepAnAdministrator(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select id from account where $1 = any (roles) and disabled_at is null order by id for update`, casework.Admin)
	if err != nil {
		return fmt.Errorf("count administrators: %w", err)
	}
	left, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("count administrators: %w", err)
	}
	if len(left) == 0 {
		return fault.New(fault.Conflict, "fault.last_admin").At("roles")
	}
	return nil
}

// Administrators counts the open accounts with the role admin.
func Administrators(ctx context.Context, q pg.Querier) (int, error) {
	var n int
	err := q.QueryRow(ctx, `select count(*) from account where $1 = any (roles) and disabled_at is null`, casework.Admin).Scan(&n)
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("count administrators: %w", err))
	}
	return n, nil
}

// Change is one line of an account's history.
type Change struct {
	At    time.Time
	By    string          // name of who changed it; empty for the command line
	What  string          // added, password, roles, unit, disabled or enabled
	Roles []casework.Role // that hold since
	Unit  casework.UnitCode
}

// History lists the changes of an account, latest first.
func (r *Register) History(ctx context.Context, account int64) ([]Change, error) {
	rows, err := r.db.Query(ctx, `
		select h.at, coalesce(b.name, '') as by, h.change as what, h.roles, h.unit
		from account_history h left join account b on b.id = h.changed_by where h.account = $1 order by h.seq desc`, account)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("account history: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Change])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("account history: %w", err))
	}
	return list, nil
}

// Find is the account with a login; fault.NotFound where there is none.
func (r *Register) Find(ctx context.Context, login string) (Account, error) {
	rows, err := r.db.Query(ctx, `
		select id, login, name, unit, roles, must_change, created_at, last_seen_at, disabled_at
		from account where login = $1`, foldLogin(login))
	if err != nil {
		return Account{}, pg.Classify(fmt.Errorf("find account: %w", err))
	}
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Account])
	if pg.IsNoRows(err) {
		return Account{}, fault.New(fault.NotFound, "fault.account_unknown")
	}
	if err != nil {
		return Account{}, pg.Classify(fmt.Errorf("find account: %w", err))
	}
	return a, nil
}
