package datause

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
)

// FewUses is the smallest number that is published of one counterpart and purpose.
const FewUses = 5

// Share is how often one counterpart used data of another's cases for one purpose.
type Share struct {
	Unit    casework.UnitCode `json:"unit,omitempty"`
	Partner string            `json:"partner,omitempty"` // another city, with which whole cases are shared
	Purpose casework.Purpose  `json:"purpose"`
	N       int               `json:"n"`
}

// Shares is what went to one side, by counterpart and purpose, the most first.
type Shares struct {
	Cells  []Share `json:"cells"`
	Others int     `json:"others"` // what is fewer than FewUses each, together with as much more as keeps it from being told apart
	Hidden bool    `json:"hidden"` // there is something, and too few to be told even together
}

// suppressed keeps cells under FewUses to themselves. What is left out is told as one number only where that is at least FewUses and stands for two cells or more, so that no total minus the cells shows one of them:
// the smallest published cell goes along with it until it does.
func suppressed(cells []Share) Shares {
	slices.SortFunc(cells, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Partner, b.Partner), cmp.Compare(a.Purpose, b.Purpose))
	})
	out := Shares{Cells: []Share{}}
	at := len(cells)
	for at > 0 && cells[at-1].N < FewUses {
		at--
	}
	left := len(cells) - at
	for left > 0 && at > 0 && (left < 2 || sum(cells[at:]) < FewUses) {
		at--
		left++
	}
	out.Cells = append(out.Cells, cells[:at]...)
	if n := sum(cells[at:]); left > 1 && n >= FewUses {
		out.Others = n
	} else {
		out.Hidden = left > 0
	}
	return out
}

func sum(cells []Share) (n int) {
	for _, c := range cells {
		n += c.N
	}
	return n
}

// shares reads which others used data of the cases that a unit leads or led (out), and of whose cases the unit used data as another than their lead (in). Machines are left out: their uses are the letters.
func shares(ctx context.Context, tx pgx.Tx, unit casework.UnitCode, from, until time.Time) (out, in Shares, err error) {
	read := func(sql string) ([]Share, error) {
		rows, err := tx.Query(ctx, sql, unit, from, until)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Share])
	}
	given, err := read(`select d.unit, '', d.purpose, count(*)::int from data_use d where d.case_id in (select p.case_id from party p where p.unit = $1 and p.role = 'lead') and d.unit <> $1 and d.unit <> '' and not d.automatic and d.at >= $2 and d.at < $3 group by d.unit, d.purpose
		union all
		select '', o.city, 'export', count(*)::int from handover_out o where o.case_id in (select p.case_id from party p where p.unit = $1 and p.role = 'lead') and o.queued_at >= $2 and o.queued_at < $3 group by o.city`)
	if err != nil {
		return out, in, err
	}
	taken, err := read(`select l.unit, '', d.purpose, count(*)::int from data_use d join lateral (select p.unit from party p where p.case_id = d.case_id and p.role = 'lead' order by p.left_at is null desc, p.joined_at desc limit 1) l on l.unit <> $1
		where d.unit = $1 and not d.automatic and d.at >= $2 and d.at < $3 group by l.unit, d.purpose`)
	return suppressed(given), suppressed(taken), err
}
