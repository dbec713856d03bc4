package resident

import (
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"huiyin/locale"
	"huiyin/web/shell"
)

var bareKey = regexp.MustCompile(`>\s*(home|help|privacy|accessibility|contact|shell)\.[a-z0-9_]+\s*<`)

func TestThePagesAboutTheServiceStandInBothLanguages(t *testing.T) {
	app := shell.New(shell.Config{
		City:   shell.City{ZH: "临澜市", EN: "Linlan", Mailbox: "12345@linlan.example"},
		Secret: []byte(strings.Repeat("s", 32)),
	})
	shell.Mount(app, AboutRoutes())
	for _, route := range AboutRoutes() {
		for _, lang := range locale.Langs() {
			path := lang.Path(route.Path)
			res, err := app.Test(httptest.NewRequest("GET", path, nil), -1)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			page := string(body)
			if res.StatusCode != 200 || strings.Count(page, "<h1") != 1 {
				t.Errorf("%s: %d with %d first headings", path, res.StatusCode, strings.Count(page, "<h1"))
			}
			for _, want := range []string{`lang="` + string(lang) + `"`, "tel:12345", lang.Path("/report"), lang.Path("/data-use"), lang.Path("/privacy"), "12345@linlan.example"} {
				if !strings.Contains(page, want) {
					t.Errorf("%s lacks %s", path, want)
				}
			}
			if strings.Contains(page, "&lt;no value&gt;") || bareKey.MatchString(page) {
				t.Errorf("%s shows a text that is not filled in: %s", path, bareKey.FindString(page))
			}
			if lang == locale.EN && regexp.MustCompile(`\p{Han}`).MatchString(strings.Replace(page, locale.ZH.T("shell.language"), "", 1)) {
				t.Errorf("%s holds Chinese words", path)
			}
		}
	}
}
