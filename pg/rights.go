package pg

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiyin/migrations"
)

// Protection is what the schema keeps of one table from Role.
type Protection struct {
	Table    string   // or sequence
	Withheld []string // privileges that Role does not have: of insert, update, delete; of a sequence, usage and select
	Rows     bool     // row-level security stands
	Forced   bool     // and binds the owner too
}

// Protections lists the tables of this binary's schema that Role may not use in every way, or not in all rows.
func Protections() []Protection {
	var list []Protection
	for line := range strings.Lines(migrations.Rights) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		p := Protection{Table: words[0]}
		for _, w := range words[1:] {
			switch w {
			case "rows", "rows-but-owner":
				p.Rows, p.Forced = true, w == "rows"
			case "no":
			default:
				p.Withheld = append(p.Withheld, w)
			}
		}
		list = append(list, p)
	}
	return list
}

// Surplus is a table, or one of its parts, or a sequence, on which Role or everybody may do what the schema does not mean.
type Surplus struct {
	Name   string   // quoted where it must be
	Rights []string // such as update
	part   bool
	serial bool
}

// surplus asks by the rights of a column as well, since one of them is enough to change a row, and by those of PUBLIC, which Role has like everybody.
const surplus = `
	with withheld as (select t.name, t.rights from unnest($2::text[], $3::text[]) t(name, rights))
	select c.oid::regclass::text, array_agg(p.name order by p.position), c.relispartition, c.relkind = 'S'
	from pg_class c
	cross join unnest(array['select','insert','update','delete','truncate','references','trigger','usage']) with ordinality p(name, position)
	left join withheld w on w.name = c.relname
	where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
	and case when c.relkind = 'S' then p.name in ('usage','select','update') and has_sequence_privilege($1, c.oid, p.name)
		when p.name = 'usage' then false
		when p.name in ('select','insert','update','references') then has_any_column_privilege($1, c.oid, p.name)
		else has_table_privilege($1, c.oid, p.name) end
	and (c.relispartition or p.name in ('truncate','references','trigger') or c.relkind = 'S' and p.name = 'update' or p.name = any (string_to_array(w.rights, ' ')))
	group by c.oid order by 1`

// SurplusRights looks for rights that Role has beyond those of the schema. pg_restore gives some back, where tables are made anew in a database that grants
// each new table to Role, and a person may have granted more.
func SurplusRights(ctx context.Context, q Querier) ([]Surplus, error) {
	var names, rights []string
	for _, p := range Protections() {
		if len(p.Withheld) > 0 {
			names, rights = append(names, p.Table), append(rights, strings.Join(p.Withheld, " "))
		}
	}
	rows, err := q.Query(ctx, surplus, Role, names, rights)
	if err != nil {
		return nil, Classify(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Surplus, err error) {
		return s, row.Scan(&s.Name, &s.Rights, &s.part, &s.serial)
	})
	return list, Classify(err)
}

// Shut takes from Role, as the tables' owner, every right that the schema does not give it, and tells how many tables and sequences had one. Migrate does it at
// each start: it changes nothing where nothing is too much.
func Shut(ctx context.Context, owner Querier) (int, error) {
	list, err := SurplusRights(ctx, owner)
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		sql := `revoke ` + strings.Join(s.Rights, ", ") + ` on ` + s.Name + ` from public, ` + Role
		switch {
		case s.part:
			sql = `select close_part(` + quoteLiteral(s.Name) + `)`
		case s.serial:
			sql = `revoke ` + strings.Join(s.Rights, ", ") + ` on sequence ` + s.Name + ` from public, ` + Role
		}
		if _, err := owner.Exec(ctx, sql); err != nil {
			return 0, fmt.Errorf("take rights on %s back: %w", s.Name, Classify(err))
		}
	}
	return len(list), nil
}

func quoteLiteral(s string) string {
	return `'` + strings.ReplaceAll(strings.Trim(s, `"`), `'`, `''`) + `'`
}

// OpenTables lists the tables on which row-level security should stand and does not, or does not bind the owner where it should.
func OpenTables(ctx context.Context, q Querier) ([]string, error) {
	var names []string
	var forced []bool
	for _, p := range Protections() {
		if p.Rows {
			names, forced = append(names, p.Table), append(forced, p.Forced)
		}
	}
	const ask = `select t.name from unnest($1::text[], $2::bool[]) t(name, forced)
		where not exists (select from pg_class where oid = to_regclass('public.' || t.name) and relrowsecurity and (relforcerowsecurity or not t.forced))
		union all select c.oid::regclass::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relispartition and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)`
	rows, err := q.Query(ctx, ask, names, forced)
	if err != nil {
		return nil, Classify(err)
	}
	open, err := pgx.CollectRows(rows, pgx.RowTo[string])
	slices.Sort(open)
	return open, Classify(err)
}
