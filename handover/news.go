package handover

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/privacy"
)

// FollowerName is the name under which the handovers remember how far they read the history.
const FollowerName = "handover"

// Follower queues the news of cases taken over, and forgets what was packed of a case whose personal data is destroyed.
func (s *Service) Follower() follow.Follower {
	return follow.Follower{Name: FollowerName, Handle: s.handle}
}

// telling says which steps the city that handed a case over hears of.
var telling = map[casework.Step]casework.Abroad{
	casework.StepDispatch: casework.AbroadDispatched, casework.StepRecord: casework.AbroadInterim, casework.StepPause: casework.AbroadInterim,
	casework.StepReply: casework.AbroadAnswered, casework.StepAnswer: casework.AbroadAnswered, casework.StepRedo: casework.AbroadAgain, casework.StepClose: casework.AbroadClosed,
	casework.StepDecline: casework.AbroadBack, casework.StepRedirect: casework.AbroadBack, casework.StepTerminate: casework.AbroadBack,
}

// newsOf tells what an event is to the other city, if anything.
func newsOf(e casework.Event) (what casework.Abroad, unit casework.UnitCode, ok bool) {
	what, ok = telling[e.Step]
	var d struct {
		Lead       casework.UnitCode `json:"lead"`
		ToResident bool              `json:"to_resident"`
	}
	if !ok || json.Unmarshal(e.Data, &d) != nil || e.Step == casework.StepRecord && !d.ToResident {
		return "", "", false
	}
	unit = e.Unit
	if e.Step == casework.StepDispatch {
		unit = d.Lead
	}
	return what, unit, true
}

// relayed are the steps of a master that are told of the cases merged into it. A word in between is put to one resident.
var relayed = []string{string(casework.StepDispatch), string(casework.StepReply), string(casework.StepAnswer), string(casework.StepClose), string(casework.StepDecline), string(casework.StepRedirect), string(casework.StepTerminate)}

// handle runs in the transaction that moves the follower on.
func (s *Service) handle(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
	for _, e := range events {
		switch e.Step {
		case casework.StepErase:
			if _, err := tx.Exec(ctx, `update handover_out set wrapped_key = null, package = null, state = case when state = 'queued' then 'over' else state end where case_id = $1`, e.Case); err != nil {
				return fmt.Errorf("forget package: %w", err)
			}
		case casework.StepMerge:
			if err := s.catchUp(ctx, tx, e.Case); err != nil {
				return err
			}
		default:
			err := follows(ctx, tx, e, s.Now().UTC())
			if err == nil {
				err = s.queue(ctx, tx, e, nil)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// queue queues the news of an event for every handover it is about: those of the case, and of the cases merged into it; with only, of that one case.
func (s *Service) queue(ctx context.Context, tx pgx.Tx, e casework.Event, only *casework.CaseID) error {
	what, unit, ok := newsOf(e)
	if !ok {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into handover_news (partner, handover, seq, case_id, what, unit, at, next_at)
		select i.partner, i.id, $2, i.case_id, $3, $4, $5, $6 from handover_in i join cases c on c.id = i.case_id
		where (c.id = $1 or $7 and c.merged_into = $1) and ($8::uuid is null or c.id = $8) on conflict do nothing`,
		e.Case, e.Seq, what, unit, e.At, s.Now().UTC(), slices.Contains(relayed, string(e.Step)), only)
	if err != nil {
		return fmt.Errorf("queue news: %w", err)
	}
	return nil
}

// catchUp queues what a case taken over has missed of the case it was merged into.
func (s *Service) catchUp(ctx context.Context, tx pgx.Tx, id casework.CaseID) error {
	rows, err := tx.Query(ctx, `select `+casework.EventColumns+` from event where step = any ($2::text[]) and case_id =
		(select c.merged_into from cases c where c.id = $1 and exists (select 1 from handover_in i where i.case_id = c.id)) order by seq`, id, relayed)
	if err != nil {
		return fmt.Errorf("read master: %w", err)
	}
	missed, err := pgx.CollectRows(rows, casework.ScanEvent)
	if err != nil {
		return fmt.Errorf("read master: %w", err)
	}
	for _, e := range missed {
		if err := s.queue(ctx, tx, e, &id); err != nil {
			return err
		}
	}
	return nil
}

// claimNewsSQL takes the first unsent news of each handover: they arrive in order.
const claimNewsSQL = `update handover_news set tries = tries + 1, next_at = $2 where (partner, handover, seq) in (
		select n.partner, n.handover, n.seq from handover_news n where n.sent_at is null and n.next_at <= $1
			and not exists (select 1 from handover_news e where e.partner = n.partner and e.handover = n.handover and e.seq < n.seq and e.sent_at is null)
		order by n.next_at limit $3 for update skip locked)
	returning partner, handover, seq, case_id, what, unit, at, tries`

type newsRow struct {
	partner  string
	handover uuid.UUID
	seq      int64
	caseID   casework.CaseID
	what     casework.Abroad
	unit     casework.UnitCode
	at       time.Time
	tries    int
}

// drainNews sends until nothing is due: each round takes one message of each handover.
func (s *Service) drainNews(ctx context.Context) (int, error) {
	sent := 0
	for range atOnce {
		var list []newsRow
		now := s.Now().UTC()
		err := pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, claimNewsSQL, now, now.Add(lease), atOnce)
			if err != nil {
				return err
			}
			list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n newsRow, err error) {
				return n, row.Scan(&n.partner, &n.handover, &n.seq, &n.caseID, &n.what, &n.unit, &n.at, &n.tries)
			})
			return err
		})
		if err != nil {
			return sent, fmt.Errorf("claim news: %w", err)
		}
		if len(list) == 0 {
			return sent, nil
		}
		for _, n := range list {
			if ctx.Err() != nil {
				return sent, nil // out of time: what was claimed is due again after the lease
			}
			if err := s.sendNews(ctx, n); err != nil {
				s.Log.Warn("news of a handover not sent, will be tried again", "handover", n.handover, "partner", n.partner, "tries", n.tries, "error", err)
				err = s.change(ctx, `update handover_news set next_at = $4, last_error = $5 where partner = $1 and handover = $2 and seq = $3`, n.partner, n.handover, n.seq, s.Now().UTC().Add(pause(n.tries)), brief(err))
				if err != nil {
					return sent, err
				}
				continue
			}
			sent++
		}
	}
	return sent, nil
}

func (s *Service) sendNews(ctx context.Context, n newsRow) error {
	p, err := s.partner(ctx, n.partner)
	if err != nil {
		return err
	}
	self, key, err := s.signer(ctx)
	if err != nil {
		return err
	}
	m := Notice{Head: s.heading(Head{ID: n.handover}, typeNews, self, p.Code), Seq: n.seq, What: n.what}
	if n.unit != "" {
		m.Unit = s.City.UnitName(n.unit, locale.ZH)
	}
	switch m.Text, err = s.said(ctx, n); {
	case errors.Is(err, errUndone):
		return s.settled(ctx, n, errUndone.Error())
	case err != nil:
		return err
	}
	raw, err := signed(m, key)
	if err != nil {
		return err
	}
	_, err = s.post(ctx, p.URL+PathNews, raw)
	var no *refusal
	if err != nil && (!errors.As(err, &no) || !no.final()) {
		return err
	}
	return s.settled(ctx, n, refused(no))
}

// settled ends news that arrived, or that nobody has to hear.
func (s *Service) settled(ctx context.Context, n newsRow, why string) error {
	return s.change(ctx, `update handover_news set sent_at = $4, last_error = $5 where partner = $1 and handover = $2 and seq = $3`, n.partner, n.handover, n.seq, s.Now().UTC(), why)
}

func refused(no *refusal) string {
	if no == nil {
		return ""
	}
	return brief(no)
}

// errUndone says that news of a merge that is over by now tell nothing.
var errUndone = errors.New("the merge was undone")

// said reads what an office said with a step; a resident's words are never among it. What was said of a master is read as the residents of the cases merged into it may read it:
// without the names and numbers of the others.
func (s *Service) said(ctx context.Context, n newsRow) (string, error) {
	d, err := s.Docket.Dossier(ctx, casework.System, n.caseID)
	if err != nil {
		return "", err
	}
	clear := func(text string) string { return text }
	if !slices.ContainsFunc(d.Events, func(e casework.Event) bool { return e.Seq == n.seq }) {
		master, ok, err := s.Docket.Master(ctx, casework.System, n.caseID)
		if err != nil {
			return "", err
		}
		if !ok {
			return "", errUndone
		}
		d = master
		clear = func(text string) string {
			masked, _ := privacy.Mask(text)
			return masked
		}
	}
	switch n.what {
	case casework.AbroadBack:
		return clear(d.Case.Told), nil
	case casework.AbroadAnswered, casework.AbroadInterim:
		for _, m := range d.Messages {
			if m.At.Equal(n.at) && m.Author != "resident" && (m.Purpose == "reply" || m.Purpose == "answer" || m.Purpose == "interim") {
				return clear(m.Body), nil
			}
		}
	}
	return "", nil
}

// Heard keeps a message of the hotline that took a case over. The same message twice changes nothing. Errors: those of a message, fault.NotFound where we handed over no such case to the sender.
func (s *Service) Heard(ctx context.Context, raw []byte) error {
	self, err := s.Identity(ctx)
	if err != nil {
		return err
	}
	var from Partner
	m, err := open[Notice](raw, typeNews, opened{self: self.Code, now: s.Now(), key: func(code string) (ed25519.PublicKey, error) {
		from, err = s.partner(ctx, code)
		return from.Key, err
	}})
	if err != nil {
		s.Log.Warn("news of another hotline refused", "partner", from.Code, "error", err)
		return err
	}
	if m.Seq < 1 || !fromThere[m.What] {
		return errForm
	}
	var id casework.CaseID
	var number string
	var due *time.Time
	err = pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select case_id, their_number, their_due from handover_out where id = $1 and partner = $2`, m.ID, from.Code).Scan(&id, &number, &due)
	})
	if pg.IsNoRows(err) {
		return errNoHandover
	}
	if err != nil {
		return fmt.Errorf("find handover: %w", err)
	}
	news := casework.News{Handover: m.ID, Seq: m.Seq, What: m.What, City: from.Name, Number: number, Unit: m.Unit, Text: m.Text}
	if due != nil {
		news.Due = *due
	}
	if err := s.Docket.Hear(ctx, casework.Ref{ID: id}, news); err != nil {
		return err
	}
	state, ends := endings[m.What]
	if !ends {
		return nil
	}
	return s.change(ctx, `update handover_out set state = $2, wrapped_key = null, package = null where id = $1 and state <> 'back'`, m.ID, state)
}

// fromThere are the news that the other hotline may tell; the receipt has its own way, and what is late we know ourselves.
var fromThere = map[casework.Abroad]bool{casework.AbroadDispatched: true, casework.AbroadInterim: true, casework.AbroadAnswered: true, casework.AbroadAgain: true, casework.AbroadClosed: true, casework.AbroadBack: true}

// endings are the news after which the case is no longer away.
var endings = map[casework.Abroad]string{casework.AbroadAnswered: "answered", casework.AbroadClosed: "over", casework.AbroadBack: "back"}
