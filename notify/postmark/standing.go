package postmark

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/seal"
)

// Standing is how a mail stands to the case whose token it carries.
type Standing struct {
	Known    bool // the writer's address is the resident's, or one that our letters went to. It proves nothing; another address makes a person look
	Replies  int  // mails that were added to the case in the last 24 hours
	Reopened int  // new cases that mails to this one became in the last 24 hours
}

// SameTag marks, before the id of a case, another case of the same matter.
const SameTag = "same:"

// Stand looks a mail's writer up at the case that its token opens.
func Stand(ctx context.Context, db pg.DB, keys *seal.Keyring, id casework.CaseID, from string, now time.Time) (Standing, error) {
	var s Standing
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		since := now.Add(-24 * time.Hour)
		return tx.QueryRow(ctx, `select
			exists (select 1 from person where case_id = $1 and email_hash = $2) or exists (select 1 from letter where case_id = $1 and recipient = $2 and unit is null),
			(select count(*) from submission where case_id = $1 and verdict = 'reply' and received_at > $3),
			(select count(*) from cases where filed_at > $3 and channel = 'email' and $4 = any (tags))`,
			id, keys.Hash(seal.Email, strings.TrimSpace(from)), since, SameTag+id.String()).Scan(&s.Known, &s.Replies, &s.Reopened)
	})
	if err != nil {
		return s, pg.Classify(fmt.Errorf("look up the writer of a reply: %w", err))
	}
	return s, nil
}
