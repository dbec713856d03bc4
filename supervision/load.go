package supervision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing/codes"
)

// Filter narrows the rows of a view; empty fields do not.
type Filter struct {
	Unit     casework.UnitCode // with the units below it
	District string            // six-digit code
	Category string            // prefix of the category code
	Kind     casework.Kind
	Channel  casework.Channel
}

const narrow = `($1::text[] is null or unit = any ($1::text[])) and ($2 = '' or district = $2) and starts_with(category, $3) and ($4 = '' or kind = $4) and ($5 = '' or channel = $5)`

func (f Filter) args(within []casework.UnitCode) []any {
	var units []string
	for _, u := range within {
		units = append(units, string(u))
	}
	return []any{units, f.District, f.Category, string(f.Kind), string(f.Channel)}
}

// grouped reads only the columns that definitions look at in each part, so that more rows are equal: of a case its way and hours, of legs and
// answers the resident's word.
var grouped = grouping("left(category, 4)", "", "")

// groupedAsFiled is as grouped, with the codes whole, and with those that a row is only narrowed by.
var groupedAsFiled = grouping("category", ", kind, channel", ", 33, 34")

func grouping(category, more, by string) string {
	return `select part, unit, district, ` + category + `, case part when 'case' then way else '' end, case part when 'case' then filed else 0 end, opened, dispatched, due, replied,
		case part when 'case' then 0 else rated end, signed, contacted, handled, original, case part when 'case' then '' else verdict end,
		case part when 'case' then 0 else satisfaction end, sent_back, returned, extensions, excluded, open, overdue, case part when 'case' then hours else -1 end, waived, hung, not_reached, part <> 'case' and round = 1, hops, flags, doubtful, count(*)` + more + `
	from figure_row
	where (open or filed between $6 and $7 or opened between $6 and $7 or due between $6 and $7 or replied between $6 and $7 or rated between $6 and $7)
		and ` + narrow + `
	group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31` + by
}

// load reads the count rows that touch a period, or are open, equal ones together. Scope is not needed: count rows say nothing of a person.
func load(ctx context.Context, q pg.Querier, p Period, f Filter, within []casework.UnitCode) ([]Row, error) {
	rows, err := q.Query(ctx, grouped, append(f.args(within), p.From, p.To)...)
	if err != nil {
		return nil, fmt.Errorf("read count rows: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Row, error) {
		var r Row
		err := row.Scan(r.dest()...)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read count rows: %w", err)
	}
	return out, nil
}

// dest are the columns of grouped.
func (r *Row) dest() []any {
	return []any{&r.Part, &r.Unit, &r.District, &r.Category, &r.Way, &r.Filed, &r.Opened, &r.Dispatched, &r.Due, &r.Replied, &r.Rated, &r.Signed, &r.Contacted, &r.Handled, &r.Original,
		&r.Verdict, &r.Satisfaction, &r.SentBack, &r.Returned, &r.Extensions, &r.Excluded, &r.Open, &r.Overdue, &r.Hours, &r.Waived, &r.Hung, &r.NotReached, &r.First, &r.Hops, &r.Flags, &r.Doubtful, &r.N}
}

// Unit is a responsible unit as the board shows it.
type Unit struct {
	Code   casework.UnitCode
	ZH, EN string // names
	Level  string // hotline, city, district, street, utility
	Nature string
	Parent casework.UnitCode
}

// Peers names the group within which units may be compared: same level and same nature.
func (u Unit) Peers() string { return u.Level + "/" + u.Nature }

func loadUnits(ctx context.Context, q pg.Querier) ([]Unit, error) {
	rows, err := q.Query(ctx, `select code, name_zh, name_en, level, nature, coalesce(parent, '') from unit order by position, code`)
	if err != nil {
		return nil, fmt.Errorf("read units: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Unit, error) {
		var u Unit
		err := row.Scan(&u.Code, &u.ZH, &u.EN, &u.Level, &u.Nature, &u.Parent)
		return u, err
	})
}

// above lists for each unit itself and the units whose totals hold its rows. The hotline's hold only its own.
func above(units []Unit) map[casework.UnitCode][]casework.UnitCode {
	parent := make(map[casework.UnitCode]casework.UnitCode, len(units))
	for _, u := range units {
		parent[u.Code] = u.Parent
	}
	out := make(map[casework.UnitCode][]casework.UnitCode, len(units))
	for _, u := range units {
		chain := []casework.UnitCode{u.Code}
		for at := u.Parent; at != "" && at != casework.Hotline && len(chain) < 10; at = parent[at] {
			chain = append(chain, at)
		}
		out[u.Code] = chain
	}
	return out
}

// loadFresh tells when the figures last moved, and names the state of the rows: the same name, the same numbers.
func loadFresh(ctx context.Context, q pg.Querier, under codes.Reading) (time.Time, string, error) {
	var at *time.Time
	var mark string
	err := q.QueryRow(ctx, `select max(read_at), coalesce(max(xid::text || '/' || seq), '') from follower where name = $1`, FiguresFollower).Scan(&at, &mark)
	if err != nil || at == nil {
		return time.Time{}, "", err
	}
	sum := sha256.Sum256([]byte(mark + " " + madeUnder(under)))
	return *at, hex.EncodeToString(sum[:6]), nil
}

// oldest finds the earliest broken promise among open cases by the rows, for each unit that owes the answer.
func oldest(ctx context.Context, q pg.Querier, f Filter, within []casework.UnitCode) (map[casework.UnitCode]time.Time, error) {
	rows, err := q.Query(ctx, `select unit, min(due_on) from figure_row where open and overdue and part = 'case' and due_on is not null and `+narrow+` group by unit`, f.args(within)...)
	if err != nil {
		return nil, fmt.Errorf("read oldest overdue: %w", err)
	}
	out := map[casework.UnitCode]time.Time{}
	var u casework.UnitCode
	var on time.Time
	_, err = pgx.ForEachRow(rows, []any{&u, &on}, func() error { out[u] = on; return nil })
	return out, err
}
