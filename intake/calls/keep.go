package calls

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Kept tells whether a case came from a call of which the words are still there.
func (r *Room) Kept(ctx context.Context, id casework.CaseID) (bool, error) {
	var kept bool
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select exists (select 1 from call c join call_turn t on t.call_id = c.id where c.case_id = $1)`, id).Scan(&kept)
	})
	return kept, err
}

// Transcript reads what was said in the call from which a case came. It is part of the submission as it came: docket writes the use into the case's history, where the resident sees it, before a word
// is read. Only the hotline's staff may. Errors: those of Docket.RevealRaw, fault.NotFound where there was no call.
func (r *Room) Transcript(ctx context.Context, docket *casework.Docket, by casework.Actor, id casework.CaseID, use casework.Use) ([]Line, error) {
	if by.Unit != casework.Hotline {
		return nil, fault.New(fault.Forbidden, "fault.not_your_step")
	}
	if _, err := docket.RevealRaw(ctx, by, id, use); err != nil {
		return nil, err
	}
	var all []Line
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select id from call where case_id = $1 and wrapped_key is not null order by began_at`, id)
		if err != nil {
			return fmt.Errorf("find the calls of a case: %w", err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return fmt.Errorf("find the calls of a case: %w", err)
		}
		if len(list) == 0 {
			return errNoCall
		}
		for _, call := range list {
			lines, err := r.lines(ctx, tx, call)
			if err != nil {
				return err
			}
			all = append(all, lines...)
		}
		return nil
	})
	return all, err
}
