package live

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/pg"
)

const (
	batch = 500
	// window is how many numbers back a transaction that commits late may still bring an event.
	window = 500
)

// Cases is the source of every step in every case. Pages only hear that something happened: what they show they read again by their own rights.
type Cases struct {
	last int64
	seen map[int64]bool // numbers in (last-window, last] that were passed on
}

// Step is what a page hears of one step in a case.
type Step struct {
	Case  casework.CaseID `json:"case"`
	Step  casework.Step   `json:"step"`
	State casework.State  `json:"state"`
}

// Begin forgets the history before now.
func (s *Cases) Begin(ctx context.Context, db *pgxpool.Pool) error {
	s.seen = map[int64]bool{}
	return pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `select coalesce(max(seq), 0) from event`).Scan(&s.last); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select seq from event where seq > $1`, s.last-window)
		if err != nil {
			return err
		}
		known, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, seq := range known {
			s.seen[seq] = true
		}
		return err
	})
}

// Read returns the steps committed since, each once. Uses of personal data (step "use") change nothing that a list shows and are left out.
func (s *Cases) Read(ctx context.Context, db *pgxpool.Pool) ([]Message, error) {
	var out []Message
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		var recent casework.CaseID
		if err := tx.QueryRow(ctx, `select `+follow.RecentSQL(`now()`)).Scan(&recent); err != nil {
			return err
		}
		after := s.last - window
		fresh, last, err := s.messages(ctx, tx, `e.seq > $1 and not (e.seq = any ($2)) and e.case_id >= $3 order by e.seq limit $4`, after, keysOf(s.seen), recent, batch)
		if err != nil {
			return err
		}
		s.last, out = max(s.last, last), append(out, fresh...)
		// Steps in cases filed long ago lie in other months.
		rows, err := tx.Query(ctx, `select case_id, seq from (select case_id, seq from late_event order by xid desc, seq desc limit $4) l where seq > $1 and not (seq = any ($2)) and case_id < $3`, after, keysOf(s.seen), recent, window)
		if err != nil {
			return err
		}
		var of casework.CaseID
		var seq int64
		var cases []casework.CaseID
		var seqs []int64
		if _, err := pgx.ForEachRow(rows, []any{&of, &seq}, func() error {
			cases, seqs = append(cases, of), append(seqs, seq)
			return nil
		}); err != nil || len(seqs) == 0 {
			return err
		}
		late, _, err := s.messages(ctx, tx, `e.case_id = any ($1) and e.seq = any ($2) order by e.seq`, cases, seqs)
		out = append(out, late...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what happened in cases: %w", err)
	}
	for seq := range s.seen {
		if seq <= s.last-window {
			delete(s.seen, seq)
		}
	}
	return out, nil
}

// messages reads the steps that where names, tells the number of the last, and remembers that they were passed on.
func (s *Cases) messages(ctx context.Context, q pg.Querier, where string, args ...any) (out []Message, last int64, err error) {
	rows, err := q.Query(ctx, `select e.seq, e.case_id, e.step, e.state_to, coalesce(e.staff_id, 0), e.recorded_at,
			coalesce((select p.unit from party p where p.case_id = e.case_id and p.role = 'lead' and p.left_at is null), ''),
			coalesce((select array_agg(p.unit) from party p where p.case_id = e.case_id and p.left_at is null), '{}')
		from event e where `+where, args...)
	if err != nil {
		return nil, 0, err
	}
	var m Message
	var step Step
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&seq, &m.Case, &step.Step, &step.State, &m.By, &m.At, &m.Lead, &m.Units}, func() error {
		s.seen[seq] = true
		last = max(last, seq)
		if step.Step == casework.StepUse {
			return nil
		}
		step.Case, m.Name = m.Case, "case"
		body, err := json.Marshal(step)
		if err != nil {
			return err
		}
		m.Body = body
		out = append(out, m)
		m.Units = nil
		return nil
	})
	return out, last, err
}
