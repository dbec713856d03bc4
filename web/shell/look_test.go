package shell

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huiyin/locale"
)

func TestALookIsRememberedForAYearAndEachButtonChangesOneThing(t *testing.T) {
	h := newHouse(t)
	press := func(name, value string) string {
		t.Helper()
		res, _ := h.do("POST", "/prefs", url.Values{name: {value}, "back": {"/en/page?x=1"}})
		if res.StatusCode != 303 || res.Header.Get("Location") != "/en/page?x=1" {
			t.Fatalf("%s=%s: %d to %s", name, value, res.StatusCode, res.Header.Get("Location"))
		}
		for _, c := range res.Cookies() {
			if c.Name == lookCookie && (c.Expires.Before(h.now.AddDate(1, 0, -1)) || !c.HttpOnly || c.Path != "/") {
				t.Errorf("the cookie is %v", c)
			}
		}
		_, body := h.do("GET", "/en/page?x=1", nil)
		tag, _, _ := strings.Cut(body[strings.Index(body, "<html"):], ">")
		return tag
	}
	if tag := press("mode", "elder"); !strings.Contains(tag, `data-mode="elder"`) || strings.Contains(tag, "contrast") {
		t.Error(tag)
	}
	if tag := press("contrast", "high"); !strings.Contains(tag, `data-mode="elder"`) || !strings.Contains(tag, `data-contrast="high"`) {
		t.Error(tag)
	}
	if tag := press("size", "2"); !strings.Contains(tag, `data-size="2"`) || !strings.Contains(tag, `data-mode="elder"`) {
		t.Error(tag)
	}
	if tag := press("size", "99"); !strings.Contains(tag, `data-size="3"`) {
		t.Error("the size has an end: " + tag)
	}
	if tag := press("mode", "standard"); strings.Contains(tag, "data-mode") || !strings.Contains(tag, `data-contrast="high"`) {
		t.Error(tag)
	}
	press("size", "0")
	if tag := press("contrast", "usual"); strings.Contains(tag, "data-") {
		t.Error(tag)
	}
}

func TestTheFirstButtonOfAPublicPageIsTheEasyView(t *testing.T) {
	h := newHouse(t)
	for path, lang := range map[string]locale.Lang{"/page": locale.ZH, "/en/page": locale.EN, "/en/nowhere": locale.EN} {
		_, body := h.do("GET", path, nil)
		_, after, ok := strings.Cut(body, "<button")
		if !ok || !strings.HasPrefix(after[strings.Index(after, ">")+1:], lang.T("prefs.elder")) {
			t.Errorf("%s begins with another button", path)
		}
	}
}

func TestCachesKeepTheLooksApart(t *testing.T) {
	h := newHouse(t)
	res, _ := h.do("GET", "/page", nil)
	if vary := res.Header.Get("Vary"); !strings.Contains(vary, "Cookie") || !strings.Contains(vary, "Accept-Encoding") || !strings.HasPrefix(res.Header.Get("Cache-Control"), "public") {
		t.Errorf("Vary: %s, Cache-Control: %s", vary, res.Header.Get("Cache-Control"))
	}
	if len(res.Cookies()) > 0 {
		t.Error("a page in public caches sets cookies")
	}
}

func TestAnotherSiteCannotChangeTheLook(t *testing.T) {
	h := newHouse(t)
	if res, _ := h.do("POST", "/prefs", url.Values{"mode": {"elder"}}, "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
		t.Errorf("a form of another site got %d and %d cookies", res.StatusCode, len(res.Cookies()))
	}
}

func TestARefusedFormComesBackToAPageThatCanBeAskedFor(t *testing.T) {
	h := newHouse(t)
	if _, body := h.do("POST", "/en/form", url.Values{TokenField: {"wrong"}}); !strings.Contains(body, `name="back" value="/en/form"`) {
		t.Error("the look of a refused form does not come back to the form")
	}
}

func TestALookIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Look{Elder: rapid.Bool().Draw(t, "elder"), Contrast: rapid.Bool().Draw(t, "contrast"), Size: rapid.IntRange(0, MaxSize).Draw(t, "size")}
		if got := lookOf(l.String()); got != l {
			t.Fatalf("%+v became %+v", l, got)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		if l := lookOf(rapid.String().Draw(t, "cookie")); l.Size < 0 || l.Size > MaxSize {
			t.Fatalf("size %d", l.Size)
		}
	})
}

func TestPagesAreCompressedButNoneWithACode(t *testing.T) {
	h := newHouse(t)
	res, body := h.do("GET", "/page", nil, "Accept-Encoding", "gzip, br")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("a public page comes as %q", res.Header.Get("Content-Encoding"))
	}
	r, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := io.ReadAll(r); err != nil || !strings.Contains(string(whole), "</html>") {
		t.Errorf("the page does not unpack: %v", err)
	}
	if res, _ := h.do("GET", "/t/K7MN3XWP", nil, "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" {
		t.Error("a page with a code is compressed")
	}
	if res, _ := h.do("GET", "/page", nil); res.Header.Get("Content-Encoding") != "" {
		t.Error("a browser that did not ask for it gets a compressed page")
	}
}
