package letters_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/notify/postmark"
	"huiyin/pg/pgtest"
	"huiyin/web/letters"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestLettersAreStoppedByAPersonAndByOneClick(t *testing.T) {
	town := caseworktest.New(t)
	app := shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Log: slog.New(slog.DiscardHandler), Now: town.Now, Timeout: 30 * time.Second})
	shell.Mount(app, shell.Routes())
	shell.Mount(app, (&letters.Pages{DB: town.Pool, Keys: town.Keys, Now: town.Now}).Routes())
	send := func(r *http.Request) (int, string, *http.Response) {
		t.Helper()
		answer, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body), answer
	}
	post := func(address string, form url.Values) *http.Request {
		r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}
	stopped := func() bool {
		t.Helper()
		is, err := postmark.Stopped(t.Context(), town.Pool, caseOf(t, town))
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	id := town.Open(t, "漏水").ID
	page := "/letters/" + postmark.StopToken(town.Keys, id)
	for _, wrong := range []string{"/letters/x", "/letters/" + id.String(), "/letters/" + strings.Repeat("a", 26) + "." + id.String()} {
		if status, _, _ := send(httptest.NewRequest(http.MethodGet, wrong, nil)); status != http.StatusNotFound {
			t.Errorf("%s: %d", wrong, status)
		}
	}
	status, body, answer := send(httptest.NewRequest(http.MethodGet, page, nil))
	if status != http.StatusOK || !strings.Contains(body, "不再") || stopped() {
		t.Fatalf("looking at the page: %d, stopped %v", status, stopped())
	}
	if status, _, _ := send(post(page+"/stop", url.Values{})); status != http.StatusForbidden || stopped() {
		t.Errorf("without the form: %d", status)
	}
	token := regexp.MustCompile(`name="_token" value="([^"]+)"`).FindStringSubmatch(body)
	form := post(page+"/stop", url.Values{"_token": {token[1]}})
	for _, cookie := range answer.Cookies() {
		form.AddCookie(cookie)
	}
	if status, _, _ := send(form); status != http.StatusSeeOther || !stopped() {
		t.Errorf("with the form: %d, stopped %v", status, stopped())
	}
	if err := postmark.Resume(t.Context(), town.Pool, id); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := send(post(page, url.Values{"x": {"y"}})); status != http.StatusUnprocessableEntity || stopped() {
		t.Errorf("a click of something else: %d", status)
	}
	if status, _, _ := send(post(page, url.Values{"List-Unsubscribe": {"One-Click"}})); status != http.StatusNoContent || !stopped() {
		t.Errorf("one click: %d, stopped %v", status, stopped())
	}
	if _, body, _ := send(httptest.NewRequest(http.MethodGet, "/en"+page, nil)); !strings.Contains(body, "Send me letters again") {
		t.Error("the page does not offer letters again")
	}
}

func caseOf(t *testing.T, town *caseworktest.Town) casework.CaseID {
	t.Helper()
	page, err := town.List(t.Context(), casework.System, casework.Query{Limit: 1})
	if err != nil || len(page.Cases) != 1 {
		t.Fatalf("%d cases, %v", len(page.Cases), err)
	}
	return page.Cases[0].ID
}
