package rating

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/seal"
)

const openedUse = "rate-opened"

// Opened signs the moment a form is handed out, so that nobody can say another.
func Opened(keys *seal.Keyring, at time.Time) string {
	s := strconv.FormatInt(at.UnixMilli(), 36)
	return s + "." + keys.Token(openedUse, s)
}

// OpenedAt reads what Opened signed; zero where it did not.
func OpenedAt(keys *seal.Keyring, s string) time.Time {
	text, secret, _ := strings.Cut(s, ".")
	ms, err := strconv.ParseInt(text, 36, 64)
	if err != nil || !keys.CheckToken(secret, openedUse, text) {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// CaseDoubts judges a rating of a case before casework keeps it: device is address and program of the sender, only to be hashed, opened when the form was handed
// out. It notes the terminal, so it is asked once for each rating.
func (b *Book) CaseDoubts(ctx context.Context, device string, opened time.Time) ([]string, error) {
	var list []string
	now := b.Now().UTC().Truncate(time.Microsecond)
	if hash := b.device(device, now); hash != nil {
		var before int
		err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
			// The salt changes at midnight: an hour that began yesterday is counted by both.
			err := tx.QueryRow(ctx, `select count(*) from rating_terminal where hash = any ($1) and at > $2`, [][]byte{hash, b.device(device, now.Add(-time.Hour))}, now.Add(-time.Hour)).Scan(&before)
			if err == nil {
				_, err = tx.Exec(ctx, `insert into rating_terminal (hash, at) values ($1, $2)`, hash, now)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("count ratings of the terminal: %w", err)
		}
		if before >= DeviceHourly {
			list = append(list, string(SameDevice))
		}
	}
	if !opened.IsZero() && now.Sub(opened) < LeastSeconds*time.Second {
		list = append(list, string(TooFast))
	}
	return list, nil
}

// SweepCaseFloods has the ratings of cases counted apart that a unit got in the last half hour before it closed, where there are ClosingRow of them or more and every
// one has five stars, and tells how many. closes is when a unit closes, in minutes of the day; below zero: it does not. What the hotline's call-backs heard is left
// out: they are made in a row.
func (b *Book) SweepCaseFloods(ctx context.Context, d *casework.Docket, closes func(casework.UnitCode) int) (int, error) {
	type said struct {
		ID      casework.CaseID
		Round   int
		Unit    casework.UnitCode
		At      time.Time
		Level   casework.Satisfaction
		Settled bool
	}
	var list []said
	now := b.Now()
	err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select r.case_id, r.round, c.lead_unit, r.at, r.satisfaction, r.suspect @> array[$3] or r.cleared_at is not null
			from rating r join cases c on c.id = r.case_id where r.at > $1 and r.at <= $2 and r.channel <> 'phone' and c.lead_unit is not null order by r.at`, now.Add(-2*time.Hour), now, string(Closing))
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[said])
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look at ratings before closing: %w", err)
	}
	rows := map[string][]said{}
	for _, s := range list {
		local := s.At.In(b.Zone)
		before := closes(s.Unit) - local.Hour()*60 - local.Minute() // minutes until the unit closes
		if before > 0 && before <= ClosingMinutes {
			key := string(s.Unit) + local.Format(time.DateOnly)
			rows[key] = append(rows[key], s)
		}
	}
	n := 0
	for _, row := range rows {
		if len(row) < ClosingRow || slices.ContainsFunc(row, func(s said) bool { return s.Level < 5 }) {
			continue
		}
		for _, s := range row {
			if s.Settled {
				continue
			}
			err := d.DoubtRating(ctx, casework.System, casework.Ref{ID: s.ID}, s.Round, []string{string(Closing)}, "")
			if err != nil && fault.KeyOf(err) != "fault.rating_settled" {
				return n, err
			}
			if err == nil {
				n++
			}
		}
	}
	return n, nil
}
