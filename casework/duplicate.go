package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/seal"
)

// How far duplicates are looked for. The same words again within sameWithin are the same request; what is alike within alikeWithin is shown to an
// operator, who decides.
const (
	sameWithin  = 24 * time.Hour
	alikeWithin = 14 * 24 * time.Hour

	mostAlike = 200 // cases of one place and matter that are looked at
	mostOwn   = 50  // cases of one person that are looked at
)

// Compare tells how much each of some texts is like the first, 0 to 1, and 0 where they are not about one matter; places are where each is about, empty where that is
// not known. It is pure.
type Compare func(texts, places []string) []float64

// Duplicate is a case that may be about the same matter as another.
type Duplicate struct {
	Case
	Said bool    // the resident named it as the same ("me too"), or answered it after its end
	Own  bool    // the same person filed it, by the keyed hash of the telephone number or e-mail address
	Like float64 // 0..1, how much its words are like the other's; 0 where they alone do not make it the same
	Free bool    // it waits with the hotline and nothing was merged into it: it can be merged into the case asked about
}

// sameTag, before the id of a case, marks one whose resident takes it for the same.
const sameTag = "same:"

// joinable are the states of a case that others may be merged into; see mayMerge.
var joinable = without(States, Archived, Withdrawn, Declined, Redirected, Terminated, Merged)

// Duplicates finds what may be the same matter as a case, within fourteen days: other cases of the same person that are alike, and those of other
// people at the same place about the same matter. Secret cases and reports of wrongdoing are compared with those of the same person only. For the
// hotline. Errors: fault.Forbidden for units, who could tell from it who stands behind a case.
func (d *Docket) Duplicates(ctx context.Context, by Actor, id CaseID) ([]Duplicate, error) {
	if !by.Sight().All {
		return nil, errNotYourStep
	}
	c, err := d.Case(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return d.DuplicatesOf(ctx, by, c)
}

// DuplicatesOf is as Duplicates, for a case that was just read. What it finds comes without proposal, tags and plan.
func (d *Docket) DuplicatesOf(ctx context.Context, by Actor, c Case) ([]Duplicate, error) {
	if !by.Sight().All {
		return nil, errNotYourStep
	}
	said := []CaseID{}
	for _, tag := range c.Tags {
		if other, err := uuid.Parse(strings.TrimPrefix(tag, sameTag)); err == nil && strings.HasPrefix(tag, sameTag) {
			said = append(said, other)
		}
	}
	scan := func(row pgx.CollectableRow) (k Duplicate, err error) {
		err = row.Scan(append(k.dest(), &k.Said, &k.Own, &k.Free)...)
		return k, err
	}
	const free = `c.state in ('registered','accepted') and not exists (select 1 from cases m where m.merged_into = c.id)`
	var own, others, beside []Duplicate
	err := pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) {
		pg.Rows(b, &own, scan, `select `+wordColumns+`, c.id = any ($7), true, `+free+caseTables+`join person p on p.case_id = c.id join person own on own.case_id = $1
			where c.id <> $1 and (p.phone_hash = own.phone_hash or p.email_hash = own.email_hash) and c.filed_at between $2 and $3 and c.secret = $4 and c.state = any ($5::text[])
			order by c.filed_at, c.id limit $6`, c.ID, c.FiledAt.Add(-alikeWithin), c.FiledAt.Add(alikeWithin), c.Secret, texts(joinable), mostOwn, said)
		if len(said) > 0 {
			pg.Rows(b, &others, scan, `select `+wordColumns+`, true, false, `+free+caseTables+`where c.id = any ($1) and c.id <> $2 and c.state = any ($3::text[])`, said, c.ID, texts(joinable))
		}
		if c.Territory != "" && c.Category != "" && !c.Secret && c.Kind != Report {
			pg.Rows(b, &beside, scan, `select `+wordColumns+`, false, false, `+free+caseTables+`where c.id <> $1 and c.territory = $2 and c.category = $3 and c.filed_at between $4 and $5
				and not c.secret and c.kind <> 'report' and c.state = any ($6::text[]) order by c.filed_at, c.id limit $7`,
				c.ID, c.Territory, c.Category, c.FiledAt.Add(-alikeWithin), c.FiledAt.Add(alikeWithin), texts(joinable), mostAlike)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("find duplicates: %w", err)
	}
	return d.alike(c, slices.Concat(own, others, beside)), nil
}

// alike keeps those of the cases that may be the same matter, each once, the person's own first.
func (d *Docket) alike(c Case, all []Duplicate) []Duplicate {
	texts, places := []string{c.Title + "\n" + c.Body}, []string{c.Place}
	for _, k := range all {
		texts, places = append(texts, k.Title+"\n"+k.Body), append(places, k.Place)
	}
	like := make([]float64, len(texts))
	if d.Compare != nil {
		like = d.Compare(texts, places)
	}
	place := letters(c.Place)
	var kept []Duplicate
	seen := map[CaseID]bool{}
	for i, k := range all {
		if seen[k.ID] {
			continue
		}
		seen[k.ID] = true
		k.Like = like[i+1]
		there := letters(k.Place)
		near := len(place) >= 4 && len(there) >= 4 && (strings.Contains(string(place), string(there)) || strings.Contains(string(there), string(place)))
		if k.Said || k.Like > 0 || near && k.Category == c.Category && c.Category != "" {
			kept = append(kept, k)
		}
	}
	return kept
}

// letters are the letters and digits of a text in lower case; stars of a mask, signs and spaces mean nothing.
func letters(s string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s))
}

// sameWords is the hash by which the same words are known again: of everything that a person wrote of the matter, and the address it
// came from, so that a letter which a thousand people copy is a thousand hashes and not one that all of them look through. Nil where there are no words.
func (f *Filing) sameWords(keys *seal.Keyring) []byte {
	if f.Unreadable || blank(f.Body.Original) {
		return nil
	}
	return keys.Hash("words", strings.ToLower(strings.TrimSpace(f.Person.Email)), spaced(f.Title.Original), spaced(f.Body.Original), spaced(f.Place.Original), spaced(f.Person.Address))
}

// spaced is a text with one plain blank between its words; most Chinese texts have none that are anything else. A blank is seen by its first byte, which no other
// part of a character can be.
func spaced(s string) string {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		odd := c == ' ' && last == ' ' || c >= '\t' && c <= '\r'
		if c == 0xC2 || c >= 0xE1 && c <= 0xE3 {
			r, _ := utf8.DecodeRuneInString(s[i:])
			odd = unicode.IsSpace(r)
		}
		if odd {
			return strings.Join(strings.Fields(s), " ")
		}
		last = c
	}
	return strings.TrimSuffix(s, " ")
}

// sameSQL finds the first case of the same person with the same words by the same way within a day: a person who sends twice, not one who writes
// after a call. Whatever else the new one says must be known of the first:
// no number, address or wish is lost. None that ended or waits for its resident.
//
// The words come first, by their index, whatever the planner thinks of cases in the order of their filing.
const sameSQL = `with known as materialized (select 1 from submission where key = $11), p as materialized (select case_id from person where words_hash = $1 and (phone_hash = $2 or email_hash = $3)
		and ($2::bytea is null or phone_hash = $2) and ($3::bytea is null or email_hash = $3) and ($4::bytea is null or name_hash = $4))
	select c.id from p join cases c on c.id = p.case_id where not exists (select from known) and c.secret = $5 and c.publish = $6 and c.kind = $7 and c.filed_at between $8::timestamptz - $9::interval and $8::timestamptz
		and c.state in ('registered','accepted','dispatched','signed','contacted','in_hand') and c.channel = $10 order by c.filed_at, c.id limit 1`

// AddSame keeps a submission as words added to the case that it repeats: the same person sent the same words within a day. ok is false where there
// is no such case, where the submission is known already, or where the case takes no more: then it is for Open. The receipt names the first case
// and has no code: a code is for whoever filed first, and a sender's address can be forged.
func (d *Docket) AddSame(ctx context.Context, f Filing) (r Receipt, ok bool, err error) {
	if f.By.Kind != "" && f.By.Kind != ByResident {
		return r, false, nil
	}
	words := f.sameWords(d.Keys)
	if words == nil {
		return r, false, nil
	}
	if f.At.IsZero() {
		f.At = d.Now()
	}
	hash := func(kind, value string) []byte {
		if blank(value) {
			return nil
		}
		return d.Keys.Hash(kind, value)
	}
	err = pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, sameSQL, words, hash("phone", f.Person.Phone), hash("email", f.Person.Email), hash("name", f.Person.Name), f.Secret, f.Publish && !f.Secret, f.Kind,
			f.At.UTC(), sameWithin, f.Channel, f.Key[:]).Scan(&r.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		return tx.QueryRow(ctx, `select c.number, c.filed_at, k.due_at from cases c join clock k on k.case_id = c.id and k.name = 'total' where c.id = $1`, r.ID).Scan(&r.Number, &r.FiledAt, &r.Due)
	})
	if err != nil || !ok {
		return Receipt{}, false, err
	}
	r.Existing = true
	a := Addition{Key: f.Key, Channel: f.Channel, Text: f.Body, Files: f.Files, Raw: f.Raw, again: true}
	err = d.Add(ctx, Resident(r.ID), Ref{ID: r.ID}, a)
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Invalid, fault.Gone, fault.NotFound, fault.TooLarge:
		if err != nil {
			return Receipt{}, false, nil // it takes no more: the words become a case of their own
		}
	}
	return r, err == nil, err
}

// MergeAll merges cases into one in one transaction, and tells how many: a mass complaint becomes one matter with every complainant. Cases that
// went on meanwhile, or that others were merged into, are left where they are. Errors: fault.Conflict where nothing could be merged.
func (d *Docket) MergeAll(ctx context.Context, by Actor, master Ref, ids []CaseID) (int, error) {
	n := 0
	err := d.together(ctx, by, master, ids, func(ctx context.Context, w *work) error {
		ok, err := w.mergeable(ctx, master.ID)
		if err != nil || !ok {
			return err
		}
		n++
		return w.take(ctx, StepMerge, func(ctx context.Context, w *work) (any, error) { return w.merge(ctx, master.ID, "all") })
	}, func() { n = 0 })
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "fault.nothing_to_merge")
	}
	return n, err
}

// UnmergeAll takes back what MergeAll merged into a case, and tells how many. Errors: fault.Conflict where there is nothing to take back.
func (d *Docket) UnmergeAll(ctx context.Context, by Actor, master Ref) (int, error) {
	var ids []CaseID
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		ids, err = collect(ctx, tx, pgx.RowTo[CaseID], `select c.id from cases c where c.merged_into = $1 and c.state = 'merged'
			and (select e.data ->> 'with' from event e where e.case_id = c.id and e.step = 'merge' order by e.seq desc limit 1) = 'all'`, master.ID)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find merged cases: %w", err)
	}
	n := 0
	err = d.together(ctx, by, master, ids, func(ctx context.Context, w *work) error {
		if w.c.State != Merged || *w.c.MergedInto != master.ID {
			return nil
		}
		n++
		return w.take(ctx, StepUnmerge, unmerge)
	}, func() { n = 0 })
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "fault.nothing_to_unmerge")
	}
	return n, err
}

// together takes steps on several cases in one transaction, all locked with the master in the order of their identifiers. before is called at each try.
func (d *Docket) together(ctx context.Context, by Actor, master Ref, ids []CaseID, step func(context.Context, *work) error, before func()) error {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b CaseID) int { return slices.Compare(a[:], b[:]) })
	ids = slices.DeleteFunc(slices.Compact(ids), func(id CaseID) bool { return id == master.ID })
	err := d.inOrder(ctx, by, func(tx pgx.Tx) error {
		before()
		if _, err := tx.Exec(ctx, `select from cases where id = any ($1) order by id for no key update`, append(slices.Clone(ids), master.ID)); err != nil {
			return fmt.Errorf("lock cases: %w", err)
		}
		if _, err := d.lock(ctx, tx, by, master, ""); err != nil {
			return err
		}
		for _, id := range ids {
			w, err := d.lock(ctx, tx, by, Ref{ID: id}, "")
			if err != nil {
				return err
			}
			if err := step(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		d.woke()
	}
	return err
}

// mergeable reports whether the locked case can be merged, and not only whether it may: one of many that cannot is passed over.
func (w *work) mergeable(ctx context.Context, master CaseID) (bool, error) {
	if !slices.Contains(Lifecycle[StepMerge].From, w.c.State) {
		return false, nil
	}
	err := w.mayMerge(ctx, master)
	if fault.KeyOf(err) == "fault.has_duplicates" {
		return false, nil
	}
	return err == nil, err
}
