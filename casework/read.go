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

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Case is what may be read of a case in scope: masked words, where it stands, who owns it, and its deadlines. No personal data in clear.
type Case struct {
	ID          CaseID
	Number      string
	Version     int
	State       State
	Kind        Kind
	Category    string
	Territory   string
	Urgency     Urgency
	Channel     Channel
	Language    string
	ExternalNo  string
	Title       string
	Body        string
	Place       string
	Secret      bool
	Publish     bool
	Unreadable  bool
	Tags        []string
	Proposal    json.RawMessage
	Grounds     string // the reasons of the proposal, which stand apart from it; read only with one whole case
	Owner       UnitCode
	Lead        UnitCode // empty before dispatch
	Round       int
	Leg         int
	Designated  bool
	Pending     string // return, extension, termination, hang: asked and not decided
	Supervised  string
	Raised      int // how far the limit of this leg is raised: 0, or Urged to Summoned
	MergedInto  *CaseID
	Told        string
	ReviewOn    *time.Time
	Plan        string
	FiledAt     time.Time
	RepliedAt   *time.Time
	ClosedAt    *time.Time
	Due         time.Time  // the promise to the resident
	Met         *time.Time // when the promise ended
	UnitDue     *time.Time // the lead's handling limit of this leg, extensions included
	Restricted  bool       // personal data is only kept, at the resident's request
	HasIdentity bool       // a name, phone, e-mail or address is kept
	Files       int
	Emergency   string // the line its words call for, such as 119; only where Query.Lines was asked for, and empty in ordinary cases
}

const caseColumns = `c.id, c.number, c.version, c.state, c.kind, c.category, c.territory, c.urgency, c.channel, c.language, c.external_no, c.title, c.body, c.place,
	c.secret, c.publish, c.unreadable, c.tags, c.proposal, c.grounds, c.owner_unit, coalesce(c.lead_unit, ''), c.round, c.leg, c.designated, coalesce(c.pending, ''), coalesce(c.supervised, ''), c.raised,
	c.merged_into, c.channel_told, c.review_on, c.plan, c.filed_at, c.replied_at, c.closed_at, k.due_at, k.met_at, h.due_at, c.restricted_at is not null`

// wordColumns are caseColumns of cases that are compared or listed by their words: what is large and not asked for stays in the database.
var wordColumns = strings.NewReplacer(`c.tags`, `null::text[]`, `c.proposal`, `null::jsonb`, `c.grounds`, `''`, `c.plan`, `''`).Replace(caseColumns)

// lineColumns are those of a line of a list, and the line that its words call for.
var lineColumns = strings.Replace(wordColumns, `c.body`, `''`, 1) + `, coalesce(c.proposal->'emergency'->>'number', '')`

const caseTables = ` from cases c join clock k on k.case_id = c.id and k.name = 'total' and k.leg = 0 left join clock h on h.case_id = c.id and h.name = 'handle' and h.leg = c.leg `

func (c *Case) dest() []any {
	return []any{&c.ID, &c.Number, &c.Version, &c.State, &c.Kind, &c.Category, &c.Territory, &c.Urgency, &c.Channel, &c.Language, &c.ExternalNo, &c.Title, &c.Body, &c.Place,
		&c.Secret, &c.Publish, &c.Unreadable, &c.Tags, &c.Proposal, &c.Grounds, &c.Owner, &c.Lead, &c.Round, &c.Leg, &c.Designated, &c.Pending, &c.Supervised, &c.Raised,
		&c.MergedInto, &c.Told, &c.ReviewOn, &c.Plan, &c.FiledAt, &c.RepliedAt, &c.ClosedAt, &c.Due, &c.Met, &c.UnitDue, &c.Restricted}
}

// Case reads one case in the actor's scope. Errors: fault.NotFound where it does not exist for this actor.
func (d *Docket) Case(ctx context.Context, by Actor, id CaseID) (Case, error) {
	var c Case
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		c, err = readCase(ctx, tx, id)
		return err
	})
	return c, err
}

func readCase(ctx context.Context, tx pgx.Tx, id CaseID) (Case, error) {
	var c Case
	var b pgx.Batch
	c.ask(&b, id)
	return c, tx.SendBatch(ctx, &b).Close()
}

// ask queues the reading of a case. Errors of its answer: fault.NotFound where it does not exist for whoever asks.
func (c *Case) ask(b *pgx.Batch, id CaseID) {
	b.Queue(`select `+caseColumns+`, coalesce((select coalesce(p.name, p.phone, p.email, p.address) is not null from person p where p.case_id = c.id), false),
		(select count(*) from attachment a where a.case_id = c.id)`+caseTables+`where c.id = $1`, id).QueryRow(func(row pgx.Row) error {
		err := row.Scan(append(c.dest(), &c.HasIdentity, &c.Files)...)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.no_such_case")
		}
		if err != nil {
			return fmt.Errorf("read case: %w", err)
		}
		return nil
	})
}

// Query selects cases for a list; empty fields do not narrow it.
type Query struct {
	States   []State
	Owner    []UnitCode // who must act now
	Lead     []UnitCode
	Party    UnitCode // lead or co-handler at present
	Pending  string
	Late     bool      // the total or the unit's clock is overdue
	Raised   int       // the limit of its present leg is or was raised so far at least
	DueFrom  time.Time // unit's limit (or total before dispatch) after this moment
	DueUntil time.Time // the same limit, up to and with this moment
	Since    time.Time // filed at or after
	Until    time.Time // filed before
	Category string    // prefix
	Urgency  Urgency
	Channel  Channel
	Tag      string // what its words were found to say beside the matter
	Number   string // exact work-order or external number
	Contact  []byte // keyed hash of a phone number or e-mail address; not for units
	Lines    bool   // without body, tags, plan and proposal: for lists that show none of them
	Newest   bool   // newest first instead of most urgent due first
	After    string // cursor of the previous page
	Limit    int    // 1..200, default 50
}

// Page is one page of a list; Next is empty on the last.
type Page struct {
	Cases []Case
	Next  string
}

// List reads a page of cases in scope, most urgent due first unless Newest. A look-up by Contact is noted in the same transaction.
func (d *Docket) List(ctx context.Context, by Actor, q Query) (Page, error) {
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	if q.Contact != nil && by.scope()["huiyin.scope"] == "unit" {
		return Page{}, fault.New(fault.Forbidden, "fault.forbidden") // a unit could try numbers until it knows who stands behind a confidential case
	}
	now := d.Now().UTC()
	where, args := q.where(now)
	key := `c.limit_at`
	order := key + `, c.id`
	if q.Newest {
		key, order = `c.filed_at`, `c.filed_at desc, c.id desc`
	}
	if q.After != "" {
		at, id, err := readCursor(q.After)
		if err != nil {
			return Page{}, err
		}
		op := ">"
		if q.Newest {
			op = "<"
		}
		args = append(args, at, id)
		where = append(where, fmt.Sprintf("(%s, c.id) %s ($%d, $%d)", key, op, len(args)-1, len(args)))
	}
	// The page is cut out of cases alone, along an index in its order; clocks are read for the cases on it and for no other.
	picked := `(select * from cases c`
	if len(where) > 0 {
		picked += ` where ` + strings.Join(where, " and ")
	}
	picked += ` order by ` + order + ` limit ` + strconv.Itoa(q.Limit+1) + `) c `
	columns, read := caseColumns, scanCase
	if q.Lines {
		columns, read = lineColumns, scanLine
	}
	sql := `select ` + columns + strings.Replace(caseTables, `cases c `, picked, 1) + ` order by ` + order
	var page Page
	var err error
	if q.Contact == nil || q.After != "" {
		err = pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) { pg.Rows(b, &page.Cases, read, sql, args...) })
	} else {
		err = d.inTx(ctx, by, func(tx pgx.Tx) error {
			var err error
			if page.Cases, err = collect(ctx, tx, read, sql, args...); err != nil {
				return err
			}
			return d.noteLookup(ctx, tx, by, q.Contact, min(len(page.Cases), q.Limit))
		})
	}
	if err != nil {
		return Page{}, fmt.Errorf("list cases: %w", err)
	}
	if len(page.Cases) > q.Limit {
		page.Cases = page.Cases[:q.Limit]
		last := page.Cases[q.Limit-1]
		at := last.Due
		if last.UnitDue != nil {
			at = *last.UnitDue
		}
		if q.Newest {
			at = last.FiledAt
		}
		page.Next = strconv.FormatInt(at.UnixMicro(), 36) + "." + last.ID.String()
	}
	return page, nil
}

func scanLine(row pgx.CollectableRow) (c Case, err error) {
	err = row.Scan(append(c.dest(), &c.Emergency)...)
	return c, err
}

func readCursor(s string) (time.Time, CaseID, error) {
	at, id, ok := strings.Cut(s, ".")
	micro, err := strconv.ParseInt(at, 36, 64)
	parsed, err2 := uuid.Parse(id)
	if year := time.UnixMicro(micro).UTC().Year(); !ok || err != nil || err2 != nil || year < 1 || year > 9999 {
		return time.Time{}, parsed, fault.New(fault.Invalid, "fault.bad_cursor").At("after")
	}
	return time.UnixMicro(micro).UTC(), parsed, nil
}

func (q Query) where(now time.Time) (where []string, args []any) {
	add := func(cond string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(cond, "?", "$"+strconv.Itoa(len(args))))
	}
	if len(q.States) > 0 {
		where = append(where, "c.state in ("+quoted(q.States)+")") // as words of the query, so that the planner sees which partial index holds them all
	}
	if len(q.Owner) > 0 {
		add("c.owner_unit = any (?::text[])", texts(q.Owner))
	}
	if len(q.Lead) > 0 {
		add("c.lead_unit = any (?::text[])", texts(q.Lead))
	}
	if q.Party != "" {
		add("exists (select 1 from party p where p.case_id = c.id and p.left_at is null and p.unit = ?)", q.Party)
	}
	if q.Pending != "" {
		add("c.pending = ?", q.Pending)
	}
	if q.Late {
		add("(select bool_or(k.due_at < ?) from clock k where k.case_id = c.id and (k.name = 'total' or k.name = 'handle' and k.leg = c.leg) and k.met_at is null and k.cancelled_at is null)", now) // asked for each case: a join goes wrong by seconds while a fresh import has no statistics
	}
	if q.Raised > 0 {
		where = append(where, "c.raised > 0") // as words of the query, for the partial index
		add("c.raised >= ?", q.Raised)
	}
	if !q.DueFrom.IsZero() {
		add("c.limit_at > ?", q.DueFrom)
	}
	if !q.DueUntil.IsZero() {
		add("c.limit_at <= ?", q.DueUntil)
	}
	if !q.Since.IsZero() {
		add("c.filed_at >= ?", q.Since)
	}
	if !q.Until.IsZero() {
		add("c.filed_at < ?", q.Until)
	}
	if q.Category != "" {
		add("starts_with(c.category, ?)", q.Category)
	}
	if q.Urgency != "" {
		add("c.urgency = ?", q.Urgency)
	}
	if q.Channel != "" {
		add("c.channel = ?", q.Channel)
	}
	if q.Tag != "" {
		add("c.tags @> array[?]::text[]", q.Tag)
	}
	if q.Number != "" {
		add("(c.number = ? or c.external_no = ?)", q.Number)
	}
	if q.Contact != nil {
		add("c.id in (select case_id from person p where p.phone_hash = ? or p.email_hash = ?)", q.Contact)
	}
	return where, args
}

// quoted lists states for SQL; what is no state stays out of the text of the query.
func quoted(states []State) string {
	var list []string
	for _, s := range States {
		if slices.Contains(states, s) {
			list = append(list, "'"+string(s)+"'")
		}
	}
	if len(list) == 0 {
		return "null"
	}
	return strings.Join(list, ",")
}

func texts[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

// Counts tells how many cases in scope stand in each state, owned by the units given (all where none).
func (d *Docket) Counts(ctx context.Context, by Actor, owner []UnitCode) (map[State]int, error) {
	out := map[State]int{}
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select state, count(*) from cases where $1::text[] is null or owner_unit = any ($1::text[]) group by state`, nilIfNone(owner))
		if err != nil {
			return err
		}
		var s State
		var n int
		_, err = pgx.ForEachRow(rows, []any{&s, &n}, func() error { out[s] = n; return nil })
		return err
	})
	return out, err
}

func nilIfNone(units []UnitCode) []string {
	if len(units) == 0 {
		return nil
	}
	return texts(units)
}

// KeptOnly tells that the case is over and its resident asked that nothing of it be used any more: pages and searches show that, and not the words. While a case is open its masked words are
// needed to handle it.
func (c Case) KeptOnly() bool { return c.Restricted && !c.State.Open() }
