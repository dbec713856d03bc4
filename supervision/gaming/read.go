package gaming

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/supervision"
)

// leg names one turn of a case.
type leg struct {
	id  casework.CaseID
	ord int
}

// work is the turns of some units in a month, as they are read.
type work struct {
	zone  *time.Location
	units []casework.UnitCode
	turns map[leg]*Turn
	unit  map[leg]casework.UnitCode
	order []leg
	last  map[casework.CaseID]leg // whose answer stands, as the history goes by
}

// bunch is how many turns are looked at together: a month of a large city does not stand in memory at once.
const bunch = 20_000

// bunches are the units with a turn or a rating in a month, as many together as have so many turns. Scope must be system.
func bunches(ctx context.Context, q pg.Querier, m supervision.Month, zone *time.Location, least int) ([][]casework.UnitCode, error) {
	rows, err := q.Query(ctx, `select unit, sum(n) from (select unit, count(*) as n from figure_row where `+inMonth+` group by unit
		union all select unit, count(*) from service_opinion where given_at >= $2 and given_at < $3 group by unit) u group by unit order by unit`, m, m.Start(zone), m.Add(1).Start(zone))
	if err != nil {
		return nil, fmt.Errorf("count turns of %s: %w", m, err)
	}
	var all [][]casework.UnitCode
	var unit casework.UnitCode
	room, n := 0, 0
	_, err = pgx.ForEachRow(rows, []any{&unit, &n}, func() error {
		if room <= 0 {
			all, room = append(all, nil), least
		}
		last := len(all) - 1
		all[last] = append(all[last], unit)
		room -= n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count turns of %s: %w", m, err)
	}
	return all, nil
}

// read gathers the turns of some units in a month: those whose limit ends in it, that were answered or rated in it, or began in it. Scope must be system.
func read(ctx context.Context, q pg.Querier, m supervision.Month, zone *time.Location, units []casework.UnitCode) (map[casework.UnitCode][]Turn, error) {
	w := &work{zone: zone, units: units, turns: map[leg]*Turn{}, unit: map[leg]casework.UnitCode{}, last: map[casework.CaseID]leg{}}
	for _, step := range []func(context.Context, pg.Querier, supervision.Month) error{w.readTurns, w.readWords, w.readSteps, w.readServices, w.readNetworks} {
		if err := step(ctx, q, m); err != nil {
			return nil, fmt.Errorf("read turns of %s: %w", m, err)
		}
	}
	out := map[casework.UnitCode][]Turn{}
	for _, at := range w.order {
		out[w.unit[at]] = append(out[w.unit[at]], *w.turns[at])
	}
	return out, nil
}

const (
	inMonth = `part = 'leg' and $1 in (opened, due, replied, rated)`
	ofUnits = inMonth + ` and unit = any ($2)`
)

func (w *work) readTurns(ctx context.Context, q pg.Querier, m supervision.Month) error {
	rows, err := q.Query(ctx, `select r.case_id, r.ord, r.unit, r.category, r.due = $1, r.excluded in ('terminated','hung_up') or r.waived <> '', coalesce(k.due_at, 'epoch')
		from figure_row r left join clock k on k.case_id = r.case_id and k.leg = r.ord and k.name = 'handle' where part = 'leg' and $1 in (opened, due, replied, rated) and r.unit = any ($2) order by r.case_id, r.ord`, m, w.units)
	if err != nil {
		return err
	}
	var at leg
	var unit casework.UnitCode
	var t Turn
	_, err = pgx.ForEachRow(rows, []any{&at.id, &at.ord, &unit, &t.Category, &t.Counted, &t.Left, &t.Due}, func() error {
		one := t
		one.Case = at.id
		if one.Due.Unix() == 0 {
			one.Due = time.Time{}
		}
		w.turns[at], w.unit[at] = &one, unit
		w.order = append(w.order, at)
		return pg.Rest(ctx)
	})
	return err
}

// said is what a step carries for the patterns.
type said struct {
	Reached      bool                  `json:"reached"`
	Contacted    *bool                 `json:"contacted"`
	Satisfaction casework.Satisfaction `json:"satisfaction"`
}

// readSteps goes over the histories of the cases, in order.
func (w *work) readSteps(ctx context.Context, q pg.Querier, m supervision.Month) error {
	rows, err := q.Query(ctx, `select case_id, at, step, coalesce(staff_id, 0), leg, data from event
		where case_id in (select case_id from figure_row where `+ofUnits+`) and step in ('contact','reply','ask_return','grant_extension','rate','follow_up') order by case_id, seq`, m, w.units)
	if err != nil {
		return err
	}
	var at leg
	var when time.Time
	var step casework.Step
	var staff int64
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&at.id, &when, &step, &staff, &at.ord, &data}, func() error {
		var d said
		if err := json.Unmarshal(data, &d); err != nil {
			return err
		}
		if step == casework.StepReply {
			w.last[at.id] = at
		}
		if step == casework.StepRate || step == casework.StepFollowUp {
			at = w.last[at.id]
		}
		if t := w.turns[at]; t != nil {
			t.take(step, when, staff, d, supervision.MonthOf(when, w.zone) == m)
		}
		return pg.Rest(ctx)
	})
	return err
}

func (t *Turn) take(step casework.Step, at time.Time, staff int64, d said, in bool) {
	switch step {
	case casework.StepContact:
		for i := range t.Contacts { // what was written with it was read before
			if c := &t.Contacts[i]; c.At.Equal(at) && c.Staff == 0 {
				c.Staff, c.Reached = staff, d.Reached
				return
			}
		}
		t.Contacts = append(t.Contacts, Contact{At: at, Staff: staff, Reached: d.Reached})
	case casework.StepReply:
		if in {
			t.Replied = at
		}
	case casework.StepAskReturn:
		t.Returns++
	case casework.StepGrantExtension:
		t.Extended++
	case casework.StepRate:
		if in {
			t.Rated, t.Stars = at, int(d.Satisfaction)
		}
	case casework.StepFollowUp:
		if d.Reached && d.Contacted != nil {
			t.Asked, t.Denied = true, !*d.Contacted
		}
	}
}

// readWords reads marks of what units wrote, never the words; and whether residents wrote of being urged, in the masked copies.
func (w *work) readWords(ctx context.Context, q pg.Querier, m supervision.Month) error {
	rows, err := q.Query(ctx, `select m.case_id, m.at, m.purpose, m.unit, md5(regexp_replace(m.body, '[[:digit:][:space:][:punct:]]', '', 'g')), char_length(m.body) from message m
		where m.author = 'unit' and m.purpose in ('reply','contact') and m.case_id in (select case_id from figure_row where `+ofUnits+`) order by m.at`, m, w.units)
	if err != nil {
		return err
	}
	of := map[casework.CaseID][]leg{}
	for _, at := range w.order {
		of[at.id] = append(of[at.id], at)
	}
	var id casework.CaseID
	var when time.Time
	var purpose, mark string
	var unit casework.UnitCode
	var length int
	_, err = pgx.ForEachRow(rows, []any{&id, &when, &purpose, &unit, &mark, &length}, func() error {
		for _, at := range of[id] {
			t := w.turns[at]
			if w.unit[at] != unit && unit != "" {
				continue
			}
			if purpose == "reply" {
				t.Answer, t.Length = mark, length
			} else {
				t.Contacts = append(t.Contacts, Contact{At: when, Text: mark, Length: length})
			}
		}
		return pg.Rest(ctx)
	})
	if err != nil {
		return err
	}
	rows, err = q.Query(ctx, `select case_id, body from rating where body <> '' and case_id in (select case_id from figure_row where `+ofUnits+`)`, m, w.units)
	if err != nil {
		return err
	}
	phrases := urgings()
	var body string
	_, err = pgx.ForEachRow(rows, []any{&id, &body}, func() error {
		for _, p := range phrases {
			if !strings.Contains(body, p) {
				continue
			}
			for _, at := range of[id] {
				w.turns[at].Urged = true
			}
		}
		return nil
	})
	return err
}

// readServices adds the ratings of the units' services: they have no turn of their own, only a rating, and perhaps a mark that sets it apart.
func (w *work) readServices(ctx context.Context, q pg.Querier, m supervision.Month) error {
	rows, err := q.Query(ctx, `select id, unit, given_at, level, suspect <> '{}' and cleared_at is null from service_opinion where given_at >= $1 and given_at < $2 and unit = any ($3) order by id`, m.Start(w.zone), m.Add(1).Start(w.zone), w.units)
	if err != nil {
		return err
	}
	at := leg{ord: -1}
	var unit casework.UnitCode
	var t Turn
	_, err = pgx.ForEachRow(rows, []any{&at.id, &unit, &t.Rated, &t.Stars, &t.Suspect}, func() error {
		one := t
		one.Case = at.id
		w.turns[at], w.unit[at] = &one, unit
		w.order = append(w.order, at)
		return nil
	})
	return err
}

// readNetworks marks the ratings that came in a run from one network: a case's where its answer stands, a service's own.
func (w *work) readNetworks(ctx context.Context, q pg.Querier, m supervision.Month) error {
	rows, err := q.Query(ctx, `select subject from rating_network where crowd and at >= $1 and at < $2`, m.Start(w.zone), m.Add(1).Start(w.zone))
	if err != nil {
		return err
	}
	var id casework.CaseID
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		for _, at := range []leg{w.last[id], {id, -1}} {
			if t := w.turns[at]; t != nil && !t.Rated.IsZero() {
				t.Crowd = true
			}
		}
		return nil
	})
	return err
}
