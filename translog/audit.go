package translog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// auditBatch is how many entries one look holds against the cases.
const auditBatch = 20000

// Audit is how the cases stand against the log, as this installation finds it. Residents check their own by their receipts, without trusting this.
type Audit struct {
	Rounds    int64      `json:"rounds"`     // times that every entry was looked at
	RoundAt   *time.Time `json:"round_at"`   // when the last of them ended
	CheckedAt *time.Time `json:"checked_at"` // when some were looked at
	Next      int64      `json:"next"`       // entry that is looked at next
	Broken    []int64    `json:"broken"`     // entries that open to nothing: the step was changed or dropped
	Records   []Unfit    `json:"records"`    // the same of what is not a step, with what it is of
}

// Unfit is an entry that no longer opens to the record that it was made of.
type Unfit struct {
	Entry  int64  `json:"entry"`
	Source string `json:"source"` // name of a Source, or "rules"
}

// ReadAudit tells how far the log was held against the cases.
func (l *Log) ReadAudit(ctx context.Context) (Audit, error) {
	a := Audit{Broken: []int64{}}
	err := l.DB.QueryRow(ctx, `select rounds, round_at, checked_at, next_idx, broken, records from log_audit`).Scan(&a.Rounds, &a.RoundAt, &a.CheckedAt, &a.Next, &a.Broken, &a.Records)
	if err != nil {
		err = pg.Classify(fmt.Errorf("read audit: %w", err))
	}
	return a, err
}

// SweepAudit holds the next entries against the cases they speak of, beginning anew after the last, and tells how many do not fit. It is safe to run twice, late, or on two machines at once.
func (l *Log) SweepAudit(ctx context.Context) (int, error) {
	found := 0
	err := pg.InTx(ctx, l.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		var next int64
		var broken []int64
		err := tx.QueryRow(ctx, `select next_idx, broken from log_audit for update skip locked`).Scan(&next, &broken)
		if pg.IsNoRows(err) {
			return nil // another process is at it
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, keptColumns+` where o.idx >= $1 order by o.idx limit $2`, next, auditBatch)
		if err != nil {
			return err
		}
		looked, last := 0, next
		var bad []int64
		for rows.Next() {
			var k kept
			var number *string
			if err := rows.Scan(append(k.dest(), &number)...); err != nil {
				rows.Close()
				return err
			}
			looked, last = looked+1, k.index+1
			if k.salt == nil {
				continue // erased: it opens to nothing on purpose
			}
			ok := number != nil
			if ok {
				if _, ok, err = k.opens(*number); err != nil {
					rows.Close()
					return err
				}
			}
			if !ok {
				bad = append(bad, k.index)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		found = len(bad)
		// What is found now replaces what was found of these entries before.
		broken = append(slices.DeleteFunc(broken, func(i int64) bool { return i >= next && i < last }), bad...)
		slices.Sort(broken)
		now := l.Now().UTC()
		more, err := l.auditRecords(ctx, tx)
		if err != nil {
			return err
		}
		found += more
		if looked < auditBatch {
			_, err = tx.Exec(ctx, `update log_audit set next_idx = 0, rounds = rounds + 1, round_at = $1, checked_at = $1, broken = $2`, now, broken)
			return err
		}
		_, err = tx.Exec(ctx, `update log_audit set next_idx = $3, checked_at = $1, broken = $2`, now, broken, last)
		return err
	})
	if err != nil {
		err = fmt.Errorf("audit the log: %w", err)
	}
	return found, err
}

// keptColumns reads entries with the events that they were made of, and the number of the case.
const keptColumns = `select o.idx, o.salt, t.entry, e.seq is not null, coalesce(e.seq, 0), coalesce(e.at, 'epoch'), coalesce(e.step, ''), coalesce(e.state_from, ''), coalesce(e.state_to, ''), coalesce(e.actor, ''),
		coalesce(e.staff_id, 0), coalesce(e.role, ''), coalesce(e.unit, ''), coalesce(e.round, 0), coalesce(e.leg, 0), coalesce(e.data, '{}'), c.number
	from log_event o join log_entry t on t.idx = o.idx left join event e on e.seq = o.seq and e.case_id = o.case_id left join cases c on c.id = o.case_id`

// kept is an entry as the log has it, with the event it was made of.
type kept struct {
	index int64
	entry []byte
	salt  []byte
	event casework.Event
	there bool
}

func (k *kept) dest() []any {
	e := &k.event
	return []any{&k.index, &k.salt, &k.entry, &k.there, &e.Seq, &e.At, &e.Step, &e.From, &e.To, &e.Actor, &e.StaffID, &e.Role, &e.Unit, &e.Round, &e.Leg, &e.Data}
}
