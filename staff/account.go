package staff

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// CommandLine stands for the person at the service's own command line, where another change names an account.
const CommandLine int64 = 0

// NewAccount is what an account is opened with.
type NewAccount struct {
	Login      string // made lower case; letters, digits and . _ @ -
	Name       string
	Unit       casework.UnitCode
	Roles      []casework.Role
	Password   string
	MustChange bool // ask for a new password at the first sign-in
}

// Add opens an account. A taken login is fault.Conflict; a wrong login, unit, role or password, and a role
// that does not fit the unit, is fault.Invalid with its field.
func (r *Register) Add(ctx context.Context, by int64, n NewAccount) (Account, error) {
	login := foldLogin(n.Login)
	if err := checkRoles(n.Roles); err != nil {
		return Account{}, err
	}
	if err := CheckPassword(login, n.Password); err != nil {
		return Account{}, err
	}
	name := strings.TrimSpace(n.Name)
	if name == "" {
		name = login
	}
	hash, err := r.hash(ctx, n.Password)
	if err != nil {
		return Account{}, err
	}
	a := Account{Login: login, Name: name, Unit: n.Unit, Roles: n.Roles, MustChange: n.MustChange, CreatedAt: r.Now()}
	err = pg.InTx(ctx, r.db, nil, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			insert into account (login, name, password_hash, unit, roles, must_change, created_at)
			values ($1, $2, $3, $4, $5, $6, $7) returning id`,
			a.Login, a.Name, hash, a.Unit, a.Roles, a.MustChange, a.CreatedAt).Scan(&a.ID)
		switch {
		case pg.IsUniqueViolation(err, "account_login_key"):
			return fault.New(fault.Conflict, "fault.login_taken").At("login")
		case pg.IsCheckViolation(err, "account_login_check"):
			return fault.New(fault.Invalid, "fault.login_form").At("login")
		case pg.IsForeignKeyViolation(err, "account_unit_fkey"):
			return fault.New(fault.Invalid, "fault.account_unit").At("unit").With("Unit", string(a.Unit))
		case err != nil:
			return fmt.Errorf("add account: %w", err)
		}
		if err := checkPost(a.Unit, a.Roles); err != nil {
			return err
		}
		return r.note(ctx, tx, by, a.ID, "added", a.Roles)
	})
	if err != nil {
		return Account{}, err
	}
	return a, nil
}

// SetPassword gives an account another password and ends all its sessions. mustChange asks for a new one at the next
// sign-in: right when somebody else chose this one.
func (r *Register) SetPassword(ctx context.Context, by int64, login, password string, mustChange bool) error {
	login = foldLogin(login)
	if err := CheckPassword(login, password); err != nil {
		return err
	}
	hash, err := r.hash(ctx, password)
	if err != nil {
		return err
	}
	return r.change(ctx, by, login, "password", func(tx pgx.Tx, id int64) error {
		_, err := tx.Exec(ctx, `update account set password_hash = $2, must_change = $3 where id = $1`, id, hash, mustChange)
		if err != nil {
			return fmt.Errorf("set password: %w", err)
		}
		return signOutAll(ctx, tx, id)
	})
}

// ChangePassword is a person's own change: the old password must be right (else fault.Invalid at field "old"). All
// sessions of the account end, the one that asked as well.
func (r *Register) ChangePassword(ctx context.Context, id int64, old, password string) error {
	var login, hash string
	err := r.db.QueryRow(ctx, `select login, password_hash from account where id = $1 and disabled_at is null`, id).Scan(&login, &hash)
	if pg.IsNoRows(err) {
		return fault.New(fault.NotFound, "fault.account_unknown")
	}
	if err != nil {
		return pg.Classify(fmt.Errorf("change password: %w", err))
	}
	ok, err := r.matches(ctx, old, hash)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Invalid, "fault.password_old").At("old")
	}
	if old == password {
		return fault.New(fault.Invalid, "fault.password_same").At("password")
	}
	return r.SetPassword(ctx, id, login, password, false)
}

// Disable locks an account and ends its sessions. Doing it twice changes nothing.
func (r *Register) Disable(ctx context.Context, by int64, login string) error {
	return r.change(ctx, by, foldLogin(login), "disabled", func(tx pgx.Tx, id int64) error {
		_, err := tx.Exec(ctx, `update account set disabled_at = coalesce(disabled_at, $2) where id = $1`, id, r.Now())
		if err != nil {
			return fmt.Errorf("disable account: %w", err)
		}
		return signOutAll(ctx, tx, id)
	})
}

// Enable opens a disabled account again.
func (r *Register) Enable(ctx context.Context, by int64, login string) error {
	return r.change(ctx, by, foldLogin(login), "enabled", func(tx pgx.Tx, id int64) error {
		_, err := tx.Exec(ctx, `update account set disabled_at = null where id = $1`, id)
		if err != nil {
			return fmt.Errorf("enable account: %w", err)
		}
		return nil
	})
}

// SetRoles gives an account exactly these roles; they hold from the next request on. Roles that do not fit its unit are
// fault.Invalid at "roles".
func (r *Register) SetRoles(ctx context.Context, by int64, login string, roles []casework.Role) error {
	if err := checkRoles(roles); err != nil {
		return err
	}
	return r.change(ctx, by, foldLogin(login), "roles", func(tx pgx.Tx, id int64) error {
		var unit casework.UnitCode
		err := tx.QueryRow(ctx, `update account set roles = $2 where id = $1 returning unit`, id, roles).Scan(&unit)
		if err != nil {
			return fmt.Errorf("set roles: %w", err)
		}
		return checkPost(unit, roles)
	})
}

// List lists all accounts by unit and login.
func (r *Register) List(ctx context.Context) ([]Account, error) {
	rows, err := r.db.Query(ctx, `
		select id, login, name, unit, roles, must_change, created_at, last_seen_at, disabled_at
		from account order by unit, login`)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list accounts: %w", err))
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowToStructByName[Account])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list accounts: %w", err))
	}
	return accounts, nil
}

// Names gives the names of accounts by their numbers, for pages that show who acted.
func Names(ctx context.Context, q pg.Querier, ids []int64) (map[int64]string, error) {
	rows, err := q.Query(ctx, `select id, name from account where id = any ($1)`, ids)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("name accounts: %w", err))
	}
	names := make(map[int64]string, len(ids))
	var id int64
	var name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil }); err != nil {
		return nil, pg.Classify(fmt.Errorf("name accounts: %w", err))
	}
	return names, nil
}

// change runs one change of an account under its row lock and writes it into the history, in one transaction.
func (r *Register) change(ctx context.Context, by int64, login, what string, do func(tx pgx.Tx, id int64) error) error {
	return pg.InTx(ctx, r.db, nil, func(tx pgx.Tx) error {
		var id int64
		var admin bool
		err := tx.QueryRow(ctx, `select id, $2 = any (roles) and disabled_at is null from account where login = $1 for update`, login, casework.Admin).Scan(&id, &admin)
		if pg.IsNoRows(err) {
			return fault.New(fault.NotFound, "fault.account_unknown")
		}
		if err != nil {
			return fmt.Errorf("lock account: %w", err)
		}
		if err := do(tx, id); err != nil {
			return err
		}
		if admin && by != CommandLine { // at the command line the service's owner may do anything
			if err := keepAnAdministrator(ctx, tx); err != nil {
				return err
			}
		}
		var roles []casework.Role
		if err := tx.QueryRow(ctx, `select roles from account where id = $1`, id).Scan(&roles); err != nil {
			return fmt.Errorf("read roles: %w", err)
		}
		return r.note(ctx, tx, by, id, what, roles)
	})
}

// note appends to the account's history: who changed what, and the roles and the unit that hold since.
func (r *Register) note(ctx context.Context, tx pg.Querier, by, account int64, what string, roles []casework.Role) error {
	var changer *int64
	if by != CommandLine {
		changer = &by
	}
	_, err := tx.Exec(ctx, `
		insert into account_history (at, account, changed_by, change, roles, unit)
		select $1, $2, $3, $4, $5, a.unit from account a where a.id = $2`,
		r.Now(), account, changer, what, roles)
	if err != nil {
		return fmt.Errorf("note change of account: %w", err)
	}
	return nil
}

func foldLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

func checkRoles(roles []casework.Role) error {
	if len(roles) == 0 {
		return fault.New(fault.Invalid, "fault.role_missing").At("roles")
	}
	for _, role := range roles {
		if !slices.Contains(casework.Roles, role) {
			return fault.New(fault.Invalid, "fault.role_unknown").At("roles").With("Role", string(role))
		}
	}
	return nil
}
