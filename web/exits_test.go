package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"huiyin/privacy"
	"huiyin/web/shell"
)

// A value planted in an answer is stopped at the exit the answer leaves by, as that exit's list says; the table is the one on the page.
func TestPlantedValuesAreStoppedAtTheirExits(t *testing.T) {
	planted := map[string]string{"phone": "138-0013-8000", "identity": "110101199003077758", "card": "6222021234567894", "plate": "浙A12345", "email": "lin.xiaolan@163.com", "number": "261122000901"}
	at := map[privacy.Exit]shell.Route{
		privacy.PublicPages: {Path: "/cases.json", Door: shell.Files}, privacy.OpenData: {Path: "/data/cases.json", Door: shell.Files},
		privacy.Feeds: {Path: "/feeds/city.atom", Door: shell.Files}, privacy.OpenAPI: {Path: "/api/v1/said", Door: shell.API},
	}
	app := shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Log: slog.New(slog.DiscardHandler), Exit: leave})
	var routes []shell.Route
	for _, r := range at {
		r.Handler = func(c *fiber.Ctx) error { return c.SendString("说：" + planted[c.Query("kind")] + "。") }
		routes = append(routes, r)
	}
	shell.Mount(app, routes)
	for _, e := range privacy.Exits().Exits {
		r, ok := at[e.Code]
		if !ok {
			continue
		}
		for kind, value := range planted {
			path := r.Path
			if kind == "email" { // another spelling of the address is the same exit
				path = strings.ToUpper(path) + "/"
			}
			resp, err := app.Test(httptest.NewRequest(http.MethodGet, path+"?kind="+kind, nil), -1)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := b.ReadFrom(resp.Body); err != nil || resp.Body.Close() != nil {
				t.Fatal(err)
			}
			stopped := !bytes.Contains(b.Bytes(), []byte(value))
			if forbidden := slices.Contains(e.Refused, kind); stopped != forbidden || stopped != (resp.StatusCode == http.StatusInternalServerError) {
				t.Errorf("%s, %s: %d, stopped %t, forbidden %t", e.Code, kind, resp.StatusCode, stopped, forbidden)
			}
		}
		delete(at, e.Code)
	}
	if len(at) > 0 {
		t.Errorf("exits that the table does not name: %v", at)
	}
}
