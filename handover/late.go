package handover

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Sent is one handover as staff see it.
type Sent struct {
	ID          uuid.UUID
	Case        casework.CaseID
	Number      string // of our case
	Partner     string // code
	City        string // name
	State       string // prepared, queued, received, answered, over, back
	QueuedAt    time.Time
	Tries       int
	LastError   string
	TheirNumber string
	TheirDue    time.Time // zero before the receipt
	Late        bool      // no receipt within LateAfter
}

// Away reports whether the case is with the other hotline, or on its way there.
func (o Sent) Away() bool {
	return o.State == "prepared" || o.State == "queued" || o.State == "received"
}

// mayLook holds the lists to the hotline: units see a case's history and not these.
func mayLook(by casework.Actor) error {
	if by.Kind == casework.BySystem || by.Kind == casework.ByStaff && by.Unit == casework.Hotline && by.Has(casework.Operator, casework.Dispatcher, casework.Supervisor, casework.Callback) {
		return nil
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

const sentSQL = `select o.id, o.case_id, c.number, o.partner, o.city, o.state, coalesce(o.queued_at, o.made_at), o.tries, o.last_error, o.their_number, o.their_due, o.late_at is not null and o.receipt_at is null
	from handover_out o join cases c on c.id = o.case_id `

func (s *Service) sent(ctx context.Context, by casework.Actor, sql string, args ...any) ([]Sent, error) {
	if err := mayLook(by); err != nil {
		return nil, err
	}
	var list []Sent
	err := pg.Ask(ctx, s.DB, pg.Settings{"huiyin.scope": "hotline"}, func(b *pgx.Batch) { pg.Rows(b, &list, scanSent, sentSQL+sql, args...) })
	if err != nil {
		return nil, fmt.Errorf("list handovers: %w", err)
	}
	return list, nil
}

func scanSent(row pgx.CollectableRow) (o Sent, err error) {
	var due *time.Time
	err = row.Scan(&o.ID, &o.Case, &o.Number, &o.Partner, &o.City, &o.State, &o.QueuedAt, &o.Tries, &o.LastError, &o.TheirNumber, &due, &o.Late)
	if due != nil {
		o.TheirDue = *due
	}
	return o, err
}

// ofCase selects the handovers of a case, newest first.
const ofCase = `where o.case_id = $1 order by o.made_at desc, o.id`

// About is what the page of a case shows of handovers: those of the case, newest first, and every partner. Errors: fault.Forbidden outside the hotline.
func (s *Service) About(ctx context.Context, by casework.Actor, id casework.CaseID) (sent []Sent, partners []Partner, err error) {
	if err := mayLook(by); err != nil {
		return nil, nil, err
	}
	err = pg.Ask(ctx, s.DB, pg.Settings{"huiyin.scope": "hotline"}, func(b *pgx.Batch) {
		pg.Rows(b, &sent, scanSent, sentSQL+ofCase, id)
		pg.Rows(b, &partners, scanPartner, partnersSQL)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read handovers: %w", err)
	}
	return sent, partners, nil
}

// Of lists the handovers of a case, newest first. Errors: fault.Forbidden outside the hotline.
func (s *Service) Of(ctx context.Context, by casework.Actor, id casework.CaseID) ([]Sent, error) {
	return s.sent(ctx, by, ofCase, id)
}

// Away lists the cases that are with other hotlines or on their way, those without receipt first, at most limit. Errors: fault.Forbidden outside the hotline.
func (s *Service) Away(ctx context.Context, by casework.Actor, limit int) ([]Sent, error) {
	return s.sent(ctx, by, `where o.state in ('prepared','queued','received') order by o.receipt_at is not null, o.made_at, o.id limit $1`, limit)
}

// Late lists the handovers whose receipt is late, the oldest first, at most limit. Errors: fault.Forbidden outside the hotline.
func (s *Service) Late(ctx context.Context, by casework.Actor, limit int) ([]Sent, error) {
	return s.sent(ctx, by, `where o.late_at is not null and o.receipt_at is null and o.state = 'queued' order by o.made_at, o.id limit $1`, limit)
}

// SweepLate raises the alarm for each handover that has had no receipt for LateAfter, once: in the history of the case, where the resident sees it, in the list of Late, and in the log.
// It also drops what was prepared for a step that was never taken. It tells how many alarms it raised, and is safe to run twice, late, or on two machines at once.
func (s *Service) SweepLate(ctx context.Context) (int, error) {
	now := s.Now().UTC()
	var list []outgoing
	err := pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queueSQL); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from handover_out where state = 'prepared' and made_at < $1`, now.Add(-time.Hour)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select id, case_id, partner, city, tries from handover_out where state = 'queued' and receipt_at is null and late_at is null and queued_at <= $1 order by queued_at limit 100`, now.Add(-LateAfter))
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o outgoing, err error) {
			return o, row.Scan(&o.id, &o.caseID, &o.partner, &o.city, &o.tries)
		})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep handovers: %w", err)
	}
	for i, o := range list {
		if err := s.Docket.Hear(ctx, casework.Ref{ID: o.caseID}, casework.News{Handover: o.id, What: casework.AbroadLate, City: o.city}); err != nil {
			return i, err
		}
		if err := s.change(ctx, `update handover_out set late_at = $2 where id = $1 and late_at is null`, o.id, now); err != nil {
			return i, err
		}
		s.Log.Error("the receipt of a handover is late", "handover", o.id, "case", o.caseID, "partner", o.partner, "tries", o.tries)
	}
	return len(list), nil
}
