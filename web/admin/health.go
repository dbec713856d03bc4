package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"huiyin/web/shell"
)

// healthView is how the service is, for whoever has to act when it is not well.
type healthView struct {
	P       shell.Page
	Checks  []Finding
	Lags    []lag
	Queues  []queue
	Running int64 // edition of the rulebook by which this process decides
	Edition int64 // newest edition
}

// lag is how long the oldest event that a follower of the history has not read has been waiting.
type lag struct {
	Name   string
	Behind time.Duration
}

// queue is how many jobs are in one state.
type queue struct {
	Kind, State string
	Jobs        int
}

func (x *Pages) health(c *fiber.Ctx) error {
	ctx := c.UserContext()
	v := healthView{P: pageOf(c, "health", shell.Lang(c).T("admin.health")), Running: x.Rules.Edition}
	v.P.Wide = true
	var err error
	if v.Edition, err = x.Book.Edition(ctx); err != nil {
		return err
	}
	if v.Lags, err = x.lags(ctx); err != nil {
		return err
	}
	if v.Queues, err = x.queues(ctx); err != nil {
		return err
	}
	v.Checks = x.Checks(ctx)
	return shell.Render(c, fiber.StatusOK, healthPage(v))
}

func (x *Pages) lags(ctx context.Context) ([]lag, error) {
	rows, err := x.DB.Query(ctx, `
		select f.name, coalesce(extract(epoch from clock_timestamp() - (select e.recorded_at from event e where (e.xid, e.seq) > (f.xid, f.seq) order by e.xid, e.seq limit 1)), 0)::float8
		from follower f order by f.name`)
	if err != nil {
		return nil, fmt.Errorf("read lags: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (lag, error) {
		var l lag
		var seconds float64
		err := row.Scan(&l.Name, &seconds)
		l.Behind = time.Duration(max(0, seconds) * float64(time.Second)).Round(time.Second)
		return l, err
	})
}

func (x *Pages) queues(ctx context.Context) ([]queue, error) {
	rows, err := x.DB.Query(ctx, `select kind, state::text as state, count(*) as jobs from river_job group by kind, state order by kind, state`)
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[queue])
}

// late is how long a follower may be behind before somebody should look.
const late = 30 * time.Second

func lagTone(l lag) shell.Tone {
	if l.Behind > late {
		return shell.Bad
	}
	return shell.Good
}

func lagWords(p shell.Page, l lag) string {
	if l.Behind == 0 {
		return p.T("admin.up_to_date")
	}
	return p.Lang.Span(l.Behind)
}

func gradeTone(grade string) shell.Tone {
	switch grade {
	case "ok":
		return shell.Good
	case "doubtful":
		return shell.Warn
	}
	return shell.Bad
}

func checkName(p shell.Page, check string) string {
	key := "admin.check_" + strings.ReplaceAll(check, " ", "_")
	if p.Lang.Has(key) {
		return p.T(key)
	}
	return check
}

func queueRows(v healthView) [][]shell.Cell {
	var rows [][]shell.Cell
	for _, q := range v.Queues {
		rows = append(rows, []shell.Cell{{Text: q.Kind}, {Text: q.State}, {Text: v.P.Lang.Number(q.Jobs)}})
	}
	return rows
}
