package rating

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/pg"
)

// Word is what a resident sends: a level, tags, words if wanted, and name and telephone if wanted.
type Word struct {
	Level   Level
	Tags    []string
	Text    string
	Name    string
	Phone   string
	Channel string    // one of Channels
	Key     string    // of the form or request: the same word sent twice is kept once; empty: not checked
	Address string    // of the sender, of whose network only a mark is kept for an hour; empty where a program sends for many
	Device  string    // address and program of the sender, only to be hashed; empty where a program sends for many
	Opened  time.Time // when the form was handed out; zero: not known
}

// Channels are the ways by which a rating reaches us.
var Channels = []string{"poster", "link", "window", "sms", "letter", "phone", "terminal", "api"}

// Given is what became of a rating.
type Given struct {
	Opinion
	Token    string // opens the resident's own page
	Existing bool   // the same word, or a rating of the same item, was here before
}

// Walk keeps a rating from a poster, which rates no item. Errors: fault.NotFound, fault.Gone for a closed point, fault.Invalid with the field.
func (b *Book) Walk(ctx context.Context, code string, w Word) (Given, error) {
	p, err := b.Point(ctx, code)
	if err != nil {
		return Given{}, err
	}
	if p.ClosedAt != nil {
		return Given{}, fault.New(fault.Gone, "fault.point_closed")
	}
	return b.give(ctx, p, nil, w)
}

// Rate keeps the one rating of an item. A second one is not kept: Given.Existing tells, with the first. Errors: as ByToken, fault.Invalid with the field.
func (b *Book) Rate(ctx context.Context, token string, w Word) (Given, error) {
	i, p, err := b.ByToken(ctx, token)
	if err != nil {
		return Given{}, err
	}
	return b.give(ctx, p, &i, w)
}

// parted is a word after its check: what is kept in clear, and what is sealed until a case has it.
type parted struct {
	tags     []string
	clear    string
	realName bool
	private  private
}

type private struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Text  string `json:"text"`
}

func (b *Book) part(p Point, w Word) (parted, error) {
	var out parted
	if !w.Level.known() {
		return out, fault.New(fault.Invalid, "fault.satisfaction_needed").At("level")
	}
	if !slices.Contains(Channels, w.Channel) {
		return out, fmt.Errorf("rating by unknown channel %q", w.Channel)
	}
	var err error
	if out.tags, err = Tags().Choose(p.Kind.Group(), w.Level, w.Tags); err != nil {
		return out, err
	}
	if out.tags == nil {
		out.tags = []string{}
	}
	if utf8.RuneCountInString(w.Text) > MaxText {
		return out, fault.New(fault.TooLarge, "fault.body_too_long").At("text").With("Limit", MaxText)
	}
	person := casework.Person{Name: strings.Join(strings.Fields(w.Name), " "), Phone: strings.TrimSpace(w.Phone)}
	switch {
	case utf8.RuneCountInString(person.Name) > casework.MaxName:
		return out, fault.New(fault.TooLarge, "fault.field_too_long").At("name").With("Limit", casework.MaxName)
	case person.Phone != "" && !intake.IsPhone(person.Phone):
		return out, fault.New(fault.Invalid, "fault.phone_form").At("phone")
	case person.Phone == "" && person.Name != "":
		return out, fault.New(fault.Invalid, "fault.phone_with_name").At("phone")
	case person.Phone != "" && person.Name == "":
		return out, fault.New(fault.Invalid, "fault.name_with_phone").At("name")
	}
	m := b.Door.Masked(w.Text, person)
	out.clear, out.realName = m.Clear, person.Phone != ""
	out.private = private{Name: person.Name, Phone: person.Phone, Text: m.Original}
	return out, nil
}

func (b *Book) give(ctx context.Context, p Point, item *Item, w Word) (Given, error) {
	said, err := b.part(p, w)
	if err != nil {
		return Given{}, err
	}
	id, err := newID(w.Key, p.Code)
	if err != nil {
		return Given{}, err
	}
	now := b.Now().UTC().Truncate(time.Microsecond)
	var known bool
	err = pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		// One point after the other: two ratings at once must see each other where they are judged together.
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('service_point:' || $1, 0))`, p.Code); err != nil {
			return err
		}
		var of *uuid.UUID
		if item != nil {
			of = &item.ID
		}
		err := tx.QueryRow(ctx, `select id from service_opinion where id = $1 or item = $2`, id, of).Scan(&id)
		if !pg.IsNoRows(err) {
			known = err == nil
			return err
		}
		device := b.device(w.Device, now)
		doubts, err := b.doubts(ctx, tx, p, item, w, device, now)
		if err != nil {
			return err
		}
		wrapped, sealed, err := b.seal(id, w.Level, said)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into service_opinion (id, point, unit, item, channel, level, tags, tag_set, body, wrapped_key, sealed, real_name, given_at, changed_at, device, suspect, words)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16)`, id, p.Code, p.Unit, of, w.Channel, w.Level, said.tags, Tags().Version, said.clear, wrapped, sealed, said.realName, now, device, texts(doubts),
			b.tokens(p, w.Level, Tags().Version, said.tags, said.clear))
		if err != nil {
			return err
		}
		if err := tell(ctx, tx, id, "given", now, 0); err != nil {
			return err
		}
		if w.Channel != "terminal" && w.Channel != "window" { // which residents share by their nature
			if err := b.noteNetwork(ctx, tx, id, 1, p.Unit, w.Level, w.Address); err != nil {
				return err
			}
		}
		return b.flood(ctx, tx, p, now)
	})
	if err != nil {
		return Given{}, fmt.Errorf("keep rating: %w", err)
	}
	if !known && w.Level.Bad() && said.realName {
		if err := b.route(ctx, id); err != nil && fault.KindOf(err) != fault.Unavailable { // the sweep tries again
			return Given{}, err
		}
	}
	out := Given{Token: b.OwnToken(id), Existing: known}
	out.Opinion, _, err = b.Own(ctx, out.Token)
	return out, err
}

// newID is made of the key, so that the same form sent twice is one rating.
func newID(key, point string) (uuid.UUID, error) {
	if key == "" {
		return uuid.NewV7()
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("huiyin service rating\x00"+point+"\x00"+key)), nil
}

// seal keeps name, telephone and the words as written for the case of a bad rating; of any other rating nothing is kept.
func (b *Book) seal(id uuid.UUID, level Level, said parted) (wrapped, sealed []byte, err error) {
	if !level.Bad() || !said.realName {
		return nil, nil, nil
	}
	key, wrapped, err := b.Keys.NewDataKey()
	if err != nil {
		return nil, nil, err
	}
	plain, err := json.Marshal(said.private)
	if err != nil {
		return nil, nil, err
	}
	return wrapped, key.Seal("rating", id.String(), plain), nil
}

// Change says something else within ChangeHours of the first word: the later counts, the earlier stays in the history. The same again changes nothing.
// Errors: fault.NotFound, fault.Conflict "fault.rating_final" after that time, fault.Invalid with the field.
func (b *Book) Change(ctx context.Context, token string, w Word) (Given, error) {
	old, p, err := b.Own(ctx, token)
	if err != nil {
		return Given{}, err
	}
	w.Channel = old.Channel
	said, err := b.part(p, w)
	if err != nil {
		return Given{}, err
	}
	now := b.Now().UTC().Truncate(time.Microsecond)
	changed := false
	err = pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		var o Opinion
		if err := tx.QueryRow(ctx, `select `+opinionColumns+` from service_opinion o where o.id = $1 for update`, old.ID).Scan(o.dest()...); err != nil {
			return err
		}
		if now.After(o.ChangeableUntil()) {
			return fault.New(fault.Conflict, "fault.rating_final")
		}
		named := said.realName || o.RealName
		if o.Level == w.Level && slices.Equal(o.Tags, said.tags) && o.Body == said.clear && named == o.RealName {
			return nil
		}
		changed = true
		_, err := tx.Exec(ctx, `insert into service_opinion_before (opinion, version, at, level, tags, tag_set, body) values ($1, $2, $3, $4, $5, $6, $7)`, o.ID, o.Version, o.Changed, o.Level, o.Tags, o.TagSet, o.Body)
		if err != nil {
			return err
		}
		var wrapped, sealed []byte
		if o.Case == nil {
			if wrapped, sealed, err = b.seal(o.ID, w.Level, said); err != nil {
				return err
			}
		}
		// A name once given stays given: whoever was to be contacted is. Without a telephone there is nobody to contact anew.
		named = said.realName || o.Case != nil
		_, err = tx.Exec(ctx, `update service_opinion set level = $2, tags = $3, tag_set = $4, body = $5, wrapped_key = $6, sealed = $7, real_name = $8, changed_at = $9, words = $10, version = version + 1, seen_at = null, seen_by = null where id = $1`,
			o.ID, w.Level, said.tags, Tags().Version, said.clear, wrapped, sealed, named, now, b.tokens(p, w.Level, Tags().Version, said.tags, said.clear))
		if err != nil {
			return err
		}
		return tell(ctx, tx, o.ID, "changed", now, 0)
	})
	if err != nil {
		return Given{}, fmt.Errorf("change rating: %w", err)
	}
	if changed && w.Level.Bad() && said.realName && old.Case == nil {
		if err := b.route(ctx, old.ID); err != nil && fault.KindOf(err) != fault.Unavailable {
			return Given{}, err
		}
	}
	out := Given{Token: token}
	out.Opinion, _, err = b.Own(ctx, token)
	return out, err
}
