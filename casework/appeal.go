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

// AppealKind says what a unit holds against how it is scored.
type AppealKind string

// The kinds of appeals. What is granted changes figures only: the case, its clocks and the resident's word stay as they are.
const (
	ScoreAppeal AppealKind = "score"        // 考核申诉: figures of one leg do not count
	Unreasoned  AppealKind = "unreasonable" // 不合理诉求: what the resident says of it does not count
)

// AppealKinds lists the kinds.
var AppealKinds = []AppealKind{ScoreAppeal, Unreasoned}

// AppealFigures are what a score appeal can be about: whether the unit signed, made contact and handled in time, and the resident's word.
var AppealFigures = []string{ClockSign, ClockContact, ClockHandle, "solved", "satisfied"}

// Appeal is one appeal and what the hotline decided.
type Appeal struct {
	ID        uuid.UUID
	Kind      AppealKind
	Leg       int
	Unit      UnitCode
	Figures   []string
	Reason    string
	AskedAt   time.Time
	DecidedAt *time.Time
	Granted   *bool
	Decision  string
}

type appealData struct {
	Kind    AppealKind `json:"kind_of"` // kind is the case's
	Leg     int        `json:"leg"`
	Unit    UnitCode   `json:"unit"`
	Figures []string   `json:"figures,omitempty"`
}

// Appeal asks that a leg of the unit's be left out of figures (domain study 2.1, 2.2): a score appeal names them, an unreasonable demand is the resident's
// word alone. leg 0 is the present one. Once a leg and kind. Errors: fault.Invalid at reason or figures, fault.Forbidden for another unit's leg,
// fault.Conflict "fault.appealed_before".
func (d *Docket) Appeal(ctx context.Context, by Actor, ref Ref, a Appeal) error {
	return d.step(ctx, by, ref, StepAppeal, func(ctx context.Context, w *work) (any, error) { return w.appeal(ctx, a) })
}

func (w *work) appeal(ctx context.Context, a Appeal) (any, error) {
	if a.Leg == 0 {
		a.Leg = w.c.Leg
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	err := w.tx.QueryRow(ctx, `select unit from party where case_id = $1 and leg = $2 and role = 'lead'`, w.c.ID, a.Leg).Scan(&a.Unit)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !slices.Contains(w.by.Units, a.Unit) {
		return nil, fault.New(fault.Forbidden, "fault.not_lead")
	}
	if err != nil {
		return nil, fmt.Errorf("read leg: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	if a.Figures == nil {
		a.Figures = []string{}
	}
	_, err = w.tx.Exec(ctx, `insert into appeal (id, case_id, leg, kind, unit, figures, reason, asked_at, asked_by) values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9::bigint, 0))`,
		id, w.c.ID, a.Leg, a.Kind, a.Unit, a.Figures, clean(a.Reason, 2000), w.at, w.by.StaffID)
	if pg.IsUniqueViolation(err, "") {
		return nil, fault.Wrap(fault.Conflict, "fault.appealed_before", err)
	}
	if err != nil {
		return nil, fmt.Errorf("keep appeal: %w", err)
	}
	return appealData{Kind: a.Kind, Leg: a.Leg, Unit: a.Unit, Figures: a.Figures}, nil
}

func (a Appeal) check() error {
	if err := need(slices.Contains(AppealKinds, a.Kind), "fault.invalid", "kind"); err != nil {
		return err
	}
	if err := need(!blank(a.Reason), "fault.reason_needed", "reason"); err != nil {
		return err
	}
	known := !slices.ContainsFunc(a.Figures, func(f string) bool { return !slices.Contains(AppealFigures, f) })
	return need(known && (a.Kind == ScoreAppeal) == (len(a.Figures) > 0), "fault.figures_needed", "figures")
}

// DecideAppeal is the hotline's decision on an appeal, with the reason in any case. What is granted is counted in public as left out.
func (d *Docket) DecideAppeal(ctx context.Context, by Actor, ref Ref, id uuid.UUID, granted bool, decision string) error {
	s := StepRefuseAppeal
	if granted {
		s = StepGrantAppeal
	}
	return d.step(ctx, by, ref, s, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(decision), "fault.reason_needed", "decision"); err != nil {
			return nil, err
		}
		var data appealData
		err := w.tx.QueryRow(ctx, `update appeal set decided_at = $3, decided_by = nullif($4::bigint, 0), granted = $5, decision = $6 where id = $1 and case_id = $2 and decided_at is null
			returning kind, leg, unit, figures`, id, w.c.ID, w.at, by.StaffID, granted, clean(decision, 1000)).Scan(&data.Kind, &data.Leg, &data.Unit, &data.Figures)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fault.New(fault.Conflict, "fault.no_such_request")
		}
		if err != nil {
			return nil, fmt.Errorf("decide appeal: %w", err)
		}
		return data, nil
	})
}

// Appeals are the appeals of one case in the actor's scope, oldest first.
func (d *Docket) Appeals(ctx context.Context, by Actor, id CaseID) ([]Appeal, error) {
	var list []Appeal
	if err := pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) { askAppeals(b, &list, id) }); err != nil {
		return nil, fmt.Errorf("read appeals: %w", err)
	}
	return list, nil
}

// askAppeals queues the reading of a case's appeals.
func askAppeals(b *pgx.Batch, list *[]Appeal, id CaseID) {
	pg.Rows(b, list, func(row pgx.CollectableRow) (a Appeal, err error) {
		return a, row.Scan(&a.ID, &a.Kind, &a.Leg, &a.Unit, &a.Figures, &a.Reason, &a.AskedAt, &a.DecidedAt, &a.Granted, &a.Decision)
	}, `select id, kind, leg, unit, figures, reason, asked_at, decided_at, granted, decision from appeal where case_id = $1 order by asked_at, id`, id)
}

// AppealEntry is an appeal with the case it is about, for lists.
type AppealEntry struct {
	Appeal
	Case
}

// AppealList reads the appeals in the actor's scope that wait for a decision, oldest first, at most limit.
func (d *Docket) AppealList(ctx context.Context, by Actor, limit int) ([]AppealEntry, error) {
	var list []AppealEntry
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		list, err = collect(ctx, tx, func(row pgx.CollectableRow) (e AppealEntry, err error) {
			return e, row.Scan(append(e.Case.dest(), &e.Appeal.ID, &e.Appeal.Kind, &e.Appeal.Leg, &e.Appeal.Unit, &e.Figures, &e.Reason, &e.AskedAt)...)
		}, `select `+caseColumns+`, a.id, a.kind, a.leg, a.unit, a.figures, a.reason, a.asked_at`+caseTables+`join appeal a on a.case_id = c.id
			where a.decided_at is null order by a.asked_at, a.id limit $1`, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list appeals: %w", err)
	}
	return list, nil
}
