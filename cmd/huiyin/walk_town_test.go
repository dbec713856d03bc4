package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"huiyin/demo"
	"huiyin/pg/pgtest"
)

// town is the whole service as serve runs it, on a database of its own: pages, mail door, letters, followers and timers.
type town struct {
	*service
	log *journal
}

// journal is a log that may be read while it is written.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// newTown starts the service with the demonstration city's units and sign-ins, and a few of its cases.
func newTown(t *testing.T) *town {
	t.Helper()
	pages, mail := listener(t), listener(t)
	config, err := Load(func(name string) (string, bool) {
		value, set := map[string]string{
			"HUIYIN_ADDR": pages.Addr().String(), "HUIYIN_MAIL_ADDR": mail.Addr().String(),
			"HUIYIN_DATA": t.TempDir(), "HUIYIN_DATABASE_URL": pgtest.URL(t),
		}[name]
		return value, set
	})
	if err != nil {
		t.Fatal(err)
	}
	log := &journal{}
	env := &Env{Config: config, Stdout: io.Discard, Stderr: log}
	ctx, stop := context.WithCancel(context.Background())
	p, err := assemble(ctx, env, "walk", io.Discard)
	if err != nil {
		stop()
		t.Fatal(err)
	}
	if err := p.fill(ctx, demo.Plan{Cases: 12, Months: 2, Seed: demoSeed}, io.Discard); err != nil {
		t.Fatal(err)
	}
	door, err := config.mailDoor()
	if err != nil {
		t.Fatal(err)
	}
	s := &service{parts: p, env: env, pages: pages, mail: mail, door: door}
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx, true) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil && ctx.Err() == nil {
			t.Errorf("the service ended: %v", err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return &town{service: s, log: log}
}

func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// until waits for something to come true.
func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	end := time.Now().Add(patience)
	for !true() {
		if time.Now().After(end) {
			t.Fatalf("in %s it did not happen that %s", patience, what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// mailIn writes to the hotline through its SMTP door, as another mail server would.
func (w *town) mailIn(t *testing.T, from, subject, text string) {
	t.Helper()
	message := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%d@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
		from, w.Config.Mailbox[0], subject, time.Now().Format(time.RFC1123Z), time.Now().UnixNano(), text)
	if err := smtp.SendMail(w.Config.MailAddr, nil, from, []string{w.Config.Mailbox[0]}, []byte(message)); err != nil {
		t.Fatalf("the mail door refuses: %v", err)
	}
}

// letter waits for a letter to somebody whose text has all the words, and returns the latest.
func (w *town) letter(t *testing.T, to string, words ...string) *enmime.Envelope {
	t.Helper()
	var found *enmime.Envelope
	until(t, fmt.Sprintf("a letter to %s said %q", to, words), func() bool {
		for _, e := range w.letters(t) {
			if strings.Contains(e.GetHeader("To"), to) && !slices.ContainsFunc(words, func(s string) bool { return !strings.Contains(e.Text, s) }) {
				found = e
			}
		}
		return found != nil
	})
	return found
}

// letters are all letters in the outbox, the oldest first.
func (w *town) letters(t *testing.T) []*enmime.Envelope {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(w.Config.Data, "outbox", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names) // they begin with their time
	var all []*enmime.Envelope
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		e, err := enmime.ReadEnvelope(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, e)
	}
	return all
}

// figure is a published number with what it is made of.
type figure struct {
	Numerator   float64 `json:"numerator"`
	Denominator int     `json:"denominator"`
}

// published are the figures of one of the public files.
func (w *town) published(t *testing.T, path string) map[string]figure {
	t.Helper()
	res, err := http.Get(w.Config.BaseURL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var file struct {
		Figures map[string]figure `json:"figures"`
	}
	if err := json.NewDecoder(res.Body).Decode(&file); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", path, res.Status, err)
	}
	return file.Figures
}

// moved waits until the published figures have changed by exactly so much since before.
func (w *town) moved(t *testing.T, path string, before map[string]figure, by func(*testing.T) map[string]figure) {
	t.Helper()
	var now map[string]figure
	defer func() {
		if !t.Failed() {
			return
		}
		for code, change := range by(t) {
			t.Logf("%s %s: before %v, now %v, expected a change of %v", path, code, before[code], now[code], change)
		}
	}()
	until(t, path+" moved by exactly what was done", func() bool {
		now = w.published(t, path)
		for code, change := range by(t) {
			if now[code].Numerator-before[code].Numerator != change.Numerator || now[code].Denominator-before[code].Denominator != change.Denominator {
				return false
			}
		}
		return true
	})
}
