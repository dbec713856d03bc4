// Package datause records who used a resident's data, for what and on what basis, and shows it to the resident and the public.
package datause

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
)

// FollowerName is the name under which the uses remember how far they read.
const FollowerName = "datause"

// Follower copies the uses of personal data out of the history and counts them by day of the city. An event read twice is kept and counted once.
func Follower(zone *time.Location) follow.Follower {
	return follow.Follower{Name: FollowerName, Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		var seqs []int64
		var cases []casework.CaseID
		var days []string
		for _, e := range events {
			if e.Step == casework.StepUse {
				seqs, cases = append(seqs, e.Seq), append(cases, e.Case)
				days = append(days, e.At.In(zone).Format(time.DateOnly))
			}
		}
		if len(seqs) == 0 {
			return nil
		}
		if _, err := tx.Exec(ctx, keepUses, seqs, days, cases); err != nil {
			return fmt.Errorf("keep uses: %w", err)
		}
		return nil
	}}
}

// keepUses judges also whether the reader's unit, or one below it, had a part in the case by then; the hotline and machines always have.
const keepUses = `with recursive below as (
		select code as unit, code as of from unit
		union all
		select u.code, b.of from unit u join below b on u.parent = b.unit where b.of <> 'hotline'),
	fresh as (
		insert into data_use (seq, case_id, at, actor, staff_id, unit, role, purpose, basis, fields, automatic, receiver, assigned)
		select e.seq, e.case_id, e.at, e.actor, coalesce(e.staff_id, 0), e.unit, e.role, e.data ->> 'purpose', e.data ->> 'basis',
			array(select jsonb_array_elements_text(e.data -> 'fields')), coalesce((e.data ->> 'automatic')::boolean, false), coalesce(e.data ->> 'receiver', ''),
			e.actor <> 'staff' or e.unit = 'hotline'
				or exists (select 1 from party p join below b on b.unit = p.unit where p.case_id = e.case_id and b.of = e.unit and p.joined_at <= e.at)
		from event e where e.seq = any ($1::bigint[]) and e.case_id = any ($3::uuid[]) and e.step = 'use'
		on conflict do nothing
		returning seq, unit, purpose, automatic, assigned),
	dated as (select * from unnest($1::bigint[], $2::date[]) as d (seq, day))
	insert into data_use_day as t (day, unit, purpose, automatic, assigned, n)
	select d.day, f.unit, f.purpose, f.automatic, f.assigned, count(*) from fresh f join dated d using (seq) group by 1, 2, 3, 4, 5
	on conflict (day, unit, purpose, automatic, assigned) do update set n = t.n + excluded.n`
