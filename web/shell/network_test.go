package shell

import (
	"io"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

func TestAssetsAreKeptForEverAndComeCompressed(t *testing.T) {
	h := newHouse(t)
	_, body := h.do("GET", "/page", nil)
	sheet := regexp.MustCompile(`/assets/app-[A-Z0-9]+\.css`).FindString(body)
	for accept, want := range map[string]string{"gzip, deflate, br": "br", "gzip": "gzip", "": ""} {
		res, css := h.do("GET", sheet, nil, "Accept-Encoding", accept)
		if res.StatusCode != 200 || res.Header.Get("Content-Encoding") != want || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || css == "" {
			t.Errorf("%q: %d %q", accept, res.StatusCode, res.Header.Get("Content-Encoding"))
		}
	}
}

func TestTheSenderIsTheNearestThatIsNoProxyOfOurs(t *testing.T) {
	s := &shell{Config: Config{Proxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/8")}}}
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString(s.address(c)) })
	for forwarded, want := range map[string]string{
		"":                               "0.0.0.0", // what app.Test connects from
		"203.0.113.7":                    "203.0.113.7",
		"198.51.100.1, 203.0.113.7":      "203.0.113.7",
		"203.0.113.7, 10.1.2.3":          "203.0.113.7",
		"198.51.100.1, forged, 10.0.0.1": "10.0.0.1",
		// One subscriber of IPv6 has 2^64 addresses, and an address many spellings: none of them begins a count anew.
		"2001:db8:1:2:3:4:5:6":      "2001:db8:1:2::",
		"2001:DB8:0001:2::ffff":     "2001:db8:1:2::",
		"2001:db8:1:3::1, 10.0.0.1": "2001:db8:1:3::",
		"fe80::1%eth0":              "fe80::",
		"::ffff:203.0.113.7":        "203.0.113.7",
	} {
		req := httptest.NewRequest("GET", "/", nil)
		req.Header.Set("X-Forwarded-For", forwarded)
		res, err := app.Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(res.Body)
		if string(got) != want {
			t.Errorf("%q came from %s, want %s", forwarded, got, want)
		}
	}
}
