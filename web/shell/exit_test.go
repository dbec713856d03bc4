package shell_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"

	"huiyin/web/shell"
)

// What leaves in public is looked through, files and answers to programs as well; an answer to whoever brought a token or a code is theirs.
func TestEveryExitIsLookedThrough(t *testing.T) {
	app := shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Log: slog.New(slog.DiscardHandler), Exit: func(_ shell.Door, _ string, answer []byte) error {
		if bytes.Contains(answer, []byte("forbidden words")) {
			return errors.New("never leaves")
		}
		return nil
	}})
	say := func(text string) fiber.Handler { return func(c *fiber.Ctx) error { return c.SendString(text) } }
	shell.Mount(app, []shell.Route{
		{Path: "/data.csv", Handler: say("forbidden words"), Door: shell.Files},
		{Path: "/api/v1/said", Handler: say("forbidden words"), Door: shell.API},
		{Path: "/api/v1/fine", Handler: say("fine"), Door: shell.API},
	})
	for _, c := range []struct {
		path, token string
		status      int
	}{{"/data.csv", "", 500}, {"/api/v1/said", "", 500}, {"/api/v1/said", "Bearer x", 200}, {"/api/v1/fine", "", 200}} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		if c.token != "" {
			r.Header.Set("Authorization", c.token)
		}
		resp, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err != nil || resp.Body.Close() != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.status || c.status == 500 && bytes.Contains(b.Bytes(), []byte("forbidden")) {
			t.Errorf("%s %s: %d %s", c.path, c.token, resp.StatusCode, b.Bytes())
		}
	}
}
