package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Whistle is a street's call for departments to come (吹哨报到; Beijing ordinance of 2021, articles 16 and 33): who called whom, where to, and by when.
// Both sides are on record.
type Whistle struct {
	ID       uuid.UUID
	Leg      int
	By       UnitCode
	At       time.Time
	Place    string
	ReportBy time.Time
	Calls    []WhistleCall
}

// WhistleCall is one department that was called, and when it reported at the place.
type WhistleCall struct {
	Unit     UnitCode
	Reported *time.Time
}

// Late reports whether the department came late, or is late now. Exactly at the limit is in time.
func (w Whistle) Late(c WhistleCall, now time.Time) bool {
	if c.Reported != nil {
		now = *c.Reported
	}
	return now.After(w.ReportBy)
}

type whistleData struct {
	Units    []UnitCode `json:"co"`
	Place    string     `json:"place"`
	ReportBy time.Time  `json:"due"`
}

// maxWhistled bounds how many departments one whistle calls.
const maxWhistled = 10

// Whistle calls departments to a place by a time; what they are to do there stands in place. Only a street may, of a case that it leads or that was handed to it; the
// departments take part in the case as co-handlers from then on. Errors: fault.Invalid at units, place or report_by, fault.Forbidden.
func (d *Docket) Whistle(ctx context.Context, by Actor, ref Ref, call Whistle) error {
	return d.step(ctx, by, ref, StepWhistle, func(ctx context.Context, w *work) (any, error) {
		if err := w.onlyLeadOrHolder(ctx); err != nil {
			return nil, err
		}
		if err := w.mayWhistle(ctx, call); err != nil {
			return nil, err
		}
		handle, err := w.handleDue(ctx)
		if err != nil {
			return nil, fmt.Errorf("read handling limit: %w", err)
		}
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		call.Place = clean(call.Place, 500)
		_, err = w.tx.Exec(ctx, `insert into whistle (id, case_id, leg, by_unit, by_staff, at, place, report_by) values ($1, $2, $3, $4, nullif($5::bigint, 0), $6, $7, $8)`,
			id, w.c.ID, w.c.Leg, by.Unit, by.StaffID, w.at, call.Place, call.ReportBy)
		if err != nil {
			return nil, fmt.Errorf("keep whistle: %w", err)
		}
		data := whistleData{Place: call.Place, ReportBy: call.ReportBy}
		for _, c := range call.Calls {
			if slices.Contains(data.Units, c.Unit) {
				continue
			}
			data.Units = append(data.Units, c.Unit)
			if _, err := w.tx.Exec(ctx, `insert into whistle_call (whistle, unit) values ($1, $2)`, id, c.Unit); err != nil {
				return nil, fmt.Errorf("call %s: %w", c.Unit, err)
			}
			if err := w.join(ctx, c.Unit, "co", handle); err != nil {
				return nil, err
			}
		}
		return data, nil
	})
}

func (w *work) mayWhistle(ctx context.Context, call Whistle) error {
	var level string
	if err := w.tx.QueryRow(ctx, `select level from unit where code = $1`, w.by.Unit).Scan(&level); err != nil {
		return fmt.Errorf("read unit: %w", err)
	}
	if level != "street" {
		return fault.New(fault.Forbidden, "fault.only_streets_whistle")
	}
	var units []string
	for _, c := range call.Calls {
		units = append(units, string(c.Unit))
	}
	var known, fit int
	err := w.tx.QueryRow(ctx, `select count(distinct u), count(distinct t.code) from unnest($1::text[]) u left join unit t on t.code = u and t.active and t.level in ('city','district','utility') and t.code <> $2`,
		units, w.c.lead()).Scan(&known, &fit)
	switch {
	case err != nil:
		return fmt.Errorf("look for whom to call: %w", err)
	case known == 0 || known > maxWhistled:
		return fault.New(fault.Invalid, "fault.unit_needed").At("units")
	case known != fit:
		return fault.New(fault.Invalid, "fault.whistle_department").At("units")
	case blank(call.Place):
		return fault.New(fault.Invalid, "fault.place_needed").At("place")
	case !call.ReportBy.After(w.at):
		return fault.New(fault.Invalid, "fault.report_by_needed").At("report_by")
	}
	return nil
}

// ReportIn says that a department which a whistle called is at the place (报到), with what it found; its earliest whistle not answered yet is meant.
// The time is the step's. Errors: fault.Conflict where nothing called it.
func (d *Docket) ReportIn(ctx context.Context, by Actor, ref Ref, note string, files []Attachment) error {
	return d.step(ctx, by, ref, StepReportIn, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(note), "fault.text_needed", "text"); err != nil {
			return nil, err
		}
		data := map[string]any{}
		var unit UnitCode
		var limit time.Time
		err := w.tx.QueryRow(ctx, `update whistle_call c set reported_at = $3, reported_by = nullif($4::bigint, 0) from whistle w
			where w.id = c.whistle and c.reported_at is null and (c.whistle, c.unit) = (select c2.whistle, c2.unit from whistle_call c2 join whistle w2 on w2.id = c2.whistle
				where w2.case_id = $1 and c2.unit = any ($2::text[]) and c2.reported_at is null order by w2.at, c2.unit limit 1)
			returning c.unit, w.report_by`, w.c.ID, texts(by.Units), w.at, by.StaffID).Scan(&unit, &limit)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fault.New(fault.Conflict, "fault.not_whistled")
		}
		if err != nil {
			return nil, fmt.Errorf("report in: %w", err)
		}
		data["unit"], data["late"], data["due"] = unit, w.at.After(limit), limit
		return data, w.say(ctx, saying{author: "unit", purpose: "internal", body: note, files: files})
	})
}

// Whistles are the whistles of one case in the actor's scope, oldest first.
func (d *Docket) Whistles(ctx context.Context, by Actor, id CaseID) ([]Whistle, error) {
	var list []Whistle
	if err := pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) { askWhistles(b, &list, id) }); err != nil {
		return nil, fmt.Errorf("read whistles: %w", err)
	}
	return list, nil
}

// askWhistles queues the reading of a case's whistles.
func askWhistles(b *pgx.Batch, list *[]Whistle, id CaseID) {
	b.Queue(`select w.id, w.leg, w.by_unit, w.at, w.place, w.report_by, c.unit, c.reported_at from whistle w join whistle_call c on c.whistle = w.id
			where w.case_id = $1 order by w.at, w.id, c.unit`, id).Query(func(rows pgx.Rows) error {
		var one Whistle
		var call WhistleCall
		_, err := pgx.ForEachRow(rows, []any{&one.ID, &one.Leg, &one.By, &one.At, &one.Place, &one.ReportBy, &call.Unit, &call.Reported}, func() error {
			if n := len(*list); n == 0 || (*list)[n-1].ID != one.ID {
				*list = append(*list, one)
			}
			last := &(*list)[len(*list)-1]
			last.Calls = append(last.Calls, call)
			return nil
		})
		return err
	})
}

// WhistleEntry is one department's part in a whistle, with the case it is about, for lists.
type WhistleEntry struct {
	Whistle
	WhistleCall
	Case
}

// WhistleList reads the calls in the actor's scope made since a time: those not answered first, then the newest, at most limit.
func (d *Docket) WhistleList(ctx context.Context, by Actor, since time.Time, limit int) ([]WhistleEntry, error) {
	var list []WhistleEntry
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		list, err = collect(ctx, tx, func(row pgx.CollectableRow) (e WhistleEntry, err error) {
			return e, row.Scan(append(e.Case.dest(), &e.Whistle.ID, &e.Whistle.Leg, &e.By, &e.At, &e.Whistle.Place, &e.ReportBy, &e.WhistleCall.Unit, &e.Reported)...)
		}, `select `+caseColumns+`, w.id, w.leg, w.by_unit, w.at, w.place, w.report_by, r.unit, r.reported_at`+caseTables+`join whistle w on w.case_id = c.id join whistle_call r on r.whistle = w.id
			where w.at >= $1 order by r.reported_at is not null, w.report_by desc, w.id, r.unit limit $2`, since, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list whistles: %w", err)
	}
	return list, nil
}
