package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/jhillyerd/enmime/v2"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/notify"
	"huiyin/routing"
	"huiyin/search"
	"huiyin/search/embedded"
	"huiyin/staff"
)

// sink is a mail server that keeps what it gets.
type sink struct {
	mu  sync.Mutex
	got []letterGot
}

type letterGot struct {
	to   string
	data []byte
}

func (s *sink) NewSession(*smtp.Conn) (smtp.Session, error) { return &sinking{s: s}, nil }

type sinking struct {
	s  *sink
	to string
}

func (s *sinking) Mail(string, *smtp.MailOptions) error { return nil }
func (s *sinking) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

func (s *sinking) Data(in io.Reader) error {
	data, err := io.ReadAll(in)
	s.s.mu.Lock()
	defer s.s.mu.Unlock()
	s.s.got = append(s.s.got, letterGot{s.to, data})
	return err
}
func (s *sinking) Reset()        {}
func (s *sinking) Logout() error { return nil }

func (s *sink) letters() []letterGot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

func listening(t *testing.T, s *sink) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(s)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

// Who keeps a search is written to of what is new in it: once a day at most, or at once; with a count and a link and no word of a case or of the search; and no more after it is switched off.
func TestSavedSearchesAreToldByLetter(t *testing.T) {
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	town, ctx := caseworktest.New(t), t.Context()
	lexicon := search.Lexicon(city)
	engine := &embedded.Engine{DB: town.Pool, Lexicon: lexicon, Now: town.Now, Zone: city.TZ}
	register := staff.New(town.Pool)
	account, err := register.Add(ctx, 0, staff.NewAccount{Login: "lin", Name: "L", Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}, Password: "linlan-echo-2026"})
	if err != nil {
		t.Fatal(err)
	}
	box := &sink{}
	post, err := notify.New(notify.Settings{Pool: town.Pool, Docket: town.Docket, City: city, Transport: notify.Smarthost{Addr: listening(t, box)}, BaseURL: "https://linlan.example", Mailboxes: []string{"12345@linlan.example"},
		Now: town.Now, Log: slog.New(slog.DiscardHandler), Poll: 100 * time.Millisecond, Pause: func(int) time.Duration { return 10 * time.Millisecond }})
	if err != nil {
		t.Fatal(err)
	}
	if err := post.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := post.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	shelf := search.Shelf{DB: town.Pool, Now: town.Now}
	alerts := &search.Alerts{Shelf: shelf, Staff: register, Search: search.Service{Engine: engine, Docket: town.Docket, Lexicon: lexicon}}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	// filed files cases with the word of the search, lets time pass, and gives how many letters have come in all.
	filed := func(n int, later time.Duration) []letterGot {
		t.Helper()
		town.Pass(2 * time.Minute)
		for range n {
			town.Send(t, "夜市噪音扰民", caseworktest.Urban)
		}
		town.Pass(later)
		do(search.Follower(engine, city).CatchUpAll(ctx, town.Pool))
		_, err := alerts.Sweep(ctx)
		do(err)
		_, err = tellSaved(ctx, alerts, post)
		do(err)
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			var waiting int
			do(town.Pool.QueryRow(ctx, `select count(*) from office_letter where state = 'queued'`).Scan(&waiting))
			if waiting == 0 {
				return box.letters()
			}
			if time.Now().After(end) {
				t.Fatal("letters still wait")
			}
		}
	}
	want := func(got []letterGot, n int, what string) {
		t.Helper()
		if len(got) != n {
			t.Fatalf("%s: %d letters, want %d", what, len(got), n)
		}
	}
	const name = "老王那件事"
	do(shelf.Save(ctx, account.ID, name, search.Query{Text: "噪音"}, search.Daily))
	want(filed(2, 10*time.Minute), 0, "without an address")
	for _, address := range []string{"nobody", "L <lin@linlan.example>", "a b@linlan.example", "lin@linlan.example\nBcc: x@y.example"} {
		if err := shelf.WriteTo(ctx, account.ID, address); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q is kept: %v", address, err)
		}
	}
	do(shelf.WriteTo(ctx, account.ID, "lin@linlan.example"))
	got := filed(1, 10*time.Minute)
	want(got, 1, "three new cases")
	mail, err := enmime.ReadEnvelope(bytes.NewReader(got[0].data))
	do(err)
	said := mail.GetHeader("Subject") + mail.Text + mail.HTML
	if got[0].to != "lin@linlan.example" || !strings.Contains(mail.GetHeader("Subject"), "3") || !strings.Contains(said, "https://linlan.example/console/search?saved=") {
		t.Errorf("to %s: %s\n%s", got[0].to, mail.GetHeader("Subject"), mail.Text)
	}
	for _, word := range []string{"噪音", "夜市", name, "老王", "lin@example.org"} {
		if strings.Contains(said, word) {
			t.Errorf("the letter tells %q:\n%s", word, said)
		}
	}
	want(filed(2, time.Hour), 1, "within a day")
	got = filed(1, 24*time.Hour)
	want(got, 2, "a day later")
	if mail, err := enmime.ReadEnvelope(bytes.NewReader(got[1].data)); err != nil || !strings.Contains(mail.GetHeader("Subject"), "3") {
		t.Errorf("%v %v", mail, err)
	}
	list, err := shelf.Of(ctx, account.ID)
	do(err)
	do(shelf.Change(ctx, account.ID, list[0].ID, search.AtOnce))
	want(filed(1, 20*time.Minute), 3, "at once")
	want(filed(1, 20*time.Minute), 4, "at once again")
	filed(1, time.Minute)
	do(shelf.Opened(ctx, account.ID, list[0].ID))
	want(filed(0, time.Hour), 4, "opened before the letter")
	do(shelf.Change(ctx, account.ID, list[0].ID, search.OnPage))
	want(filed(3, 25*time.Hour), 4, "switched off")
	do(shelf.Change(ctx, account.ID, list[0].ID, search.Daily))
	do(shelf.WriteTo(ctx, account.ID, ""))
	want(filed(1, 25*time.Hour), 4, "without an address again")
}
