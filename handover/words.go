package handover

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/privacy"
)

// What a resident may say after the case went to another city.
const (
	wordAdded     = "added"
	wordWithdrawn = "withdrawn"
)

// Word is what the resident said after the handover, without personal data: the masked copy.
type Word struct {
	Head
	Seq  int64  `json:"seq"`
	What string `json:"what"` // added, withdrawn
	Text string `json:"text,omitempty"`
}

// saying says which steps of a resident go after the case.
var saying = map[casework.Step]string{casework.StepAdd: wordAdded, casework.StepWithdraw: wordWithdrawn}

// follows queues what a resident says of a case that is away.
func follows(ctx context.Context, tx pgx.Tx, e casework.Event, now time.Time) error {
	what, ok := saying[e.Step]
	if !ok || e.Actor != casework.ByResident {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into handover_word (handover, seq, case_id, what, at, next_at)
		select o.id, $2, o.case_id, $3, $4, $5 from handover_out o where o.case_id = $1 and o.state in ('prepared','queued','received','answered') and o.made_at <= $4 on conflict do nothing`, e.Case, e.Seq, what, e.At, now)
	if err != nil {
		return fmt.Errorf("queue word: %w", err)
	}
	return nil
}

// claimWordsSQL takes the first unsent word of each handover that arrived: they arrive in order.
const claimWordsSQL = `update handover_word set tries = tries + 1, next_at = $2 where (handover, seq) in (
		select w.handover, w.seq from handover_word w join handover_out o on o.id = w.handover and o.receipt_at is not null where w.sent_at is null and w.next_at <= $1
			and not exists (select 1 from handover_word e where e.handover = w.handover and e.seq < w.seq and e.sent_at is null)
		order by w.next_at limit $3 for update of w skip locked)
	returning handover, seq, case_id, what, at, tries, (select partner from handover_out o where o.id = handover)`

type wordRow struct {
	handover uuid.UUID
	seq      int64
	caseID   casework.CaseID
	what     string
	at       time.Time
	tries    int
	partner  string
}

// drainWords sends until nothing is due: each round takes one word of each handover.
func (s *Service) drainWords(ctx context.Context) (int, error) {
	sent := 0
	for range atOnce {
		var list []wordRow
		now := s.Now().UTC()
		err := pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, claimWordsSQL, now, now.Add(lease), atOnce)
			if err != nil {
				return err
			}
			list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (w wordRow, err error) {
				return w, row.Scan(&w.handover, &w.seq, &w.caseID, &w.what, &w.at, &w.tries, &w.partner)
			})
			return err
		})
		if err != nil {
			return sent, fmt.Errorf("claim words: %w", err)
		}
		if len(list) == 0 {
			return sent, nil
		}
		for _, w := range list {
			if ctx.Err() != nil {
				return sent, nil // out of time: what was claimed is due again after the lease
			}
			if err := s.sendWord(ctx, w); err != nil {
				s.Log.Warn("word of a resident not sent on, will be tried again", "handover", w.handover, "partner", w.partner, "tries", w.tries, "error", err)
				if err := s.change(ctx, `update handover_word set next_at = $3, last_error = $4 where handover = $1 and seq = $2`, w.handover, w.seq, s.Now().UTC().Add(pause(w.tries)), brief(err)); err != nil {
					return sent, err
				}
				continue
			}
			sent++
		}
	}
	return sent, nil
}

func (s *Service) sendWord(ctx context.Context, w wordRow) error {
	p, err := s.partner(ctx, w.partner)
	if err != nil {
		return err
	}
	self, key, err := s.signer(ctx)
	if err != nil {
		return err
	}
	m := Word{Head: s.heading(Head{ID: w.handover}, typeWord, self, p.Code), Seq: w.seq, What: w.what}
	if w.what == wordAdded {
		d, err := s.Docket.Dossier(ctx, casework.System, w.caseID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(d.Messages, func(n casework.Message) bool {
			return n.At.Equal(w.at) && n.Author == "resident" && n.Purpose == "note"
		})
		if i >= 0 {
			m.Text = privacy.OtherCities.Hide(d.Messages[i].Body)
		}
	}
	raw, err := signed(m, key)
	if err != nil {
		return err
	}
	_, err = s.post(ctx, p.URL+PathWords, raw)
	var no *refusal
	if err != nil && (!errors.As(err, &no) || !no.final()) {
		return err
	}
	return s.change(ctx, `update handover_word set sent_at = $3, last_error = $4 where handover = $1 and seq = $2`, w.handover, w.seq, s.Now().UTC(), refused(no))
}

// HeardWord keeps what the resident of a case taken over said to the hotline that handed it over. The same word twice changes nothing. A withdrawal that comes too late for its step
// is kept as words. Errors: those of a message, fault.NotFound where the sender handed over no such case.
func (s *Service) HeardWord(ctx context.Context, raw []byte) error {
	self, err := s.Identity(ctx)
	if err != nil {
		return err
	}
	var from Partner
	m, err := open[Word](raw, typeWord, opened{self: self.Code, now: s.Now(), key: func(code string) (ed25519.PublicKey, error) {
		from, err = s.partner(ctx, code)
		return from.Key, err
	}})
	if err != nil {
		s.Log.Warn("word from another hotline refused", "partner", from.Code, "error", err)
		return err
	}
	if m.Seq < 1 || m.What != wordAdded && m.What != wordWithdrawn {
		return errForm
	}
	var id casework.CaseID
	err = pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select case_id from handover_in where partner = $1 and id = $2`, from.Code, m.ID).Scan(&id)
	})
	if pg.IsNoRows(err) {
		return errNoHandover
	}
	if err != nil {
		return fmt.Errorf("find handover: %w", err)
	}
	by, ref := casework.Resident(id), casework.Ref{ID: id}
	if m.What == wordWithdrawn {
		err := s.Docket.Withdraw(ctx, by, ref)
		if fault.KindOf(err) != fault.Conflict {
			return err
		}
		if c, err := s.Docket.Case(ctx, casework.System, id); err != nil || c.State == casework.Withdrawn {
			return err
		}
		m.Text = locale.ZH.T("handover.withdrawn", locale.Args{"City": from.Name})
	}
	text := strings.TrimSpace(m.Text)
	if text == "" {
		return nil // a file alone: it did not come along, and the other hotline has it
	}
	key := sha256.Sum256([]byte("handover word\n" + from.Code + "\n" + m.ID.String() + "\n" + strconv.FormatInt(m.Seq, 10)))
	return s.Door.Further(ctx, id, key, casework.API, text)
}
