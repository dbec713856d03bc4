package supervision

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/privacy"
	"huiyin/seal"
)

// Cards keeps the public cards of cases. What the public may see is decided by privacy.Publish alone.
func Cards(keys *seal.Keyring, zone *time.Location, now func() time.Time) follow.Follower {
	return follow.Follower{Name: "cards", Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		ids := touched(events)
		if len(ids) == 0 {
			return nil
		}
		files, err := histories(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, f := range files {
			card, why := privacy.Publish(f, keys, zone)
			if err := privacy.Keep(ctx, tx, f.Case.ID, f.Case.FiledAt.In(zone), now().UTC(), card, why); err != nil {
				return err
			}
		}
		return nil
	}}
}
