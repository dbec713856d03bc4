package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/notify/postmark"
	"huiyin/privacy"
)

// Letters to those whose case was merged into another: that it was, each answer to the other one, and that it goes its own way again.
const (
	Joined Kind = "joined" // merged into another case about the same matter; what that one was answered before comes along
	Parted Kind = "parted" // goes its own way again
	Again  Kind = "again"  // the same words came again and are kept with the case
)

// relayed are the letters about a master that go to everybody whose case was merged into it. A word in between is the resident's own, and a
// question is put to one person.
var relayed = []Kind{Dispatched, Replied, Answered, Declined, Redirected, Terminated, Closed}

// follower is a receiver whose case was merged into another.
type follower struct {
	receiver
	master casework.CaseID
	round  int
	since  int64 // its merge in the history: what came before is told by the letter about the merge
}

// relay lists the letters to followers that letters about their masters call for.
func relay(ctx context.Context, tx pgx.Tx, all []due) (more []due, to map[casework.CaseID]receiver, err error) {
	var masters []casework.CaseID
	for _, d := range all {
		if slices.Contains(relayed, d.kind) {
			masters = append(masters, d.event.Case)
		}
	}
	if len(masters) == 0 {
		return nil, nil, nil
	}
	rows, err := tx.Query(ctx, `select c.id, c.channel, p.email_hash, exists (select 1 from submission s where s.case_id = c.id and s.verdict = 'case' and $2 = any (string_to_array(s.reason, ','))),
			c.merged_into, c.round, (select max(e.seq) from event e where e.case_id = c.id and e.step = 'merge')
		from cases c join person p on p.case_id = c.id where c.merged_into = any ($1) and p.email_hash is not null
			and not exists (select 1 from split s where s.part = c.id and s.whole = c.merged_into and s.undone_at is not null)`, masters, postmark.Unanswerable)
	if err != nil {
		return nil, nil, fmt.Errorf("find followers: %w", err)
	}
	followers, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f follower, err error) {
		return f, row.Scan(&f.id, &f.channel, &f.email, &f.noAnswer, &f.master, &f.round, &f.since)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find followers: %w", err)
	}
	to = map[casework.CaseID]receiver{}
	for _, d := range all {
		for _, f := range followers {
			if f.master != d.event.Case || f.since > d.event.Seq || !slices.Contains(relayed, d.kind) {
				continue
			}
			theirs := d
			theirs.event.Case, theirs.event.Round = f.id, f.round
			more, to[f.id] = append(more, theirs), f.receiver
		}
	}
	return more, to, nil
}

// joins tells which letter a merge or the end of one causes. Taking back a split is no news: both cases are one resident's.
func joins(e casework.Event) (Kind, bool) {
	switch e.Step {
	case casework.StepMerge:
		var d struct {
			Split bool `json:"split"`
		}
		return Joined, json.Unmarshal(e.Data, &d) == nil && !d.Split
	case casework.StepUnmerge:
		return Parted, true
	case casework.StepAdd:
		var d struct {
			Again bool `json:"again"`
		}
		return Again, json.Unmarshal(e.Data, &d) == nil && d.Again
	}
	return "", false
}

// untold reports whether a letter about a merge, its end or words that came again would tell its reader nothing: a merge that was undone before anybody heard of it is
// forgotten with its letter, and what was told last is not told again.
func untold(ctx context.Context, tx pgx.Tx, d due) (bool, error) {
	if d.kind == Again { // once: a machine that sends the same words for ever is not answered for ever
		var told bool
		err := tx.QueryRow(ctx, `select exists (select 1 from letter where case_id = $1 and kind = 'again' and event_seq < $2)`, d.event.Case, d.event.Seq).Scan(&told)
		return told, err
	}
	if d.kind != Joined && d.kind != Parted {
		return false, nil
	}
	if d.kind == Parted {
		if _, err := tx.Exec(ctx, `update letter set state = 'suppressed', why = 'undone' where case_id = $1 and event_seq < $2 and kind = 'joined' and state = 'queued' and attempts = 0`, d.event.Case, d.event.Seq); err != nil {
			return false, fmt.Errorf("forget merge: %w", err)
		}
	}
	var last Kind
	err := tx.QueryRow(ctx, `select kind from letter where case_id = $1 and kind in ('joined', 'parted') and state <> 'suppressed' and event_seq < $2 order by event_seq desc limit 1`, d.event.Case, d.event.Seq).Scan(&last)
	if errors.Is(err, pgx.ErrNoRows) {
		return d.kind == Parted, nil
	}
	if err != nil {
		return false, fmt.Errorf("look what was told of a merge: %w", err)
	}
	return last == d.kind, nil
}

// about reads what a letter to a resident is about: the own case, or for what happened to its master the master as its followers may see it.
// A letter about a merge that is over by now, or about its end where it was merged again, is not sent.
func (p *Post) about(ctx context.Context, l row) (own, told casework.Dossier, relayed bool, err error) {
	if own, err = p.Docket.Dossier(ctx, casework.System, l.Case); err != nil {
		return own, own, false, err
	}
	at := slices.IndexFunc(own.Events, func(e casework.Event) bool { return e.Seq == l.Event })
	if at >= 0 && l.Kind != Joined {
		if l.Kind == Parted && own.Case.MergedInto != nil {
			return own, own, false, suppressed("undone")
		}
		return own, own, false, nil
	}
	master, ok, err := p.Docket.Master(ctx, casework.System, l.Case)
	if err != nil {
		return own, own, false, err
	}
	if !ok {
		return own, own, false, suppressed("undone")
	}
	for i := range master.Messages {
		master.Messages[i].Body, _ = privacy.Mask(master.Messages[i].Body)
	}
	if master.Case.State != casework.Redirected { // there it is the number to call
		master.Case.Told, _ = privacy.Mask(master.Case.Told)
	}
	if l.Kind == Joined {
		master.Messages, err = p.unheard(ctx, l, own.Events[at].At, master)
	}
	return own, master, true, err
}

// soFar says in the letter about a merge how far the other case is.
func soFar(lang locale.Lang, master casework.Case, answered bool, args locale.Args) []block {
	switch {
	case answered:
		return []block{{Text: lang.T("letter.joined_answer", args)}}
	case master.State.Handling():
		return []block{{Text: lang.T("letter.joined_unit", args)}}
	case master.State == casework.Registered || master.State == casework.Accepted:
		return []block{{Text: lang.T("letter.joined_waits", args)}}
	}
	return nil
}

// unheard are the answers to a master that a case just merged into it has not been told: those given before the merge, unless a letter had them.
func (p *Post) unheard(ctx context.Context, l row, merged time.Time, master casework.Dossier) ([]casework.Message, error) {
	for i, m := range slices.Backward(master.Messages) {
		if m.At.After(merged) {
			continue
		}
		at := slices.IndexFunc(master.Events, func(e casework.Event) bool { return e.At.Equal(m.At) })
		if at < 0 {
			return nil, nil
		}
		var heard bool
		err := p.Pool.QueryRow(ctx, `select exists (select 1 from letter l join event e on e.seq = l.event_seq join event now on now.seq = $3
			where l.case_id = $1 and l.state = 'sent' and (l.event_seq = $2 or l.kind = 'joined' and l.event_seq between $2 and $3 and e.data ->> 'master' = now.data ->> 'master'))`,
			l.Case, master.Events[at].Seq, l.Event).Scan(&heard)
		if err != nil || heard {
			return nil, err
		}
		return master.Messages[i : i+1], nil
	}
	return nil, nil
}
