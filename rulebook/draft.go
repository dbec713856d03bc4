package rulebook

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/staff"
)

// Draft is a text of a file that somebody proposes. It is never changed: saving again makes another one.
type Draft struct {
	ID         int64
	Name       string
	Base       int // version in force when it was begun
	Content    string
	Note       string // what it changes and why
	Author     int64  // account
	AuthorName string
	At         time.Time
}

const draftColumns = `d.id, d.name, d.base, d.content, d.note, d.author, a.name as author_name, d.at`

func (b *Book) drafts(ctx context.Context) ([]Draft, error) {
	rows, err := b.db.Query(ctx, `select `+draftColumns+` from rule_draft d join account a on a.id = d.author where d.outcome is null order by d.name`)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list drafts: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Draft])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list drafts: %w", err))
	}
	return list, nil
}

// Draft is the open draft of a file; nil where there is none.
func (b *Book) Draft(ctx context.Context, name string) (*Draft, error) {
	rows, err := b.db.Query(ctx, `select `+draftColumns+` from rule_draft d join account a on a.id = d.author where d.outcome is null and d.name = $1`, name)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read draft: %w", err))
	}
	d, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Draft])
	if pg.IsNoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read draft: %w", err))
	}
	return &d, nil
}

// Try reads the rules as they would be with this text of a file. What is wrong is a Mistake.
func (b *Book) Try(ctx context.Context, name string, content []byte) (*Rules, error) {
	files, edition, err := b.files(ctx, b.db)
	if err != nil {
		return nil, err
	}
	return Read(files.With(name, content), edition)
}

// BasedOn says what a writer had before her: the version in force, or the draft, that she changed.
type BasedOn struct {
	Version int
	Draft   int64 // 0: none was open
}

// Save keeps a text of a file as its draft, in place of the author's own earlier one. The whole rulebook must load with it, else the error is a Mistake.
// Errors: fault.Invalid for a missing note, a text without change or too long; fault.Conflict where somebody else has a draft of the file, or acted since.
func (b *Book) Save(ctx context.Context, author int64, name string, content []byte, note string, on BasedOn) error {
	if !Known(name) {
		return unknown
	}
	content = append(bytes.TrimRight(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), "\n"), '\n')
	note = strings.TrimSpace(note)
	switch {
	case len(content) > maxBytes:
		return fault.New(fault.TooLarge, "fault.rule_long").At("content")
	case !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0:
		return fault.New(fault.Invalid, "fault.rule_not_text").At("content")
	case note == "" || utf8.RuneCountInString(note) > 500:
		return fault.New(fault.Invalid, "fault.rule_note").At("note")
	}
	if _, err := b.Try(ctx, name, content); err != nil {
		return err
	}
	return pg.InTx(ctx, b.db, nil, func(tx pgx.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		version, present, err := b.present(ctx, tx, name)
		if err != nil {
			return err
		}
		var open, openBy int64
		err = tx.QueryRow(ctx, `select id, author from rule_draft where name = $1 and outcome is null`, name).Scan(&open, &openBy)
		switch {
		case err != nil && !pg.IsNoRows(err):
			return fmt.Errorf("read draft: %w", err)
		case open != 0 && openBy != author:
			return fault.New(fault.Conflict, "fault.rule_draft_open").At("content")
		case version != on.Version || open != on.Draft:
			return fault.New(fault.Conflict, "fault.rule_moved").At("content")
		case bytes.Equal(present, content):
			return fault.New(fault.Invalid, "fault.rule_same").At("content")
		}
		if open != 0 {
			if err := b.end(ctx, tx, open, author, "replaced"); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `insert into rule_draft (name, base, content, note, author, at) values ($1, $2, $3, $4, $5, $6)`, name, version, string(content), note, author, b.now())
		if err != nil {
			return fmt.Errorf("save draft: %w", err)
		}
		return nil
	})
}

// Discard ends a draft that shall not come in force. One that has ended already is fault.Conflict.
func (b *Book) Discard(ctx context.Context, by, draft int64) error {
	return pg.InTx(ctx, b.db, nil, func(tx pgx.Tx) error { return b.end(ctx, tx, draft, by, "discarded") })
}

// PutInForce makes a draft the next version of its file. It takes two administrators: the author's own draft is fault.Forbidden, unless the
// installation has one administrator only, who then gives a reason (else fault.Invalid at "reason").
// Errors besides: fault.Conflict for a draft that has ended, whose file has moved on, or that retires units which still have open cases or
// accounts; a Mistake where the rulebook no longer loads with it.
func (b *Book) PutInForce(ctx context.Context, by, draft int64, reason string) error {
	reason = strings.TrimSpace(reason)
	return pg.InTx(ctx, b.db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		if err := lock(ctx, tx); err != nil {
			return err
		}
		var d Draft
		err := tx.QueryRow(ctx, `select name, base, content, note, author, at from rule_draft where id = $1 and outcome is null for update`, draft).Scan(&d.Name, &d.Base, &d.Content, &d.Note, &d.Author, &d.At)
		if pg.IsNoRows(err) {
			return fault.New(fault.Conflict, "fault.rule_draft_ended")
		}
		if err != nil {
			return fmt.Errorf("read draft: %w", err)
		}
		if reason, err = confirmed(ctx, tx, d.Author, by, reason); err != nil {
			return err
		}
		if err := b.fits(ctx, tx, d); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			insert into rule_version (name, version, content, note, author, confirmer, reason, drafted_at, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			d.Name, d.Base+1, d.Content, d.Note, d.Author, by, reason, d.At, b.now())
		if err != nil {
			return fmt.Errorf("put in force: %w", err)
		}
		return b.end(ctx, tx, draft, by, "in_force")
	})
}

// confirmed holds the rule of two persons; the reason counts only where there is one.
func confirmed(ctx context.Context, tx pgx.Tx, author, by int64, reason string) (string, error) {
	if author != by {
		return "", nil
	}
	n, err := staff.Administrators(ctx, tx)
	switch {
	case err != nil:
		return "", err
	case n > 1:
		return "", fault.New(fault.Forbidden, "fault.rule_second_person")
	case reason == "" || utf8.RuneCountInString(reason) > 500:
		return "", fault.New(fault.Invalid, "fault.rule_reason").At("reason")
	}
	return reason, nil
}

// fits checks a draft once more, against what is in force at this moment.
func (b *Book) fits(ctx context.Context, tx pgx.Tx, d Draft) error {
	version, _, err := b.present(ctx, tx, d.Name)
	if err != nil {
		return err
	}
	if version != d.Base {
		return fault.New(fault.Conflict, "fault.rule_moved")
	}
	files, edition, err := b.files(ctx, tx)
	if err != nil {
		return err
	}
	rules, err := Read(files.With(d.Name, []byte(d.Content)), edition)
	if err != nil {
		return err
	}
	left, err := bereft(ctx, tx, rules)
	if err == nil && len(left) > 0 {
		err = fault.New(fault.Conflict, "fault.rule_unit_busy").With("Unit", string(left[0].Unit)).With("Cases", left[0].Cases).With("Accounts", left[0].Accounts)
	}
	return err
}

// present is the version of a file in force, and its text; 0 and nothing for a file that begins.
func (b *Book) present(ctx context.Context, q pg.Querier, name string) (int, []byte, error) {
	var version int
	var content string
	err := q.QueryRow(ctx, `select version, content from rule_version where name = $1 order by version desc limit 1`, name).Scan(&version, &content)
	if pg.IsNoRows(err) {
		return 0, b.base[name], nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("read version in force: %w", err)
	}
	return version, []byte(content), nil
}

func (b *Book) end(ctx context.Context, tx pgx.Tx, draft, by int64, outcome string) error {
	tag, err := tx.Exec(ctx, `update rule_draft set outcome = $2, ended_at = $3, ended_by = $4 where id = $1 and outcome is null`, draft, outcome, b.now(), by)
	if err != nil {
		return fmt.Errorf("end draft: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "fault.rule_draft_ended")
	}
	return nil
}

// lock lets one change of the rulebook happen at a time: two that are right alone may be wrong together.
func lock(ctx context.Context, tx pgx.Tx) error {
	const rulebookLock = 0x4855_5255_4c45 // "HURULE"; no other package takes it
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, int64(rulebookLock)); err != nil {
		return fmt.Errorf("lock rulebook: %w", err)
	}
	return nil
}

// Bereft is a unit that rules no longer name although it still has something.
type Bereft struct {
	Unit     casework.UnitCode
	Cases    int // open ones that it holds or leads
	Accounts int // that may sign in
}

// Bereft lists the units that rules no longer name although they have open cases or accounts: a draft that leaves any cannot be put in force.
func (b *Book) Bereft(ctx context.Context, rules *Rules) ([]Bereft, error) {
	var left []Bereft
	err := pg.InTx(ctx, b.db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) (err error) {
		left, err = bereft(ctx, tx, rules)
		return err
	})
	return left, err
}

func bereft(ctx context.Context, tx pgx.Tx, rules *Rules) ([]Bereft, error) {
	var named []casework.UnitCode
	for _, u := range rules.City.Units() {
		named = append(named, u.Code)
	}
	rows, err := tx.Query(ctx, `
		select * from (
			select u.code as unit,
				(select count(*) from cases c where u.code in (c.owner_unit, c.lead_unit) and c.state not in ('closed','archived','declined','redirected','terminated','merged','withdrawn')) as cases,
				(select count(*) from account a where a.unit = u.code and a.disabled_at is null) as accounts
			from unit u where not u.code = any ($1)) as left_over
		where cases > 0 or accounts > 0 order by unit`, named)
	if err != nil {
		return nil, fmt.Errorf("units left over: %w", err)
	}
	left, err := pgx.CollectRows(rows, pgx.RowToStructByName[Bereft])
	if err != nil {
		return nil, fmt.Errorf("units left over: %w", err)
	}
	return left, nil
}
