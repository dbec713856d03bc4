package inbox

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/staff"
	"huiyin/web/shell"
)

// feedReach is how far before and after now the feed tells limits.
const (
	feedBack  = 14 * 24 * time.Hour
	feedAhead = 120 * 24 * time.Hour
	feedEvent = 30 * time.Minute // an entry ends at its limit
)

// feedView is what the calendar page says of the reader's feed.
type feedView struct {
	Address string    // just made; it is shown this once
	Made    time.Time // of the address in force; zero where there is none
}

// feed reads whether the reader has an address in force.
func (x *Pages) feed(c *fiber.Ctx, by casework.Actor, address string) (feedView, error) {
	v := feedView{Address: address}
	err := x.DB.QueryRow(c.UserContext(), `select made_at from calendar_feed where account = $1`, by.StaffID).Scan(&v.Made)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return v, fmt.Errorf("read calendar feed: %w", err)
	}
	return v, nil
}

// makeFeed gives the reader a new address for a calendar program; an older one ends.
func (x *Pages) makeFeed(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:])
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	hash := sha256.Sum256([]byte(token))
	_, err = x.DB.Exec(c.UserContext(), `insert into calendar_feed (account, token_hash, made_at) values ($1, $2, $3)
		on conflict (account) do update set token_hash = excluded.token_hash, made_at = excluded.made_at`, by.StaffID, hash[:], shell.Now(c).UTC())
	if err != nil {
		return fmt.Errorf("make calendar feed: %w", err)
	}
	return x.drawCalendar(c, by, x.BaseURL+"/calendar/"+token+".ics")
}

// endFeed makes the address worthless.
func (x *Pages) endFeed(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	if _, err := x.DB.Exec(c.UserContext(), `delete from calendar_feed where account = $1`, by.StaffID); err != nil {
		return fmt.Errorf("end calendar feed: %w", err)
	}
	shell.Flash(c, shell.Good, "day.feed_ended")
	return shell.SeeOther(c, "/inbox/calendar")
}

// sendFeed is the calendar file behind an address. It tells numbers, limits and links, and no word of any case: calendar programs keep what they read.
func (x *Pages) sendFeed(c *fiber.Ctx) error {
	token, isFile := strings.CutSuffix(c.Params("token"), ".ics")
	if !isFile || len(token) != 43 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	ctx, now := c.UserContext(), shell.Now(c)
	by, err := x.feedReader(ctx, token)
	if err != nil {
		return err
	}
	days, _, err := x.dueBetween(ctx, by, now.Add(-feedBack), now.Add(feedAhead))
	if err != nil {
		return err
	}
	host := "localhost"
	if u, err := url.Parse(x.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	lang := shell.Lang(c)
	var events []icsEvent
	for _, day := range days {
		for _, one := range day {
			events = append(events, icsEvent{
				UID: fmt.Sprintf("%s-%d@%s", one.ID, one.Leg, host), Summary: lang.T("day.feed_entry", locale.Args{"Number": one.Number, "Unit": x.City.UnitName(one.Lead, lang)}),
				URL: x.BaseURL + "/inbox/" + one.ID.String(), Start: one.Due.At.Add(-feedEvent), End: one.Due.At,
			})
		}
	}
	slices.SortFunc(events, func(a, b icsEvent) int {
		if n := a.End.Compare(b.End); n != 0 {
			return n
		}
		return strings.Compare(a.UID, b.UID)
	})
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="huiyin.ics"`)
	return c.SendString(writeICS(lang.T("day.feed_name"), now, events))
}

// feedReader is for whom an address was made, with the scope that the person has today. Errors: fault.NotFound where it is none, was ended,
// or the account is disabled or works in no unit's inbox any more.
func (x *Pages) feedReader(ctx context.Context, token string) (by casework.Actor, err error) {
	hash := sha256.Sum256([]byte(token))
	by.Kind = casework.ByStaff
	err = x.DB.QueryRow(ctx, `select a.id, a.unit, a.roles from calendar_feed f join account a on a.id = f.account where f.token_hash = $1 and a.disabled_at is null`, hash[:]).
		Scan(&by.StaffID, &by.Unit, &by.Roles)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !by.Has(casework.Liaison, casework.Handler, casework.Leader) {
		return by, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return by, fmt.Errorf("find calendar feed: %w", err)
	}
	by.Units, err = staff.UnitsBelow(ctx, x.DB, by.Unit)
	return by, err
}
