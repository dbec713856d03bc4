package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// How far a case is raised in its present leg (domain study 3.3, overdue). A reminder before the limit raises nothing.
const (
	Reminded   = 0
	Urged      = 1 // 催办: the unit is urged
	LeaderTold = 2 // 催办通知书: its leader is told
	Supervised = 3 // 督办单: the case is under supervision
	Criticised = 4 // 通报批评: it stands in the circular
	Summoned   = 5 // 约谈: the leader is called in
)

// Stage is one moment at which something is said of a limit that nobody has met.
type Stage struct {
	Name  string // as the policy names it: remind_50, urge, supervise
	Level int    // Reminded to Summoned
	At    time.Time
}

// Staged is a clock, and what its stages depend on.
type Staged struct {
	Clock
	Case     CaseID
	Kind     Kind
	Urgency  Urgency
	State    State
	Category string
}

// Plan gives the stages of a clock in the order of their time. It is pure.
type Plan func(Staged) []Stage

// Escalation is what was said of a limit, and when it was to be said.
type Escalation struct {
	Clock string
	Leg   int
	Stage string
	Level int
	Unit  UnitCode // who had the case; empty: the hotline
	Due   time.Time
	At    time.Time
}

// claimSQL claims the clocks whose next moment has come, each with its case; cases that a step has in hand are passed over, never waited for.
const claimSQL = `select k.case_id, k.name, k.leg from clock k join cases c on c.id = k.case_id
	where k.next_at < $1 order by k.next_at limit $2 for no key update of c skip locked for update of k skip locked`

// stagedSQL reads the claimed clocks with what was said of their present limit. A case whose last event came from a younger transaction is left
// to the next sweep: followers read by transaction.
const stagedSQL = `select k.case_id, k.name, k.leg, coalesce(k.unit, ''), k.started_at, k.due_at, coalesce(k.working_days, 0), k.ordinary_due_at, k.met_at, k.cancelled_at, c.kind, c.urgency, c.state, c.category,
		exists (select 1 from pause p where p.case_id = k.case_id and p.leg = k.leg and k.name = 'handle' and p.until_at is null),
		array(select x.stage from escalation x where x.case_id = k.case_id and x.clock = k.name and x.leg = k.leg and x.due_at = k.due_at)
	from unnest($1::uuid[], $2::text[], $3::int[]) as d (case_id, name, leg) join clock k on k.case_id = d.case_id and k.name = d.name and k.leg = d.leg join cases c on c.id = k.case_id
	where not exists (select 1 from event e where e.case_id = d.case_id and e.xid > pg_current_xact_id())`

// sayStagesSQL keeps stages and appends them to the history at the time at which they were to be said. What was said before is not said again.
const sayStagesSQL = `with kept as (
		insert into escalation (case_id, clock, leg, stage, level, unit, due_at, at)
		select s.case_id, s.clock, s.leg, s.stage, s.level, nullif(s.unit, ''), s.due, s.at
		from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::text[], $7::timestamptz[], $8::timestamptz[]) as s (case_id, clock, leg, stage, level, unit, due, at)
		on conflict do nothing returning case_id, clock, leg, stage, level, coalesce(unit, '') as unit, due_at, at),
	raised as (
		update cases c set raised = greatest(c.raised, k.level),
			supervised = case when k.level < 3 or c.supervised = 'summons' or c.supervised = 'listed' and k.level < 5 then c.supervised
				when k.level >= 5 then 'summons' when k.level = 4 then 'listed' else coalesce(c.supervised, 'routine') end
		from (select case_id, max(level) as level from kept where level > 0 group by case_id) k where c.id = k.case_id and c.state not in (` + finalStates + `))
	insert into event (case_id, at, step, state_from, state_to, actor, role, unit, round, leg, data)
	select c.id, k.at, case when k.level = 0 then 'remind' else 'escalate' end, c.state, c.state, 'system', 'system', 'hotline', c.round, k.leg,
		jsonb_build_object('clock', k.clock, 'leg', k.leg, 'stage', k.stage, 'level', k.level, 'unit', k.unit, 'due', k.due_at)
	from kept k join cases c on c.id = k.case_id order by k.at, k.level`

const finalStates = `'closed','archived','declined','redirected','terminated','merged','withdrawn'`

// SweepStages says what is to be said of every clock whose next moment has come, the longest waiting first and at most limit a call, and tells
// how many clocks it looked at. It is safe to run twice, late, or on two machines at once: rows are claimed with skip locked, each stage is
// kept once, and stands in the history at its own time, also where the clock was met meanwhile.
func (d *Docket) SweepStages(ctx context.Context, limit int, plan Plan) (int, error) {
	n, said := 0, 0
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		now := d.Now().UTC()
		var claimed clockRefs
		if err := claimed.read(ctx, tx, claimSQL, now, limit); err != nil || len(claimed.ids) == 0 {
			return err
		}
		var say stageRows
		next := clockRefs{}
		var at []*time.Time
		rows, err := tx.Query(ctx, stagedSQL, claimed.ids, claimed.names, claimed.legs)
		if err != nil {
			return err
		}
		var s Staged
		var paused bool
		var before []string
		_, err = pgx.ForEachRow(rows, []any{&s.Case, &s.Name, &s.Leg, &s.Unit, &s.Started, &s.Due, &s.WorkingDays, &s.Ordinary, &s.Met, &s.Cancelled, &s.Kind, &s.Urgency, &s.State, &s.Category, &paused, &before}, func() error {
			next.add(s.Case, s.Name, s.Leg)
			at = append(at, say.take(s, paused, before, plan, now))
			return nil
		})
		if err != nil {
			return err
		}
		n, said = len(next.ids), len(say.at)
		if said > 0 {
			if _, err := tx.Exec(ctx, sayStagesSQL, say.ids, say.clocks, say.legs, say.stages, say.levels, say.units, say.dues, say.at); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `update clock k set next_at = n.at from unnest($1::uuid[], $2::text[], $3::int[], $4::timestamptz[]) as n (case_id, name, leg, at)
			where k.case_id = n.case_id and k.name = n.name and k.leg = n.leg`, next.ids, next.names, next.legs, at)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep stages: %w", err)
	}
	if said > 0 {
		d.woke()
	}
	return n, nil
}

// stageRows are stages to be said, by column.
type stageRows struct {
	ids                   []CaseID
	clocks, stages, units []string
	legs, levels          []int
	dues, at              []time.Time
}

// take adds the stages of a clock whose time has come, and gives the next moment; nil where nothing more will be said. A clock that stands
// still has none until it runs again, one that ended has only those before its end.
func (r *stageRows) take(s Staged, paused bool, before []string, plan Plan, now time.Time) *time.Time {
	if paused {
		return nil
	}
	end := now
	for _, over := range []*time.Time{s.Met, s.Cancelled} {
		if over != nil && over.Before(end) {
			end = *over
		}
	}
	for _, x := range plan(s) {
		if slices.Contains(before, x.Name) {
			continue
		}
		if !x.At.Before(end) { // a step at exactly the due time is in time
			if s.Met != nil || s.Cancelled != nil {
				return nil
			}
			next := x.At
			return &next
		}
		r.ids, r.clocks, r.legs, r.units = append(r.ids, s.Case), append(r.clocks, s.Name), append(r.legs, s.Leg), append(r.units, string(s.Unit))
		r.stages, r.levels, r.dues, r.at = append(r.stages, x.Name), append(r.levels, x.Level), append(r.dues, s.Due), append(r.at, x.At)
	}
	return nil
}

// clockRefs name clocks, by column.
type clockRefs struct {
	ids   []CaseID
	names []string
	legs  []int
}

func (r *clockRefs) add(id CaseID, name string, leg int) {
	r.ids, r.names, r.legs = append(r.ids, id), append(r.names, name), append(r.legs, leg)
}

func (r *clockRefs) read(ctx context.Context, tx pgx.Tx, sql string, args ...any) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	var id CaseID
	var name string
	var leg int
	_, err = pgx.ForEachRow(rows, []any{&id, &name, &leg}, func() error { r.add(id, name, leg); return nil })
	return err
}

// Rounds are when a case is raised by itself (提级督办): at so many further rounds of handling, and at the dispatch to so many units, each of
// which but the last gave it back.
type Rounds struct {
	Redo      int
	Transfers int
}

// roundsSQL claims cases that went round too often and for which that was not said yet, with the moment at which it was reached.
const roundsSQL = `select c.id, g.stage, g.at, k.due_at from cases c join clock k on k.case_id = c.id and k.name = 'total' and k.leg = 0
	cross join lateral (
		select 'repeat_redo' as stage, (select e.at from event e where e.case_id = c.id and e.step = 'redo' order by e.seq offset $1 - 1 limit 1) as at where c.round > $1
		union all
		select 'repeat_transfer', (select e.at from event e where e.case_id = c.id and e.step = 'dispatch' and not coalesce((e.data ->> 'afresh')::boolean, false) order by e.seq offset $2 - 1 limit 1)
		where (select count(*) from event e where e.case_id = c.id and e.step = 'grant_return') >= $2 - 1
	) g
	where c.leg >= 2 and (c.round > $1 or c.leg >= $2) and c.state not in (` + finalStates + `) and g.at is not null
		and not exists (select 1 from escalation x where x.case_id = c.id and x.stage = g.stage)
		and not exists (select 1 from event e where e.case_id = c.id and e.xid > pg_current_xact_id())
	order by c.id limit $3 for no key update of c skip locked`

// SweepRounds raises the open cases that came back too often, or that found no owner, to the next level of supervision, and tells how many.
func (d *Docket) SweepRounds(ctx context.Context, limit int, r Rounds) (int, error) {
	n := 0
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, roundsSQL, r.Redo, r.Transfers, limit)
		if err != nil {
			return err
		}
		var say stageRows
		var id CaseID
		var stage string
		var at, due time.Time
		_, err = pgx.ForEachRow(rows, []any{&id, &stage, &at, &due}, func() error {
			say.ids, say.clocks, say.legs, say.units = append(say.ids, id), append(say.clocks, ClockTotal), append(say.legs, 0), append(say.units, "")
			say.stages, say.levels, say.dues, say.at = append(say.stages, stage), append(say.levels, Supervised), append(say.dues, due), append(say.at, at)
			return nil
		})
		if err != nil || len(say.ids) == 0 {
			return err
		}
		n = len(say.ids)
		if _, err := tx.Exec(ctx, `update cases set supervised = case supervised when 'routine' then 'listed' when 'listed' then 'summons' else supervised end where id = any ($1)`, say.ids); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sayStagesSQL, say.ids, say.clocks, say.legs, say.stages, say.levels, say.units, say.dues, say.at)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep rounds: %w", err)
	}
	if n > 0 {
		d.woke()
	}
	return n, nil
}

// Escalations reads what was said of a case's limits, in the order of its time, in the actor's scope.
func (d *Docket) Escalations(ctx context.Context, by Actor, id CaseID) ([]Escalation, error) {
	var list []Escalation
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		list, err = collect(ctx, tx, func(row pgx.CollectableRow) (x Escalation, err error) {
			return x, row.Scan(&x.Clock, &x.Leg, &x.Stage, &x.Level, &x.Unit, &x.Due, &x.At)
		}, `select clock, leg, stage, level, coalesce(unit, ''), due_at, at from escalation where case_id = $1 order by at, level`, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read escalations: %w", err)
	}
	return list, nil
}
