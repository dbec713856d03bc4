package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/datause/warning"
	"huiyin/follow"
	"huiyin/pg"
)

// held are the states in which a unit still has a case.
var held = []casework.State{casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand, casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated}

// judgements are what the privacy officer wrote of warnings.
type judgements struct {
	Quality string `yaml:"quality"` // of a check of many cases that somebody ordered
	Curious string `yaml:"curious"` // of a misuse
}

// lookAround lets some people read what they need not, and the privacy officer judge what the early warning found of it: a check of quality, a misuse with its duties done, and two that wait.
func (d *desk) lookAround(ctx context.Context, said judgements) error {
	checked, curious, night := d.ago(33), d.ago(12), d.ago(2).Add(13*time.Hour)
	contact := []casework.PersonalField{casework.FieldName, casework.FieldPhone}
	many, err := d.quiet(ctx, quiet{states: over, kinds: ordinary, since: checked, limit: warning.Standard.Idle + 2})
	if err != nil {
		return err
	}
	if err := d.read(ctx, d.crew.second, checked.Add(4*time.Hour), 2*time.Minute, many, contact, casework.ForHandling); err != nil {
		return err
	}
	for _, unit := range []casework.UnitCode{"c-jiaojing", "d-linjiang-chengguan", "d-linjiang-zhujian"} {
		few, err := d.quiet(ctx, quiet{states: held, unit: unit, kinds: ordinary, since: night, limit: warning.Standard.OffHours + 1})
		if err != nil {
			return err
		}
		if len(few) < warning.Standard.OffHours {
			continue
		}
		if err := d.read(ctx, d.worker(unit), night, 3*time.Minute, few, contact, casework.ForHandling); err != nil {
			return err
		}
		break
	}
	sealed, err := d.quiet(ctx, quiet{states: append(inWork, over...), kinds: []casework.Kind{casework.Report}, since: curious, limit: 1, not: d.crew.caller.StaffID})
	if err != nil {
		return err
	}
	if err := d.read(ctx, d.crew.caller, curious, 0, sealed, []casework.PersonalField{casework.FieldBody}, casework.ForFollowUp); err != nil {
		return err
	}
	d.now = d.ago(1).Add(5 * time.Hour)
	for i := range warning.Standard.Search + 4 {
		if _, err := d.docket.Caller(ctx, d.crew.second, fmt.Sprintf("1990000%04d", 9400+i)); err != nil {
			return fmt.Errorf("look up: %w", err)
		}
		d.now = d.now.Add(time.Minute)
	}
	if err := d.warn(ctx); err != nil {
		return err
	}
	all, err := warning.List(ctx, d.Pool, d.crew.officer, 100)
	if err != nil {
		return err
	}
	for _, w := range all {
		switch {
		case w.Rule == warning.Idle && w.StaffID == d.crew.second.StaffID:
			err = warning.Judge(ctx, d.Pool, d.crew.officer, w.ID, warning.Harmless, said.Quality, w.At.Add(3*time.Hour))
		case w.Rule == warning.Sealed && w.StaffID == d.crew.caller.StaffID:
			err = d.misuse(ctx, w, said.Curious)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) read(ctx context.Context, by casework.Actor, at time.Time, pause time.Duration, cases []casework.CaseID, fields []casework.PersonalField, why casework.Purpose) error {
	d.now = at
	for _, id := range cases {
		if _, err := d.docket.Reveal(ctx, by, id, fields, casework.Use{Purpose: why}); err != nil {
			return fmt.Errorf("read: %w", err)
		}
		d.now = d.now.Add(pause)
	}
	return nil
}

// misuse is judged two hours later, and the duties after a leak are done within a day.
func (d *desk) misuse(ctx context.Context, w warning.Warning, note string) error {
	if err := warning.Judge(ctx, d.Pool, d.crew.officer, w.ID, warning.Misuse, note, w.At.Add(2*time.Hour)); err != nil {
		return err
	}
	if err := warning.Told(ctx, d.Pool, d.crew.officer, w.ID, false, w.At.Add(5*time.Hour)); err != nil {
		return err
	}
	return warning.Told(ctx, d.Pool, d.crew.officer, w.ID, true, w.At.Add(22*time.Hour))
}

// warn lets the early warning read what happened, at the time it happened.
func (d *desk) warn(ctx context.Context) error {
	var at time.Time
	watch := &warning.Watch{Limits: warning.Standard, Zone: d.Rules.TZ, Now: func() time.Time { return at }}
	each := follow.Follower{Name: warning.FollowerName, Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		for i, e := range events {
			at = e.At.Add(15 * time.Second)
			if err := watch.Follower().Handle(ctx, tx, events[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	}}
	if err := each.CatchUpAll(ctx, d.Pool); err != nil {
		return err
	}
	at = d.now
	_, err := watch.Sweep(ctx, d.Pool)
	return err
}

// withhold keeps uses of reports from their residents for a time, on a legal ground.
func (d *desk) withhold(ctx context.Context, s dataScenes) error {
	var uses []int64
	err := pg.InTx(ctx, d.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select distinct on (e.case_id) e.seq from event e join cases c on c.id = e.case_id where e.step = 'use' and e.actor = 'staff' and e.staff_id is not null and c.kind = 'report' and e.at < $1
			order by e.case_id, e.seq limit $2`, d.ago(10), len(s.Withhold))
		if err != nil {
			return err
		}
		uses, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil {
		return err
	}
	for i, seq := range uses {
		w := s.Withhold[i]
		if err := datause.AskWithhold(ctx, d.Pool, d.crew.officer, seq, w.Ground, d.Now().AddDate(0, 0, w.Until), d.ago(w.Asked)); err != nil {
			return fmt.Errorf("withhold: %w", err)
		}
		if w.Approved == 0 {
			continue
		}
		all, err := datause.Withholdings(ctx, d.Pool, d.crew.officer, 10)
		if err != nil {
			return err
		}
		for _, one := range all {
			if one.Event == seq {
				if err := datause.ApproveWithhold(ctx, d.Pool, d.crew.second, one.ID, d.ago(w.Approved)); err != nil {
					return fmt.Errorf("withhold: %w", err)
				}
			}
		}
	}
	return nil
}
