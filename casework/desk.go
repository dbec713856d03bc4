package casework

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// DeskView is one of the lists that a unit's desk is cut into. One case may stand in several.
type DeskView string

// The views, what burns first.
const (
	DeskOpen       DeskView = "open"       // the unit owes something, or a street calls it, without what is hung up
	DeskMine       DeskView = "mine"       // the reader works on it
	DeskUnassigned DeskView = "unassigned" // the reader's unit has it, and nobody by name
	DeskToday      DeskView = "today"      // the limit ends by the end of the day and has not passed; waiting ones are left out
	DeskLate       DeskView = "late"       // the limit or the promise to the resident has passed
	DeskSign       DeskView = "sign"       // not signed yet
	DeskHand       DeskView = "hand"       // signed, contacted or in hand
	DeskBack       DeskView = "back"       // came back: from below, by a refused return, or for another round
	DeskGiven      DeskView = "given"      // the reader's unit handed it to somebody else, who has it now
	DeskWaiting    DeskView = "waiting"    // paused for the resident
	DeskAsked      DeskView = "asked"      // a request waits for a decision
	DeskAssist     DeskView = "assist"     // the unit is a co-handler
	DeskHung       DeskView = "hung"       // hung up
	DeskField      DeskView = "field"      // what somebody on the way can do something about; it has no count
	DeskAnswered   DeskView = "answered"   // answered or handed in, and not closed
)

// deskViews says of each view which rows of deskRows are in it. Counts and lists read the same line.
var deskViews = map[DeskView]string{
	DeskOpen:       `(owed and state <> 'hung_up' or called)`,
	DeskMine:       `owed and state <> 'hung_up' and held_staff = @staff`,
	DeskUnassigned: `owed and state <> 'hung_up' and held_staff is null and held_unit = @unit`,
	DeskToday:      `(owed and state not in ('paused', 'hung_up') or called) and not late and due <= @tonight`,
	DeskLate:       `(owed and state <> 'hung_up' or called) and late`,
	DeskSign:       `led and state = 'dispatched'`,
	DeskHand:       `owed and state in ('signed', 'contacted', 'in_hand')`,
	DeskBack:       `owed and state <> 'hung_up' and (round > 1 or designated or returned)`,
	DeskGiven:      `owed and by_unit = @unit and held_staff is distinct from @staff::bigint`,
	DeskWaiting:    `owed and state = 'paused'`,
	DeskAsked:      `owed and pending is not null or appealed`,
	DeskAssist:     `assists and handled`,
	DeskHung:       `led and state = 'hung_up'`,
	DeskField:      `owed and state in ('dispatched', 'signed', 'contacted', 'in_hand') or called`,
	DeskAnswered:   `led and not handled or handed_in`,
}

// deskRows are the cases that units lead, hold or assist in, with what the views ask of them. The limit is the reader's own: that of the unit's
// handling where it leads, of the hop where the case was handed to it, of the co-handling where it assists.
// Each case is read once: those that the units lead by their index, the others by what was handed to them.
const deskRows = `with handed as (
		select case_id from assignment where ended_at is null and unit = any (@units::text[])
		union select case_id from party where left_at is null and role in ('co', 'sub') and unit = any (@units::text[])
	), mine as (
		select id, state, round, leg, designated, pending, urgency, category, lead_unit, filed_at from cases where lead_unit = any (@units::text[]) and state = any (@states::text[])
		union all
		select id, state, round, leg, designated, pending, urgency, category, lead_unit, filed_at from cases where id in (select case_id from handed) and (lead_unit = any (@units::text[])) is not true and state = any (@states::text[])
	), part as (
		select c.id, c.state, c.round, c.designated, c.pending, c.urgency, c.category, c.lead_unit, c.lead_unit = any (@units::text[]) as led, c.state = any (@handling::text[]) as handled,
			coalesce(h.due_at, k.due_at) as lead_due, k.due_at as total_due, k.met_at as total_met, c.filed_at,
			coalesce(t.unit, c.lead_unit) as held_unit, t.staff_id as held_staff, t.due_at as held_due, t.by_unit,
			o.due_at as own_due, o.assigned_at as own_from, p.role as part_role, least(p.due_at, w.report_by) as part_due, not c.lead_unit = any (@units::text[]) and w.report_by is not null and c.state = any (@handling::text[]) as called,
			exists (select 1 from appeal a where a.case_id = c.id and a.decided_at is null and a.unit = any (@units::text[])) as appealed, p.joined_at as part_from, t.unit is null and r.outcome = 'returned' as returned
		from mine c
		join clock k on k.case_id = c.id and k.name = 'total' and k.leg = 0 left join clock h on h.case_id = c.id and h.name = 'handle' and h.leg = c.leg
		left join lateral (select unit, staff_id, due_at, by_unit from assignment where case_id = c.id and ended_at is null order by depth desc limit 1) t on true
		left join lateral (select due_at, assigned_at from assignment where case_id = c.id and ended_at is null and unit = any (@units::text[]) order by depth limit 1) o on true
		left join lateral (select outcome from assignment where case_id = c.id and leg = c.leg and ended_at is not null order by ended_at desc, depth limit 1) r on true
		left join lateral (select role, due_at, joined_at from party where case_id = c.id and left_at is null and role in ('co', 'sub') and unit = any (@units::text[]) order by role limit 1) p on true
		left join lateral (select min(w.report_by) as report_by from whistle w join whistle_call r on r.whistle = w.id where w.case_id = c.id and r.reported_at is null and r.unit = any (@units::text[])) w on true
	), desk as (
		select *, handled and (led or own_due is not null) as owed, not led and own_due is null and part_role = 'co' as assists, not led and own_due is null and part_role = 'sub' as handed_in,
			case when led then lead_due else coalesce(own_due, part_due, lead_due) end as due,
			case when led then lead_due < @now or total_met is null and total_due < @now else coalesce(own_due, part_due, lead_due) < @now end as late,
			case when led then filed_at else coalesce(own_from, part_from, filed_at) end as since
		from part
	) `

// DeskCount tells how much lies on a desk, by view.
type DeskCount struct {
	Open, Mine, Unassigned, Today, Late, Sign, Hand, Back, Given, Waiting, Asked, Assist, Hung, Answered int

	Week int // answered by the unit within the last seven days
}

// Of is the count of one view.
func (n DeskCount) Of(v DeskView) int {
	for i, name := range deskOrder {
		if name == v {
			return *n.all()[i]
		}
	}
	return 0
}

var deskOrder = []DeskView{DeskOpen, DeskMine, DeskUnassigned, DeskToday, DeskLate, DeskSign, DeskHand, DeskBack, DeskGiven, DeskWaiting, DeskAsked, DeskAssist, DeskHung, DeskAnswered}

func (n *DeskCount) all() []*int {
	return []*int{&n.Open, &n.Mine, &n.Unassigned, &n.Today, &n.Late, &n.Sign, &n.Hand, &n.Back, &n.Given, &n.Waiting, &n.Asked, &n.Assist, &n.Hung, &n.Answered}
}

// Desk counts the work of the actor's units, in the actor's scope. Tonight is the end of the city's day.
func (d *Docket) Desk(ctx context.Context, by Actor, now, tonight time.Time) (DeskCount, error) {
	var list []int
	err := pg.Ask(ctx, d.DB, deskScope(by), func(b *pgx.Batch) {
		pg.Row(b, []any{&list}, deskRows+`select `+deskCounts, deskArgs(by, now, tonight))
	})
	if err != nil {
		return DeskCount{}, fmt.Errorf("count the desk: %w", err)
	}
	return countOf(list), nil
}

// deskCounts are the counts of the views in their order, and what was answered in a week, as one array.
var deskCounts = func() string {
	var sql strings.Builder
	sql.WriteString(`(select array[`)
	for _, v := range deskOrder {
		sql.WriteString(`count(*) filter (where ` + deskViews[v] + `), `)
	}
	sql.WriteString(`(select count(*) from cases where lead_unit = any (@units::text[]) and replied_at > @now::timestamptz - interval '7 days')] from desk)`)
	return sql.String()
}()

func countOf(list []int) (n DeskCount) {
	for i, to := range append(n.all(), &n.Week) {
		*to = list[i]
	}
	return n
}

// deskScope is the actor's scope, with one plan for all desks: to plan the reading anew for each takes a third of its time, and comes to the same.
func deskScope(by Actor) pg.Settings {
	s := by.scope()
	s["plan_cache_mode"] = "force_generic_plan"
	return s
}

func deskArgs(by Actor, now, tonight time.Time) pgx.NamedArgs {
	return pgx.NamedArgs{"units": texts(by.Units), "unit": by.Unit, "staff": by.StaffID, "now": now.UTC(), "tonight": tonight.UTC(), "handling": texts(handling),
		"states": texts(append(append([]State{}, handling...), afterAnswer...))}
}

// DeskQuery selects a page of one view.
type DeskQuery struct {
	View     DeskView
	Now      time.Time
	Tonight  time.Time
	Unit     UnitCode // only what this unit has: the lead, or whom it was handed to; empty: all
	Urgency  Urgency
	Category string // prefix
	After    string // cursor of the page before
	Limit    int    // 1..200, default 200
	Count    bool   // count every view as well
}

// DeskEntry is one case on a desk, without its body, tags and proposal.
type DeskEntry struct {
	Case
	Since       time.Time // when the reader's limit began
	Limit       time.Time // the reader's own limit
	Led         bool      // the reader's units lead
	HolderUnit  UnitCode  // who works on it now: the lead, or whom it was handed to
	HolderStaff int64     // the person, 0 where nobody is named
	HolderDue   *time.Time
	Returned    bool // came back from below
	Reported    bool // the reader's unit assists, and has reported in this leg
	Called      bool // the reader's unit is called to the spot, and has not come yet
}

// DeskPage is one page of a view, most urgent limit first; Next is empty on the last.
type DeskPage struct {
	Entries []DeskEntry
	Next    string
	Count   DeskCount // where DeskQuery.Count asked for it
}

// DeskList reads a page of one view of the desk of the actor's units.
func (d *Docket) DeskList(ctx context.Context, by Actor, q DeskQuery) (DeskPage, error) {
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 200
	}
	args := deskArgs(by, q.Now, q.Tonight)
	counts := `null::bigint[]`
	if q.Count {
		counts = deskCounts
	}
	shown := `(` + deskViews[q.View] + `)`
	add := func(cond, name string, arg any) {
		shown += ` and ` + cond
		args[name] = arg
	}
	if q.Unit != "" {
		add(`(lead_unit = @only or held_unit = @only)`, "only", q.Unit)
	}
	if q.Urgency != "" {
		add(`urgency = @urgency`, "urgency", q.Urgency)
	}
	if q.Category != "" {
		add(`starts_with(category, @category)`, "category", q.Category)
	}
	if q.After != "" {
		at, id, err := readCursor(q.After)
		if err != nil {
			return DeskPage{}, err
		}
		args["after"] = at
		add(`(due, id) > (@after, @last)`, "last", id)
	}
	sql := deskRows + `select ` + deskColumns + `, d.since, d.due, d.led, d.held_unit, coalesce(d.held_staff, 0), d.held_due, coalesce(d.returned, false), coalesce(d.called, false),
		d.assists and exists (select 1 from event e where e.case_id = c.id and e.leg = c.leg and e.step = 'co_report' and e.unit = any (@units::text[])), ` + counts + caseTables +
		`join (select * from desk where ` + shown + ` order by due, id limit ` + strconv.Itoa(q.Limit+1) + `) d on d.id = c.id order by d.due, c.id`
	var page DeskPage
	var list []int
	err := pg.Ask(ctx, d.DB, deskScope(by), func(b *pgx.Batch) {
		pg.Rows(b, &page.Entries, func(row pgx.CollectableRow) (e DeskEntry, err error) {
			return e, row.Scan(append(e.dest(), &e.Since, &e.Limit, &e.Led, &e.HolderUnit, &e.HolderStaff, &e.HolderDue, &e.Returned, &e.Called, &e.Reported, &list)...)
		}, sql, args)
	})
	if err != nil {
		return DeskPage{}, fmt.Errorf("list the desk: %w", err)
	}
	switch {
	case q.Count && list != nil:
		page.Count = countOf(list)
	case q.Count: // no row of the view brought the counts along
		if page.Count, err = d.Desk(ctx, by, q.Now, q.Tonight); err != nil {
			return DeskPage{}, err
		}
	}
	if len(page.Entries) > q.Limit {
		page.Entries = page.Entries[:q.Limit]
		last := page.Entries[q.Limit-1]
		page.Next = strconv.FormatInt(last.Limit.UnixMicro(), 36) + "." + last.ID.String()
	}
	return page, nil
}

// deskColumns are caseColumns without what no list of a desk shows.
var deskColumns = strings.NewReplacer(`c.body`, `''`, `c.tags`, `null::text[]`, `c.proposal`, `null::jsonb`, `c.grounds`, `''`).Replace(caseColumns)

// afterAnswer are the states of a case between a unit's answer and its end.
var afterAnswer = []State{Replied, Reviewed, FollowedUp, Rated}
