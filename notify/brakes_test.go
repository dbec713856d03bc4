package notify_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	netsmtp "net/smtp"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/intake/smtpdoor"
	"huiyin/notify"
	"huiyin/notify/postmark"
)

// carrier takes letters to another installation's mail door over SMTP, through a gateway that may change them.
type carrier struct {
	to     notify.Smarthost
	change func(*notify.Mail)
	sent   *atomic.Int32
}

func (c carrier) Send(ctx context.Context, m notify.Mail) error {
	c.sent.Add(1)
	if c.change != nil {
		c.change(&m)
	}
	return c.to.Send(ctx, m)
}

// without removes fields from a letter's head.
func without(m *notify.Mail, fields ...string) {
	head, body, _ := bytes.Cut(m.Data, []byte("\r\n\r\n"))
	for _, f := range fields {
		head = regexp.MustCompile(`(?im)^`+f+`:.*\r\n([ \t].*\r\n)*`).ReplaceAll(append(head, '\r', '\n'), nil)
		head = bytes.TrimSuffix(head, []byte("\r\n"))
	}
	m.Data = append(append(head, "\r\n\r\n"...), body...)
}

var marks = []string{"Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "List-[A-Za-z-]+", "X-Loop", "X-Huiyin-Letter"}

// TestTwoInstallationsThatAnswerEachOtherStopByThemselves lets a resident of one city write under the address of another city's hotline.
func TestTwoInstallationsThatAnswerEachOtherStopByThemselves(t *testing.T) {
	const east, west = "12345@east.example", "12345@west.example"
	for name, gateway := range map[string]struct {
		change func(*notify.Mail)
		most   int32
	}{
		"untouched":                    {nil, 1},
		"the gateway strips the marks": {func(m *notify.Mail) { without(m, marks...) }, 1},
		"and the identifier":           {func(m *notify.Mail) { without(m, append(marks, "Message-Id")...) }, 2},
		"and puts a return path of its own, so that the cap alone is left": {func(m *notify.Mail) {
			without(m, append(marks, "Message-Id")...)
			m.From = "bounce@gateway.example"
		}, 20},
	} {
		t.Run(name, func(t *testing.T) {
			var sent atomic.Int32
			listeners := map[string]net.Listener{}
			offices := map[string]*office{}
			for _, box := range []string{east, west} {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				listeners[box] = l
			}
			for box, other := range map[string]string{east: west, west: east} {
				o := openAs(t, box, carrier{to: notify.Smarthost{Addr: listeners[other].Addr().String()}, change: gateway.change, sent: &sent})
				offices[box] = o
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan error, 1)
				door := smtpdoor.New(smtpdoor.Config{Mailboxes: []string{box}}, o.door.Mail, slog.New(slog.DiscardHandler))
				go func() { done <- door.Serve(ctx, listeners[box]) }()
				t.Cleanup(func() {
					cancel()
					if err := <-done; err != nil {
						t.Error(err)
					}
				})
			}
			letter := "From: <" + west + ">\r\nTo: <" + east + ">\r\nSubject: street lamp\r\nMessage-ID: <1@mail.example>\r\n\r\nThe street lamp is broken.\r\n"
			if err := netsmtp.SendMail(listeners[east].Addr().String(), nil, west, []string{east}, []byte(letter)); err != nil {
				t.Fatal(err)
			}
			for last := int32(-1); sent.Load() != last; {
				last = sent.Load()
				offices[east].settle(t)
				offices[west].settle(t)
				offices[east].settle(t)
			}
			if n := sent.Load(); n > gateway.most || n == 0 {
				for box, o := range offices {
					var what string
					err := o.Pool.QueryRow(t.Context(), `select coalesce(string_agg(kind || ' ' || state || ' ' || why, '; ' order by queued_at), 'none') from letter`).Scan(&what)
					t.Logf("%s: letters %s, %v, %d cases; log:\n%s", box, what, err, o.count(t, `select count(*) from cases`), o.log)
				}
				t.Errorf("%d letters, at most %d", n, gateway.most)
			}
		})
	}
}

// refuse lets a relay take no letter for the next n recipients.
func refuse(status smtp.EnhancedCode, n int) (all []*smtp.SMTPError) {
	for range n {
		all = append(all, &smtp.SMTPError{Code: 550, EnhancedCode: status, Message: "no"})
	}
	return all
}

func TestAfterAHardBounceNothingGoesThereUntilThereIsAnotherAddress(t *testing.T) {
	r := &relay{refusals: refuse(smtp.EnhancedCode{5, 1, 1}, 1)}
	o := open(t, notify.Smarthost{Addr: listen(t, r)})
	id := o.Open(t, "漏水").ID
	o.settle(t)
	o.Open(t, "又漏水")
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where state = 'suppressed' and why = 'failing_address'`); n != 1 || len(r.bodies) != 0 {
		t.Errorf("%d held, %d sent", n, len(r.bodies))
	}
	f := o.Filing("路灯")
	f.Person.Email = "other@example.org"
	if _, err := o.Docket.Open(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if len(r.bodies) != 1 || r.to[0] != "other@example.org" {
		t.Errorf("%d letters to %v", len(r.bodies), r.to)
	}
	letters, err := notify.Letters(t.Context(), o.Pool, id)
	if err != nil || len(letters) != 1 || letters[0].State != notify.Bounced || letters[0].Kind != notify.Filed || !letters[0].Failing {
		t.Errorf("%+v %v", letters, err)
	}
}

func TestAFullMailboxIsTriedWithLaterLetters(t *testing.T) {
	r := &relay{refusals: refuse(smtp.EnhancedCode{5, 2, 2}, 3)}
	o := open(t, notify.Smarthost{Addr: listen(t, r)})
	for i := range 4 {
		o.Open(t, fmt.Sprint("漏水", i))
		o.Pass(time.Minute)
		o.settle(t)
	}
	if n := o.count(t, `select count(*) from letter where state = 'bounced'`); n != 3 {
		t.Errorf("%d bounced", n)
	}
	if n := o.count(t, `select count(*) from letter where why = 'failing_address'`); n != 1 {
		t.Error("three in a row came back, and the fourth was sent")
	}
}

func TestLettersAboutACaseCanBeStopped(t *testing.T) {
	o := open(t, nil)
	id := o.Send(t, "楼道漏水", caseworktest.River)
	if err := o.Sign(t.Context(), caseworktest.Worker(caseworktest.River), casework.Ref{ID: id}); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	before, _ := o.letters(t)
	token := postmark.StopToken(o.Keys, id)
	got, ok := postmark.CaseOfStop(o.Keys, token)
	if !ok || got != id || !strings.Contains(before[0].Header.Get("List-Unsubscribe"), token) {
		t.Fatalf("the letter names no page that stops it: %s", before[0].Header.Get("List-Unsubscribe"))
	}
	if _, ok := postmark.CaseOfStop(o.Keys, postmark.StopToken(o.Keys, casework.CaseID{1})[:27]+id.String()); ok {
		t.Fatal("the token of another case stops this one")
	}
	for range 2 {
		if err := postmark.Stop(t.Context(), o.Pool, id, "one_click", o.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Record(t.Context(), caseworktest.Worker(caseworktest.River), casework.Ref{ID: id}, "已安排明天上门", true, nil); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if after, _ := o.letters(t); len(after) != len(before) {
		t.Errorf("%d letters, then %d", len(before), len(after))
	}
	if err := postmark.Resume(t.Context(), o.Pool, id); err != nil {
		t.Fatal(err)
	}
	if err := o.Record(t.Context(), caseworktest.Worker(caseworktest.River), casework.Ref{ID: id}, "已到现场", true, nil); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	after, raw := o.letters(t)
	if len(after) != len(before)+1 {
		t.Errorf("%d letters after it was resumed", len(after))
	}
	first, _ := before[0].Header.MessageID()
	if refs, _ := after[len(after)-1].Header.MsgIDList("References"); len(refs) != 1 || refs[0] != first {
		t.Errorf("the letter is not in the thread of the first: %v\n%s", refs, raw[len(raw)-1])
	}
}

// A letter with a person's words goes out under the reply address, so that its bounce comes back; what no person wrote has a null return path.
func TestReturnPaths(t *testing.T) {
	r := &relay{}
	o := open(t, notify.Smarthost{Addr: listen(t, r)})
	id := o.Send(t, "楼道漏水", caseworktest.River)
	if err := o.Sign(t.Context(), caseworktest.Worker(caseworktest.River), casework.Ref{ID: id}); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if err := o.Record(t.Context(), caseworktest.Worker(caseworktest.River), casework.Ref{ID: id}, "已安排明天上门", true, nil); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if len(r.from) != 3 || r.from[0] != "" || r.from[1] != "" || !strings.HasPrefix(r.from[2], "12345+") {
		t.Errorf("return paths %q", r.from)
	}
}
