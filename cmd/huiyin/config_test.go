package main

import (
	"bufio"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, values map[string]string) (Config, error) {
	t.Helper()
	return Load(func(name string) (string, bool) { v, ok := values[name]; return v, ok })
}

func TestEverySettingHasADefaultThatWorks(t *testing.T) {
	c, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Addr: "127.0.0.1:8080", BaseURL: "http://127.0.0.1:8080", Data: "var", MailAddr: "127.0.0.1:2525", Mailbox: []string{"12345@localhost"}, MailAuth: true, DKIMSelector: "huiyin", OIDCClaim: "preferred_username", Keys: "var/keys.json"}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("defaults are %+v", c)
	}
}

func TestExampleNamesEverySettingWithItsDefault(t *testing.T) {
	f, err := os.Open("../../config.example.env")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	example := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if _, twice := example[name]; twice || !ok {
			t.Errorf("%q stands twice or has no value", line)
		}
		example[name] = value
	}
	for _, s := range settings() {
		if value, ok := example[s.name]; !ok || value != s.standard {
			t.Errorf("%s: example %q (%v), default %q", s.name, value, ok, s.standard)
		}
		delete(example, s.name)
	}
	if len(example) != 0 {
		t.Errorf("no such settings: %v", example)
	}
}

func TestWrongSettingsAreNamedInPlainWords(t *testing.T) {
	for _, tc := range []struct{ name, value, says string }{
		{"HUIYIN_ADDR", "8080", "host:port"},
		{"HUIYIN_ADDR", "localhost:99999", "1 to 65535"},
		{"HUIYIN_MAIL_ADDR", "localhost:smtp", "1 to 65535"},
		{"HUIYIN_BASE_URL", "12345.example.gov.cn", "web address"},
		{"HUIYIN_BASE_URL", "https://a.example/?q", "web address"},
		{"HUIYIN_DATABASE_URL", "mysql://secret", "postgres://"},
		{"HUIYIN_MAILBOX", "12345@localhost, nobody", "not a mail address"},
		{"HUIYIN_CLOCK", "2026-11-23 09:00", "with offset"},
		{"HUIYIN_OIDC_ISSUER", "https://sso.example", "set both or neither"},
		{"HUIYIN_DATA", strings.Repeat("x", 5000), "4096"},
	} {
		c, err := load(t, map[string]string{tc.name: tc.value})
		if err == nil || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), tc.name) {
			t.Errorf("%s=%s: %v", tc.name, tc.value, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the message shows a secret: %v", err)
		}
		if c.Addr != "127.0.0.1:8080" {
			t.Errorf("%s=%s: no default beside the mistake: %+v", tc.name, tc.value, c)
		}
	}
	_, err := load(t, map[string]string{"HUIYIN_ADDR": "x", "HUIYIN_MAILBOX": "y"})
	if err == nil || !strings.Contains(err.Error(), "HUIYIN_ADDR") || !strings.Contains(err.Error(), "HUIYIN_MAILBOX") {
		t.Errorf("two mistakes: %v", err)
	}
}

func TestSettingsAreTidied(t *testing.T) {
	c, err := load(t, map[string]string{
		"HUIYIN_BASE_URL": "https://12345.example.gov.cn/", "HUIYIN_MAILBOX": "12345@Linlan.example, Hotline <Call@linlan.example>",
		"HUIYIN_DATA": " /srv/huiyin/ ", "HUIYIN_CLOCK": "2026-11-23T09:00:00+08:00",
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.BaseURL != "https://12345.example.gov.cn" || c.Data != "/srv/huiyin" || c.Keys != "/srv/huiyin/keys.json" ||
		!slices.Equal(c.Mailbox, []string{"12345@linlan.example", "call@linlan.example"}) {
		t.Errorf("%+v", c)
	}
	now := c.Now()
	first := now()
	if d := first.Sub(c.Clock); d < 0 || d > time.Second {
		t.Errorf("the clock starts %v after its setting", d)
	}
	time.Sleep(2 * time.Millisecond)
	if !now().After(first) {
		t.Error("the clock stands still")
	}
}
