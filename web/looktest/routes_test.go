package looktest

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"huiyin/web/shell"
)

// noPage are the addresses that answer a reader by no page, each with what they answer by.
var noPage = map[string]string{
	"/manifest.webmanifest":                 "the manifest",
	"/report/fresh":                         "the form that outbox.ts sends",
	"/report/qr.png":                        "a picture",
	"/report/card.png":                      "a picture",
	"/feeds/city.atom":                      "a feed",
	"/feeds/districts/:code.atom":           "a feed",
	"/feeds/departments/:code.atom":         "a feed",
	"/feeds/topics/:code.atom":              "a feed",
	"/feeds/reports.atom":                   "a feed",
	"/feeds/withheld.atom":                  "a feed",
	"/widgets/badge/:code.svg":              "a picture",
	"/board.png":                            "a picture",
	"/departments/:code.png":                "a picture",
	"/districts/:code.png":                  "a picture",
	"/topics.png":                           "a picture",
	"/cases/:number.png":                    "a picture",
	"/reports/:month.png":                   "a picture",
	"/reports/:month/:code.png":             "a picture",
	"/themes.png":                           "a picture",
	"/themes/:slug.png":                     "a picture",
	"/typical/:slug.png":                    "a picture",
	"/watch.png":                            "a picture",
	"/t/file/:id":                           "a file",
	"/t/:code":                              "the way to /t",
	"/t/:code/access":                       "the way to /t/access",
	"/t/:code/proof":                        "the way to /t/proof",
	"/streets/:code":                        "the way to /departments/:code",
	"/live":                                 "a stream",
	"/console/file":                         "the way to /console/call",
	"/console/call/live":                    "a part of /console/call",
	"/console/case/:id/file/:file":          "a file",
	"/inbox/report.xlsx":                    "a file",
	"/inbox/report.csv":                     "a file",
	"/inbox/:id/qr.png":                     "a picture",
	"/inbox/:id/file/:file":                 "a file",
	"/admin/points/:code/qr.png":            "a picture",
	"/admin/points/:code/item/:item/qr.png": "a picture",
	"/console/search.csv":                   "a file",
}

// everyRouteIsLookedAt holds the list of looks against the list of addresses: a new page without a look fails here.
func everyRouteIsLookedAt(t *testing.T, w *town, looks []leaf) {
	t.Helper()
	var pages []shell.Route
	seen := map[string]bool{}
	for _, r := range w.routes {
		if (r.Method == "" || r.Method == http.MethodGet) && (r.Door == shell.Public || r.Door == shell.Staff) {
			pages = append(pages, r)
		}
	}
	for _, l := range looks {
		path, _, _ := strings.Cut(l.path, "?")
		for _, r := range pages {
			if answers(r.Path, path) {
				seen[r.Path] = true
				break
			}
		}
	}
	for _, r := range pages {
		why, exempt := noPage[r.Path]
		switch {
		case exempt && why == "":
			t.Errorf("%s is no page, and nothing says what it is", r.Path)
		case exempt && seen[r.Path]:
			t.Errorf("%s is said to be no page (%s), and is looked at", r.Path, why)
		case !exempt && !seen[r.Path]:
			t.Errorf("no look covers %s: add it to leaves in pages_test.go, or say in noPage what it answers by", r.Path)
		}
		delete(noPage, r.Path)
	}
	for path := range noPage {
		t.Errorf("noPage knows %s, which is no address", path)
	}
}

var parameter = regexp.MustCompile(`:[A-Za-z]+`)

// answers tells whether a route of this path, written as Fiber writes it, answers an address.
func answers(route, address string) bool {
	parts := parameter.Split(route, -1)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile("^" + strings.Join(parts, "[^/]+") + "$").MatchString(address)
}
