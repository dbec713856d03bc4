package postmark

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// Bounce is what came back about one of our letters.
type Bounce struct {
	Case      casework.CaseID
	Letter    uuid.UUID // nil: the letter of the case that was sent last
	Why       string    // a status code (RFC 3463) or a stable word
	Status    string    // the status code, empty where none was told
	Complaint bool      // the receiver reported the letter as unwanted
	At        time.Time
}

// Hard tells whether a status code says that the address itself takes no letter, now or later. Full mailboxes, refused content and
// policies say nothing about the address; a report without a code was sent because a server gave up, and counts.
func Hard(status string) bool {
	switch {
	case status == "":
		return true
	case status == "5.2.1": // the mailbox is closed
		return true
	}
	return strings.HasPrefix(status, "5.1.") || strings.HasPrefix(status, "5.4.") || status == "5.0.0"
}

// patience is how many letters in a row may come back for softer reasons before the address counts as failing.
const patience = 3

// Bounced marks a letter as undeliverable, and its address as failing where the reason is the address, or where the last letters there all
// came back. A complaint ends the letters about its case instead. The same report again changes nothing.
func Bounced(ctx context.Context, db pg.DB, b Bounce) error {
	err := pg.InTx(ctx, db, nil, func(tx pgx.Tx) error {
		var recipient []byte
		err := tx.QueryRow(ctx, `update letter set state = 'bounced', why = left($3, 100) where case_id = $1 and unit is null and state in ('queued', 'sent', 'failed', 'bounced') and id = coalesce($2,
			(select id from letter where case_id = $1 and unit is null and state in ('sent', 'bounced') order by sent_at desc nulls last limit 1)) returning recipient`, b.Case, nilIfZero(b.Letter), b.Why).Scan(&recipient)
		if pg.IsNoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if b.Complaint {
			return Stop(ctx, tx, b.Case, "complaint", b.At)
		}
		return Failed(ctx, tx, recipient, b.Status, b.At)
	})
	if err != nil {
		return pg.Classify(fmt.Errorf("mark bounced letter: %w", err))
	}
	return nil
}

// Failed marks an address, by its keyed hash, whose letter was just marked as bounced. A nil hash (after erasure) is marked nowhere.
func Failed(ctx context.Context, q pg.Querier, recipient []byte, status string, at time.Time) error {
	if recipient == nil {
		return nil
	}
	if !Hard(status) {
		var inARow bool
		err := q.QueryRow(ctx, `select count(*) = $2 and bool_and(state = 'bounced')
			from (select state from letter where recipient = $1 and state in ('sent', 'bounced') order by queued_at desc limit $2) as last`, recipient, patience).Scan(&inARow)
		if err != nil || !inARow {
			return err
		}
	}
	_, err := q.Exec(ctx, `insert into mail_failing (recipient, status, since) values ($1, $2, $3) on conflict do nothing`, recipient, status, at)
	return err
}

// Stop ends the letters about a case. how is page, one_click or complaint; what was said first stays.
func Stop(ctx context.Context, q pg.Querier, id casework.CaseID, how string, at time.Time) error {
	_, err := q.Exec(ctx, `insert into letter_stop (case_id, at, how) values ($1, $2, $3) on conflict do nothing`, id, at, how)
	if err != nil {
		return fmt.Errorf("stop letters: %w", err)
	}
	return nil
}

// Resume lets letters about a case go out again.
func Resume(ctx context.Context, q pg.Querier, id casework.CaseID) error {
	if _, err := q.Exec(ctx, `delete from letter_stop where case_id = $1`, id); err != nil {
		return fmt.Errorf("resume letters: %w", err)
	}
	return nil
}

// Stopped tells whether letters about a case were stopped.
func Stopped(ctx context.Context, q pg.Querier, id casework.CaseID) (stopped bool, err error) {
	if err := q.QueryRow(ctx, `select exists (select 1 from letter_stop where case_id = $1)`, id).Scan(&stopped); err != nil {
		return false, fmt.Errorf("read stopped letters: %w", err)
	}
	return stopped, nil
}

func nilIfZero(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
