package supervision

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// histories reads case, events (without uses) and clocks of some cases: what figures and public cards are made from.
// Events stand in the order of their numbers. Scope must be system.
func histories(ctx context.Context, q pg.Querier, ids []casework.CaseID) ([]casework.Dossier, error) {
	rows, err := q.Query(ctx, `select id, state, kind, category, territory, channel, secret, publish, round, leg, owner_unit, coalesce(lead_unit, ''), filed_at
		from cases where id = any ($1) order by id`, ids)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	files, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (casework.Dossier, error) {
		var d casework.Dossier
		c := &d.Case
		err := row.Scan(&c.ID, &c.State, &c.Kind, &c.Category, &c.Territory, &c.Channel, &c.Secret, &c.Publish, &c.Round, &c.Leg, &c.Owner, &c.Lead, &c.FiledAt)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	of := make(map[casework.CaseID]*casework.Dossier, len(files))
	for i := range files {
		of[files[i].Case.ID] = &files[i]
	}
	rows, err = q.Query(ctx, `select `+casework.EventColumns+` from event where case_id = any ($1) and step <> 'use' order by seq`, ids)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	events, err := pgx.CollectRows(rows, casework.ScanEvent)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	for _, e := range events {
		if d := of[e.Case]; d != nil {
			d.Events = append(d.Events, e)
		}
	}
	rows, err = q.Query(ctx, `select case_id, name, leg, coalesce(unit, ''), started_at, due_at, original_due_at from clock where case_id = any ($1) order by case_id, leg, name`, ids)
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	var id casework.CaseID
	var k casework.Clock
	_, err = pgx.ForEachRow(rows, []any{&id, &k.Name, &k.Leg, &k.Unit, &k.Started, &k.Due, &k.OriginalDue}, func() error {
		if d := of[id]; d != nil {
			d.Clocks = append(d.Clocks, k)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", err)
	}
	return files, nil
}

// touched lists the cases that events speak of, each once; uses change no figure.
func touched(events []casework.Event) []casework.CaseID {
	var ids []casework.CaseID
	seen := map[casework.CaseID]bool{}
	for _, e := range events {
		if e.Step != casework.StepUse && !seen[e.Case] {
			seen[e.Case] = true
			ids = append(ids, e.Case)
		}
	}
	return ids
}
