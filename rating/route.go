package rating

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/pg"
)

// BadTag marks the cases that bad ratings opened.
const BadTag = "bad_rating"

// route opens the case of a bad rating under the resident's name (差评整改): a complaint, sent to the unit whose service it was, with the clocks of a rectification.
// Called twice it opens one.
func (b *Book) route(ctx context.Context, id uuid.UUID) error {
	var o Opinion
	var wrapped, sealed []byte
	err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select `+opinionColumns+`, o.wrapped_key, o.sealed from service_opinion o where o.id = $1`, id).Scan(append(o.dest(), &wrapped, &sealed)...)
	})
	if err != nil {
		return fmt.Errorf("read bad rating: %w", err)
	}
	if o.Case != nil || !o.RealName || !o.Level.Bad() || sealed == nil {
		return nil
	}
	key, err := b.Keys.Unwrap(wrapped)
	if err != nil {
		return fmt.Errorf("bad rating %s: %w", id, err)
	}
	plain, err := key.Open("rating", id.String(), sealed)
	if err != nil {
		return fmt.Errorf("bad rating %s: %w", id, err)
	}
	var who private
	if err := json.Unmarshal(plain, &who); err != nil {
		return fmt.Errorf("bad rating %s: %w", id, err)
	}
	p, err := b.Point(ctx, o.Point)
	if err != nil {
		return err
	}
	r, err := b.Door.File(ctx, complaint(o, p, who))
	if err != nil {
		return fmt.Errorf("open the case of a bad rating: %w", err)
	}
	if err := b.Desk.Rectify(ctx, casework.Ref{ID: r.ID}, o.Unit); err != nil && fault.KindOf(err) != fault.Conflict { // in a conflict somebody has it already
		return fmt.Errorf("send the case of a bad rating: %w", err)
	}
	now := b.Now().UTC().Truncate(time.Microsecond)
	err = pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update service_opinion set case_id = $2, wrapped_key = null, sealed = null where id = $1 and case_id is null`, id, r.ID)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return tell(ctx, tx, id, "routed", now, 0)
	})
	if err != nil {
		return fmt.Errorf("join rating and case: %w", err)
	}
	return nil
}

// complaint is the bad rating as a submission. Its words are the resident's; where there are none, the tags speak.
func complaint(o Opinion, p Point, who private) intake.Submission {
	const lang = locale.ZH // for the staff of the city
	var tags []string
	for _, code := range o.Tags {
		tags = append(tags, TagText(o.TagSet, code, lang))
	}
	args := locale.Args{"Point": p.Name(lang), "Level": lang.T("satisfaction." + strconv.Itoa(int(o.Level))), "Tags": strings.Join(tags, lang.T("rating.between_tags"))}
	text := lang.T("rating.case_text", args)
	if who.Text != "" {
		text += "\n\n" + who.Text
	}
	channel := casework.Web
	switch {
	case o.Channel == "phone":
		channel = casework.Phone
	case o.Channel == "api":
		channel = casework.API
	case p.Kind == Window || p.Kind == Hall || p.Kind == Terminal:
		channel = casework.Window
	}
	return intake.Submission{
		Channel: channel, Key: sha256.Sum256([]byte("huiyin bad service rating " + o.ID.String())), Kind: casework.Complaint, Urgency: casework.Normal,
		Title: lang.T("rating.case_title", args), Text: text, Place: p.Place(lang), Person: casework.Person{Name: who.Name, Phone: who.Phone}, Tags: []string{BadTag},
	}
}

// SweepRoutes opens the cases that were not opened when the ratings came, such as when the process ended in between, and tells how many.
func (b *Book) SweepRoutes(ctx context.Context) (int, error) {
	var ids []uuid.UUID
	err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select id from service_opinion where level <= 2 and real_name and case_id is null and sealed is not null and given_at < $1 order by given_at limit 500`, b.Now().UTC().Add(-time.Minute))
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find bad ratings without a case: %w", err)
	}
	var failed error
	n := 0
	for _, id := range ids {
		if err := b.route(ctx, id); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		n++
	}
	return n, failed
}

func clean(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 500 {
		s = string(r[:500])
	}
	return s
}
