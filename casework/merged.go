package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// shared are the steps of a master that its followers see: what the offices did and answered for everybody. What was asked of, said by or
// found out from its own resident is not among them.
var shared = []Step{StepAccept, StepDispatch, StepRecall, StepSign, StepBegin, StepGrantReturn, StepGrantExtension, StepHang, StepUnhang, StepAnswer, StepReply, StepReview,
	StepDecline, StepRedirect, StepTerminate, StepClose, StepBreach}

// Master reads what the resident of a merged case may see of the case it was merged into: how far it is, and what the offices answered. Of the
// other residents nothing is in it: no words, place, files or number, and where an answer names one of them, that is hidden. ok is false where
// the case is not merged. Errors: fault.NotFound where the merged case is not in the actor's scope.
func (d *Docket) Master(ctx context.Context, by Actor, id CaseID) (f Dossier, ok bool, err error) {
	c, err := d.Case(ctx, by, id)
	if err != nil || c.MergedInto == nil {
		return f, false, err
	}
	err = pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		f, err = d.master(ctx, tx, id, *c.MergedInto)
		return err
	})
	if err != nil {
		return Dossier{}, false, fmt.Errorf("read master: %w", err)
	}
	return f, true, nil
}

func (d *Docket) master(ctx context.Context, tx pgx.Tx, id, master CaseID) (Dossier, error) {
	var f Dossier
	c, err := readCase(ctx, tx, master)
	if err != nil {
		return f, err
	}
	others, err := d.namesBeside(ctx, tx, id, master)
	if err != nil {
		return f, err
	}
	f.Case = Case{State: c.State, Owner: c.Owner, Lead: c.Lead, Round: c.Round, Leg: c.Leg, Told: hide(c.Told, others), Plan: hide(c.Plan, others), ReviewOn: c.ReviewOn,
		FiledAt: c.FiledAt, RepliedAt: c.RepliedAt, ClosedAt: c.ClosedAt, Due: c.Due, Met: c.Met, UnitDue: c.UnitDue}
	if f.Events, err = collect(ctx, tx, ScanEvent, `select `+EventColumns+` from event where case_id = $1 and step = any ($2::text[]) order by at, seq`, master, texts(shared)); err != nil {
		return f, err
	}
	keepInside(f.Events)
	f.Messages, err = collect(ctx, tx, scanMessage, `select id, at, round, author, purpose, unit, body, false from message
		where case_id = $1 and author <> 'resident' and purpose in ('answer', 'reply') order by at, id`, master)
	for i := range f.Messages {
		f.Messages[i].Body = hide(f.Messages[i].Body, others)
	}
	return f, err
}

// namesBeside are the names, numbers and addresses of the other residents of a master, whose words an answer may have taken up.
func (d *Docket) namesBeside(ctx context.Context, tx pgx.Tx, id, master CaseID) ([]string, error) {
	rows, err := tx.Query(ctx, `select p.case_id, p.wrapped_key, p.name, p.phone, p.email, p.address from person p join cases c on c.id = p.case_id
		where (c.id = $2 or c.merged_into = $2) and c.id <> $1 and p.wrapped_key is not null and coalesce(p.name, p.phone, p.email, p.address) is not null`, id, master)
	if err != nil {
		return nil, err
	}
	var words []string
	var of CaseID
	var wrapped []byte
	sealed := make([][]byte, 4)
	_, err = pgx.ForEachRow(rows, []any{&of, &wrapped, &sealed[0], &sealed[1], &sealed[2], &sealed[3]}, func() error {
		key, err := d.Keys.Unwrap(wrapped)
		if err != nil {
			return fmt.Errorf("unwrap data key: %w", err)
		}
		for i, field := range []string{"name", "phone", "email", "address"} {
			if sealed[i] == nil {
				continue
			}
			plain, err := key.Open(field, of.String(), sealed[i])
			if err != nil {
				return fmt.Errorf("open %s: %w", field, err)
			}
			if word := strings.TrimSpace(string(plain)); utf8.RuneCountInString(word) > 1 {
				words = append(words, word)
			}
		}
		return nil
	})
	// The longest first: an address may have a name in it.
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(words), err
}

// hide leaves the first character of each word and stars for the rest.
func hide(text string, words []string) string {
	for _, word := range words {
		if !strings.Contains(text, word) {
			continue
		}
		runes := []rune(word)
		text = strings.ReplaceAll(text, word, string(runes[:1])+strings.Repeat("*", len(runes)-1))
	}
	return text
}

// masterAnswered reports whether the case that this one follows has an answer that stands, on which its resident can say a word.
func (w *work) masterAnswered(ctx context.Context) (bool, error) {
	var scope string
	if err := w.tx.QueryRow(ctx, `select coalesce(current_setting('huiyin.scope', true), '')`).Scan(&scope); err != nil {
		return false, err
	}
	set := func(to string) error {
		_, err := w.tx.Exec(ctx, `select set_config('huiyin.scope', $1, true)`, to)
		return err
	}
	var state State
	err := errors.Join(set("system"), w.tx.QueryRow(ctx, `select state from cases where id = $1`, w.c.MergedInto).Scan(&state), set(scope)) // the scope of a resident is one case
	if err != nil {
		return false, fmt.Errorf("read master: %w", err)
	}
	return slices.Contains(append([]State{Rated, Closed}, answered...), state), nil
}

// needMasterAnswer refuses a word on an answer that nobody gave yet.
func (w *work) needMasterAnswer(ctx context.Context) error {
	ok, err := w.masterAnswered(ctx)
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "fault.step_not_now").With("State", string(w.c.State))
	}
	return err
}

// Affected tells how many people stand behind a case: its own resident, and those of the cases merged into it. Cases of one person, by the keyed
// hash of the telephone number, else of the e-mail address, count once; those who left nothing count one each. Only the number is told, so that a
// unit may know it whose scope the other cases are not in.
func (d *Docket) Affected(ctx context.Context, by Actor, id CaseID) (int, error) {
	if _, err := d.Case(ctx, by, id); err != nil {
		return 0, err
	}
	n := 0
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(distinct coalesce(p.phone_hash, p.email_hash, decode(replace(c.id::text, '-', ''), 'hex'))) from cases c join person p on p.case_id = c.id
			where c.id = $1 or c.merged_into = $1`, id).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("count who is affected: %w", err)
	}
	return n, nil
}

// Followers lists the cases merged into one, oldest first, in the actor's scope.
func (d *Docket) Followers(ctx context.Context, by Actor, id CaseID) ([]Case, error) {
	var out []Case
	if err := pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) { askFollowers(b, &out, id) }); err != nil {
		return nil, fmt.Errorf("list followers: %w", err)
	}
	return out, nil
}

// askFollowers queues the reading of the cases merged into one.
func askFollowers(b *pgx.Batch, list *[]Case, id CaseID) {
	pg.Rows(b, list, scanCase, `select `+caseColumns+caseTables+`where c.merged_into = $1 order by c.filed_at, c.id`, id)
}

func scanCase(row pgx.CollectableRow) (c Case, err error) {
	err = row.Scan(c.dest()...)
	return c, err
}
