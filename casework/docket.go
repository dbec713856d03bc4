// Package casework holds the life of a case: what it is, which steps it may take, who owns it, which clocks run, and the history.
package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/seal"
)

// Docket is the one writer of cases. Every step is one method and one transaction that changes the case and appends to its history.
type Docket struct {
	DB   pg.DB
	Keys *seal.Keyring
	Now  func() time.Time // the service clock
	Zone *time.Location   // the city's zone, for the date in case numbers
	Wake func()           // called after each commit; may be nil

	Limits Limits  // of call-backs and decisions; nil: none
	Tries  Tries   // of call-backs; zero: StandardTries
	Gather *Gather // lets filings that come at once share a commit; nil: each has its own

	Compare Compare // by which words are found to be about one matter; nil: they are not compared
}

// Ref names a case and the version the caller looked at; Version 0 means any.
type Ref struct {
	ID      CaseID
	Version int
}

// record is the row of a case while a step holds it.
type record struct {
	ID         CaseID
	Number     string
	Version    int
	State      State
	Kind       Kind
	Category   string
	Territory  string
	Urgency    Urgency
	Secret     bool
	Publish    bool
	Title      string
	Body       string
	Place      string
	Owner      UnitCode
	Lead       *UnitCode
	Round      int
	Leg        int
	Designated bool
	Pending    *string
	Supervised *string
	MergedInto *CaseID
	Told       string
	ReviewOn   *time.Time
	Plan       string
	FiledAt    time.Time
	RepliedAt  *time.Time
	ClosedAt   *time.Time
	Restricted *time.Time // since when personal data is only kept
}

const recordColumns = `id, number, version, state, kind, category, territory, urgency, secret, publish, title, body, place,
	owner_unit, lead_unit, round, leg, designated, pending, supervised, merged_into, channel_told, review_on, plan, filed_at, replied_at, closed_at, restricted_at`

func (r *record) dest() []any {
	return []any{&r.ID, &r.Number, &r.Version, &r.State, &r.Kind, &r.Category, &r.Territory, &r.Urgency, &r.Secret, &r.Publish, &r.Title, &r.Body, &r.Place,
		&r.Owner, &r.Lead, &r.Round, &r.Leg, &r.Designated, &r.Pending, &r.Supervised, &r.MergedInto, &r.Told, &r.ReviewOn, &r.Plan, &r.FiledAt, &r.RepliedAt, &r.ClosedAt, &r.Restricted}
}

func (r *record) lead() UnitCode {
	if r.Lead == nil {
		return ""
	}
	return *r.Lead
}

// work is one step under way: the transaction, the locked case, who acts and when.
type work struct {
	d    *Docket
	tx   pgx.Tx
	c    *record
	by   Actor
	role Role
	step Step
	at   time.Time
	from State
}

// step locks the case, checks the lifecycle table, lets act change the record, and appends the event with what act returns. One transaction.
func (d *Docket) step(ctx context.Context, by Actor, ref Ref, s Step, act func(context.Context, *work) (any, error)) error {
	err := d.inOrder(ctx, by, func(tx pgx.Tx) error {
		w, err := d.lock(ctx, tx, by, ref, s)
		if err != nil {
			return err
		}
		return w.take(ctx, s, act)
	})
	if err == nil {
		d.woke()
	}
	return err
}

// errOrder says that a transaction which waited for a case is older than one that wrote the case's history meanwhile. Followers read by
// transaction and would see the later event first, so the step is taken again in a younger transaction.
var errOrder = errors.New("the case's history went on in a younger transaction")

const orderTries = 6

// inOrder runs a transaction that appends events to cases it locked, again where its place in the order of transactions is too early.
func (d *Docket) inOrder(ctx context.Context, by Actor, fn func(pgx.Tx) error) error {
	return d.inOrderOf(ctx, by.scope(), fn)
}

// inOrderOf is inOrder in a scope of its own.
func (d *Docket) inOrderOf(ctx context.Context, scope pg.Settings, fn func(pgx.Tx) error) error {
	for try := 1; ; try++ {
		err := pg.InTx(ctx, d.DB, scope, fn)
		if !errors.Is(err, errOrder) {
			return err
		}
		if try == orderTries {
			return fault.Wrap(fault.Unavailable, "fault.unavailable", err)
		}
	}
}

func (d *Docket) woke() {
	if d.Wake != nil {
		d.Wake()
	}
}

// lock opens the case for one step; its first statement is the row lock, so one case's events keep their order.
func (d *Docket) lock(ctx context.Context, tx pgx.Tx, by Actor, ref Ref, s Step) (*work, error) {
	var c record
	err := tx.QueryRow(ctx, `select `+recordColumns+` from cases where id = $1 for no key update`, ref.ID).Scan(c.dest()...)
	if pg.IsNoRows(err) {
		return nil, fault.New(fault.NotFound, "fault.no_such_case")
	}
	if err != nil {
		return nil, fmt.Errorf("lock case: %w", err)
	}
	if by.scope()["huiyin.scope"] == "unit" {
		// A wait for the lock shows the new row under the old scope: ask again, the unit may have left the case meanwhile.
		var still bool
		if err := tx.QueryRow(ctx, `select exists (select 1 from cases where id = $1)`, ref.ID).Scan(&still); err != nil {
			return nil, fmt.Errorf("look again: %w", err)
		}
		if !still {
			return nil, fault.New(fault.NotFound, "fault.no_such_case")
		}
	}
	if ref.Version != 0 && ref.Version != c.Version {
		return nil, fault.New(fault.Conflict, "fault.stale_case")
	}
	return &work{d: d, tx: tx, c: &c, by: by, at: d.Now().UTC().Truncate(time.Microsecond), step: s}, nil
}

// take runs one step on the locked case: lifecycle check, change, event, save. Several may follow each other in one transaction.
func (w *work) take(ctx context.Context, s Step, act func(context.Context, *work) (any, error)) error {
	rule := Lifecycle[s]
	role, may := w.by.acting(rule.By)
	if !may {
		return fault.New(fault.Forbidden, "fault.not_your_step")
	}
	if !slices.Contains(rule.From, w.c.State) {
		return fault.New(fault.Conflict, "fault.step_not_now").With("State", string(w.c.State))
	}
	w.step, w.role, w.from = s, role, w.c.State
	data, err := act(ctx, w)
	if err != nil {
		return err
	}
	if w.c.State != w.from && !slices.Contains(rule.To, w.c.State) {
		return fmt.Errorf("step %s may not lead from %s to %s", s, w.from, w.c.State)
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	if err := w.append(ctx, data); err != nil {
		return err
	}
	return w.save(ctx)
}

// append writes the event of the step under way. data must hold no personal data.
func (w *work) append(ctx context.Context, data any) error {
	return appendEvent(ctx, w.tx, w.c, w.by, w.role, w.step, w.at, w.from, data)
}

func appendEvent(ctx context.Context, q pg.Querier, c *record, by Actor, role Role, s Step, at time.Time, from State, data any) error {
	if data == nil {
		data = struct{}{}
	}
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("event data: %w", err)
	}
	tag, err := q.Exec(ctx, `insert into event (case_id, at, step, state_from, state_to, actor, staff_id, role, unit, round, leg, data)
		select $1::uuid, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, nullif($7::bigint, 0), $8::text, $9::text, $10::int, $11::int, $12::jsonb
		where not exists (select 1 from event e where e.case_id = $1::uuid and e.xid > pg_current_xact_id())`,
		c.ID, at, s, from, c.State, by.Kind, by.StaffID, role, by.Unit, c.Round, c.Leg, body)
	if err != nil {
		return fmt.Errorf("append event: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errOrder
	}
	return nil
}

func (w *work) save(ctx context.Context) error {
	c := w.c
	tag, err := w.tx.Exec(ctx, `update cases set version = version + 1, state = $2, kind = $3, category = $4, territory = $5, urgency = $6, secret = $7, publish = $8,
		title = $9, body = $10, place = $11, owner_unit = $12, lead_unit = $13, round = $14, leg = $15, designated = $16, pending = $17, supervised = $18,
		merged_into = $19, channel_told = $20, review_on = $21, plan = $22, replied_at = $23, closed_at = $24 where id = $1`,
		c.ID, c.State, c.Kind, c.Category, c.Territory, c.Urgency, c.Secret, c.Publish, c.Title, c.Body, c.Place, c.Owner, c.Lead, c.Round, c.Leg,
		c.Designated, c.Pending, c.Supervised, c.MergedInto, c.Told, c.ReviewOn, c.Plan, c.RepliedAt, c.ClosedAt)
	if err != nil {
		return fmt.Errorf("save case: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return fmt.Errorf("save case: %d rows changed", tag.RowsAffected())
	}
	c.Version++
	return nil
}

// scope is what the actor's transactions may see under row-level security.
func (a Actor) scope() pg.Settings {
	switch {
	case a.Kind == BySystem:
		return pg.Settings{"huiyin.scope": "system"}
	case a.Kind == ByResident:
		return pg.Settings{"huiyin.scope": "case", "huiyin.case": a.Case.String()}
	case a.Has(Operator, Dispatcher, Callback, Supervisor, Publisher, Privacy) && a.Unit == Hotline:
		return pg.Settings{"huiyin.scope": "hotline", "huiyin.staff": itoa64(a.StaffID)}
	case a.Has(Liaison, Handler, Leader) && a.Unit != Hotline:
		return pg.Settings{"huiyin.scope": "unit", "huiyin.units": arrayLiteral(a.Units), "huiyin.unit": string(a.Unit), "huiyin.staff": itoa64(a.StaffID)}
	default:
		return pg.Settings{"huiyin.scope": "none"}
	}
}

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

func arrayLiteral(units []UnitCode) string {
	quoted := make([]string, len(units))
	for i, u := range units {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(u)) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

func need(ok bool, key, field string) error {
	if ok {
		return nil
	}
	return fault.New(fault.Invalid, key).At(field)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
