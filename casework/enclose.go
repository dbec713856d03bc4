package casework

import (
	"context"
	"fmt"

	"huiyin/fault"
	"huiyin/pg"
)

// Enclosure is something that came about a case and adds no words to it, such as the transcript of the call that the case was made of.
type Enclosure struct {
	Key     Key
	Channel Channel
	Reason  string // where it came from, with the digest of what came
	Raw     []byte
}

// Enclose keeps something as it came with a case: sealed with the case's key, erased with it. The same key again changes nothing.
// Errors: fault.Conflict "fault.idempotency_reused" for a key that something else came under, fault.Gone after erasure.
func (d *Docket) Enclose(ctx context.Context, by Actor, id CaseID, e Enclosure) (Receipt, error) {
	r := Receipt{ID: id, Existing: true}
	err := d.several(ctx, by, Ref{ID: id}, func(ctx context.Context, w *work) error {
		key, err := d.dataKey(ctx, w.tx, id)
		if err != nil {
			return err
		}
		reason := clean(e.Reason, 200)
		_, err = w.tx.Exec(ctx, `insert into submission (key, case_id, channel, verdict, reason, received_at, size, wrapped_key, raw)
			select $1, $2, $3, 'reply', $4, $5, $6, p.wrapped_key, $7 from person p where p.case_id = $2 on conflict (key) do nothing`,
			e.Key[:], id, e.Channel, reason, w.at, len(e.Raw), key.Seal("raw", id.String(), e.Raw))
		if err != nil {
			return fmt.Errorf("enclose: %w", err)
		}
		var same bool
		if err := w.tx.QueryRow(ctx, `select case_id = $2 and reason = $3 from submission where key = $1`, e.Key[:], id, reason).Scan(&same); err != nil {
			return fmt.Errorf("enclose: %w", err)
		}
		if !same {
			return fault.New(fault.Conflict, "fault.idempotency_reused").At("Idempotency-Key")
		}
		return w.tx.QueryRow(ctx, `select c.number, c.filed_at, k.due_at from cases c join clock k on k.case_id = c.id and k.name = 'total' where c.id = $1`, id).Scan(&r.Number, &r.FiledAt, &r.Due)
	})
	return r, pg.Classify(err)
}
