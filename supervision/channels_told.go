package supervision

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// WakeWeek is how long a channel must bring cases before another silence of it is told as a new one: one that wavers is told of once.
const WakeWeek = 7 * 24 * time.Hour

const silenceLock = 0x73696c65 // advisory lock: one machine tells at a time

// SilenceNews is what is told of a channel that fell silent, or brings cases again.
type SilenceNews struct {
	ID    int64 // of the silence; the same when it ends
	At    time.Time
	Ended bool // it brings cases again
	Use   ChannelUse
}

// SweepChannels tells of every channel that fell silent by the rule of ChannelUse.Dormant, once, and once more when it brings cases again.
// tell queues what is to be sent, in the transaction that remembers it. It returns how many were told.
func SweepChannels(ctx context.Context, d *casework.Docket, zone *time.Location, tell func(context.Context, pgx.Tx, SilenceNews) error) (int, error) {
	now, told := d.Now(), 0
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		told = 0
		var mine bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1)`, silenceLock).Scan(&mine); err != nil || !mine {
			return err
		}
		open, err := SilentChannels(ctx, tx)
		if err != nil {
			return err
		}
		uses, _, err := ChannelUses(ctx, tx, now, zone)
		if err != nil {
			return err
		}
		for _, u := range uses {
			id, silent := open[u.Channel]
			var news *SilenceNews
			switch {
			case u.Dormant() && !silent:
				news, err = fellSilent(ctx, tx, u, now)
			case !u.Dormant() && silent:
				news, err = spokeAgain(ctx, tx, id, u, now)
			}
			if err != nil {
				return err
			}
			if news == nil {
				continue
			}
			if err := tell(ctx, tx, *news); err != nil {
				return err
			}
			told++
		}
		return nil
	})
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("tell of channels: %w", err))
	}
	return told, nil
}

// fellSilent keeps a silence, and tells it unless it goes on with one that ended within WakeWeek. While a case of the channel is still unread nothing is judged: the days may be behind.
func fellSilent(ctx context.Context, tx pgx.Tx, u ChannelUse, now time.Time) (*SilenceNews, error) {
	var unread bool
	err := tx.QueryRow(ctx, `select exists (select 1 from event e, follower f where f.name = $1 and (e.xid, e.seq) > (f.xid, f.seq) and e.step = $2 and e.data ->> 'channel' = $3)`,
		ChannelsFollower, casework.StepFile, u.Channel).Scan(&unread)
	if err != nil || unread {
		return nil, err
	}
	tag, err := tx.Exec(ctx, `update channel_silence set ended_at = null where id = (select max(id) from channel_silence where channel = $1) and ended_at > $2`, u.Channel, now.Add(-WakeWeek))
	if err != nil || tag.RowsAffected() > 0 {
		return nil, err
	}
	news := SilenceNews{At: now, Use: u}
	err = tx.QueryRow(ctx, `insert into channel_silence (channel, last_day, recent, usual, seen_at) values ($1, $2, $3, $4, $5) returning id`, u.Channel, u.Last, u.Recent, u.Usual, now).Scan(&news.ID)
	return &news, err
}

// spokeAgain ends a silence, and tells so the first time that it ends.
func spokeAgain(ctx context.Context, tx pgx.Tx, id int64, u ChannelUse, now time.Time) (*SilenceNews, error) {
	var first bool
	err := tx.QueryRow(ctx, `update channel_silence set ended_at = $2, again_at = coalesce(again_at, $2) where id = $1 returning again_at = $2`, id, now).Scan(&first)
	if err != nil || !first {
		return nil, err
	}
	return &SilenceNews{ID: id, At: now, Ended: true, Use: u}, nil
}

// SilentChannels are the channels whose silence was told and goes on, with the number of the silence. Scope is not needed.
func SilentChannels(ctx context.Context, q pg.Querier) (map[casework.Channel]int64, error) {
	rows, err := q.Query(ctx, `select channel, id from channel_silence where ended_at is null`)
	if err != nil {
		return nil, fmt.Errorf("read silent channels: %w", err)
	}
	open := map[casework.Channel]int64{}
	var channel casework.Channel
	var id int64
	if _, err := pgx.ForEachRow(rows, []any{&channel, &id}, func() error { open[channel] = id; return nil }); err != nil {
		return nil, fmt.Errorf("read silent channels: %w", err)
	}
	return open, nil
}
