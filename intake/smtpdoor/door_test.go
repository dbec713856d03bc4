package smtpdoor

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"testing"
	"time"

	"huiyin/fault"
)

const box = "12345@linlan.example"

// delivered collects what a door handed over.
type delivered struct {
	mu   sync.Mutex
	envs []Envelope
	raws [][]byte
	fail error
}

func (d *delivered) take(_ context.Context, env Envelope, raw []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	d.envs = append(d.envs, env)
	d.raws = append(d.raws, bytes.Clone(raw))
	return nil
}

func (d *delivered) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.envs)
}

// open serves a door on a loopback port until the test ends and gives its address.
func open(t *testing.T, cfg Config, deliver Deliver) (addr string, closeDoor func()) {
	t.Helper()
	if cfg.Mailboxes == nil {
		cfg.Mailboxes = []string{box}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	var mu sync.Mutex
	log := slog.New(slog.NewTextHandler(lockedWriter{&mu, &out}, nil))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- New(cfg, deliver, log).Serve(ctx, l) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, secret := range []string{"12345@", "resident@", "127.0.0.1"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("the log holds %q:\n%s", secret, out.String())
			}
		}
	})
	t.Cleanup(stop)
	return l.Addr().String(), stop
}

type lockedWriter struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

// talk is a raw SMTP conversation.
type talk struct {
	t *testing.T
	c net.Conn
	r *bufio.Reader
}

func dial(t *testing.T, addr string) *talk {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return &talk{t, c, bufio.NewReader(c)}
}

// hear reads one answer, continuation lines included.
func (k *talk) hear(want string) string {
	k.t.Helper()
	var all string
	for {
		line, err := k.r.ReadString('\n')
		if err != nil {
			k.t.Fatalf("waiting for %s after %q: %v", want, all, err)
		}
		all += line
		if len(line) < 4 || line[3] != '-' {
			break
		}
	}
	if !strings.HasPrefix(all[strings.LastIndex(strings.TrimSuffix(all, "\n"), "\n")+1:], want) {
		k.t.Fatalf("want %s, heard %q", want, all)
	}
	return all
}

func (k *talk) say(line string) {
	k.t.Helper()
	if _, err := k.c.Write([]byte(line)); err != nil {
		k.t.Fatal(err)
	}
}

func (k *talk) begin() string {
	k.hear("220")
	k.say("EHLO sender.example\r\n")
	return k.hear("250")
}

func letter(n int) []byte {
	return fmt.Appendf(nil, "From: resident@example.org\r\nTo: %s\r\nSubject: no. %d\r\n\r\nThe lamp at the gate is dark.\r\n..two dots\r\n", box, n)
}

func TestDeliveredBeforeAcknowledged(t *testing.T) {
	var got delivered
	addr, _ := open(t, Config{Domain: "mx.linlan.example"}, got.take)
	if err := smtp.SendMail(addr, nil, "resident@example.org", []string{"12345+k7Qd@LINLAN.example"}, letter(1)); err != nil {
		t.Fatal(err)
	}
	if got.count() != 1 {
		t.Fatalf("delivered %d", got.count())
	}
	env := got.envs[0]
	if env.From != "resident@example.org" || len(env.To) != 1 || env.To[0] != "12345+k7Qd@LINLAN.example" || env.TLS || !env.Peer.IsLoopback() || env.Helo == "" {
		t.Errorf("envelope %+v", env)
	}
	if !bytes.Equal(got.raws[0], letter(1)) {
		t.Errorf("bytes changed: %q", got.raws[0])
	}
}

func TestAnswers(t *testing.T) {
	kinds := []struct {
		fail error
		want string
	}{
		{fault.New(fault.Unavailable, "fault.unavailable"), "451 4.3.0"},
		{errors.New("disk"), "451 4.3.0"},
		{fault.New(fault.Conflict, "fault.conflict"), "451 4.3.0"},
		{fault.New(fault.TooLarge, "fault.too_large"), "552 5.3.4"},
		{fault.New(fault.TooMany, "fault.too_many"), "451 4.7.0"},
		{fault.New(fault.Invalid, "fault.invalid"), "554 5.6.0"},
		{fault.New(fault.Forbidden, "fault.forbidden"), "550 5.7.1"},
	}
	for _, k := range kinds {
		t.Run(k.want+" "+fault.KindOf(k.fail).String(), func(t *testing.T) {
			got := delivered{fail: k.fail}
			addr, _ := open(t, Config{}, got.take)
			c := dial(t, addr)
			c.begin()
			c.say("MAIL FROM:<>\r\n")
			c.hear("250")
			c.say("RCPT TO:<" + box + ">\r\n")
			c.hear("250")
			c.say("DATA\r\n")
			c.hear("354")
			c.say("Subject: x\r\n\r\nx\r\n.\r\n")
			c.hear(k.want)
			// the connection survives, and the same message is taken once the failure is over
			got.mu.Lock()
			got.fail = nil
			got.mu.Unlock()
			c.say("MAIL FROM:<>\r\nRCPT TO:<" + box + ">\r\nDATA\r\n")
			c.hear("250")
			c.hear("250")
			c.hear("354")
			c.say("Subject: x\r\n\r\nx\r\n.\r\n")
			c.hear("250")
			if got.count() != 1 {
				t.Errorf("delivered %d", got.count())
			}
		})
	}
}

func TestPanicIsTemporary(t *testing.T) {
	addr, _ := open(t, Config{}, func(context.Context, Envelope, []byte) error { panic("boom") })
	c := dial(t, addr)
	c.begin()
	c.say("MAIL FROM:<>\r\nRCPT TO:<" + box + ">\r\nDATA\r\n")
	c.hear("250")
	c.hear("250")
	c.hear("354")
	c.say("x: y\r\n\r\n.\r\n")
	c.hear("421")
}

func TestOnlyOurMailboxes(t *testing.T) {
	var got delivered
	addr, _ := open(t, Config{Mailboxes: []string{box, " Rexian@linlan.example "}}, got.take)
	c := dial(t, addr)
	c.begin()
	c.say("MAIL FROM:<resident@example.org>\r\n")
	c.hear("250")
	for _, other := range []string{"info@linlan.example", "12345@elsewhere.example", "12345", "12345+@elsewhere.example", "x12345@linlan.example", "+12345@linlan.example"} {
		c.say("RCPT TO:<" + other + ">\r\n")
		c.hear("5")
	}
	for _, ours := range []string{"12345@linlan.example", "12345@LinLan.Example", "REXIAN@linlan.example", "12345+token@linlan.example"} {
		c.say("RCPT TO:<" + ours + ">\r\n")
		c.hear("250")
	}
}

func TestHalfMessageDeliversNothing(t *testing.T) {
	for _, how := range []string{"DATA", "BDAT"} {
		t.Run(how, func(t *testing.T) {
			var got delivered
			addr, stop := open(t, Config{}, got.take)
			c := dial(t, addr)
			c.begin()
			c.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<" + box + ">\r\n")
			c.hear("250")
			c.hear("250")
			if how == "DATA" {
				c.say("DATA\r\n")
				c.hear("354")
				c.say("Subject: half\r\n\r\nthe end never ca")
			} else {
				c.say("BDAT 10\r\n0123456789")
				c.hear("250")
			}
			_ = c.c.Close()
			time.Sleep(50 * time.Millisecond)
			stop()
			if got.count() != 0 {
				t.Errorf("delivered %d halves", got.count())
			}
		})
	}
}

func TestSmugglingIsOneMessage(t *testing.T) {
	var got delivered
	addr, _ := open(t, Config{}, got.take)
	c := dial(t, addr)
	c.begin()
	c.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<" + box + ">\r\nDATA\r\n")
	c.hear("250")
	c.hear("250")
	c.hear("354")
	c.say("Subject: one\r\n\r\nx\n.\nMAIL FROM:<evil@b.example>\r\n\n.\r\nMAIL FROM:<evil@b.example>\r\n.\r\n")
	c.hear("250")
	if got.count() != 1 || !bytes.Contains(got.raws[0], []byte("evil")) {
		t.Errorf("delivered %d: %q", got.count(), got.raws)
	}
}

func TestPipeliningChunkingAndUTF8(t *testing.T) {
	var got delivered
	addr, _ := open(t, Config{}, got.take)
	c := dial(t, addr)
	ehlo := c.begin()
	for _, ext := range []string{"PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME", "ENHANCEDSTATUSCODES"} {
		if !strings.Contains(ehlo, ext) {
			t.Errorf("%s is not offered: %s", ext, ehlo)
		}
	}
	if strings.Contains(ehlo, "STARTTLS") || strings.Contains(ehlo, "AUTH") {
		t.Errorf("offered without a certificate or accounts: %s", ehlo)
	}
	c.say("MAIL FROM:<居民@example.org> SMTPUTF8 BODY=8BITMIME\r\nRCPT TO:<" + box + ">\r\nRCPT TO:<nobody@linlan.example>\r\nDATA\r\n")
	c.hear("250")
	c.hear("250")
	c.hear("550 5.1.1")
	c.hear("354")
	c.say("Subject: 路灯\r\n\r\n不亮\r\n.\r\nMAIL FROM:<a@b.example> BODY=BINARYMIME\r\nRCPT TO:<" + box + ">\r\n")
	c.hear("250")
	c.hear("250")
	c.hear("250")
	c.say("BDAT 6\r\nab\x00cd\nBDAT 5 LAST\r\n.\r\nxy")
	c.hear("250")
	c.hear("250")
	if got.count() != 2 || got.envs[0].From != "居民@example.org" || string(got.raws[1]) != "ab\x00cd\n.\r\nxy" {
		t.Errorf("delivered %+v %q", got.envs, got.raws)
	}
	c.say("QUIT\r\n")
	c.hear("221")
}

func TestManyAtOnce(t *testing.T) {
	var got delivered
	addr, _ := open(t, Config{}, got.take)
	var wg sync.WaitGroup
	for n := range 32 {
		wg.Go(func() {
			for i := range 5 {
				if err := smtp.SendMail(addr, nil, "resident@example.org", []string{box}, letter(n*5+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, raw := range got.raws {
		seen[string(raw)] = true
	}
	if got.count() != 160 || len(seen) != 160 {
		t.Errorf("delivered %d, different %d", got.count(), len(seen))
	}
}
