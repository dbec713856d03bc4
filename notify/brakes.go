package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// The five brakes against letters that go in circles: the marks of machines in the header (see marks), the null return path of letters that
// no person wrote (see automatic), our own marks in Message-ID and X-Huiyin-Letter by which intake knows our letters again, the daily cap
// per recipient here, and the limits on replies and reopened matters in intake.

// dailyCap bounds the letters to one recipient in 24 hours, whatever goes wrong elsewhere (RFC 3834 section 2: never in circles).
const dailyCap = 10

// Why a letter is held. The words are stable: pages name them.
const (
	heldOwnMailbox = "own_mailbox"
	heldStopped    = "stopped"         // the resident wants no more letters about this case
	heldFailing    = "failing_address" // letters to this address came back for good
	heldCap        = "daily_cap"
)

// held tells why a letter to a recipient must not be queued or sent, by a stable word; "" lets it pass. It counts the letters queued before.
func held(ctx context.Context, q pg.Querier, id casework.CaseID, recipient []byte, now time.Time) (why string, err error) {
	err = q.QueryRow(ctx, `select case
		when exists (select 1 from letter_stop where case_id = $1) then 'stopped'
		when exists (select 1 from mail_failing where recipient = $2) then 'failing_address'
		when (select count(*) from letter where recipient = $2 and queued_at > $3::timestamptz - interval '24 hours' and state <> 'suppressed') >= $4 then 'daily_cap'
		else '' end`, id, recipient, now, dailyCap).Scan(&why)
	if err != nil {
		return "", fmt.Errorf("look at the brakes: %w", err)
	}
	return why, nil
}

// heldNow is held at the moment of sending: what was queued is not counted again.
func (p *Post) heldNow(ctx context.Context, l row) error {
	var why string
	err := p.Pool.QueryRow(ctx, `select case
		when l.unit is null and exists (select 1 from letter_stop where case_id = l.case_id) then 'stopped'
		when exists (select 1 from mail_failing where recipient = l.recipient) then 'failing_address'
		else '' end from letter l where l.id = $1`, l.ID).Scan(&why)
	if err != nil {
		return fmt.Errorf("look at the brakes: %w", err)
	}
	if why != "" {
		return suppressed(why)
	}
	return nil
}

// automatic tells whether no person wrote the letter or asked for it. Such a letter has a null return path (RFC 3834 section 3.3): whatever
// happens to it, nothing comes back that could be answered. A letter with a person's words wants its bounce: it goes out under the reply address.
func (k Kind) automatic() bool {
	switch k {
	case Interim, Replied, Answered, Declined, Redirected, Terminated, RightAnswered:
		return false
	}
	return true
}

// forget removes whom the letters of erased cases went to, and what is known of addresses that no other case uses.
func forget(ctx context.Context, tx pgx.Tx, erased []casework.CaseID) error {
	for _, sql := range []string{
		`delete from mail_failing f where exists (select 1 from letter l where l.recipient = f.recipient and l.case_id = any ($1))
			and not exists (select 1 from letter l where l.recipient = f.recipient and l.case_id <> all ($1))`,
		`update letter set recipient = null where unit is null and case_id = any ($1)`,
		`delete from letter_stop where case_id = any ($1)`,
	} {
		if _, err := tx.Exec(ctx, sql, erased); err != nil {
			return fmt.Errorf("forget recipients: %w", err)
		}
	}
	return nil
}
