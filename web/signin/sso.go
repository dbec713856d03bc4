package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gofiber/fiber/v2"
	"golang.org/x/oauth2"

	"huiyin/fault"
	"huiyin/staff"
	"huiyin/web/shell"
)

// How long a person has at the provider's page, and how long the provider has for each of its answers.
const (
	ssoStay    = 10 * time.Minute
	ssoTimeout = 8 * time.Second
	ssoAnswer  = 1 << 20 // most bytes of one answer of the provider
	ssoCookie  = "hy_sso"
	ssoBack    = "/login/sso/back"
)

// SingleSignOn lets staff in through the city's identity provider (OpenID Connect Core 1.0, code flow with PKCE, RFC 7636). The provider is asked
// for its addresses at the first sign-in, and again after a failure, so that the service starts and runs without it.
type SingleSignOn struct {
	Issuer   string
	ClientID string
	Secret   string // empty: a public client
	Claim    string // of the token, that holds the login
	BaseURL  string // of this service
	Now      func() time.Time
	Log      *slog.Logger
	Client   *http.Client // nil: one with bounded time and answers

	mu       sync.Mutex
	provider *oidc.Provider
}

// trip is what the browser keeps while its person is at the provider.
type trip struct {
	State, Nonce, Verifier, Next string
}

func (o *SingleSignOn) client() *http.Client {
	if o.Client != nil {
		return o.Client
	}
	return &http.Client{Timeout: ssoTimeout, Transport: bounded{}}
}

// bounded cuts answers off that are longer than any provider's.
type bounded struct{}

func (bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, ssoAnswer), res.Body}
	}
	return res, err
}

// ready finds the provider's addresses. Errors: fault.Unavailable where it does not answer.
func (o *SingleSignOn) ready(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider == nil {
		// The provider keeps this context for fetching keys later on, so it must not end with the request.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), o.client()), o.Issuer)
		if err != nil {
			return nil, nil, fault.Wrap(fault.Unavailable, "fault.sso_away", err)
		}
		o.provider = p
	}
	return o.provider, &oauth2.Config{ClientID: o.ClientID, ClientSecret: o.Secret, Endpoint: o.provider.Endpoint(), RedirectURL: o.BaseURL + ssoBack, Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}, nil
}

// goOut sends the browser to the provider.
func (x *Pages) goOut(c *fiber.Ctx) error {
	_, to, err := x.SSO.ready(c.UserContext())
	if err != nil {
		return x.turnedAway(c, err)
	}
	t := trip{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: shell.LocalPath(c.Query("next"), "")}
	kept, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("keep trip: %w", err)
	}
	c.Cookie(&fiber.Cookie{Name: ssoCookie, Value: base64.RawURLEncoding.EncodeToString(kept), Path: ssoBack, MaxAge: int(ssoStay / time.Second), HTTPOnly: true, Secure: x.Secure, SameSite: fiber.CookieSameSiteLaxMode})
	return c.Redirect(to.AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)), fiber.StatusSeeOther)
}

// comeBack takes what the provider says of the person, and lets them in where an account is theirs.
func (x *Pages) comeBack(c *fiber.Ctx) error {
	kept, err := base64.RawURLEncoding.DecodeString(c.Cookies(ssoCookie))
	var t trip
	if err != nil || json.Unmarshal(kept, &t) != nil || t.State == "" || t.Nonce == "" || t.Verifier == "" {
		return x.turnedAway(c, fault.New(fault.Unauthorized, "fault.sso_again"))
	}
	c.Cookie(&fiber.Cookie{Name: ssoCookie, Path: ssoBack, MaxAge: -1, HTTPOnly: true, Secure: x.Secure, SameSite: fiber.CookieSameSiteLaxMode})
	if iss := c.Query("iss"); iss != "" && iss != x.SSO.Issuer { // RFC 9207: another provider's answer
		return x.turnedAway(c, fault.New(fault.Unauthorized, "fault.sso_again"))
	}
	if subtle.ConstantTimeCompare([]byte(c.Query("state")), []byte(t.State)) != 1 || c.Query("error") != "" {
		return x.turnedAway(c, fault.New(fault.Unauthorized, "fault.sso_again"))
	}
	who, err := x.SSO.vouched(c.UserContext(), c.Query("code"), t)
	if err != nil {
		return x.turnedAway(c, err)
	}
	s, err := x.Register.SignInBy(c.UserContext(), who, []byte(shell.Sender(c)))
	if err != nil {
		return x.turnedAway(c, err)
	}
	x.keep(c, s)
	a, _, err := x.Register.BySession(c.UserContext(), s.Token)
	if err != nil {
		return err
	}
	return shell.SeeOther(c, shell.LocalPath(t.Next, home(mainRole(a))))
}

// vouched changes the code for a token and checks it: signature, issuer, audience, times, nonce.
func (o *SingleSignOn) vouched(ctx context.Context, code string, t trip) (staff.Outsider, error) {
	provider, to, err := o.ready(ctx)
	if err != nil {
		return staff.Outsider{}, err
	}
	again := func(err error) error { return fault.Wrap(fault.Unauthorized, "fault.sso_again", err) }
	ctx = oidc.ClientContext(ctx, o.client())
	token, err := to.Exchange(ctx, code, oauth2.VerifierOption(t.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500:
		return staff.Outsider{}, again(fmt.Errorf("the provider refused the code: %s", refused.ErrorCode))
	case err != nil:
		return staff.Outsider{}, fault.Wrap(fault.Unavailable, "fault.sso_away", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: o.ClientID, Now: o.Now}).Verify(ctx, raw)
	if err != nil {
		return staff.Outsider{}, again(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.Nonce)) != 1 {
		return staff.Outsider{}, again(errors.New("the token is not for this browser"))
	}
	var given struct {
		To string `json:"azp"`
	}
	if err := id.Claims(&given); err != nil || given.To != "" && given.To != o.ClientID {
		return staff.Outsider{}, again(errors.New("the token was given to another service"))
	}
	login, err := claimed(id, o.Claim)
	return staff.Outsider{Issuer: id.Issuer, Subject: id.Subject, Login: login}, err
}

// claimed reads the login out of a token. An e-mail address counts only where the provider has verified it.
func claimed(id *oidc.IDToken, claim string) (string, error) {
	var claims map[string]json.RawMessage
	if err := id.Claims(&claims); err != nil {
		return "", fault.Wrap(fault.Unauthorized, "fault.sso_again", err)
	}
	var login string
	var verified bool
	// What is missing or of another shape stays empty, and opens no account.
	_, _ = json.Unmarshal(claims[claim], &login), json.Unmarshal(claims["email_verified"], &verified)
	if claim == "email" && !verified {
		return "", nil
	}
	return login, nil
}

// turnedAway shows the sign-in page with what went wrong.
func (x *Pages) turnedAway(c *fiber.Ctx, err error) error {
	switch fault.KindOf(err) {
	case fault.Unauthorized, fault.Unavailable:
	default:
		return err
	}
	x.SSO.Log.WarnContext(c.UserContext(), "single sign-on turned somebody away", "request", shell.RequestID(c), "err", err)
	page := shell.NewPage(c, shell.Lang(c).T("signin.title"))
	page.Errors.Add("login", shell.Sentence(page.Lang, err))
	return shell.Render(c, shell.Status(err), loginPage(page, loginView{SSO: true}))
}
