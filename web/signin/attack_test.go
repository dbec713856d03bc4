package signin_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"testing"
)

// A token that names no signature, or one that anybody can make with the provider's public key, lets nobody in, even where the provider says that it knows both.
func TestATokenThatAnybodyCanSignLetsNobodyIn(t *testing.T) {
	h := newHouse(t, "preferred_username")
	der, err := x509.MarshalPKIXPublicKey(&h.provider.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	shown := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	part := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	under := func(alg string, key []byte) func(map[string]any) string {
		return func(claims map[string]any) string {
			text := part(map[string]any{"alg": alg, "kid": "k", "typ": "JWT"}) + "." + part(claims)
			if key == nil {
				return text + "."
			}
			m := hmac.New(sha256.New, key)
			m.Write([]byte(text))
			return text + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
		}
	}
	for name, forge := range map[string]func(map[string]any) string{
		"none": under("none", nil), "None": under("None", nil), "RS256 without a signature": under("RS256", nil), "RS256 by the public key": under("RS256", shown),
		"HS256 by the public key": under("HS256", shown), "HS256 by its bytes": under("HS256", der), "HS256 by the secret": under("HS256", []byte("s")), "HS256 by nothing": under("HS256", []byte{}),
		"no token":  func(map[string]any) string { return "" },
		"two parts": func(claims map[string]any) string { return part(claims) + "." + part(claims) },
	} {
		h.provider.forge = forge
		if resp, _ := h.arrive(map[string]any{"sub": "u-1", "preferred_username": "wang.min"}); in(resp) || resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: answered %d, in: %v", name, resp.StatusCode, in(resp))
		}
	}
	h.provider.forge = nil
	if resp, _ := h.arrive(map[string]any{"sub": "u-1", "preferred_username": "wang.min"}); !in(resp) {
		t.Error("the provider's own token lets nobody in either")
	}
}

// A session that was there before the sign-in is not the one after it, each way in leads to an own page, and what was left opens nothing.
func TestASessionBeginsWithTheSignInAndEndsWithTheSignOut(t *testing.T) {
	h := newHouse(t, "preferred_username")
	h.provider.claims = map[string]any{"sub": "u-1", "preferred_username": "wang.min"}
	fixed := &http.Cookie{Name: "hy_staff", Value: "chosen-by-somebody-else-before-the-sign-in"}
	state, cookies := h.leave()
	resp, _ := h.get("/login/sso/back?code=good&state="+state, append(cookies, fixed))
	if !in(resp) {
		t.Fatalf("answered %d", resp.StatusCode)
	}
	var session *http.Cookie
	for _, c := range resp.Cookies() {
		if c.Name == fixed.Name {
			session = c
		}
	}
	if session.Value == fixed.Value || !session.HttpOnly || session.SameSite != http.SameSiteLaxMode {
		t.Errorf("the session is %+v", session)
	}
	if resp, _ := h.get("/me", []*http.Cookie{fixed}); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("the cookie from before opens a page: %d", resp.StatusCode)
	}
	if resp, _ := h.get("/me", []*http.Cookie{session}); resp.StatusCode != http.StatusOK {
		t.Fatalf("the session opens nothing: %d", resp.StatusCode)
	}
	if err := h.register.SignOut(t.Context(), session.Value); err != nil {
		t.Fatal(err)
	}
	if resp, _ := h.get("/me", []*http.Cookie{session}); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("after the sign-out the session still opens a page: %d", resp.StatusCode)
	}
	for _, next := range []string{"//evil.example", "https://evil.example/", "/\\evil.example", "/%0d%0aLocation:evil", "/x//evil.example", "javascript:alert(1)", "/\tx", " /x", "\\\\evil.example"} {
		h.provider.claims = map[string]any{"sub": "u-1"}
		forged, err := json.Marshal(map[string]string{"State": "s", "Nonce": "n", "Verifier": "v", "Next": next})
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte("v"))
		h.provider.nonce, h.provider.challenge = "n", base64.RawURLEncoding.EncodeToString(sum[:])
		resp, _ := h.get("/login/sso/back?code=good&state=s", []*http.Cookie{{Name: "hy_sso", Value: base64.RawURLEncoding.EncodeToString(forged)}})
		if to := resp.Header.Get("Location"); !in(resp) || to != "/console" && to != "/%0d%0aLocation:evil" {
			t.Errorf("%q: %d to %q", next, resp.StatusCode, to)
		}
	}
}
