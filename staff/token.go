package staff

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// NewToken makes a token for a program that acts for an account, such as a call centre's. It is shown once; the database holds a hash of it.
// It lives until it is revoked or the account is disabled. Errors: fault.NotFound where there is no such open account.
func (r *Register) NewToken(ctx context.Context, login string) (string, error) {
	token := secret()
	key := sha256.Sum256([]byte(token))
	tag, err := r.db.Exec(ctx, `insert into api_token (token_hash, account, created_at) select $1, id, $2 from account where login = $3 and disabled_at is null`, key[:], r.Now(), foldLogin(login))
	if err != nil {
		return "", pg.Classify(fmt.Errorf("make token: %w", err))
	}
	if tag.RowsAffected() == 0 {
		return "", fault.New(fault.NotFound, "fault.account_unknown")
	}
	return token, nil
}

// RevokeTokens ends every token of an account and tells how many there were.
func (r *Register) RevokeTokens(ctx context.Context, login string) (int, error) {
	tag, err := r.db.Exec(ctx, `update api_token set revoked_at = $1 where revoked_at is null and account = (select id from account where login = $2)`, r.Now(), foldLogin(login))
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("revoke tokens: %w", err))
	}
	return int(tag.RowsAffected()), nil
}

// ByToken is the person for whom a program acts. Errors: fault.Unauthorized for a token that is unknown or revoked, and for a disabled account.
func (r *Register) ByToken(ctx context.Context, token string) (casework.Actor, error) {
	if token == "" {
		return casework.Actor{}, fault.New(fault.Unauthorized, "fault.token")
	}
	key := sha256.Sum256([]byte(token))
	var a Account
	var used *time.Time
	err := r.db.QueryRow(ctx, `select a.id, a.unit, a.roles, t.used_at from api_token t join account a on a.id = t.account where t.token_hash = $1 and t.revoked_at is null and a.disabled_at is null`, key[:]).
		Scan(&a.ID, &a.Unit, &a.Roles, &used)
	if pg.IsNoRows(err) {
		return casework.Actor{}, fault.New(fault.Unauthorized, "fault.token")
	}
	if err != nil {
		return casework.Actor{}, pg.Classify(fmt.Errorf("find token: %w", err))
	}
	if now := r.Now(); used == nil || now.Sub(*used) >= touchEvery {
		if _, err := r.db.Exec(ctx, `update api_token set used_at = $2 where token_hash = $1`, key[:], now); err != nil {
			return casework.Actor{}, pg.Classify(fmt.Errorf("touch token: %w", err))
		}
	}
	return r.Actor(ctx, a)
}
