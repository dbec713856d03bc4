package notify_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/intake"
	parse "huiyin/intake/mail"
	"huiyin/intake/smtpdoor"
	"huiyin/notify"
	"huiyin/notify/postmark"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const mailbox = "12345@linlan.example"

// safe is a log that several goroutines write.
type safe struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// office is a town with a post office, a mail door, and an outbox.
type office struct {
	*caseworktest.Town
	post  *notify.Post
	door  *intake.Door
	owner *pgxpool.Pool
	dir   string
	log   *safe
}

func open(t *testing.T, transport notify.Transport) *office { return openAs(t, mailbox, transport) }

// openAs opens an installation with a mailbox of its own.
func openAs(t *testing.T, box string, transport notify.Transport) *office {
	t.Helper()
	return openWith(t, os.DirFS("../demo/city"), box, transport, nil)
}

// openSigned opens an installation that signs its letters.
func openSigned(t *testing.T, signature *notify.Signature) *office {
	t.Helper()
	return openWith(t, os.DirFS("../demo/city"), mailbox, nil, signature)
}

// openIn opens an installation of another city.
func openIn(t *testing.T, files fs.FS) *office {
	t.Helper()
	return openWith(t, files, mailbox, nil, nil)
}

func openWith(t *testing.T, files fs.FS, box string, transport notify.Transport, signature *notify.Signature) *office {
	t.Helper()
	town := caseworktest.New(t)
	city, err := routing.LoadCity(files)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Town: town, owner: pgtest.OwnerPool(t), dir: filepath.Join(t.TempDir(), "outbox"), log: &safe{}}
	if transport == nil {
		transport = notify.Outbox{Dir: o.dir}
	}
	log := slog.New(slog.NewTextHandler(o.log, nil))
	o.post, err = notify.New(notify.Settings{Pool: town.Pool, Docket: town.Docket, City: city, Transport: transport, BaseURL: "https://linlan.example", Mailboxes: []string{box}, Signature: signature,
		Now: town.Now, Log: log, Poll: 100 * time.Millisecond, Pause: func(int) time.Duration { return 10 * time.Millisecond }})
	if err != nil {
		t.Fatal(err)
	}
	o.door = intake.New(intake.Settings{Docket: town.Docket, City: city, Terms: terms, Mailboxes: []string{box}, Now: town.Now, Log: log})
	if err := o.post.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := o.post.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return o
}

func (o *office) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := o.owner.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// settle lets the follower read everything and waits until no letter is queued.
func (o *office) settle(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err := o.post.Follower().CatchUpAll(t.Context(), o.Pool); err != nil {
			t.Fatal(err)
		}
		behind := o.count(t, `select count(*) from event e left join follower f on f.name = 'notify' where f.name is null or (e.xid, e.seq) > (f.xid, f.seq)`)
		if behind == 0 && o.count(t, `select count(*) from letter where state = 'queued'`) == 0 {
			return
		}
	}
	t.Fatalf("letters still queued; log:\n%s", o.log)
}

// letters reads the outbox, oldest first.
func (o *office) letters(t *testing.T) (all []*mail.Reader, raw [][]byte) {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join(o.dir, "*.eml")) // names are time-ordered
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := mail.CreateReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		all, raw = append(all, r), append(raw, body)
	}
	return all, raw
}

func parts(t *testing.T, r *mail.Reader) (text, html string) {
	t.Helper()
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return text, html
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p.Body)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			html = string(b)
		} else {
			text = string(b)
		}
	}
}

func (o *office) deliver(t *testing.T, from, to, subject, more, text string) {
	t.Helper()
	raw := fmt.Sprintf("From: Lin <%s>\r\nTo: %s\r\nSubject: =?utf-8?B?%s?=\r\nMessage-ID: <%x@mail.example>\r\nContent-Type: text/plain; charset=utf-8\r\n%s\r\n%s\r\n",
		from, to, base64.StdEncoding.EncodeToString([]byte(subject)), sha256.Sum256([]byte(text+more)), more, text)
	if err := o.door.Mail(t.Context(), smtpdoor.Envelope{From: from, To: []string{to}}, []byte(raw)); err != nil {
		t.Fatal(err)
	}
}

func TestLettersHeaderNameIsTheOneTheDoorKnows(t *testing.T) {
	if postmark.Header != parse.LetterHeader {
		t.Errorf("%s is not %s", postmark.Header, parse.LetterHeader)
	}
}

func TestAMailIsAcknowledgedAndItsAnswerFindsTheCase(t *testing.T) {
	o := open(t, nil)
	for range 2 {
		o.deliver(t, "lin@mail.example", mailbox, "小区漏水", "", "柳街8号楼道漏水，我的电话13800001111")
	}
	o.settle(t)
	all, raw := o.letters(t)
	if len(all) != 1 {
		t.Fatalf("%d letters; log %s", len(all), o.log)
	}
	h := all[0].Header
	for field, want := range map[string]string{"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "X-Huiyin-Letter": "-", "Precedence": "bulk", "List-Id": "<letters.linlan.example>",
		"List-Unsubscribe": "<https://linlan.example/letters/", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "X-Loop": mailbox} {
		if !strings.Contains(h.Get(field), want) {
			t.Errorf("%s: %q", field, h.Get(field))
		}
	}
	subject, _ := h.Subject()
	text, html := parts(t, all[0])
	for _, never := range []string{"漏水", "13800001111", "lin@mail.example"} {
		if strings.Contains(subject+text+html, never) {
			t.Errorf("the letter says %q", never)
		}
		if strings.Contains(o.log.String(), never) {
			t.Errorf("the log says %q", never)
		}
	}
	if !strings.Contains(text, "https://linlan.example/t/") || !strings.Contains(text, "https://linlan.example/en/t/") || !strings.Contains(html, `href="https://linlan.example/t/`) {
		t.Errorf("links are missing:\n%s", text)
	}
	if !strings.Contains(text, "我们已收到您的诉求") || !strings.Contains(text, "We have received your report") {
		t.Errorf("the letter is not in both languages:\n%s", text)
	}
	opened := fmt.Sprintf("%x@mail.example", sha256.Sum256([]byte("柳街8号楼道漏水，我的电话13800001111")))
	if to, _ := h.MsgIDList("In-Reply-To"); len(to) != 1 || to[0] != opened {
		t.Errorf("the letter answers %v and not the mail that opened the case", to)
	}
	if n := o.count(t, `select count(*) from person where position(convert_to($1, 'utf8') in mail_id) > 0`, opened); n != 0 {
		t.Error("the identifier of a mail stands in clear")
	}
	// Our own letter coming back is a loop: kept, no case, no answer.
	if err := o.door.Mail(t.Context(), smtpdoor.Envelope{From: "x@y.example", To: []string{mailbox}}, raw[0]); err != nil {
		t.Fatal(err)
	}
	reply, _ := h.AddressList("Reply-To")
	o.deliver(t, "Lin@Mail.example", reply[0].Address, "Re: "+subject, "", "补充：昨晚又漏了")
	id, _ := h.MessageID()
	o.deliver(t, "lin@mail.example", mailbox, "Re: "+subject, "In-Reply-To: <"+id+">\r\n", "再补充：照片稍后发")
	o.settle(t)
	if n := o.count(t, `select count(*) from cases`); n != 1 {
		t.Errorf("%d cases", n)
	}
	if n := o.count(t, `select count(*) from message where purpose = 'note'`); n != 2 {
		t.Errorf("%d additions", n)
	}
	if all, _ := o.letters(t); len(all) != 1 {
		t.Errorf("%d letters after a loop and two answers", len(all))
	}
	if n := o.count(t, `select count(*) from event where step = 'use' and data->>'purpose' = 'letter' and data->>'receiver' = 'mail'`); n != 1 {
		t.Errorf("%d uses in the history", n)
	}
	if n := o.count(t, `select count(*) from letter where to_jsonb(letter)::text like '%mail.example%'`) + o.count(t, `select count(*) from river_job where to_jsonb(river_job)::text like '%mail.example%'`); n != 0 {
		t.Error("an address stands in clear in the queue")
	}
}

func TestEachNewsHasItsLetter(t *testing.T) {
	o := open(t, nil)
	ctx := t.Context()
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		o.Pass(time.Minute)
	}
	id := o.Send(t, "楼道漏水", caseworktest.River)
	ref := casework.Ref{ID: id}
	worker := caseworktest.Worker(caseworktest.River)
	do(o.Sign(ctx, worker, ref))
	do(o.Record(ctx, worker, ref, "内部备注：先查管线", false, nil))
	do(o.Record(ctx, worker, ref, "已安排明天上门", true, nil))
	do(o.Begin(ctx, worker, ref))
	do(o.Reply(ctx, worker, ref, casework.Reply{Text: "水管已更换。\n不再漏水 <b>。"}))
	o.settle(t)
	all, _ := o.letters(t)
	if len(all) != 4 {
		t.Fatalf("%d letters", len(all))
	}
	var texts []string
	for _, r := range all {
		subject, _ := r.Header.Subject()
		text, html := parts(t, r)
		if strings.Contains(subject, "漏水") || strings.Contains(text+html, "内部备注") || strings.Contains(html, "<b>") {
			t.Errorf("%s\n%s", subject, text)
		}
		texts = append(texts, text)
	}
	rate := "https://linlan.example/rate/" + o.RatingLink(id, 1) + "?solved="
	for i, want := range [][]string{{"已收到"}, {"d-river"}, {"已安排明天上门"}, {"水管已更换。", rate + "yes", rate + "partly", rate + "no"}} {
		for _, w := range want {
			if !strings.Contains(texts[i], w) {
				t.Errorf("letter %d lacks %q:\n%s", i, w, texts[i])
			}
		}
	}
	two := o.Open(t, "hello")
	do(o.Decline(ctx, caseworktest.Clerk(), casework.Ref{ID: two.ID}, "beyond_duty", "请向人民法院起诉"))
	o.settle(t)
	all, _ = o.letters(t)
	if text, _ := parts(t, all[len(all)-1]); !strings.Contains(text, "请向人民法院起诉") {
		t.Errorf("declined: %s", text)
	}
}

func TestBrakes(t *testing.T) {
	o := open(t, nil)
	ctx := t.Context()
	old := o.Filing("旧事")
	old.At = o.Now().AddDate(0, 0, -30)
	old.Total.Due = o.Now()
	own := o.Filing("自己")
	own.Person.Email = mailbox
	plus := o.Filing("自己加号")
	plus.Person.Email = "12345+abc@linlan.example"
	imported := o.Filing("导入")
	imported.Channel = casework.File
	anonymous := o.Filing("匿名")
	anonymous.Person = casework.Person{}
	injected := o.Filing("注入")
	injected.Person.Email = "a@b.example>\r\nBcc: x@y.example"
	machine := o.Filing("机器")
	machine.Reason = "new," + postmark.Unanswerable
	for _, f := range []casework.Filing{old, own, plus, imported, anonymous, injected, machine} {
		if _, err := o.Docket.Open(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	o.settle(t)
	if all, _ := o.letters(t); len(all) != 0 {
		t.Errorf("%d letters passed the brakes", len(all))
	}
	if n := o.count(t, `select count(*) from letter where state = 'suppressed'`); n != 3 {
		t.Errorf("%d suppressed", n)
	}
	for i := range 13 {
		f := o.Filing(fmt.Sprint("第", i))
		f.Person.Email = "many@mail.example"
		if _, err := o.Docket.Open(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	o.settle(t)
	if all, _ := o.letters(t); len(all) != 10 {
		t.Errorf("%d letters to one address in a day", len(all))
	}
	if n := o.count(t, `select count(*) from letter where why = 'daily_cap'`); n != 3 {
		t.Errorf("%d held by the cap", n)
	}
}

func TestABounceMarksTheLetterAndGetsNoAnswer(t *testing.T) {
	r := &relay{}
	o := open(t, notify.Smarthost{Addr: listen(t, r)})
	o.Open(t, "漏水")
	o.settle(t)
	head, _, _ := bytes.Cut(r.bodies[0], []byte("\r\n\r\n"))
	dsn := "From: MAILER-DAEMON@mail.example\r\nTo: " + mailbox + "\r\nSubject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; lin@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n" +
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n" + string(head) + "\r\n--b--\r\n"
	if err := o.door.Mail(t.Context(), smtpdoor.Envelope{To: []string{mailbox}}, []byte(dsn)); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where state = 'bounced' and why = '5.1.1'`); n != 1 {
		t.Error("the letter is not marked")
	}
	if len(r.bodies) != 1 || o.count(t, `select count(*) from cases`) != 1 {
		t.Errorf("%d letters, %d cases after a bounce", len(r.bodies), o.count(t, `select count(*) from cases`))
	}
}

func TestNoLetterAfterErasure(t *testing.T) {
	o := open(t, nil)
	r := o.Open(t, "漏水")
	if err := o.Erase(t.Context(), casework.System, r.ID, casework.Erasure{Reason: "retention"}); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if all, _ := o.letters(t); len(all) != 0 {
		t.Error("a letter to somebody erased")
	}
}

// TestErasureForgetsWhomALetterWentTo follows the history: the keyed hash of the address goes with the rest.
func TestErasureForgetsWhomALetterWentTo(t *testing.T) {
	o := open(t, nil)
	r := o.Open(t, "漏水")
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where recipient is not null`); n != 1 {
		t.Fatalf("%d letters with a recipient", n)
	}
	if err := o.Erase(t.Context(), casework.System, r.ID, casework.Erasure{Reason: "right"}); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where recipient is not null`); n != 0 {
		t.Errorf("%d letters still tell their recipient", n)
	}
}
