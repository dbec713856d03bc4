package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// How long a session lives: IdleLimit after the last request, AbsoluteLimit after the sign-in. A session's last request is
// remembered to touchEvery, so that most requests write nothing.
const (
	IdleLimit     = 30 * time.Minute
	AbsoluteLimit = 12 * time.Hour
	touchEvery    = time.Minute
)

// Session is one signed-in browser. The database holds a hash of Token only.
type Session struct {
	Token     string // bearer secret for the cookie; only SignIn and SignInBy fill it
	CSRF      string // secret that every form of this session carries
	Account   int64
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time // the absolute end
}

// LogValue keeps the secrets out of logs.
func (s Session) LogValue() slog.Value { return slog.Int64Value(s.Account) }

// CheckCSRF tells, in constant time, whether a form carries this session's secret.
func (s Session) CheckCSRF(given string) bool {
	return s.CSRF != "" && subtle.ConstantTimeCompare([]byte(s.CSRF), []byte(given)) == 1
}

// BySession finds who is signed in with a token. No session, an ended one and a disabled account are fault.Unauthorized.
func (r *Register) BySession(ctx context.Context, token string) (Account, Session, error) {
	if token == "" {
		return Account{}, Session{}, fault.New(fault.Unauthorized, "fault.session")
	}
	now, key := r.Now(), sha256.Sum256([]byte(token))
	var a Account
	var s Session
	err := r.db.QueryRow(ctx, `
		select a.id, a.login, a.name, a.unit, a.roles, a.must_change and not s.sso, a.created_at, a.last_seen_at, s.csrf, s.created_at, s.seen_at, s.expires_at,
			array(with recursive below as (select code from unit where code = a.unit union select u.code from unit u join below b on u.parent = b.code) select code from below order by code)
		from session s join account a on a.id = s.account
		where s.token_hash = $1 and s.expires_at > $2 and s.seen_at > $3 and a.disabled_at is null`,
		key[:], now, now.Add(-IdleLimit)).
		Scan(&a.ID, &a.Login, &a.Name, &a.Unit, &a.Roles, &a.MustChange, &a.CreatedAt, &a.LastSeenAt, &s.CSRF, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &a.below)
	if pg.IsNoRows(err) {
		return Account{}, Session{}, fault.New(fault.Unauthorized, "fault.session")
	}
	if err != nil {
		return Account{}, Session{}, pg.Classify(fmt.Errorf("find session: %w", err))
	}
	s.Account = a.ID
	if now.Sub(s.SeenAt) >= touchEvery {
		_, err := r.db.Exec(ctx, `
			with touched as (update session set seen_at = $2 where token_hash = $1 and seen_at < $2 returning account)
			update account set last_seen_at = $2 where id in (select account from touched)`, key[:], now)
		if err != nil {
			return Account{}, Session{}, pg.Classify(fmt.Errorf("touch session: %w", err))
		}
		s.SeenAt = now
	}
	return a, s, nil
}

// Actor is the account as casework knows it: it acts for its unit, and the cases of the unit and of those below are in scope.
func (r *Register) Actor(ctx context.Context, a Account) (casework.Actor, error) {
	units := a.below
	if units == nil { // it was not found by a session
		var err error
		if units, err = UnitsBelow(ctx, r.db, a.Unit); err != nil {
			return casework.Actor{}, pg.Classify(err)
		}
	}
	return casework.Actor{Kind: casework.ByStaff, StaffID: a.ID, Unit: a.Unit, Roles: a.Roles, Units: units}, nil
}

// SignOut ends one session; a session that is not there has ended already.
func (r *Register) SignOut(ctx context.Context, token string) error {
	key := sha256.Sum256([]byte(token))
	if _, err := r.db.Exec(ctx, `delete from session where token_hash = $1`, key[:]); err != nil {
		return pg.Classify(fmt.Errorf("sign out: %w", err))
	}
	return nil
}

// SignOutAll ends every session of an account.
func (r *Register) SignOutAll(ctx context.Context, account int64) error {
	return pg.Classify(signOutAll(ctx, r.db, account))
}

func signOutAll(ctx context.Context, q pg.Querier, account int64) error {
	if _, err := q.Exec(ctx, `delete from session where account = $1`, account); err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return nil
}

// open writes a new session of an account; sso: an identity provider vouched for the person.
func (r *Register) open(ctx context.Context, q pg.Querier, account int64, sso bool) (Session, error) {
	now := r.Now()
	s := Session{Token: secret(), CSRF: secret(), Account: account, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(AbsoluteLimit)}
	key := sha256.Sum256([]byte(s.Token))
	_, err := q.Exec(ctx, `insert into session (token_hash, account, csrf, created_at, seen_at, expires_at, sso) values ($1, $2, $3, $4, $5, $6, $7)`,
		key[:], s.Account, s.CSRF, s.CreatedAt, s.SeenAt, s.ExpiresAt, sso)
	if err != nil {
		return Session{}, fmt.Errorf("open session: %w", err)
	}
	return s, nil
}

// secret is 256 random bits in 43 characters that stand in cookies and forms as they are.
func secret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}
