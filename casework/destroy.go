package casework

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/google/uuid"

	"huiyin/fault"
)

var errStillThere = fault.New(fault.Conflict, "fault.conflict")

// destroyed notes what was destroyed of the case, with a random salt by which its certificate can name the case to the resident alone.
func (w *work) destroyed(ctx context.Context, what string, why Erasure, request *uuid.UUID) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	salt := make([]byte, 32)
	_, _ = rand.Read(salt) // never fails; the runtime stops the process instead
	_, err = w.tx.Exec(ctx, `insert into destruction (id, case_id, at, what, reason, request, salt) values ($1, $2, $3, $4, $5, $6, $7)`, id, w.c.ID, w.at, what, why.Reason, request, salt)
	if err != nil {
		return fmt.Errorf("note destruction: %w", err)
	}
	return nil
}

// EraseMasked destroys also the masked words of a case whose personal data is gone: titles, texts and notes that stayed for ten years, and what was proposed for them, whose reasons cite them. Codes, times and the history remain.
// Errors: fault.Conflict where personal data is still there.
func (d *Docket) EraseMasked(ctx context.Context, id CaseID) error {
	return d.step(ctx, System, Ref{ID: id}, StepErase, func(ctx context.Context, w *work) (any, error) {
		why := Erasure{Reason: "retention", Masked: true}
		tag, err := w.tx.Exec(ctx, `update person set masked_gone_at = $2 where case_id = $1 and erased_at is not null and masked_gone_at is null`, w.c.ID, w.at)
		if err != nil {
			return nil, fmt.Errorf("erase masked words: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil, errStillThere
		}
		w.c.Title, w.c.Body, w.c.Place, w.c.Told, w.c.Plan = "", "", "", "", ""
		for _, sql := range []string{
			`update cases set grounds = '', proposal = '{}' where id = $1`, `update message set body = '' where case_id = $1`, `update rating set body = '' where case_id = $1`, `update rights_request set words = '' where case_id = $1`,
		} {
			if _, err := w.tx.Exec(ctx, sql, w.c.ID); err != nil {
				return nil, fmt.Errorf("erase masked words: %w", err)
			}
		}
		return why, w.destroyed(ctx, "masked", why, nil)
	})
}
