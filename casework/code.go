package casework

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// codeAlphabet has 32 characters without 0, O, 1 and I: eight of them carry 40 bits.
const codeAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// newCode makes a tracking code (查询码) such as "7KQ2-M9TX".
func newCode() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails; the runtime stops the process instead
	var s strings.Builder
	for i, v := range b {
		if i == 4 {
			s.WriteByte('-')
		}
		s.WriteByte(codeAlphabet[v&31])
	}
	return s.String()
}

// NormalCode brings a code as a person types it (lower case, spaces, O for 0 never occurs) to the form ABCD-EFGH; ok is false where it cannot be one.
func NormalCode(typed string) (code string, ok bool) {
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r == ' ' || r == '-' || r == '\u3000' || r == '—' || r == '－' || r == '_':
			continue
		case r >= 'Ａ' && r <= 'Ｚ' || r >= '０' && r <= '９':
			r -= 0xFEE0
		}
		if !strings.ContainsRune(codeAlphabet, r) || b.Len() == 8 {
			return "", false
		}
		b.WriteRune(r)
	}
	if b.Len() != 8 {
		return "", false
	}
	s := b.String()
	return s[:4] + "-" + s[4:], true
}

// ByCode finds the case a tracking code opens. Errors: fault.NotFound, which does not say whether the code ever existed.
func (d *Docket) ByCode(ctx context.Context, typed string) (CaseID, error) {
	var id CaseID
	code, ok := NormalCode(typed)
	if !ok {
		return id, fault.New(fault.NotFound, "fault.no_such_code")
	}
	err := d.DB.QueryRow(ctx, `select case_id from tracking where code_hash = $1`, d.Keys.Hash("code", code)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, fault.New(fault.NotFound, "fault.no_such_code")
	}
	return id, err
}

// RatingLink is the bearer token of one case and round, good for 30 days after the reply.
func (d *Docket) RatingLink(id CaseID, round int) string {
	return d.Keys.Token("rate", id.String(), itoa(round))
}

// ByRatingLink finds the case and round that a rating token opens. Errors: fault.NotFound, fault.Gone after 30 days.
func (d *Docket) ByRatingLink(ctx context.Context, token string) (CaseID, int, error) {
	var id CaseID
	var round int
	var expires time.Time
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		// Who was joined to another case got the link with the answer given to that one.
		return tx.QueryRow(ctx, `select t.case_id, t.round, greatest(t.expires_at, coalesce(m.replied_at, c.closed_at) + make_interval(days => $2)) from rating_token t
			left join cases c on c.id = t.case_id and c.state = 'merged' left join cases m on m.id = c.merged_into where t.token_hash = $1`,
			d.Keys.Hash("rate", token), ratingDays).Scan(&id, &round, &expires)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return id, 0, fault.New(fault.NotFound, "fault.no_such_link")
	}
	if err == nil && d.Now().After(expires) {
		return id, 0, fault.New(fault.Gone, "fault.link_expired")
	}
	return id, round, err
}

const ratingDays = 30

func (d *Docket) issueRatingToken(ctx context.Context, q pg.Querier, id CaseID, round int, at time.Time) error {
	_, err := q.Exec(ctx, `insert into rating_token (token_hash, case_id, round, expires_at) values ($1, $2, $3, $4) on conflict do nothing`,
		d.Keys.Hash("rate", d.RatingLink(id, round)), id, round, at.AddDate(0, 0, ratingDays))
	return err
}
