package staff

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Outsider is a person as the city's identity provider (统一身份认证) vouches for them; the caller has verified the provider's signature.
type Outsider struct {
	Issuer  string
	Subject string // the provider's own name for the person (OpenID Connect Core 1.0 section 2, sub); never given to somebody else
	Login   string // which account this is, asked only until the two are bound
}

// SignInBy opens a session for a person that an identity provider vouches for. The first time, the account with that login is bound to
// the subject; from then on the subject alone counts, so that a name given to somebody else later opens nothing. No account is ever made here.
// An unknown or disabled account, and one bound to another subject, are one fault.Unauthorized.
func (r *Register) SignInBy(ctx context.Context, who Outsider, peer []byte) (Session, error) {
	var s Session
	err := pg.InTx(ctx, r.db, nil, func(tx pgx.Tx) error {
		id, err := r.bound(ctx, tx, who)
		if err != nil {
			return err
		}
		seen, err := r.arrive(ctx, tx, id, peer, `disabled_at is null`)
		if err != nil {
			return err
		}
		if !seen {
			return fault.New(fault.Unauthorized, "fault.sso_nobody")
		}
		s, err = r.open(ctx, tx, id, true)
		return err
	})
	return s, err
}

// bound finds the account of a subject, binding it at the first sign-in.
func (r *Register) bound(ctx context.Context, tx pgx.Tx, who Outsider) (id int64, err error) {
	err = tx.QueryRow(ctx, `select account from account_sso where issuer = $1 and subject = $2`, who.Issuer, who.Subject).Scan(&id)
	if !pg.IsNoRows(err) {
		return id, pg.Classify(err)
	}
	var roles []casework.Role
	err = tx.QueryRow(ctx, `
		with made as (
			insert into account_sso (issuer, subject, account, bound_at)
			select $1, $2, id, $4 from account where login = $3 and disabled_at is null
			on conflict do nothing returning account)
		select a.id, a.roles from made join account a on a.id = made.account`, who.Issuer, who.Subject, foldLogin(who.Login), r.Now()).Scan(&id, &roles)
	if pg.IsNoRows(err) {
		return 0, fault.New(fault.Unauthorized, "fault.sso_nobody")
	}
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("bind single sign-on: %w", err))
	}
	return id, r.note(ctx, tx, id, id, "sso_bound", roles)
}

// Unbind parts an account from the identity provider and ends its sessions; the next sign-in with its login binds it anew.
func (r *Register) Unbind(ctx context.Context, by int64, login string) error {
	return r.change(ctx, by, foldLogin(login), "sso_unbound", func(tx pgx.Tx, id int64) error {
		if _, err := tx.Exec(ctx, `delete from account_sso where account = $1`, id); err != nil {
			return fmt.Errorf("unbind single sign-on: %w", err)
		}
		return signOutAll(ctx, tx, id)
	})
}
