package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"huiyin/notify"

	"huiyin/translog"
)

// Config is every setting of huiyin. It is read once from the environment and never changed.
type Config struct {
	Addr             string             // where the pages are served, host:port
	BaseURL          string             // how the world reaches them, without a slash at the end; links in letters begin with it
	Data             string             // directory of everything this machine keeps: private database, keys, outbox
	DatabaseURL      string             // a PostgreSQL server; empty = a private one in Data
	DatabaseReadURL  string             // a streaming copy of it that public figures and cards may be read from; empty = none
	MeiliURL         string             // a Meilisearch server; empty = the embedded search
	MeiliKey         string             // its key
	MailAddr         string             // where mail is received, host:port
	Mailbox          []string           // recipients accepted, in lower case; others get 550
	Smarthost        string             // where letters are sent, host:port or a URL; empty = written to the outbox in Data
	PrivacyMail      string             // where the privacy officer is written to of warnings; empty = nowhere
	MailAuth         bool               // whether DKIM, SPF and DMARC of incoming mail are looked up
	MailCert         string             // file of the certificate for STARTTLS at the mail door; empty = STARTTLS is not offered
	MailKey          string             // file of its key
	DKIMKey          string             // file of the key that signs our letters; empty = they are not signed
	DKIMSelector     string             // under which name the public part stands in the DNS
	AlarmURL         string             // where missed limits are told to another program; empty = nowhere
	AlarmSecret      string             // by which it knows that we say so
	Witnesses        []translog.Witness // who countersigns the public log
	Work             int                // bits of work that the web form asks of a browser; 0: none
	City             string             // directory of the city's rules; empty = the demonstration city
	MaskModel        string             // directory of a model that finds names; empty = the rules alone
	OIDCIssuer       string             // single sign-on of the staff; empty = passwords only
	OIDCClientID     string             // our name there
	OIDCClientSecret string             // our secret there
	OIDCClaim        string             // of its tokens, that holds the login
	Drain            time.Duration      // how long a process that was told to stop goes on while its balancer notices; zero: it stops at once
	Keys             string             // file of the keys that seal personal data
	Clock            time.Time          // the clock starts here instead of now; zero = the real time
	attached         bool               // the private database ends with this process, however that ends; no setting: for benches
}

// Now is the time by the configured clock: it runs on from Config.Clock, or is the real time.
func (c Config) Now() func() time.Time {
	if c.Clock.IsZero() {
		return time.Now
	}
	begun := time.Now()
	return func() time.Time { return c.Clock.Add(time.Since(begun)) }
}

// setting is one variable of the environment.
type setting struct {
	name     string
	standard string // value when unset or empty
	help     string
	set      func(c *Config, value string) error
}

// settings lists every variable in the order of help. A default may depend on the settings before it: see Load.
func settings() []setting {
	return []setting{
		{"HUIYIN_ADDR", "127.0.0.1:8080", "where the pages are served", func(c *Config, v string) error { return hostPort(&c.Addr, v) }},
		{"HUIYIN_BASE_URL", "", "how residents reach the pages, such as https://12345.example.gov.cn (empty: http:// and HUIYIN_ADDR)",
			func(c *Config, v string) error { return webAddress(&c.BaseURL, v) }},
		{"HUIYIN_DATA", "./var", "directory for the private database, the keys and the outbox", func(c *Config, v string) error { return path(&c.Data, v) }},
		{"HUIYIN_DATABASE_URL", "", "PostgreSQL 15 or newer, such as postgres://user:password@host/name (empty: a private server)",
			func(c *Config, v string) error { return databaseAddress(&c.DatabaseURL, v) }},
		{"HUIYIN_DATABASE_READ_URL", "", "streaming copy of that server, for reading public figures and cards while it is at most five seconds behind (empty: none)",
			func(c *Config, v string) error { return databaseAddress(&c.DatabaseReadURL, v) }},
		{"HUIYIN_MEILI_URL", "", "Meilisearch server (empty: the embedded search)", func(c *Config, v string) error { return webAddress(&c.MeiliURL, v) }},
		{"HUIYIN_MEILI_KEY", "", "key of the Meilisearch server", func(c *Config, v string) error { return word(&c.MeiliKey, v) }},
		{"HUIYIN_MAIL_ADDR", "127.0.0.1:2525", "where mail is received (SMTP)", func(c *Config, v string) error { return hostPort(&c.MailAddr, v) }},
		{"HUIYIN_MAILBOX", "12345@localhost", "mail addresses accepted, separated by commas", func(c *Config, v string) error { return mailboxes(&c.Mailbox, v) }},
		{"HUIYIN_SMARTHOST", "", "SMTP server that takes our letters: host:port, smtp://user:password@host:587 or smtps://… (empty: they are written to the outbox)",
			func(c *Config, v string) error { return relay(&c.Smarthost, v) }},
		{"HUIYIN_PRIVACY_MAIL", "", "address of the privacy officer, who is written to of each warning of unusual reading (empty: pages only)",
			func(c *Config, v string) error { return privacyMail(&c.PrivacyMail, v) }},
		{"HUIYIN_MAIL_AUTH", "on", "look up DKIM, SPF and DMARC of incoming mail after taking it: on or off", func(c *Config, v string) error { return onOff(&c.MailAuth, v) }},
		{"HUIYIN_MAIL_CERT", "", "certificate file for STARTTLS at the mail door, read again when it changes (empty: not offered)", func(c *Config, v string) error { return path(&c.MailCert, v) }},
		{"HUIYIN_MAIL_KEY", "", "key file of that certificate", func(c *Config, v string) error { return path(&c.MailKey, v) }},
		{"HUIYIN_DKIM_KEY", "", "private key file (PEM) that signs our letters (empty: not signed)", func(c *Config, v string) error { return path(&c.DKIMKey, v) }},
		{"HUIYIN_DKIM_SELECTOR", "huiyin", "name of its public part in the DNS: SELECTOR._domainkey.DOMAIN", func(c *Config, v string) error { return word(&c.DKIMSelector, v) }},
		{"HUIYIN_ALARM_URL", "", "https address that hears of missed limits and escalations, signed (empty: none)", func(c *Config, v string) error { return alarmAddress(&c.AlarmURL, v) }},
		{"HUIYIN_ALARM_SECRET", "", "secret of 32 characters or more by which it knows that they are ours", func(c *Config, v string) error { return alarmSecret(&c.AlarmSecret, v) }},
		{"HUIYIN_WITNESSES", "", "who countersigns the public log: address and key of each, with a space between, and commas between witnesses (empty: nobody)",
			func(c *Config, v string) error { return witnesses(&c.Witnesses, v) }},
		{"HUIYIN_FORM_WORK", "0", "bits of work that the web form asks of a browser, 8 to 20: 12 is a second of an old phone, each more doubles it; without it a sender has 5 forms an hour (0: none asked)",
			func(c *Config, v string) error { return workBits(&c.Work, v) }},
		{"HUIYIN_CITY", "", "directory of the city's rules (empty: the demonstration city)", func(c *Config, v string) error { return path(&c.City, v) }},
		{"HUIYIN_MASK_MODEL", "", "directory of a model made by huiyin train --spans, which hides names that no rule finds (empty: the rules alone)",
			func(c *Config, v string) error { return path(&c.MaskModel, v) }},
		{"HUIYIN_OIDC_ISSUER", "", "single sign-on of the staff (empty: passwords)", func(c *Config, v string) error { return issuer(&c.OIDCIssuer, v) }},
		{"HUIYIN_OIDC_CLIENT_ID", "", "our name at the single sign-on", func(c *Config, v string) error { return word(&c.OIDCClientID, v) }},
		{"HUIYIN_OIDC_CLIENT_SECRET", "", "our secret at the single sign-on", func(c *Config, v string) error { return word(&c.OIDCClientSecret, v) }},
		{"HUIYIN_OIDC_CLAIM", "preferred_username", "what in its tokens holds the login of the account; only the provider's keepers may be able to change it", func(c *Config, v string) error { return word(&c.OIDCClaim, v) }},
		{"HUIYIN_DRAIN", "0s", "how long a process that was told to stop still answers while /readyz says no, such as 5s: twice as long as the balancer needs to notice (0s: it stops at once)",
			func(c *Config, v string) error { return drainTime(&c.Drain, v) }},
		{"HUIYIN_KEYS", "", "file of the keys that seal personal data (empty: keys.json in HUIYIN_DATA)", func(c *Config, v string) error { return path(&c.Keys, v) }},
		{"HUIYIN_CLOCK", "", "time at which the clock starts, such as 2026-11-23T09:00:00+08:00: for demonstrations and tests (empty: now)",
			func(c *Config, v string) error { return instant(&c.Clock, v) }},
	}
}

// Load reads the settings. The error names every setting that cannot be read, one sentence each; the Config then holds
// the defaults in their place.
func Load(getenv func(string) (string, bool)) (Config, error) {
	var c Config
	var wrong []error
	for _, s := range settings() {
		value, _ := getenv(s.name)
		value = strings.TrimSpace(value)
		if value != "" {
			err := s.set(&c, value)
			if err == nil {
				continue
			}
			wrong = append(wrong, fmt.Errorf("%s cannot be %q: %w", s.name, shown(s.name, value), err))
		}
		if s.standard != "" {
			if err := s.set(&c, s.standard); err != nil {
				return c, fmt.Errorf("default of %s: %w", s.name, err)
			}
		}
	}
	if c.BaseURL == "" {
		c.BaseURL = "http://" + c.Addr
	}
	if c.Keys == "" {
		c.Keys = filepath.Join(c.Data, "keys.json")
	}
	if (c.AlarmURL == "") != (c.AlarmSecret == "") {
		wrong = append(wrong, errors.New("HUIYIN_ALARM_URL and HUIYIN_ALARM_SECRET go together: set both or neither"))
	}
	if (c.OIDCIssuer == "") != (c.OIDCClientID == "") {
		wrong = append(wrong, errors.New("HUIYIN_OIDC_ISSUER and HUIYIN_OIDC_CLIENT_ID go together: set both or neither"))
	}
	if (c.MailCert == "") != (c.MailKey == "") {
		wrong = append(wrong, errors.New("HUIYIN_MAIL_CERT and HUIYIN_MAIL_KEY go together: set both or neither"))
	}
	return c, errors.Join(wrong...)
}

// Secrets stay out of messages.
func shown(name, value string) string {
	if strings.Contains(name, "SECRET") || strings.Contains(name, "KEY") || strings.Contains(name, "DATABASE") || strings.Contains(name, "SMARTHOST") && strings.Contains(value, "@") {
		return "…"
	}
	return value
}

const longest = 4096

func relay(to *string, v string) error {
	if _, err := notify.ParseSmarthost(v); err != nil {
		return err
	}
	return word(to, v)
}

func drainTime(to *time.Duration, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > time.Minute {
		return errors.New("it must be a time from 0s to 1m, such as 5s")
	}
	*to = d
	return nil
}

func onOff(to *bool, v string) error {
	if v != "on" && v != "off" {
		return errors.New("it must be on or off")
	}
	*to = v == "on"
	return nil
}

func word(to *string, v string) error {
	if len(v) > longest || strings.ContainsAny(v, "\x00\r\n") {
		return errors.New("it must be one line of at most 4096 bytes")
	}
	*to = v
	return nil
}

func path(to *string, v string) error {
	if err := word(to, v); err != nil {
		return err
	}
	*to = filepath.Clean(v)
	return nil
}

func hostPort(to *string, v string) error {
	host, port, err := net.SplitHostPort(v)
	if err != nil {
		return errors.New("it must be host:port, such as 127.0.0.1:8080")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return errors.New("the port must be a number from 1 to 65535")
	}
	*to = net.JoinHostPort(host, port)
	return nil
}

func webAddress(to *string, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("it must be a web address, such as https://12345.example.gov.cn")
	}
	*to = strings.TrimRight(v, "/")
	return nil
}

// issuer keeps a slash at the end: the provider compares letter by letter (OpenID Connect Discovery 1.0 section 4.3).
func issuer(to *string, v string) error {
	var u string
	if err := webAddress(&u, v); err != nil {
		return err
	}
	if at, err := url.Parse(v); err != nil || at.Scheme == "http" && !loopback(at.Hostname()) {
		return errors.New("it must begin with https://")
	}
	*to = v
	return nil
}

func databaseAddress(to *string, v string) error {
	if !strings.HasPrefix(v, "postgres://") && !strings.HasPrefix(v, "postgresql://") {
		return errors.New("it must begin with postgres://")
	}
	return word(to, v)
}

func mailboxes(to *[]string, v string) error {
	*to = nil
	for one := range strings.SplitSeq(v, ",") {
		a, err := mail.ParseAddress(strings.TrimSpace(one))
		if err != nil {
			return fmt.Errorf("%q is not a mail address", strings.TrimSpace(one))
		}
		*to = append(*to, strings.ToLower(a.Address))
	}
	return nil
}

func instant(to *time.Time, v string) error {
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return errors.New("it must be a time with offset, such as 2026-11-23T09:00:00+08:00")
	}
	*to = t
	return nil
}

func workBits(to *int, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n != 0 && (n < 8 || n > 20) {
		return errors.New("it is a number from 8 to 20, or 0 for none")
	}
	*to = n
	return nil
}
