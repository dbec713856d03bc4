package rulebook

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Book is the rulebook of one installation: the city's files, and the versions in the database that have replaced some of them. It is safe for concurrent use.
type Book struct {
	db   pg.DB
	base Files
	now  func() time.Time
}

// New is the rulebook that begins with the files of Base.
func New(db pg.DB, base Files, now func() time.Time) *Book {
	return &Book{db: db, base: base, now: now}
}

// Base are the files that the city began with: version 0 of each.
func (b *Book) Base() map[string][]byte { return maps.Clone(b.base) }

// Edition counts what was put in force: it grows with every version of any file, and is 0 while the city's own files hold.
func (b *Book) Edition(ctx context.Context) (int64, error) {
	var edition int64
	if err := b.db.QueryRow(ctx, `select coalesce(max(edition), 0) from rule_version`).Scan(&edition); err != nil {
		return 0, pg.Classify(fmt.Errorf("read edition: %w", err))
	}
	return edition, nil
}

// InForce reads the rules that hold now. Files that do not fit together are a Mistake: the city's directory was changed under versions in the database.
func (b *Book) InForce(ctx context.Context) (*Rules, error) {
	files, edition, err := b.files(ctx, b.db)
	if err != nil {
		return nil, err
	}
	return Read(files, edition)
}

func (b *Book) files(ctx context.Context, q pg.Querier) (Files, int64, error) {
	rows, err := q.Query(ctx, `select distinct on (name) name, content, edition from rule_version order by name, version desc`)
	if err != nil {
		return nil, 0, pg.Classify(fmt.Errorf("read rulebook: %w", err))
	}
	files, last := b.base, int64(0)
	var name, content string
	var edition int64
	_, err = pgx.ForEachRow(rows, []any{&name, &content, &edition}, func() error {
		files, last = files.With(name, []byte(content)), max(last, edition)
		return nil
	})
	if err != nil {
		return nil, 0, pg.Classify(fmt.Errorf("read rulebook: %w", err))
	}
	return files, last, nil
}

// Version is one version of a file.
type Version struct {
	Name      string
	Version   int // 0 is the city's own file
	Edition   int64
	Author    string // name of who wrote it, empty for version 0
	Confirmer string // name of who put it in force
	Note      string // what was changed and why
	Reason    string // why one person alone put it in force, else empty
	DraftedAt time.Time
	At        time.Time // in force since; zero for version 0
}

// History lists the versions of a file, the one in force first and version 0 last. A file that neither the city nor the database has is fault.NotFound.
func (b *Book) History(ctx context.Context, name string) ([]Version, error) {
	rows, err := b.db.Query(ctx, `
		select v.name, v.version, v.edition, a.name as author, c.name as confirmer, v.note, v.reason, v.drafted_at, v.at
		from rule_version v join account a on a.id = v.author join account c on c.id = v.confirmer where v.name = $1 order by v.version desc`, name)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("rule history: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Version])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("rule history: %w", err))
	}
	_, shipped := b.base[name]
	if shipped {
		list = append(list, Version{Name: name})
	}
	if len(list) == 0 {
		return nil, unknown
	}
	return list, nil
}

var unknown = fault.New(fault.NotFound, "fault.rule_unknown")

// Content is the text of a version of a file; fault.NotFound where there is none.
func (b *Book) Content(ctx context.Context, name string, version int) ([]byte, error) {
	if version == 0 {
		if content, ok := b.base[name]; ok {
			return content, nil
		}
		return nil, unknown
	}
	var content string
	err := b.db.QueryRow(ctx, `select content from rule_version where name = $1 and version = $2`, name, version).Scan(&content)
	if pg.IsNoRows(err) {
		return nil, unknown
	}
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read rule: %w", err))
	}
	return []byte(content), nil
}

// Entry is one file in the list: its version in force, and the draft that waits.
type Entry struct {
	Version
	Draft *Draft // nil: none
}

// List lists every file with its version in force and its open draft.
func (b *Book) List(ctx context.Context) ([]Entry, error) {
	rows, err := b.db.Query(ctx, `
		select distinct on (v.name) v.name, v.version, v.edition, a.name as author, c.name as confirmer, v.note, v.reason, v.drafted_at, v.at
		from rule_version v join account a on a.id = v.author join account c on c.id = v.confirmer order by v.name, v.version desc`)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list rules: %w", err))
	}
	versions, err := pgx.CollectRows(rows, pgx.RowToStructByName[Version])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list rules: %w", err))
	}
	drafts, err := b.drafts(ctx)
	if err != nil {
		return nil, err
	}
	at, names := map[string]Entry{}, b.base
	for _, v := range versions {
		at[v.Name], names = Entry{Version: v}, names.With(v.Name, nil)
	}
	for i, d := range drafts {
		e, ok := at[d.Name]
		if !ok {
			e.Version = Version{Name: d.Name}
		}
		e.Draft = &drafts[i]
		at[d.Name], names = e, names.With(d.Name, nil)
	}
	var list []Entry
	for _, name := range names.Names() {
		e, ok := at[name]
		if !ok {
			e.Version = Version{Name: name}
		}
		list = append(list, e)
	}
	return list, nil
}
