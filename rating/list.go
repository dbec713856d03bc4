package rating

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// View narrows a list of ratings.
type View string

// The views.
const (
	ViewAll      View = "all"
	ViewBad      View = "bad"      // one and two stars
	ViewUnseen   View = "unseen"   // bad, without a name, and no supervisor has looked
	ViewDoubtful View = "doubtful" // counted apart
)

// Views lists them in the order of pages.
var Views = []View{ViewAll, ViewBad, ViewUnseen, ViewDoubtful}

var viewSQL = map[View]string{
	ViewAll: `true`, ViewBad: `o.level <= 2`, ViewUnseen: `o.level <= 2 and not o.real_name and o.seen_at is null`, ViewDoubtful: `o.suspect <> '{}' and o.cleared_at is null`,
}

// Listed is a rating with its point.
type Listed struct {
	Opinion
	At Point
}

// List reads the ratings that an actor may see, the newest first: the hotline all, a unit those of its points. point narrows, if given.
func (b *Book) List(ctx context.Context, by casework.Actor, v View, code string, limit int) ([]Listed, error) {
	where, ok := viewSQL[v]
	if !ok {
		where = viewSQL[ViewAll]
	}
	var list []Listed
	err := pg.InTx(ctx, b.DB, sight(by), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+opinionColumns+`, p.code, p.unit, p.kind, p.name_zh, p.name_en, p.place_zh, p.place_en, p.closes, p.opened_at, p.closed_at
			from service_opinion o join service_point p on p.code = o.point where `+where+` and ($1 = '' or o.point = $1) order by o.given_at desc, o.id limit $2`, code, limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Listed, err error) {
			return l, row.Scan(append(l.dest(), l.At.dest()...)...)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list ratings: %w", err)
	}
	return list, nil
}

// Counts tells for each view how many ratings the actor would see in it.
func (b *Book) Counts(ctx context.Context, by casework.Actor) (map[View]int, error) {
	n := map[View]int{}
	err := pg.InTx(ctx, b.DB, sight(by), func(tx pgx.Tx) error {
		var whole, bad, unseen, doubtful int
		err := tx.QueryRow(ctx, `select count(*), count(*) filter (where `+viewSQL[ViewBad]+`), count(*) filter (where `+viewSQL[ViewUnseen]+`), count(*) filter (where `+viewSQL[ViewDoubtful]+`) from service_opinion o`).Scan(&whole, &bad, &unseen, &doubtful)
		n[ViewAll], n[ViewBad], n[ViewUnseen], n[ViewDoubtful] = whole, bad, unseen, doubtful
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count ratings: %w", err)
	}
	return n, nil
}

// Trend is how the bad ratings without a name of one point went over the last weeks.
type Trend struct {
	Point    string
	Recent   int // in the last four weeks
	Previous int // in the four before
}

// Trends lists the points with bad ratings without a name in the last four weeks, those with most first.
func (b *Book) Trends(ctx context.Context, by casework.Actor) ([]Trend, error) {
	now := b.Now().UTC()
	var list []Trend
	err := pg.InTx(ctx, b.DB, sight(by), func(tx pgx.Tx) error {
		var err error
		list, err = collect[Trend](ctx, tx, `select point, (count(*) filter (where given_at >= $1))::int, (count(*) filter (where given_at < $1))::int from service_opinion
			where level <= 2 and not real_name and given_at >= $2 group by point having count(*) filter (where given_at >= $1) > 0 order by 2 desc, 1 limit 20`, now.AddDate(0, 0, -28), now.AddDate(0, 0, -56))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read trends of ratings: %w", err)
	}
	return list, nil
}

// Progress is how far the case of a bad rating is, for the resident who gave it.
type Progress struct {
	Number     string
	ContactDue *time.Time
	Contacted  *time.Time
	RectifyDue *time.Time
	Replied    *time.Time
	Appealed   bool
	Decided    *time.Time
	Upheld     bool
	Decision   string
}

// Progress reads how far the case of a bad rating is; ok is false where the rating has none.
func (b *Book) Progress(ctx context.Context, o Opinion) (p Progress, ok bool, err error) {
	if o.Case == nil {
		return p, false, nil
	}
	err = pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select k.number, c.due_at, c.met_at, h.due_at, k.replied_at, a.asked_at is not null, a.decided_at, coalesce(a.granted, false), coalesce(a.decision, '')
			from cases k left join clock c on c.case_id = k.id and c.name = 'contact' and c.leg = 1 left join clock h on h.case_id = k.id and h.name = 'handle' and h.leg = 1
			left join lateral (select asked_at, decided_at, granted, decision from appeal where case_id = k.id order by asked_at desc limit 1) a on true where k.id = $1`, *o.Case).
			Scan(&p.Number, &p.ContactDue, &p.Contacted, &p.RectifyDue, &p.Replied, &p.Appealed, &p.Decided, &p.Upheld, &p.Decision)
	})
	if err != nil {
		return p, false, fmt.Errorf("read the case of a bad rating: %w", err)
	}
	return p, true, nil
}
