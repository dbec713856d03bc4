package casework

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Parting is how a case that asks for several things becomes two (一件多诉 → 拆单).
type Parting struct {
	// Part is what goes its own way, as intake prepared it: words, kind, place, proposal and promise. Its key, when and by whom it was filed, and
	// everything about the resident are taken from the whole.
	Part Filing
	// Title and Body are the masked words that stay with the whole. What the resident wrote stays sealed with it, entire.
	Title, Body string
}

type splitData struct {
	Other  CaseID `json:"other"` // the part in the history of the whole, the whole in that of the part
	Number string `json:"number"`
	Part   bool   `json:"part,omitempty"` // in the history of the part
}

// Split takes a part out of a case that waits with the hotline. The part is a case of its own: number, code, promise and course. It was filed when the
// whole was, since a resident does not wait longer for having written one letter; it has the same resident and carries the same files, sealed under
// a key of its own. Both histories name each other. Errors: fault.Conflict after dispatch, fault.Invalid where one of the two has no words,
// fault.Gone where the resident's data was erased.
func (d *Docket) Split(ctx context.Context, by Actor, ref Ref, p Parting) (Receipt, error) {
	if blank(p.Part.Body.Original) {
		return Receipt{}, fault.New(fault.Invalid, "fault.split_empty").At("part")
	}
	if blank(p.Body) {
		return Receipt{}, fault.New(fault.Invalid, "fault.split_all").At("left")
	}
	for try := 0; ; try++ {
		var r Receipt
		err := d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
			var err error
			r, err = w.split(ctx, p)
			return err
		})
		if pg.IsUniqueViolation(err, "tracking_pkey") && try < 3 {
			continue // the code was drawn twice
		}
		return r, err
	}
}

func (w *work) split(ctx context.Context, p Parting) (Receipt, error) {
	var r Receipt
	err := w.take(ctx, StepSplit, func(ctx context.Context, w *work) (any, error) {
		f, err := w.partOf(ctx, p.Part)
		if err != nil {
			return nil, err
		}
		if err := f.check(); err != nil {
			return nil, err
		}
		if r, err = w.d.open(ctx, w.tx, &f); err != nil {
			return nil, fmt.Errorf("open part: %w", err)
		}
		_, err = w.tx.Exec(ctx, `insert into split (part, whole, at, staff_id, title, body) values ($1, $2, $3, nullif($4, 0), $5, $6)`, r.ID, w.c.ID, w.at, w.by.StaffID, w.c.Title, w.c.Body)
		if err != nil {
			return nil, fmt.Errorf("note split: %w", err)
		}
		w.c.Title, w.c.Body = clean(p.Title, maxTitle), clean(p.Body, MaxBody)
		return splitData{Other: r.ID, Number: r.Number}, nil
	})
	if err != nil {
		return Receipt{}, err
	}
	part, err := w.d.lock(ctx, w.tx, w.by, Ref{ID: r.ID}, StepSplit)
	if err != nil {
		return Receipt{}, err
	}
	return r, part.take(ctx, StepSplit, func(context.Context, *work) (any, error) {
		return splitData{Other: w.c.ID, Number: w.c.Number, Part: true}, nil
	})
}

// partOf completes what intake prepared with what the whole knows: who filed it and when, the resident, and the files.
func (w *work) partOf(ctx context.Context, f Filing) (Filing, error) {
	c := w.c
	f.Key = sha256.Sum256(fmt.Appendf(nil, "split %s %d", c.ID, c.Version))
	f.At, f.Secret, f.Publish, f.Raw = c.FiledAt, c.Secret || f.Secret, c.Publish, nil
	var role Role
	err := w.tx.QueryRow(ctx, `select c.channel, c.language, e.actor, coalesce(e.staff_id, 0), e.role, e.unit from cases c join event e on e.case_id = c.id and e.step = 'file' where c.id = $1`, c.ID).
		Scan(&f.Channel, &f.Language, &f.By.Kind, &f.By.StaffID, &role, &f.By.Unit)
	if err != nil {
		return f, fmt.Errorf("read filing: %w", err)
	}
	f.By.Roles = []Role{role}
	var wrapped, name, phone, email, address []byte
	err = w.tx.QueryRow(ctx, `select wrapped_key, name, phone, email, address, real_name from person where case_id = $1`, c.ID).Scan(&wrapped, &name, &phone, &email, &address, &f.RealName)
	if err != nil {
		return f, fmt.Errorf("read person: %w", err)
	}
	if wrapped == nil {
		return f, errErased
	}
	key, err := w.d.Keys.Unwrap(wrapped)
	if err != nil {
		return f, fmt.Errorf("unwrap data key: %w", err)
	}
	for _, field := range []struct {
		name   string
		sealed []byte
		to     *string
	}{{"name", name, &f.Person.Name}, {"phone", phone, &f.Person.Phone}, {"email", email, &f.Person.Email}, {"address", address, &f.Person.Address}} {
		if field.sealed == nil {
			continue
		}
		plain, err := key.Open(field.name, c.ID.String(), field.sealed)
		if err != nil {
			return f, fmt.Errorf("open %s: %w", field.name, err)
		}
		*field.to = string(plain)
	}
	f.Files, err = collect(ctx, w.tx, func(row pgx.CollectableRow) (a Attachment, err error) {
		var name, data []byte
		if err := row.Scan(&name, &a.Type, &data); err != nil {
			return a, err
		}
		plain, err := key.Open("file_name", c.ID.String(), name)
		if err != nil {
			return a, err
		}
		a.Name = string(plain)
		a.Data, err = key.Open("file", c.ID.String(), data)
		return a, err
	}, `select name, type, data from attachment where case_id = $1 and by_unit = '' order by at, id`, c.ID)
	if err != nil {
		return f, fmt.Errorf("read files: %w", err)
	}
	return f, nil
}

// Unsplit takes a split back while nobody has touched either case: the part is merged into the whole, which has its words again. Of several
// splits the last goes first. Errors: fault.Conflict where one of the two went on since.
func (d *Docket) Unsplit(ctx context.Context, by Actor, part Ref) error {
	whole, err := d.whole(ctx, by, part.ID)
	if err != nil {
		return err
	}
	return d.several(ctx, by, part, func(ctx context.Context, w *work) error {
		var title, body string
		var touched bool
		err := w.tx.QueryRow(ctx, `select s.title, s.body, exists (select 1 from event e where e.case_id = s.part and e.step not in ('file', 'split', 'use', 'breach'))
				or exists (select 1 from cases m where m.merged_into = s.part)
				or exists (select 1 from event e where e.case_id = s.whole and e.step not in ('use', 'breach')
					and not (e.step in ('split', 'unsplit') and exists (select 1 from split u where u.part::text = e.data ->> 'other' and u.undone_at is not null))
					and e.seq > (select max(o.seq) from event o where o.case_id = s.whole and o.step = 'split' and o.data ->> 'other' = s.part::text))
			from split s where s.part = $1 and s.whole = $2 and s.undone_at is null`, w.c.ID, whole).Scan(&title, &body, &touched)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return fault.New(fault.Conflict, "fault.not_split")
		case err != nil:
			return fmt.Errorf("read split: %w", err)
		case touched:
			return fault.New(fault.Conflict, "fault.split_touched")
		}
		first, err := d.lock(ctx, w.tx, by, Ref{ID: whole}, StepUnsplit)
		if err != nil {
			return err
		}
		err = first.take(ctx, StepUnsplit, func(context.Context, *work) (any, error) {
			first.c.Title, first.c.Body = title, body
			return splitData{Other: w.c.ID, Number: w.c.Number}, nil
		})
		if err != nil {
			return err
		}
		if _, err := w.tx.Exec(ctx, `update split set undone_at = $2 where part = $1`, w.c.ID, w.at); err != nil {
			return fmt.Errorf("note unsplit: %w", err)
		}
		return w.take(ctx, StepMerge, func(ctx context.Context, w *work) (any, error) {
			w.c.State, w.c.MergedInto, w.c.ClosedAt = Merged, &whole, &w.at
			return map[string]any{"master": whole, "split": true}, w.end(ctx)
		})
	}, whole)
}

// whole is the case that a part was taken out of.
func (d *Docket) whole(ctx context.Context, by Actor, part CaseID) (CaseID, error) {
	var id CaseID
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select whole from split where part = $1 and undone_at is null`, part).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "fault.not_split")
		}
		return err
	})
	return id, err
}

// Sibling is the other case of a split.
type Sibling struct {
	ID     CaseID
	Number string
	State  State
	Part   bool   // it was taken out of the case asked about; otherwise that one was taken out of it
	Code   string // its tracking code, for the resident only, who has both
}

// Siblings are the cases that a case was split into or out of, in the order of the splits. A resident gets their codes: who holds the code of one
// holds the other's words as well, and may have left no address for a letter. Units get none.
func (d *Docket) Siblings(ctx context.Context, by Actor, id CaseID) ([]Sibling, error) {
	if _, err := d.Case(ctx, by, id); err != nil || by.Kind != ByResident && !by.Sight().All {
		return nil, err
	}
	var list []Sibling
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error { // a resident's scope is one case
		var err error
		list, err = collect(ctx, tx, func(row pgx.CollectableRow) (s Sibling, err error) {
			var wrapped, code []byte
			if err := row.Scan(&s.ID, &s.Number, &s.State, &s.Part, &wrapped, &code); err != nil || by.Kind != ByResident || wrapped == nil {
				return s, err
			}
			key, err := d.Keys.Unwrap(wrapped)
			if err != nil {
				return s, fmt.Errorf("unwrap data key: %w", err)
			}
			plain, err := key.Open("code", s.ID.String(), code)
			s.Code = string(plain)
			return s, err
		}, `select c.id, c.number, c.state, c.id = s.part, p.wrapped_key, p.code from split s join cases c on c.id in (s.part, s.whole) and c.id <> $1 join person p on p.case_id = c.id
			where $1 in (s.part, s.whole) and s.undone_at is null order by s.at`, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read split: %w", err)
	}
	return list, nil
}
