package knowledge

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Save keeps a draft: of a new article where there is none of this code, else the next version. Seen is the number of the newest version that the writer looked at, 0
// for a new article; who comes second is told so. A reviewed draft that is changed must be reviewed again. It returns the code, made up for a new article where none is given.
// Errors: fault.Invalid at a field, fault.Forbidden, fault.Conflict "fault.article_moved", "fault.article_code_taken".
func (b *Base) Save(ctx context.Context, by casework.Actor, code string, owner casework.UnitCode, seen int, c Content) (string, error) {
	c.clean()
	if err := c.check(); err != nil {
		return "", err
	}
	err := pg.InTx(ctx, b.DB, nil, func(tx pgx.Tx) error {
		a, err := lock(ctx, tx, code)
		if pg.IsNoRows(err) {
			return b.create(ctx, tx, by, &code, owner, seen, c)
		}
		if err != nil {
			return err
		}
		if !MayWrite(by, a.owner) || !MayWrite(by, owner) {
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
		if seen == 0 {
			return fault.New(fault.Conflict, "fault.article_code_taken").At("code")
		}
		if seen != a.newest {
			return fault.New(fault.Conflict, "fault.article_moved")
		}
		if owner != a.owner {
			if _, err := tx.Exec(ctx, `update article set owner = $2 where id = $1`, a.id, owner); err != nil {
				return unitFault(err)
			}
		}
		if a.open {
			if _, err := tx.Exec(ctx, `delete from article_version where article = $1 and version = $2`, a.id, a.newest); err != nil {
				return err
			}
			return b.insert(ctx, tx, by, a.id, a.newest, c)
		}
		return b.insert(ctx, tx, by, a.id, a.newest+1, c)
	})
	if err != nil {
		return "", pg.Classify(fmt.Errorf("keep article: %w", err))
	}
	return code, nil
}

func (b *Base) create(ctx context.Context, tx pgx.Tx, by casework.Actor, code *string, owner casework.UnitCode, seen int, c Content) error {
	switch {
	case !MayWrite(by, owner):
		return fault.New(fault.Forbidden, "fault.forbidden")
	case seen != 0:
		return fault.New(fault.NotFound, "fault.no_such_article")
	case *code != "" && (!codeForm.MatchString(*code) || reserved[*code]):
		return fault.New(fault.Invalid, "fault.article_code").At("code")
	}
	if *code == "" {
		*code = "a-" + strings.ToLower(rand.Text()[:8])
	}
	var id int64
	err := tx.QueryRow(ctx, `insert into article (code, owner, created_at) values ($1, $2, $3) returning id`, *code, owner, b.Now().UTC()).Scan(&id)
	if err != nil {
		return unitFault(err)
	}
	return b.insert(ctx, tx, by, id, 1, c)
}

// reserved are codes whose addresses mean something else.
var reserved = map[string]bool{"new": true}

func unitFault(err error) error {
	if pg.IsForeignKeyViolation(err, "") {
		return fault.Wrap(fault.Invalid, "fault.unit_needed", err).At("owner")
	}
	return err
}

func (b *Base) insert(ctx context.Context, tx pgx.Tx, by casework.Actor, id int64, version int, c Content) error {
	_, err := tx.Exec(ctx, `insert into article_version (article, version, state, category, title_zh, title_en, asked_zh, asked_en, body_zh, body_en, basis_zh, basis_en, link, valid_from, expires_on, review_on, note, written_by, written_at)
		values ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, nullif($17::bigint, 0), $18)`,
		id, version, c.Category, c.Title.ZH, c.Title.EN, c.Asked.ZH, c.Asked.EN, c.Body.ZH, c.Body.EN, c.Basis.ZH, c.Basis.EN, c.Link, c.ValidFrom, c.ExpiresOn, c.ReviewOn, c.Note, by.StaffID, b.Now().UTC())
	return err
}

// held is an article while a step holds it.
type held struct {
	id     int64
	owner  casework.UnitCode
	shown  *int
	newest int
	state  State // of the newest version
	author *int64
	open   bool // the newest version is not published yet
}

func lock(ctx context.Context, tx pgx.Tx, code string) (a held, err error) {
	err = tx.QueryRow(ctx, `select id, owner, shown from article where code = $1 for update`, code).Scan(&a.id, &a.owner, &a.shown)
	if err != nil {
		return a, err
	}
	err = tx.QueryRow(ctx, `select version, state, written_by from article_version where article = $1 order by version desc limit 1`, a.id).Scan(&a.newest, &a.state, &a.author)
	a.open = a.state == Draft || a.state == Reviewed
	return a, err
}

// step takes one step with the version that the actor looked at.
func (b *Base) step(ctx context.Context, code string, seen int, act func(context.Context, pgx.Tx, held) error) error {
	err := pg.InTx(ctx, b.DB, nil, func(tx pgx.Tx) error {
		a, err := lock(ctx, tx, code)
		if pg.IsNoRows(err) {
			return fault.New(fault.NotFound, "fault.no_such_article")
		}
		if err != nil {
			return err
		}
		if seen != a.newest {
			return fault.New(fault.Conflict, "fault.article_moved")
		}
		return act(ctx, tx, a)
	})
	if err != nil {
		var known *fault.Error
		if errors.As(err, &known) {
			return err
		}
		return pg.Classify(fmt.Errorf("step of article: %w", err))
	}
	return nil
}

// own tells whether the actor wrote the version: a second person is needed.
func (a held) own(by casework.Actor) bool {
	return by.Kind == casework.ByStaff && a.author != nil && *a.author == by.StaffID
}

// Review says that a draft is right. Errors: fault.Forbidden "fault.article_own" for its author, fault.Conflict.
func (b *Base) Review(ctx context.Context, by casework.Actor, code string, seen int) error {
	return b.step(ctx, code, seen, func(ctx context.Context, tx pgx.Tx, a held) error {
		switch {
		case !MayReview(by, a.owner):
			return fault.New(fault.Forbidden, "fault.forbidden")
		case a.state != Draft:
			return fault.New(fault.Conflict, "fault.article_moved")
		case a.own(by):
			return fault.New(fault.Forbidden, "fault.article_own")
		}
		_, err := tx.Exec(ctx, `update article_version set state = 'reviewed', reviewed_by = nullif($3::bigint, 0), reviewed_at = $4 where article = $1 and version = $2`, a.id, a.newest, by.StaffID, b.Now().UTC())
		return err
	})
}

// Publish puts a reviewed version in force in place of the one before, and into the index. Errors: fault.Forbidden "fault.article_own" for its author, fault.Conflict.
func (b *Base) Publish(ctx context.Context, by casework.Actor, code string, seen int) error {
	return b.step(ctx, code, seen, func(ctx context.Context, tx pgx.Tx, a held) error {
		switch {
		case !MayPublish(by):
			return fault.New(fault.Forbidden, "fault.forbidden")
		case a.state != Reviewed:
			return fault.New(fault.Conflict, "fault.article_unreviewed")
		case a.own(by):
			return fault.New(fault.Forbidden, "fault.article_own")
		}
		now := b.Now().UTC()
		if err := end(ctx, tx, a, Replaced, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update article_version set state = 'published', published_by = nullif($3::bigint, 0), published_at = $4 where article = $1 and version = $2`, a.id, a.newest, by.StaffID, now)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update article set shown = $2 where id = $1`, a.id, a.newest); err != nil {
			return err
		}
		return reindex(ctx, tx, a.id)
	})
}

// Withdraw takes an article out of force without another in its place, or throws a draft away. Errors: fault.Forbidden, fault.Conflict where there is nothing to take back.
func (b *Base) Withdraw(ctx context.Context, by casework.Actor, code string, seen int) error {
	return b.step(ctx, code, seen, func(ctx context.Context, tx pgx.Tx, a held) error {
		switch {
		case a.open && !MayWrite(by, a.owner), !a.open && !MayPublish(by):
			return fault.New(fault.Forbidden, "fault.forbidden")
		case a.open && a.newest > 1:
			_, err := tx.Exec(ctx, `delete from article_version where article = $1 and version = $2`, a.id, a.newest)
			return err
		case a.open:
			if _, err := tx.Exec(ctx, `delete from article_version where article = $1`, a.id); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `delete from article where id = $1`, a.id)
			return err
		case a.shown == nil:
			return fault.New(fault.Conflict, "fault.article_moved")
		}
		if err := end(ctx, tx, a, Withdrawn, b.Now().UTC()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update article set shown = null where id = $1`, a.id); err != nil {
			return err
		}
		return reindex(ctx, tx, a.id)
	})
}

func end(ctx context.Context, tx pgx.Tx, a held, state State, at time.Time) error {
	_, err := tx.Exec(ctx, `update article_version set state = $2, ended_at = $3 where article = $1 and state = 'published'`, a.id, state, at)
	return err
}

// Still says that a published article was looked at and is right as it stands, until the day given. Errors: fault.Forbidden, fault.Invalid for a day that is over.
func (b *Base) Still(ctx context.Context, by casework.Actor, code string, seen int, until time.Time) error {
	return b.step(ctx, code, seen, func(ctx context.Context, tx pgx.Tx, a held) error {
		switch {
		case !MayReview(by, a.owner):
			return fault.New(fault.Forbidden, "fault.forbidden")
		case a.shown == nil:
			return fault.New(fault.Conflict, "fault.article_moved")
		case !until.After(b.today()):
			return fault.New(fault.Invalid, "fault.article_day").At("review_on")
		}
		_, err := tx.Exec(ctx, `update article_version set review_on = $2 where article = $1 and state = 'published'`, a.id, until)
		return err
	})
}

// ParseDay reads a day as 2026-11-22.
func ParseDay(s string) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, strings.TrimSpace(s), time.UTC)
}
