package signin_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/staff"
	"huiyin/web/shell"
	"huiyin/web/signin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// provider is an identity provider that says what a test tells it to.
type provider struct {
	*httptest.Server
	key       *rsa.PrivateKey
	claims    map[string]any // of the next token; iss, aud, exp and nonce are added where they are missing
	nonce     string
	forge     func(claims map[string]any) string // makes the next token in the provider's place; nil: the provider does
	challenge string
	signer    *rsa.PrivateKey
}

func newProvider(t *testing.T) *provider {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{key: key, signer: key}
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		write(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &p.key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if r.PostFormValue("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.challenge {
			w.WriteHeader(http.StatusBadRequest)
			write(w, map[string]any{"error": "invalid_grant"})
			return
		}
		claims := map[string]any{"iss": p.URL, "aud": "huiyin", "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "nonce": p.nonce}
		maps.Copy(claims, p.claims)
		if p.forge != nil {
			write(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.forge(claims)})
			return
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.signer, KeyID: "k"}}, nil)
		if err != nil {
			t.Error(err)
		}
		token, err := jwt.Signed(signer).Claims(claims).Serialize()
		if err != nil {
			t.Error(err)
		}
		write(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": token})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// house is a service with one provider and one account.
type house struct {
	*testing.T
	app      *fiber.App
	pool     *pgxpool.Pool
	register *staff.Register
	provider *provider
}

func newHouse(t *testing.T, claim string) *house {
	h := &house{T: t, pool: pgtest.DB(t), provider: newProvider(t)}
	if err := staff.SyncUnits(t.Context(), h.pool, []staff.Unit{{Code: casework.Hotline, NameZh: "热线", NameEn: "Hotline", Level: "city", Active: true}}); err != nil {
		t.Fatal(err)
	}
	h.register = staff.New(h.pool)
	h.register.Now = func() time.Time { return now }
	h.open("wang.min")
	log := slog.New(slog.DiscardHandler)
	x := &signin.Pages{Register: h.register, City: &routing.City{}, SSO: &signin.SingleSignOn{Issuer: h.provider.URL, ClientID: "huiyin", Secret: "s", Claim: claim, BaseURL: "http://localhost", Now: h.register.Now, Log: log}}
	h.app = shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: []byte(strings.Repeat("s", 32)), Log: log, Now: h.register.Now, Who: x.Who, Timeout: time.Minute, Nav: signin.Nav()})
	shell.Mount(h.app, shell.Routes())
	shell.Mount(h.app, x.Routes())
	return h
}

func (h *house) open(login string) {
	h.Helper()
	_, err := h.pool.Exec(h.Context(), `insert into account (login, name, password_hash, unit, roles, must_change, created_at) values ($1, $1, 'none', 'hotline', '{operator}', true, $2)`, login, now)
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) get(address string, cookies []*http.Cookie) (*http.Response, string) {
	h.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	resp, err := h.app.Test(r, -1)
	if err != nil {
		h.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		h.Fatal(err)
	}
	return resp, string(body)
}

// leave presses the button: the browser is at the provider then.
func (h *house) leave() (state string, cookies []*http.Cookie) {
	h.Helper()
	resp, body := h.get("/login/sso?next=/console/list", nil)
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), h.provider.URL+"/authorize?") {
		h.Fatalf("%d to %q: %v %s", resp.StatusCode, to, err, body)
	}
	q := to.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != "http://localhost/login/sso/back" || q.Get("client_id") != "huiyin" {
		h.Fatalf("asked the provider with %v", q)
	}
	h.provider.nonce, h.provider.challenge = q.Get("nonce"), q.Get("code_challenge")
	return q.Get("state"), resp.Cookies()
}

// arrive comes back with a good code, after the provider was told whom to vouch for.
func (h *house) arrive(claims map[string]any) (*http.Response, string) {
	h.Helper()
	h.provider.claims = claims
	state, cookies := h.leave()
	return h.get("/login/sso/back?code=good&state="+state, cookies)
}

func in(resp *http.Response) bool {
	for _, c := range resp.Cookies() {
		if c.Name == "hy_staff" && c.Value != "" {
			return true
		}
	}
	return false
}

func TestWhoTheProviderVouchesForComesInToTheirOwnAccount(t *testing.T) {
	h := newHouse(t, "preferred_username")
	resp, body := h.arrive(map[string]any{"sub": "u-1", "preferred_username": "Wang.Min"})
	if !in(resp) || resp.Header.Get("Location") != "/console/list" {
		t.Fatalf("%d to %q: %s", resp.StatusCode, resp.Header.Get("Location"), body)
	}
	// The password of the account was given by somebody else; who came without it is not asked for a new one.
	if resp, _ := h.get("/me", resp.Cookies()); resp.StatusCode != http.StatusOK {
		t.Errorf("the own page answers %d to %s", resp.StatusCode, resp.Header.Get("Location"))
	}
	// From now on the subject alone counts.
	if resp, _ := h.arrive(map[string]any{"sub": "u-1", "preferred_username": "renamed"}); !in(resp) {
		t.Error("the same person under another name stays out")
	}
	if resp, body := h.arrive(map[string]any{"sub": "u-2", "preferred_username": "wang.min"}); in(resp) || !strings.Contains(body, "没有与您对应的账号") {
		t.Error("somebody who was given the name later came in")
	}
	if err := h.register.Unbind(t.Context(), staff.CommandLine, "wang.min"); err != nil {
		t.Fatal(err)
	}
	if resp, _ := h.arrive(map[string]any{"sub": "u-2", "preferred_username": "wang.min"}); !in(resp) {
		t.Error("after the binding was undone the account cannot be bound anew")
	}
	if err := h.register.Disable(t.Context(), staff.CommandLine, "wang.min"); err != nil {
		t.Fatal(err)
	}
	if resp, _ := h.arrive(map[string]any{"sub": "u-2", "preferred_username": "wang.min"}); in(resp) {
		t.Error("a disabled account came in")
	}
}

func TestNobodyComesInOnATokenThatDoesNotHold(t *testing.T) {
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(h *house, claims map[string]any){
		"for another service":      func(_ *house, c map[string]any) { c["aud"] = "other" },
		"of another provider":      func(_ *house, c map[string]any) { c["iss"] = "https://elsewhere.example" },
		"too old":                  func(_ *house, c map[string]any) { c["exp"] = now.Add(-time.Minute).Unix() },
		"given to another service": func(_ *house, c map[string]any) { c["aud"], c["azp"] = []string{"huiyin", "other"}, "other" },
		"without an end":           func(_ *house, c map[string]any) { c["exp"] = nil },
		"not yet good":             func(_ *house, c map[string]any) { c["nbf"] = now.Add(time.Hour).Unix() },
		"without a nonce":          func(_ *house, c map[string]any) { c["nonce"] = "" },
		"for nobody":               func(_ *house, c map[string]any) { c["aud"] = []string{} },
		"of no issuer":             func(_ *house, c map[string]any) { c["iss"] = "" },
		"for another browser":      func(_ *house, c map[string]any) { c["nonce"] = "other" },
		"without a login":          func(_ *house, c map[string]any) { delete(c, "preferred_username") },
		"with a list as login":     func(_ *house, c map[string]any) { c["preferred_username"] = []string{"wang.min"} },
		"of an unknown person":     func(_ *house, c map[string]any) { c["preferred_username"] = "nobody" },
		"signed by a stranger":     func(h *house, _ map[string]any) { h.provider.signer = stranger },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, "preferred_username")
			claims := map[string]any{"sub": "u-1", "preferred_username": "wang.min"}
			change(h, claims)
			if resp, _ := h.arrive(claims); in(resp) || resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("answered %d, in: %v", resp.StatusCode, in(resp))
			}
		})
	}
}

func TestTheWayBackBelongsToTheBrowserThatLeft(t *testing.T) {
	h := newHouse(t, "preferred_username")
	h.provider.claims = map[string]any{"sub": "u-1", "preferred_username": "wang.min"}
	state, cookies := h.leave()
	for name, try := range map[string]struct {
		query   string
		cookies []*http.Cookie
	}{
		"another browser":     {"code=good&state=" + state, nil},
		"another state":       {"code=good&state=x", cookies},
		"no state":            {"code=good", cookies},
		"a wrong code":        {"code=bad&state=" + state, cookies},
		"refused at the door": {"error=access_denied&state=" + state, cookies},
		"another provider":    {"code=good&iss=https://elsewhere.example&state=" + state, cookies},
		"a cookie of its own": {"code=good&state=", []*http.Cookie{{Name: "hy_sso", Value: base64.RawURLEncoding.EncodeToString([]byte(`{}`))}}},
		"no nonce in it":      {"code=good&state=s", []*http.Cookie{{Name: "hy_sso", Value: base64.RawURLEncoding.EncodeToString([]byte(`{"State":"s","Verifier":"v"}`))}}},
	} {
		if resp, _ := h.get("/login/sso/back?"+try.query, try.cookies); in(resp) || resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: answered %d, in: %v", name, resp.StatusCode, in(resp))
		}
	}
}

func TestAnAddressCountsOnlyWhereItWasVerified(t *testing.T) {
	h := newHouse(t, "email")
	h.open("li@city.example")
	if resp, _ := h.arrive(map[string]any{"sub": "u-1", "email": "li@city.example"}); in(resp) {
		t.Error("an address that nobody verified opened an account")
	}
	if resp, _ := h.arrive(map[string]any{"sub": "u-1", "email": "li@city.example", "email_verified": true}); !in(resp) {
		t.Error("a verified address does not open its account")
	}
}

func TestAProviderThatIsAwayLeavesThePasswords(t *testing.T) {
	h := newHouse(t, "preferred_username")
	h.provider.Close()
	resp, body := h.get("/login/sso", nil)
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "暂时连不上") || !strings.Contains(body, `name="password"`) {
		t.Errorf("answered %d: %s", resp.StatusCode, body)
	}
}
