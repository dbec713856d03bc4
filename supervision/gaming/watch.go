package gaming

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/supervision"
)

// Watch looks for the patterns and keeps what persons judge. It is safe for concurrent use and by several processes.
type Watch struct {
	DB     pg.DB
	Zone   *time.Location
	Now    func() time.Time
	Limits Limits
	Bunch  int // how many turns are looked at together at least, where there are so many; 0 is 20,000
}

// Sweep looks at the running month and the one before it, and tells how many signs were new or grew. It is safe to run twice, late, or on two machines at once.
func (w *Watch) Sweep(ctx context.Context) (int, error) {
	n := 0
	this := supervision.MonthOf(w.Now(), w.Zone)
	for _, m := range []supervision.Month{this.Add(-1), this} {
		grown, err := w.sweepMonth(ctx, m)
		if err != nil {
			return n, fmt.Errorf("watch %s: %w", m, err)
		}
		n += grown
	}
	return n, nil
}

func (w *Watch) sweepMonth(ctx context.Context, m supervision.Month) (int, error) {
	n := 0
	err := pg.InTx(ctx, w.DB, pg.Settings{"huiyin.scope": "system", "statement_timeout": "20min", "idle_in_transaction_session_timeout": "20min"}, func(tx pgx.Tx) error {
		n = 0
		some, err := bunches(ctx, tx, m, w.Zone, cmp.Or(w.Bunch, bunch))
		if err != nil {
			return err
		}
		now := w.Now().UTC()
		var b pgx.Batch
		met := map[Pattern][]string{}
		look := func(unit casework.UnitCode, turns []Turn) {
			for _, s := range Look(w.Limits, turns) {
				met[s.Pattern] = append(met[s.Pattern], string(unit))
				b.Queue(`insert into gaming_sign as g (month, unit, pattern, found, among, cases, first_at, last_at) values ($1, $2, $3, $4, $5, $6, $7, $7)
					on conflict (month, unit, pattern) do update set found = excluded.found, among = excluded.among, cases = excluded.cases, last_at = excluded.last_at, gone_at = null
					where g.cases <> excluded.cases or g.among <> excluded.among or g.gone_at is not null`, m, unit, s.Pattern, s.Found, s.Among, s.Cases, now).
					Exec(func(tag pgconn.CommandTag) error { n += int(tag.RowsAffected()); return nil })
			}
		}
		for _, units := range some {
			of, err := read(ctx, tx, m, w.Zone, units)
			if err != nil {
				return err
			}
			for unit, turns := range of {
				look(unit, turns)
			}
		}
		for _, p := range Patterns {
			b.Queue(`update gaming_sign set gone_at = $3 where month = $1 and pattern = $2 and gone_at is null and not unit = any (coalesce($4::text[], '{}'))`, m, p, now, met[p])
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	return n, err
}

// Verdicts of a person on a sign.
const (
	Confirmed = "confirmed" // the figures were made better than the work
	Explained = "explained" // there is another reason
)

// Found is a sign of a unit in a month, with what was judged of it.
type Found struct {
	Month    supervision.Month
	Unit     casework.UnitCode
	Pattern  Pattern
	Found    int
	Among    int
	FirstAt  time.Time
	LastAt   time.Time
	Gone     bool   // it is not met any more
	Verdict  string // empty: nobody has judged it, or it grew since by as much again
	Reason   string
	JudgedAt *time.Time
	Judge    string // name of who judged it
	Evidence []Evidence
}

// Evidence is a case that shows a sign.
type Evidence struct {
	ID     casework.CaseID
	Number string
	Title  string // masked
}

// Share is the part that was found, in percent, rounded down.
func (f Found) Share() int { return Sign{Found: f.Found, Among: f.Among}.Share() }

const signs = `select g.month, g.unit, g.pattern, g.found, g.among, g.first_at, g.last_at, g.gone_at is not null, coalesce(j.verdict, ''), coalesce(j.reason, ''), j.at, coalesce(j.name, '')
	from gaming_sign g left join lateral (select k.verdict, k.reason, k.at, a.name from gaming_judgement k join account a on a.id = k.by
		where k.month = g.month and k.unit = g.unit and k.pattern = g.pattern and 2 * k.found > g.found order by k.id desc limit 1) j on true`

// most bounds a list of signs, and the evidence shown of one.
const (
	mostSigns    = 200
	mostEvidence = 60
)

func mayJudge(by casework.Actor) error {
	if !by.Has(casework.Supervisor) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return nil
}

// List lists the signs, those that nobody has judged first, with their cases. It is for supervisors. Errors: fault.Forbidden.
func (w *Watch) List(ctx context.Context, by casework.Actor) ([]Found, error) {
	if err := mayJudge(by); err != nil {
		return nil, err
	}
	var all []Found
	err := pg.InTx(ctx, w.DB, pg.Settings{"huiyin.scope": "system", "statement_timeout": "20min", "idle_in_transaction_session_timeout": "20min"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, signs+` order by j.verdict is not null, g.gone_at is not null, g.month desc, g.found desc, g.unit, g.pattern limit $1`, mostSigns)
		if err != nil {
			return err
		}
		if all, err = collect(rows); err != nil {
			return err
		}
		for i := range all {
			f := &all[i]
			rows, err := tx.Query(ctx, `select c.id, c.number, case when c.secret or c.kind = 'report' then '' else c.title end from gaming_sign g join cases c on c.id = any (g.cases)
				where g.month = $1 and g.unit = $2 and g.pattern = $3 order by c.number limit $4`, f.Month, f.Unit, f.Pattern, mostEvidence)
			if err != nil {
				return err
			}
			if f.Evidence, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Evidence]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list signs: %w", err)
	}
	return all, nil
}

func collect(rows pgx.Rows) ([]Found, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Found, err error) {
		return f, row.Scan(&f.Month, &f.Unit, &f.Pattern, &f.Found, &f.Among, &f.FirstAt, &f.LastAt, &f.Gone, &f.Verdict, &f.Reason, &f.JudgedAt, &f.Judge)
	})
}

// Judge writes down what a supervisor outside the unit found. A later judgement stands beside the earlier. Errors: fault.Forbidden, also for the unit's own people and
// those of the units above and below it; fault.Invalid at verdict or reason; fault.NotFound.
func (w *Watch) Judge(ctx context.Context, by casework.Actor, m supervision.Month, unit casework.UnitCode, p Pattern, verdict, reason string) error {
	if err := mayJudge(by); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case verdict != Confirmed && verdict != Explained:
		return fault.New(fault.Invalid, "fault.watch_verdict").At("verdict")
	case reason == "":
		return fault.New(fault.Invalid, "fault.reason_needed").At("reason")
	}
	var own bool
	err := w.DB.QueryRow(ctx, `with recursive up as (select code, parent from unit where code = $1 union all select u.code, u.parent from unit u join up on u.code = up.parent),
			mine as (select code, parent from unit where code = $2 union all select u.code, u.parent from unit u join mine on u.code = mine.parent)
		select $1 = $2 or exists (select 1 from up where code = $2 and code <> 'hotline') or exists (select 1 from mine where code = $1 and code <> 'hotline')`, unit, by.Unit).Scan(&own)
	if err != nil {
		return pg.Classify(fmt.Errorf("judge sign: %w", err))
	}
	if own {
		return fault.New(fault.Forbidden, "fault.watch_own")
	}
	tag, err := w.DB.Exec(ctx, `insert into gaming_judgement (month, unit, pattern, verdict, reason, by, by_unit, found, at) select month, unit, pattern, $4, left($5, 1000), $6, $7, found, $8
		from gaming_sign where month = $1 and unit = $2 and pattern = $3`, m, unit, p, verdict, reason, by.StaffID, by.Unit, w.Now().UTC())
	if err != nil {
		return pg.Classify(fmt.Errorf("judge sign: %w", err))
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return nil
}

// Public lists the signs of some months as the public sees them: units, patterns and numbers, no cases and no names.
func Public(ctx context.Context, q pg.Querier, from supervision.Month) ([]Found, error) {
	rows, err := q.Query(ctx, signs+` where g.month >= $1 and g.gone_at is null order by g.month desc, g.unit, g.pattern`, from)
	if err != nil {
		return nil, fmt.Errorf("list signs: %w", err)
	}
	all, err := collect(rows)
	for i := range all {
		all[i].Judge = ""
	}
	return all, err
}
