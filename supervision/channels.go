package supervision

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/pg"
)

// ChannelsFollower is the name under which the days of the channels remember how far they read.
const ChannelsFollower = "channels"

// Channels counts the cases that each channel brings, by the day: what tells whether a channel fell silent.
func Channels(zone *time.Location) follow.Follower {
	type place struct {
		channel casework.Channel
		day     time.Time
	}
	return follow.Follower{Name: ChannelsFollower, Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		counts := map[place]int{}
		for _, e := range events {
			if e.Step != casework.StepFile {
				continue
			}
			var d told
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return fmt.Errorf("event %d: %w", e.Seq, err)
			}
			if d.Channel != "" {
				counts[place{d.Channel, dayIn(e.At, zone)}]++
			}
		}
		if len(counts) == 0 {
			return nil
		}
		var b pgx.Batch
		for p, n := range counts {
			b.Queue(`insert into channel_day as c (channel, day, cases) values ($1, $2, $3) on conflict (channel, day) do update set cases = c.cases + excluded.cases`, p.channel, p.day, n)
		}
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("keep days of channels: %w", err)
		}
		return nil
	}}
}

// dayIn is the city's day of a moment, as the database writes days.
func dayIn(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// When a channel is called dormant (domain study 0-17): it was used, and brought nothing for SilentDays, or in them less than a tenth of what it usually brings.
const (
	SilentDays = 30
	usualDays  = 90 // before the SilentDays: what is usual is taken from them
	leastUsual = 10 // cases in SilentDays from which on a tenth means anything
)

// ChannelUse is how one channel was used.
type ChannelUse struct {
	Channel casework.Channel
	Last    time.Time // day of the last case; zero: it never brought one
	Silent  int       // whole days since
	Recent  int       // cases in the last SilentDays
	Usual   float64   // cases in SilentDays as they usually were, over the usualDays before; 0 where there were none, or the service is younger than twice SilentDays
	Months  []int     // cases of TrendMonths months, the oldest first, the month of the day asked for last
}

// Dormant reports whether the channel was in use and fell silent.
func (c ChannelUse) Dormant() bool {
	return !c.Last.IsZero() && (c.Silent >= SilentDays || c.Usual >= leastUsual && float64(10*c.Recent) < c.Usual)
}

// channelOrder lists every channel that can bring a case, in the order of pages.
var channelOrder = []casework.Channel{casework.Phone, casework.Web, casework.Email, casework.Window, casework.Open311, casework.API, casework.File}

// ChannelUses tells of every channel how it was used up to a day, and when the follower last read something. Scope is not needed.
func ChannelUses(ctx context.Context, q pg.Querier, now time.Time, zone *time.Location) ([]ChannelUse, time.Time, error) {
	today, this := dayIn(now, zone), MonthOf(now, zone)
	from := today.AddDate(0, 0, 1-SilentDays) // the first of the last SilentDays
	before := from.AddDate(0, 0, -usualDays)
	var read, first *time.Time
	err := q.QueryRow(ctx, `select (select max(read_at) from follower where name = $1), (select min(day) from channel_day)`, ChannelsFollower).Scan(&read, &first)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read how far channels are: %w", err)
	}
	uses := map[casework.Channel]*ChannelUse{}
	for _, c := range channelOrder {
		uses[c] = &ChannelUse{Channel: c, Months: make([]int, TrendMonths)}
	}
	usual := map[casework.Channel]int{}
	rows, err := q.Query(ctx, `select channel, max(day) as day, 0 from channel_day where day <= $2 group by channel
		union all select channel, day, cases from channel_day where day between $1 and $2`, earliest(before, this.Add(1-TrendMonths).Start(time.UTC)), today)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read days of channels: %w", err)
	}
	var channel casework.Channel
	var day time.Time
	var n int
	_, err = pgx.ForEachRow(rows, []any{&channel, &day, &n}, func() error {
		u := uses[channel]
		if u == nil { // a channel that this program does not know
			return nil
		}
		if n == 0 {
			u.Last, u.Silent = day, int(today.Sub(day)/(24*time.Hour))
			return nil
		}
		m := MonthOf(day, time.UTC)
		for i := range u.Months {
			if this.Add(i+1-TrendMonths) == m {
				u.Months[i] += n
			}
		}
		switch {
		case !day.Before(from):
			u.Recent += n
		case !day.Before(before):
			usual[channel] += n
		}
		return nil
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read days of channels: %w", err)
	}
	days := usualDays
	if first != nil && first.After(before) { // the service is younger than that
		days = int(from.Sub(*first) / (24 * time.Hour))
	}
	var list []ChannelUse
	for _, c := range channelOrder {
		u := uses[c]
		if days >= SilentDays { // what a few days brought is not what is usual
			u.Usual = float64(usual[c]) * SilentDays / float64(days)
		}
		list = append(list, *u)
	}
	var at time.Time
	if read != nil {
		at = *read
	}
	return list, at, nil
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
