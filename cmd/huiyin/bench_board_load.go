package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/notify"
	"huiyin/privacy"
	"huiyin/supervision"
)

// boardCase is a case of the bench, all of it made from its number: the same for the few as for the many.
type boardCase struct {
	id       casework.CaseID
	filed    time.Time
	unit     casework.UnitCode
	district string
	street   string
	category string
	open     bool
	late     bool
	hours    int
	word     casework.Solved
}

// boardCity is what cases of the bench are made of.
type boardCity struct {
	units      []casework.UnitCode
	districts  []string
	streets    map[string][]string
	categories []string
	now        time.Time
	zone       *time.Location
}

func (t *boardBench) city() boardCity {
	c := boardCity{units: t.leads(), streets: map[string][]string{}, now: time.Now(), zone: t.City.TZ}
	for _, d := range t.City.Districts() {
		c.districts = append(c.districts, d.Code)
	}
	for _, a := range t.City.Territories() {
		if s := t.City.Street(a.Code); s == a.Code {
			d := t.City.District(a.Code)
			c.streets[d] = append(c.streets[d], a.Code)
		}
	}
	for _, k := range t.City.Categories() {
		if len(k.Code) == 6 {
			c.categories = append(c.categories, k.Code)
		}
	}
	return c
}

// one makes a case: spread evenly over the months, most of them done in time, the newest of them open, some late.
func (c boardCity) one(i int) boardCase {
	mix := func(salt int) int { return int((uint64(i)*2654435761 + uint64(salt)*40503) >> 7 % 1_000_003) }
	k := boardCase{unit: c.units[mix(1)%len(c.units)], district: c.districts[mix(2)%len(c.districts)], category: c.categories[mix(3)%len(c.categories)], hours: mix(4) % 240, late: mix(5)%17 == 0}
	if list := c.streets[k.district]; len(list) > 0 {
		k.street = list[mix(6)%len(list)]
	}
	first := time.Date(c.now.In(c.zone).Year(), c.now.In(c.zone).Month(), 1, 0, 0, 0, 0, c.zone).AddDate(0, 1-boardMonths, 0)
	k.filed = first.Add(time.Duration(float64(mix(7)) / 1_000_003 * float64(c.now.Sub(first)))).UTC().Truncate(time.Microsecond)
	k.open = c.now.Sub(k.filed) < 5*24*time.Hour || mix(8)%100 == 0
	k.word = []casework.Solved{casework.SolvedYes, casework.SolvedYes, casework.SolvedYes, casework.SolvedPartly, casework.SolvedNo, ""}[mix(9)%6]
	return k
}

// load puts cases in by COPY, from one number up to another: case, its filing in the history, its count rows and its card. Followers begin after it.
func (t *boardBench) load(ctx context.Context, from, until int) error {
	conn, err := t.owner.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	restore, err := bare(ctx, conn.Conn(), "cases", "event", "figure_row", "public_card")
	if err != nil {
		return err
	}
	city, ids := t.city(), make([]casework.CaseID, until-from)
	for i := range ids {
		if ids[i], err = uuid.NewV7(); err != nil {
			return err
		}
	}
	for _, one := range boardTables(city) {
		t.run.say("loading %s up to %d", one.table, until)
		n := 0
		rows := pgx.CopyFromFunc(func() ([]any, error) {
			if n == len(ids)*one.each {
				return nil, nil
			}
			i, part := n/one.each, n%one.each
			n++
			k := city.one(from + i)
			k.id = ids[i]
			return one.row(k, from+i, part)
		})
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{one.table}, one.columns, rows); err != nil {
			return fmt.Errorf("%s: %w", one.table, err)
		}
	}
	names := []string{notify.FollowerName}
	for _, f := range t.followers() {
		names = append(names, f.Name)
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, `insert into follower (name, xid, seq, read_at) select $1, xid, seq, now() from event order by xid desc, seq desc limit 1
			on conflict (name) do update set xid = excluded.xid, seq = excluded.seq, read_at = excluded.read_at`, name); err != nil {
			return err
		}
	}
	for _, sql := range append(restore, `delete from card_tally`, `insert into card_tally select withheld, count(*) from public_card group by withheld`, `delete from figure_sum_made`,
		`vacuum analyze cases`, `vacuum analyze event`, `vacuum analyze figure_row`, `vacuum analyze public_card`) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if _, err := supervision.SweepSums(ctx, t.owner, t.newestCodes()); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `vacuum analyze figure_sum`)
	return err
}

// boardTable is a table that is loaded.
type boardTable struct {
	table   string
	columns []string
	each    int // rows for each case
	row     func(k boardCase, i, part int) ([]any, error)
}

func boardTables(c boardCity) []boardTable {
	month := func(at time.Time) supervision.Month { return supervision.MonthOf(at, c.zone) }
	return []boardTable{
		{"cases", []string{"id", "number", "state", "kind", "category", "territory", "urgency", "channel", "title", "body", "place", "owner_unit", "lead_unit", "leg", "filed_at", "limit_at"}, 1, func(k boardCase, i, _ int) ([]any, error) {
			state := casework.Closed
			if k.open {
				state = casework.Signed
			}
			unit := string(k.unit)
			return []any{k.id, fmt.Sprintf("bench%09d", i), state, "complaint", k.category, k.street, "normal", "phone", "-", "-", "", unit, unit, 1, k.filed, k.filed.AddDate(0, 0, 7)}, nil
		}},
		{"event", []string{"case_id", "at", "step", "state_to", "actor", "role", "unit", "round", "leg", "data"}, 1, func(k boardCase, _, _ int) ([]any, error) {
			return []any{k.id, k.filed, "file", "registered", "resident", "resident", "", 1, 0, []byte(`{"channel":"phone","kind":"complaint","urgency":"normal"}`)}, nil
		}},
		{"figure_row", []string{"case_id", "part", "ord", "unit", "district", "kind", "category", "channel", "way", "filed", "opened", "dispatched", "due", "replied", "rated", "signed", "contacted", "handled", "original",
			"verdict", "satisfaction", "open", "overdue", "hours", "due_on"}, 2, func(k boardCase, _, part int) ([]any, error) {
			due, answered := k.filed.AddDate(0, 0, 7), k.filed.Add(time.Duration(k.hours)*time.Hour)
			replied, rated, handled, hours := month(answered), month(answered), supervision.InTime, k.hours
			var dueOn *time.Time
			if k.late {
				handled = supervision.Late
			}
			if k.open {
				replied, rated, hours, handled = 0, 0, -1, supervision.Running
				if k.late {
					handled = supervision.Missed
				}
				day := due.Truncate(24 * time.Hour)
				dueOn = &day
			}
			word, level := k.word, 4
			if word == "" || k.open {
				word, level, rated = "", 0, 0
			}
			if part == 0 {
				return []any{k.id, supervision.PartCase, 0, k.unit, k.district, "complaint", k.category, "phone", supervision.WayDispatched, month(k.filed), 0, false, month(due), replied, rated, "", "", handled, handled,
					word, level, k.open, k.open && k.late, hours, dueOn}, nil
			}
			return []any{k.id, supervision.PartLeg, 1, k.unit, k.district, "complaint", k.category, "phone", "", month(k.filed), month(k.filed), true, month(due), replied, rated, supervision.InTime, supervision.InTime, handled, handled,
				word, level, k.open, k.open && k.late, hours, nil}, nil
		}},
		{"public_card", []string{"case_id", "number", "withheld", "filed_on", "district", "street", "category", "kind", "unit", "outcome", "card", "made_at"}, 1, func(k boardCase, i, _ int) ([]any, error) {
			day := k.filed.In(c.zone).Format(time.DateOnly)
			outcome := privacy.OutcomeClosed
			if k.open {
				outcome = privacy.OutcomeHandling
			}
			card, err := json.Marshal(privacy.Card{Number: fmt.Sprintf("B%09d", i), FiledOn: day, District: k.district, Street: k.street, Category: k.category, Kind: casework.Complaint, Unit: k.unit, Outcome: outcome,
				Steps: []privacy.CardStep{{At: k.filed.Truncate(time.Hour), Step: casework.StepFile}, {At: k.filed.Truncate(time.Hour).Add(2 * time.Hour), Step: casework.StepDispatch, Unit: casework.Hotline}}, Solved: k.word, Rounds: 1, Kept: privacy.PromiseKept})
			filedOn := time.Date(k.filed.In(c.zone).Year(), k.filed.In(c.zone).Month(), k.filed.In(c.zone).Day(), 0, 0, 0, 0, time.UTC)
			return []any{k.id, fmt.Sprintf("B%09d", i), privacy.Shown, filedOn, k.district, k.street, k.category, casework.Complaint, k.unit, outcome, card, k.filed}, err
		}},
	}
}

// leads are the units that handle the cases.
func (t *boardBench) leads() []casework.UnitCode { return (&timers{parts: t.parts}).leads() }
