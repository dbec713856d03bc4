package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// RightRequest is a request about data as it stands; the words are the masked copy.
type RightRequest struct {
	ID          uuid.UUID
	Number      string
	Case        CaseID
	CaseNo      string
	CaseState   State
	Kind        RightKind
	Field       PersonalField // of a correction
	State       RightState
	Words       string
	Sealed      bool // there is something as written, or a new value
	AskedAt     time.Time
	Due         time.Time
	Provisional bool // the calendar may still move the limit
	ProposedAt  *time.Time
	ProposedBy  int64
	DecidedAt   *time.Time
	DecidedBy   int64
	Reason      string
	Basis       string
	LateAt      *time.Time
	Taken       int
	DelayedAt   *time.Time // the resident was told that it takes longer
	DelayReason string
	FirstDue    *time.Time // the limit before it was extended; nil: it was not
	Expected    *time.Time // the day that the resident was told
}

// Open reports whether it waits for a decision.
func (r RightRequest) Open() bool { return r.DecidedAt == nil }

// Right reads one request. Errors: fault.NotFound outside the actor's scope.
func (d *Docket) Right(ctx context.Context, by Actor, id uuid.UUID) (RightRequest, error) {
	list, err := d.rights(ctx, by, `r.id = $1`, id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return RightRequest{}, err
	}
	return list[0], nil
}

// RightListed reads one request of RightsList for its own page. An auditor has no sight of cases, but reads each request as the list has it: its state, its limits
// and the masked words. Errors: fault.NotFound outside the actor's scope.
func (d *Docket) RightListed(ctx context.Context, by Actor, id uuid.UUID) (RightRequest, error) {
	if by.Unit == Hotline && by.Has(Auditor) {
		by = System
	}
	return d.Right(ctx, by, id)
}

// RightsOf reads the requests about the data of one case, newest first.
func (d *Docket) RightsOf(ctx context.Context, by Actor, id CaseID) ([]RightRequest, error) {
	return d.rights(ctx, by, `r.case_id = $1 order by r.asked_at desc, r.id desc`, id)
}

// RightsList reads the requests for those who decide them, the open ones first by their limits, then the newest. Errors: fault.Forbidden for others than the
// privacy officer, supervisors as second persons, and auditors.
func (d *Docket) RightsList(ctx context.Context, by Actor, limit int) ([]RightRequest, error) {
	if by.Unit != Hotline || !by.Has(Privacy, Supervisor, Auditor) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return d.rights(ctx, System, `true order by r.decided_at is not null, case when r.decided_at is null then r.due_at end, r.asked_at desc limit $1`, limit)
}

func (d *Docket) rights(ctx context.Context, by Actor, where string, args ...any) ([]RightRequest, error) {
	var list []RightRequest
	err := pg.InTx(ctx, d.DB, by.scope(), func(tx pgx.Tx) error {
		var err error
		list, err = collect(ctx, tx, pgx.RowToStructByPos[RightRequest], `select r.id, r.number, r.case_id, c.number, c.state, r.kind, r.field, r.state, r.words, r.sealed is not null, r.asked_at, r.due_at, r.provisional,
			r.proposed_at, coalesce(r.proposed_by, 0), r.decided_at, coalesce(r.decided_by, 0), r.reason, r.basis, r.late_at, r.taken, r.delayed_at, r.delay_reason, r.first_due_at, r.expected_at from rights_request r join cases c on c.id = r.case_id where `+where, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read requests about data: %w", err)
	}
	return list, nil
}

// RevealRight reads what the resident wrote in a request, or the new value of a correction, as a use for answering it.
func (d *Docket) RevealRight(ctx context.Context, by Actor, request uuid.UUID) (string, error) {
	r, err := d.Right(ctx, by, request)
	if err != nil {
		return "", err
	}
	var text string
	err = d.reveal(ctx, by, r.Case, &[]PersonalField{FieldRequest}, Use{Purpose: ForRights, Basis: BasisRights}, func(ctx context.Context, tx pgx.Tx) error {
		key, err := d.dataKey(ctx, tx, r.Case)
		if err != nil {
			return err
		}
		var sealed []byte
		if err := tx.QueryRow(ctx, `select sealed from rights_request where id = $1`, request).Scan(&sealed); err != nil || sealed == nil {
			return err
		}
		plain, err := key.Open(sealedRight, r.Case.String(), sealed)
		text = string(plain)
		return err
	})
	return text, err
}

// Former is a value that was corrected.
type Former struct {
	Field PersonalField
	Value string
	Until time.Time
}

// Formers reads the values that the resident had corrected, for the resident's own copy.
func (d *Docket) Formers(ctx context.Context, by Actor, id CaseID) ([]Former, error) {
	var all []Former
	err := d.reveal(ctx, by, id, &[]PersonalField{FieldRequest}, Use{Purpose: ForOwn}, func(ctx context.Context, tx pgx.Tx) error {
		key, err := d.dataKey(ctx, tx, id)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select field, sealed, until from person_former where case_id = $1 and sealed is not null order by id`, id)
		if err != nil {
			return err
		}
		var f Former
		var sealed []byte
		_, err = pgx.ForEachRow(rows, []any{&f.Field, &sealed, &f.Until}, func() error {
			plain, err := key.Open(string(f.Field), id.String(), sealed)
			f.Value = string(plain)
			all = append(all, f)
			return err
		})
		return err
	})
	return all, err
}
