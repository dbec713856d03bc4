package bulletin

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/privacy"
	"huiyin/routing"
)

// Book is the city's bulletins.
type Book struct {
	DB   pg.DB
	City *routing.City
	Now  func() time.Time
}

const columns = `b.id, b.kind, b.slug, b.version, b.content, b.drafted_by, a.login, b.drafted_at, b.published_at, b.down_at, b.down_zh, b.down_en`

const tables = ` from bulletin b join account a on a.id = b.drafted_by `

func scan(row pgx.CollectableRow) (b Bulletin, err error) {
	return b, row.Scan(&b.ID, &b.Kind, &b.Slug, &b.Version, &b.Content, &b.DraftedBy, &b.Drafter, &b.DraftedAt, &b.PublishedAt, &b.DownAt, &b.Down.ZH, &b.Down.EN)
}

func collect(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Bulletin, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read bulletins: %w", err))
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read bulletins: %w", err))
	}
	return list, nil
}

// Public lists the newest published version of each bulletin of a kind, newest month or publication first; what was taken down is left out.
func (k *Book) Public(ctx context.Context, kind Kind, limit int) ([]Bulletin, error) {
	return collect(ctx, k.DB, `select * from (
		select distinct on (b.slug) `+columns+tables+`where b.kind = $1 and b.published_at is not null order by b.slug, b.version desc) b
		where down_at is null order by case when $1 = 'theme' then slug end desc, published_at desc limit $2`, kind, limit)
}

// One is the history of a bulletin as the public may know it: its published versions, newest first. The first may have been taken down.
// Errors: fault.NotFound where none was ever published.
func (k *Book) One(ctx context.Context, kind Kind, slug string) ([]Bulletin, error) {
	list, err := collect(ctx, k.DB, `select `+columns+tables+`where b.kind = $1 and b.slug = $2 and b.published_at is not null order by b.version desc limit 100`, kind, slug)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return list, err
}

// TakenDown counts the bulletins of which the newest version was taken down.
func (k *Book) TakenDown(ctx context.Context) (n int, err error) {
	err = k.DB.QueryRow(ctx, `select count(*) from (select distinct on (kind, slug) down_at from bulletin where published_at is not null order by kind, slug, version desc) b where down_at is not null`).Scan(&n)
	return n, pg.Classify(err)
}

// All lists every newest version for those who keep the bulletins, drafts first.
func (k *Book) All(ctx context.Context, by casework.Actor) ([]Bulletin, error) {
	if !May(by) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return collect(ctx, k.DB, `select * from (
		select distinct on (b.kind, b.slug) `+columns+tables+`order by b.kind, b.slug, b.version desc) b
		order by published_at is not null, kind, slug desc limit 500`)
}

// Get reads one version for those who keep the bulletins.
func (k *Book) Get(ctx context.Context, by casework.Actor, id int64) (Bulletin, error) {
	if !May(by) {
		return Bulletin{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	list, err := collect(ctx, k.DB, `select `+columns+tables+`where b.id = $1`, id)
	if err == nil && len(list) == 0 {
		return Bulletin{}, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Bulletin{}, err
	}
	return list[0], nil
}

// Draft keeps a text that is not public yet: the open draft of that name, or a further version of what is published. Whoever wrote last is its
// drafter. Errors: fault.Forbidden, fault.Invalid with the field.
func (k *Book) Draft(ctx context.Context, by casework.Actor, kind Kind, slug string, c Content) (id int64, err error) {
	if !May(by) {
		return 0, fault.New(fault.Forbidden, "fault.forbidden")
	}
	if kind == Typical {
		c.Card = slug
	}
	if err := check(k.City, kind, slug, c); err != nil {
		return 0, err
	}
	if found := Personal(c); len(found) > 0 {
		return 0, fault.New(fault.Invalid, "fault.bulletin_personal").At("body_zh")
	}
	err = pg.InTx(ctx, k.DB, nil, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 54))`, string(kind)+"/"+slug); err != nil {
			return err
		}
		if kind == Typical {
			if _, why, err := privacy.CardByNumber(ctx, tx, slug); err != nil || why != privacy.Shown {
				return fault.Wrap(fault.Invalid, "fault.bulletin_card", err).At("card")
			}
		}
		err := tx.QueryRow(ctx, `update bulletin set content = $3, drafted_by = $4, drafted_at = $5 where kind = $1 and slug = $2 and published_at is null returning id`,
			kind, slug, c, by.StaffID, k.Now()).Scan(&id)
		if !pg.IsNoRows(err) {
			return err
		}
		return tx.QueryRow(ctx, `insert into bulletin (kind, slug, version, content, drafted_by, drafted_at)
			select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5 from bulletin where kind = $1 and slug = $2 returning id`, kind, slug, c, by.StaffID, k.Now()).Scan(&id)
	})
	if err != nil && fault.KindOf(err) == fault.Internal {
		err = pg.Classify(fmt.Errorf("draft bulletin: %w", err))
	}
	return id, err
}

// Publish makes a draft public. Errors: fault.Forbidden where the reader drafted it; fault.Conflict where it was changed since it was read.
func (k *Book) Publish(ctx context.Context, by casework.Actor, id int64, read time.Time) error {
	b, err := k.Get(ctx, by, id)
	if err != nil {
		return err
	}
	if b.DraftedBy == by.StaffID {
		return fault.New(fault.Forbidden, "fault.second_person")
	}
	if b.Kind == Typical {
		// The card may have been withheld since.
		if _, why, err := privacy.CardByNumber(ctx, k.DB, b.Slug); err != nil || why != privacy.Shown {
			return fault.Wrap(fault.Conflict, "fault.bulletin_card", err)
		}
	}
	return k.change(ctx, `update bulletin set published_by = $2, published_at = $3 where id = $1 and published_at is null and drafted_at = $4 and drafted_by <> $2`, id, by.StaffID, k.Now(), read)
}

// Discard forgets a draft.
func (k *Book) Discard(ctx context.Context, by casework.Actor, id int64) error {
	if _, err := k.Get(ctx, by, id); err != nil {
		return err
	}
	return k.change(ctx, `delete from bulletin where id = $1 and published_at is null`, id)
}

// TakeDown takes a published text from the public at once, by one person; its name, number and reason stay. Errors: fault.Invalid without a reason in both languages.
func (k *Book) TakeDown(ctx context.Context, by casework.Actor, id int64, why Words) error {
	if _, err := k.Get(ctx, by, id); err != nil {
		return err
	}
	if blank(why.ZH) || blank(why.EN) || len(why.ZH) > 2000 || len(why.EN) > 2000 {
		return fault.New(fault.Invalid, "fault.bulletin_reason").At("why_zh")
	}
	if found := Personal(Content{Body: why}); len(found) > 0 {
		return fault.New(fault.Invalid, "fault.bulletin_personal").At("why_zh")
	}
	return k.change(ctx, `update bulletin set down_by = $2, down_at = $3, down_zh = $4, down_en = $5 where id = $1 and published_at is not null and down_at is null`, id, by.StaffID, k.Now(), why.ZH, why.EN)
}

func (k *Book) change(ctx context.Context, sql string, args ...any) error {
	tag, err := k.DB.Exec(ctx, sql, args...)
	if err != nil {
		return pg.Classify(fmt.Errorf("change bulletin: %w", err))
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return nil
}
