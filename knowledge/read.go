package knowledge

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

const columns = `a.id, a.code, a.owner, v.version, v.state, v.category, v.title_zh, v.title_en, v.asked_zh, v.asked_en, v.body_zh, v.body_en, v.basis_zh, v.basis_en, v.link,
	v.valid_from, v.expires_on, v.review_on, v.note, coalesce(w.name, ''), coalesce(v.written_by, 0), v.written_at, coalesce(r.name, ''), v.reviewed_at, coalesce(p.name, ''), v.published_at, v.ended_at`

const tables = ` from article a join article_version v on v.article = a.id
	left join account w on w.id = v.written_by left join account r on r.id = v.reviewed_by left join account p on p.id = v.published_by `

// inForce is the condition under which an article is offered to anybody; $1 is the city's date.
const inForce = ` v.version = a.shown and v.state = 'published' and v.valid_from <= $1 and (v.expires_on is null or v.expires_on >= $1) `

func (a *Article) dest() []any {
	return []any{&a.ID, &a.Code, &a.Owner, &a.Number, &a.State, &a.Category, &a.Title.ZH, &a.Title.EN, &a.Asked.ZH, &a.Asked.EN, &a.Body.ZH, &a.Body.EN, &a.Basis.ZH, &a.Basis.EN, &a.Link,
		&a.ValidFrom, &a.ExpiresOn, &a.ReviewOn, &a.Note, &a.Author, &a.AuthorID, &a.WrittenAt, &a.Reviewer, &a.ReviewedAt, &a.Publisher, &a.PublishedAt, &a.EndedAt}
}

func (b *Base) read(ctx context.Context, q pg.Querier, sql string, args ...any) ([]Article, error) {
	rows, err := q.Query(ctx, `select `+columns+tables+sql, args...)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read articles: %w", err))
	}
	list, err := pgx.CollectRows(rows, b.scan)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read articles: %w", err))
	}
	return list, nil
}

// askArticles queues the reading of articles.
func (b *Base) askArticles(batch *pgx.Batch, into *[]Article, sql string, args ...any) {
	pg.Rows(batch, into, b.scan, `select `+columns+tables+sql, args...)
}

// scan reads an article as it stands today.
func (b *Base) scan(row pgx.CollectableRow) (a Article, err error) {
	err = row.Scan(a.dest()...)
	today := b.today()
	a.standing(today)
	a.Stale = a.stale(today)
	return a, err
}

// Public is an article in force. Errors: fault.NotFound where there is none of this code, fault.Gone where there was one and it no longer holds.
func (b *Base) Public(ctx context.Context, code string) (Article, error) {
	list, err := b.read(ctx, b.DB, `where `+inForce+` and a.code = $2`, b.today(), code)
	if err != nil {
		return Article{}, err
	}
	if len(list) == 1 {
		return list[0], nil
	}
	var once bool
	err = b.DB.QueryRow(ctx, `select exists (select 1 from article a join article_version v on v.article = a.id where a.code = $1 and v.published_at is not null and v.valid_from <= $2)`, code, b.today()).Scan(&once)
	switch {
	case err != nil:
		return Article{}, pg.Classify(fmt.Errorf("read article: %w", err))
	case once:
		return Article{}, fault.New(fault.Gone, "fault.article_gone")
	}
	return Article{}, fault.New(fault.NotFound, "fault.no_such_article")
}

// All lists the articles in force, by matter and title.
func (b *Base) All(ctx context.Context) ([]Article, error) {
	return b.read(ctx, b.DB, `where `+inForce+` order by v.category, v.title_zh, a.id`, b.today())
}

// Filter narrows a list for staff; empty fields do not.
type Filter struct {
	Owners []casework.UnitCode
	State  State // of the newest version
	Stale  bool
}

// List lists every article by its newest version for staff, what is stale first, then what waits for a second person, then the newest. Errors: fault.Forbidden.
func (b *Base) List(ctx context.Context, by casework.Actor, f Filter) ([]Article, error) {
	if !MayRead(by) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var owners []string
	for _, u := range f.Owners {
		owners = append(owners, string(u))
	}
	state := f.State
	if state == Expired {
		state = Published
	}
	all, err := b.read(ctx, b.DB, `where v.version = (select max(n.version) from article_version n where n.article = a.id) and ($1::text[] is null or a.owner = any ($1)) and ($2 = '' or v.state = $2)
		order by not (v.state = 'published' and (v.expires_on < $3 or v.review_on <= $3)), v.state not in ('draft','reviewed'), v.written_at desc, a.id`, owners, state, b.today())
	if err != nil {
		return nil, err
	}
	kept := all[:0]
	for _, a := range all {
		if (!f.Stale || a.Stale) && (f.State == "" || a.State == f.State) {
			kept = append(kept, a)
		}
	}
	return kept, nil
}

// Staff is an article by its newest version, with all its versions, newest first. Errors: fault.NotFound, fault.Forbidden.
func (b *Base) Staff(ctx context.Context, by casework.Actor, code string) (Article, []Version, error) {
	if !MayRead(by) {
		return Article{}, nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	list, err := b.read(ctx, b.DB, `where a.code = $1 order by v.version desc`, code)
	if err != nil {
		return Article{}, nil, err
	}
	if len(list) == 0 {
		return Article{}, nil, fault.New(fault.NotFound, "fault.no_such_article")
	}
	versions := make([]Version, len(list))
	for i, a := range list {
		versions[i] = a.Version
	}
	newest := list[0]
	newest.Counts, err = b.counts(ctx, newest.ID)
	return newest, versions, err
}

// Figures are what the city tells of its knowledge base (Jinan publishes the like by ordinance).
type Figures struct {
	Articles int // published
	InDate   int // of them in force and looked at in time
	Month    int // of them written or changed since the first of this month
}

// Figures counts the knowledge base as it stands.
func (b *Base) Figures(ctx context.Context) (f Figures, err error) {
	y, m, _ := b.Now().In(b.Zone).Date()
	first := time.Date(y, m, 1, 0, 0, 0, 0, b.Zone)
	err = b.DB.QueryRow(ctx, `select count(*), count(*) filter (where v.valid_from <= $1 and (v.expires_on is null or v.expires_on >= $1) and v.review_on > $1), count(*) filter (where v.published_at >= $2)
		from article a join article_version v on v.article = a.id and v.version = a.shown`, b.today(), first.UTC()).Scan(&f.Articles, &f.InDate, &f.Month)
	if err != nil {
		return f, pg.Classify(fmt.Errorf("count articles: %w", err))
	}
	return f, nil
}

// Stale counts the articles past their last day or due to be looked at again: of some units, or with none named of all.
func (b *Base) Stale(ctx context.Context, units []casework.UnitCode) (n int, err error) {
	var owners []string
	for _, u := range units {
		owners = append(owners, string(u))
	}
	err = b.DB.QueryRow(ctx, `select count(*) from article a join article_version v on v.article = a.id and v.version = a.shown
		where (v.expires_on < $1 or v.review_on <= $1) and ($2::text[] is null or a.owner = any ($2))`, b.today(), owners).Scan(&n)
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("count stale articles: %w", err))
	}
	return n, nil
}

// SweepStale tells of every stale article, in the transaction of tell; who was told before is for tell to know. It returns how many there are.
func (b *Base) SweepStale(ctx context.Context, tell func(context.Context, pgx.Tx, Article) error) (int, error) {
	n := 0
	err := pg.InTx(ctx, b.DB, nil, func(tx pgx.Tx) error {
		list, err := b.read(ctx, tx, `where v.version = a.shown and (v.expires_on < $1 or v.review_on <= $1) order by a.id`, b.today())
		if err != nil {
			return err
		}
		n = len(list)
		for _, a := range list {
			if err := tell(ctx, tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
