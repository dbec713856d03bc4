package calls

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// After takes the turns of a call that came when it was over, from the exchange whose call it was, and tells the case that its operator made of it.
// Turns that were heard while it was under way stand as they were heard. ok is false where the exchange has told of no such call, or nobody made a case of it.
func (r *Room) After(ctx context.Context, by casework.Actor, external string, turns []Turn) (id casework.CaseID, ok bool, err error) {
	if err := mayTake(by); err != nil {
		return id, false, err
	}
	var heard Taken
	err = pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		heard = Taken{}
		err := tx.QueryRow(ctx, `select `+callColumns+` from call c where c.source = $1 and c.external_id = $2 and c.case_id is not null for update`, by.StaffID, external).Scan(heard.Call.dest()...)
		if pg.IsNoRows(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find call: %w", err)
		}
		id, ok = *heard.Call.Case, true
		var known bool
		if err := tx.QueryRow(ctx, `select exists (select 1 from call_turn where call_id = $1)`, heard.Call.ID).Scan(&known); err != nil || known {
			return err
		}
		return r.keepTurns(ctx, tx, &heard, turns[:min(len(turns), MostTurns)])
	})
	if err == nil && heard.New > 0 {
		r.woke()
	}
	return id, ok, err
}

// Became says which case was made of the transcript of a call, where its operator made none and is no longer at it.
func (r *Room) Became(ctx context.Context, by casework.Actor, external string, id casework.CaseID) error {
	return pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		var of uuid.UUID
		err := tx.QueryRow(ctx, `update call set case_id = $3, ring_back = '', touched = nextval('call_touch') where source = $1 and external_id = $2 and case_id is null
			and (state = 'missed' or state = 'ended' and moved_at < $4) returning id`, by.StaffID, external, id, r.Now().UTC().Add(-linger)).Scan(&of)
		if pg.IsNoRows(err) {
			return nil
		}
		return err
	})
}
