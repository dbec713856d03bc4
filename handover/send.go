package handover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// postTimeout bounds one message, a package with its files included.
const postTimeout = 20 * time.Second

// atOnce is how many messages of a kind one Drain sends.
const atOnce = 20

// Drain sends what is due, packages, words of residents and news, and tells how many messages arrived. What does not arrive is tried again with growing pauses.
// It is safe to run twice, late, or on two machines at once.
func (s *Service) Drain(ctx context.Context) (int, error) {
	cases, err := s.drainCases(ctx)
	if err != nil {
		return cases, err
	}
	words, err := s.drainWords(ctx)
	if err != nil {
		return cases + words, err
	}
	news, err := s.drainNews(ctx)
	return cases + words + news, err
}

// queueSQL queues what was prepared, once the step stands in the history of the case.
const queueSQL = `update handover_out o set state = 'queued', queued_at = e.at, next_at = e.at from event e
	where o.state = 'prepared' and e.case_id = o.case_id and e.step = 'hand_over' and e.data ->> 'handover' = o.id::text`

const claimSQL = `update handover_out set tries = tries + 1, next_at = $2 where id in (
		select id from handover_out where state = 'queued' and next_at <= $1 order by next_at limit $3 for update skip locked)
	returning id, case_id, partner, city, tries, wrapped_key, package`

type outgoing struct {
	id              uuid.UUID
	caseID          casework.CaseID
	partner, city   string
	tries           int
	wrapped, sealed []byte
}

func (s *Service) drainCases(ctx context.Context) (int, error) {
	var list []outgoing
	now := s.Now().UTC()
	err := pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queueSQL); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, claimSQL, now, now.Add(lease), atOnce)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o outgoing, err error) {
			return o, row.Scan(&o.id, &o.caseID, &o.partner, &o.city, &o.tries, &o.wrapped, &o.sealed)
		})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("claim handovers: %w", err)
	}
	sent := 0
	for _, o := range list {
		if ctx.Err() != nil {
			break // out of time: what was claimed is due again after the lease
		}
		if err := s.sendCase(ctx, o); err != nil {
			s.Log.Warn("handover not sent, will be tried again", "handover", o.id, "case", o.caseID, "partner", o.partner, "tries", o.tries, "error", err)
			if err := s.change(ctx, `update handover_out set next_at = $2, last_error = $3 where id = $1`, o.id, s.Now().UTC().Add(pause(o.tries)), brief(err)); err != nil {
				return sent, err
			}
			continue
		}
		sent++
	}
	return sent, nil
}

// sendCase sends one package and keeps its receipt, or the refusal. The error holds no personal data.
func (s *Service) sendCase(ctx context.Context, o outgoing) error {
	p, err := s.partner(ctx, o.partner)
	if err != nil {
		return err
	}
	self, key, err := s.signer(ctx)
	if err != nil {
		return err
	}
	data, err := s.Keys.Unwrap(o.wrapped)
	if err != nil {
		return err
	}
	plain, err := data.Open(packagePlace, o.id.String(), o.sealed)
	if err != nil {
		return err
	}
	m := Package{Head: s.heading(Head{ID: o.id}, typeCase, self, p.Code)}
	if err := json.Unmarshal(plain, &m.Case); err != nil {
		return err
	}
	raw, err := signed(m, key)
	if err != nil {
		return err
	}
	answer, err := s.post(ctx, p.URL+PathCases, raw)
	var no *refusal
	if errors.As(err, &no) && no.final() {
		return s.over(ctx, o, no)
	}
	if err != nil {
		return err
	}
	r, err := open[Receipt](answer, typeReceipt, opened{self: self, now: s.Now(), key: only(p)})
	if err != nil {
		return err
	}
	if r.ID != o.id {
		return errForm
	}
	err = s.Docket.Hear(ctx, casework.Ref{ID: o.caseID}, casework.News{Handover: o.id, What: casework.AbroadRegistered, City: o.city, Number: r.Number, Due: r.Due})
	if err != nil {
		return err
	}
	return s.change(ctx, `update handover_out set state = case when state = 'queued' then 'received' else state end, receipt_at = $2, their_number = $3, their_due = $4,
		last_error = '', wrapped_key = null, package = null where id = $1 and receipt_at is null`, o.id, s.Now().UTC(), r.Number, r.Due)
}

// over ends a handover that the other side will never take: the case is ours again.
func (s *Service) over(ctx context.Context, o outgoing, no *refusal) error {
	err := s.Docket.Hear(ctx, casework.Ref{ID: o.caseID}, casework.News{Handover: o.id, What: casework.AbroadBack, City: o.city, Text: no.Message})
	if err != nil {
		return err
	}
	return s.change(ctx, `update handover_out set state = 'back', last_error = $2, wrapped_key = null, package = null where id = $1`, o.id, brief(no))
}

func (s *Service) change(ctx context.Context, sql string, args ...any) error {
	ctx = context.WithoutCancel(ctx)
	err := pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("note handover: %w", err)
	}
	return nil
}

// refusal is an answer that is no receipt.
type refusal struct {
	Status  int
	Key     string
	Message string
}

func (r *refusal) Error() string { return fmt.Sprintf("refused with %d %s", r.Status, r.Key) }

// final reports whether the same package would be refused again. What a person can put right meanwhile, such as a partner not yet entered or a clock that is wrong, is tried on.
func (r *refusal) final() bool {
	return r.Status == http.StatusUnprocessableEntity || r.Status == http.StatusRequestEntityTooLarge
}

func (s *Service) post(ctx context.Context, address string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.Client.Do(req)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if closed := res.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusOK || res.StatusCode == http.StatusCreated {
		return answer, nil
	}
	no := &refusal{Status: res.StatusCode}
	var why struct {
		Error struct {
			Key     string `json:"key"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(answer, &why) == nil {
		no.Key, no.Message = why.Error.Key, why.Error.Message
	}
	return nil, no
}

// brief is what is kept of an error: one short line.
func brief(err error) string {
	text := err.Error()
	if key := fault.KeyOf(err); key != "" && fault.KindOf(err) != fault.Internal {
		text = key
	}
	return text[:min(len(text), 200)]
}
