package rating

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Opinion is what a resident says of a service, as everybody who may read it sees it: masked.
type Opinion struct {
	ID       uuid.UUID
	Point    string
	Unit     casework.UnitCode
	Item     *uuid.UUID // nil: a walk-by, from a poster
	Channel  string
	Level    Level
	Tags     []string
	TagSet   string
	Body     string
	RealName bool
	Given    time.Time
	Changed  time.Time
	Version  int
	Suspect  []Doubt
	Cleared  *time.Time
	Why      string // of the clearing
	Seen     *time.Time
	Case     *casework.CaseID // that makes a bad rating good
}

// Doubtful reports whether the rating is counted apart: marked, and not cleared by a supervisor.
func (o Opinion) Doubtful() bool { return len(o.Suspect) > 0 && o.Cleared == nil }

// ChangeableUntil is when the rating becomes final.
func (o Opinion) ChangeableUntil() time.Time { return o.Given.Add(changeFor) }

const opinionColumns = `o.id, o.point, o.unit, o.item, o.channel, o.level, o.tags, o.tag_set, o.body, o.real_name, o.given_at, o.changed_at, o.version, o.suspect, o.cleared_at, o.cleared_why, o.seen_at, o.case_id`

func (o *Opinion) dest() []any {
	return []any{&o.ID, &o.Point, &o.Unit, &o.Item, &o.Channel, &o.Level, &o.Tags, &o.TagSet, &o.Body, &o.RealName, &o.Given, &o.Changed, &o.Version, &o.Suspect, &o.Cleared, &o.Why, &o.Seen, &o.Case}
}

const opinionUse = "rate-mine"

// OwnToken is the bearer token of the page on which a resident sees, and for a day changes, what they said.
func (b *Book) OwnToken(id uuid.UUID) string {
	return b.Keys.Token(opinionUse, id.String()) + "." + id.String()
}

// Own finds the rating that a resident's own token opens. Errors: fault.NotFound "fault.no_such_link".
func (b *Book) Own(ctx context.Context, token string) (Opinion, Point, error) {
	id, ok := b.checked(token, opinionUse)
	if !ok {
		return Opinion{}, Point{}, fault.New(fault.NotFound, "fault.no_such_link")
	}
	var o Opinion
	err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select `+opinionColumns+` from service_opinion o where o.id = $1`, id).Scan(o.dest()...)
	})
	if pg.IsNoRows(err) {
		return o, Point{}, fault.New(fault.NotFound, "fault.no_such_link")
	}
	if err != nil {
		return o, Point{}, fmt.Errorf("read rating: %w", err)
	}
	p, err := b.Point(ctx, o.Point)
	return o, p, err
}

// OfItem finds the rating of an item; ok is false where it was not rated yet.
func (b *Book) OfItem(ctx context.Context, item uuid.UUID) (o Opinion, ok bool, err error) {
	err = pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select `+opinionColumns+` from service_opinion o where o.item = $1`, item).Scan(o.dest()...)
		if pg.IsNoRows(err) {
			return nil
		}
		ok = err == nil
		return err
	})
	if err != nil {
		return o, false, fmt.Errorf("read rating of item: %w", err)
	}
	return o, ok, nil
}

// Before is what a rating said before it was changed.
type Before struct {
	Version int
	At      time.Time
	Level   Level
	Tags    []string
	TagSet  string
	Body    string
}

// History lists what a rating said before, the oldest first, for whoever may see the rating.
func (b *Book) History(ctx context.Context, by casework.Actor, id uuid.UUID) ([]Before, error) {
	return b.history(ctx, sight(by), id)
}

func (b *Book) history(ctx context.Context, scope pg.Settings, id uuid.UUID) ([]Before, error) {
	var list []Before
	err := pg.InTx(ctx, b.DB, scope, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select version, at, level, tags, tag_set, body from service_opinion_before where opinion = $1 order by version`, id)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Before])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read earlier ratings: %w", err)
	}
	return list, nil
}

// tell appends what happened to a rating to the log that others follow. It holds no word and no person.
func tell(ctx context.Context, tx pgx.Tx, id uuid.UUID, step string, at time.Time, staffID int64) error {
	tag, err := tx.Exec(ctx, `insert into service_rating (rating, at, step, point, unit, kind, channel, walk_by, level, tags, tag_set, real_name, suspect, version, staff_id)
		select o.id, $2, $3, o.point, o.unit, p.kind, o.channel, o.item is null, o.level, o.tags, o.tag_set, o.real_name, o.suspect, o.version, nullif($4::bigint, 0)
		from service_opinion o join service_point p on p.code = o.point where o.id = $1`, id, at, step, staffID)
	if err == nil && tag.RowsAffected() != 1 {
		err = fmt.Errorf("no rating %s", id)
	}
	if err != nil {
		return fmt.Errorf("append to the log of ratings: %w", err)
	}
	return nil
}

// Earlier is the history for the resident whose own token it is.
func (b *Book) Earlier(ctx context.Context, token string) ([]Before, error) {
	id, ok := b.checked(token, opinionUse)
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.no_such_link")
	}
	return b.history(ctx, all, id)
}
