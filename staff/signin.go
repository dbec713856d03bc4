package staff

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// The guard of the sign-in: so many wrong passwords within the window, then fault.TooMany until the window has passed.
const (
	GuardWindow   = 15 * time.Minute
	MaxPerLogin   = 5
	MaxPerPeer    = 20
	keepAttempts  = 24 * time.Hour
	wrongPassword = "fault.sign_in"
)

// longRest is from how long a rest on it is noted that an account woke.
const longRest = 30 * 24 * time.Hour

// SignIn opens a session. peer is a keyed hash of the address the request came from. A wrong password, an unknown login
// and a disabled account are one fault.Unauthorized and take the same time; too many of them is fault.TooMany.
func (r *Register) SignIn(ctx context.Context, login, password string, peer []byte) (Session, error) {
	login = foldLogin(login)
	attempt, err := r.reserve(ctx, login, peer)
	if err != nil {
		return Session{}, err
	}
	var id int64
	hash, known := r.decoy, true
	err = r.db.QueryRow(ctx, `select id, password_hash from account where login = $1 and disabled_at is null`, login).Scan(&id, &hash)
	if pg.IsNoRows(err) {
		hash, known, err = r.decoy, false, nil
	}
	if err != nil {
		return Session{}, pg.Classify(fmt.Errorf("find account: %w", err))
	}
	ok, err := r.matches(ctx, password, hash)
	if err != nil {
		return Session{}, err
	}
	if !ok || !known {
		return Session{}, fault.New(fault.Unauthorized, wrongPassword)
	}
	var s Session
	err = pg.InTx(ctx, r.db, nil, func(tx pgx.Tx) error {
		// Again under the lock: the password may have been changed, or the account disabled, while we hashed.
		seen, err := r.arrive(ctx, tx, id, peer, `disabled_at is null and password_hash = $4`, hash)
		if err != nil {
			return err
		}
		if !seen {
			return fault.New(fault.Unauthorized, wrongPassword)
		}
		if _, err := tx.Exec(ctx, `update sign_in_attempt set ok = true where id = $1`, attempt); err != nil {
			return fmt.Errorf("settle attempt: %w", err)
		}
		s, err = r.open(ctx, tx, id, false)
		return err
	})
	return s, err
}

// arrive notes that an account came, and from which network; false where the condition on its row does not hold. Its arguments begin at $4.
func (r *Register) arrive(ctx context.Context, tx pgx.Tx, id int64, peer []byte, condition string, args ...any) (bool, error) {
	tag, err := tx.Exec(ctx, `update account set last_seen_at = $2, slept_since = case when last_seen_at < $3 then last_seen_at else slept_since end where id = $1 and `+condition,
		append([]any{id, r.Now(), r.Now().Add(-longRest)}, args...)...)
	if err != nil {
		return false, fmt.Errorf("see account: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	if len(peer) > 0 {
		_, err := tx.Exec(ctx, `insert into account_network (account, peer, first_at, last_at) values ($1, $2, $3, $3) on conflict (account, peer) do update set last_at = excluded.last_at`, id, peer, r.Now())
		if err != nil {
			return false, fmt.Errorf("note network: %w", err)
		}
	}
	return true, nil
}

// reserve counts this attempt as wrong until it proves right, so that guesses sent at once cannot all pass the count.
// The right password ends the count of its login, not that of the peer.
func (r *Register) reserve(ctx context.Context, login string, peer []byte) (id int64, err error) {
	key := sha256.Sum256([]byte(login))
	if peer == nil {
		peer = []byte{}
	}
	now := r.Now()
	err = pg.InTx(ctx, r.db, nil, func(tx pgx.Tx) error {
		// Both locks in one order, so that two attempts never wait for each other in a circle.
		_, err := tx.Exec(ctx, `
			select pg_advisory_xact_lock(k) from (
				select hashtextextended(encode(v, 'hex'), 5) as k from unnest(array[$1, $2]::bytea[]) as v order by 1) as l`, key[:], peer)
		if err != nil {
			return fmt.Errorf("guard sign-in: %w", err)
		}
		var byLogin, byPeer int
		err = tx.QueryRow(ctx, `
			select
				(select count(*) from sign_in_attempt where login = $1 and not ok and at > $3
					and id > coalesce((select max(id) from sign_in_attempt where login = $1 and ok and at > $3), 0)),
				(select count(*) from sign_in_attempt where peer = $2 and not ok and at > $3)`,
			key[:], peer, now.Add(-GuardWindow)).Scan(&byLogin, &byPeer)
		if err != nil {
			return fmt.Errorf("guard sign-in: %w", err)
		}
		if byLogin >= MaxPerLogin || byPeer >= MaxPerPeer {
			return fault.New(fault.TooMany, "fault.sign_in_locked").With("Minutes", int(GuardWindow/time.Minute))
		}
		err = tx.QueryRow(ctx, `insert into sign_in_attempt (login, peer, at) values ($1, $2, $3) returning id`, key[:], peer, now).Scan(&id)
		if err != nil {
			return fmt.Errorf("guard sign-in: %w", err)
		}
		return nil
	})
	return id, err
}

// Sweep deletes ended sessions and sign-in attempts of yesterday, and tells how many rows went. It is safe to run at any
// time and on several machines at once.
func (r *Register) Sweep(ctx context.Context) (int64, error) {
	now := r.Now()
	gone, err := r.db.Exec(ctx, `delete from session where expires_at <= $1 or seen_at <= $2`, now, now.Add(-IdleLimit))
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("sweep sessions: %w", err))
	}
	old, err := r.db.Exec(ctx, `delete from sign_in_attempt where at <= $1`, now.Add(-keepAttempts))
	if err != nil {
		return gone.RowsAffected(), pg.Classify(fmt.Errorf("sweep attempts: %w", err))
	}
	return gone.RowsAffected() + old.RowsAffected(), nil
}
