package rating

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Doubt is why a rating is counted apart (存疑). Nothing is deleted for it, and a supervisor may clear it.
type Doubt string

// The doubts (domain study 5).
const (
	SameDevice Doubt = "same_device" // too many from one terminal within an hour
	TooFast    Doubt = "too_fast"    // sooner after the form was opened than anybody reads it
	Closing    Doubt = "closing"     // a row of five stars for one point about its closing time
)

// Doubts lists them.
var Doubts = []Doubt{SameDevice, TooFast, Closing}

// Where doubt begins.
const (
	DeviceHourly   = 5  // more than this many within an hour from a terminal of one's own
	SharedHourly   = 30 // the same from the terminal of a point, which residents share
	LeastSeconds   = 3
	ClosingMinutes = 30 // before the point closes, and until midnight
	ClosingRow     = 5  // so many, all of five stars
)

// device is the keyed hash of a terminal under the day's salt: it joins ratings of one day, and nothing else. It is forgotten by Forget.
func (b *Book) device(name string, at time.Time) []byte {
	if name == "" {
		return nil
	}
	return b.Keys.Hash("rating-device", at.In(b.Zone).Format(time.DateOnly)+" "+name)
}

// doubts judges a rating before it is kept.
func (b *Book) doubts(ctx context.Context, tx pgx.Tx, p Point, item *Item, w Word, device []byte, now time.Time) ([]Doubt, error) {
	var list []Doubt
	if device != nil {
		most := DeviceHourly
		if w.Channel == "terminal" || w.Channel == "window" || item != nil && p.Kind == Terminal {
			most = SharedHourly
		}
		var before int
		// The salt changes at midnight: an hour that began yesterday is counted by both.
		err := tx.QueryRow(ctx, `select count(*) from service_opinion where device = any ($1) and given_at > $2`,
			[][]byte{device, b.device(w.Device, now.Add(-time.Hour))}, now.Add(-time.Hour)).Scan(&before)
		if err != nil {
			return nil, fmt.Errorf("count ratings of the terminal: %w", err)
		}
		if before >= most {
			list = append(list, SameDevice)
		}
	}
	if !w.Opened.IsZero() && now.Sub(w.Opened) < LeastSeconds*time.Second {
		list = append(list, TooFast)
	}
	return list, nil
}

// flood marks the ratings of a point about its closing time, once ClosingRow of them are there and every one has five stars.
func (b *Book) flood(ctx context.Context, tx pgx.Tx, p Point, now time.Time) error {
	local := now.In(b.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, b.Zone)
	from := midnight.Add(time.Duration(p.Closes-ClosingMinutes) * time.Minute)
	if now.Before(from) {
		return nil
	}
	rows, err := tx.Query(ctx, `update service_opinion o set suspect = array_append(o.suspect, $3)
		from (select count(*) as n, min(level) as least from service_opinion where point = $1 and given_at between $2 and $5) as row
		where o.point = $1 and o.given_at between $2 and $5 and row.n >= $4 and row.least = 5 and not o.suspect @> array[$3] and o.cleared_at is null returning o.id`, p.Code, from, string(Closing), ClosingRow, now)
	if err != nil {
		return fmt.Errorf("look at closing time: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("look at closing time: %w", err)
	}
	for _, id := range ids {
		if err := tell(ctx, tx, id, "suspected", now, 0); err != nil {
			return err
		}
	}
	return nil
}

// Forget takes away the hashes of terminals and networks that are older than two hours, in which nothing is compared any more. It tells how many.
func (b *Book) Forget(ctx context.Context) (int, error) {
	var n int
	err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update service_opinion set device = null where device is not null and given_at < $1`, b.Now().UTC().Add(-2*time.Hour))
		if err != nil {
			return err
		}
		n = int(tag.RowsAffected())
		if _, err := tx.Exec(ctx, `delete from rating_terminal where at < $1`, b.Now().UTC().Add(-2*time.Hour)); err != nil {
			return err
		}
		return forgetNetworks(ctx, tx, b.Now().UTC().Add(-2*time.Hour))
	})
	if err != nil {
		return 0, fmt.Errorf("forget terminals: %w", err)
	}
	return n, nil
}

// Clear is a supervisor's finding that a doubtful rating is a true one: it counts from now on. Errors: fault.Forbidden, fault.Invalid without a reason,
// fault.NotFound, fault.Conflict "fault.rating_settled" where there is no open doubt.
func (b *Book) Clear(ctx context.Context, by casework.Actor, id uuid.UUID, why string) error {
	if !supervises(by) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	why = clean(why)
	if why == "" {
		return fault.New(fault.Invalid, "fault.reason_needed").At("why")
	}
	return b.settle(ctx, by, id, "cleared", `update service_opinion set cleared_at = $2, cleared_by = nullif($3::bigint, 0), cleared_why = $4 where id = $1 and suspect <> '{}' and cleared_at is null`, why)
}

// See notes that a supervisor has looked at a bad rating without a name.
func (b *Book) See(ctx context.Context, by casework.Actor, id uuid.UUID) error {
	if !supervises(by) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	return b.settle(ctx, by, id, "seen", `update service_opinion set seen_at = $2, seen_by = nullif($3::bigint, 0) where id = $1 and level <= 2 and seen_at is null`)
}

func (b *Book) settle(ctx context.Context, by casework.Actor, id uuid.UUID, step, sql string, more ...any) error {
	now := b.Now().UTC().Truncate(time.Microsecond)
	err := pg.InTx(ctx, b.DB, sight(by), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, append([]any{id, now, by.StaffID}, more...)...)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.rating_settled")
		}
		return tell(ctx, tx, id, step, now, by.StaffID)
	})
	if err != nil {
		return fmt.Errorf("settle rating: %w", err)
	}
	return nil
}

func supervises(by casework.Actor) bool {
	return by.Kind == casework.ByStaff && by.Unit == casework.Hotline && by.Has(casework.Supervisor)
}
