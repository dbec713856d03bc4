package intake

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/mail"
	"huiyin/intake/smtpdoor"
	"huiyin/notify/postmark"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/routing/topics"
	"huiyin/seal"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.FixedZone("", 8*3600))

// desk is one door on a database of its own, and what was logged.
type desk struct {
	*Door
	owner *pgxpool.Pool
	log   *bytes.Buffer
}

func rules(t testing.TB) (*routing.City, *sla.Terms) {
	t.Helper()
	city, err := routing.LoadCity(os.DirFS("../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return city, terms
}

func open(t testing.TB) desk {
	t.Helper()
	city, terms := rules(t)
	d := desk{owner: pgtest.OwnerPool(t), log: &bytes.Buffer{}}
	for _, u := range city.Units() {
		_, err := d.owner.Exec(t.Context(), `insert into unit (code, name_zh, name_en, level, parent) values ($1, $2, $3, $4, nullif($5, ''))`, u.Code, u.Name.ZH, u.Name.EN, u.Level, u.Parent)
		if err != nil {
			t.Fatal(err)
		}
	}
	now := func() time.Time { return noon }
	docket := &casework.Docket{DB: pgtest.DB(t), Keys: seal.NewForTest(), Now: now, Zone: city.TZ, Compare: topics.Alike}
	d.Door = New(Settings{Docket: docket, City: city, Terms: terms, Mailboxes: []string{"12345@linlan.example"}, Now: now, Log: slog.New(slog.NewTextHandler(d.log, nil))})
	return d
}

func (d desk) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := d.owner.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (d desk) cases(t *testing.T) []casework.Case {
	t.Helper()
	page, err := d.docket.List(t.Context(), casework.System, casework.Query{Newest: true})
	if err != nil {
		t.Fatal(err)
	}
	return page.Cases
}

func (d desk) deliver(t *testing.T, raw string) {
	t.Helper()
	env := smtpdoor.Envelope{From: "zhang@mail.example", To: []string{"12345@linlan.example"}}
	if strings.Contains(raw, "From: MAILER-DAEMON") {
		env.From = ""
	}
	if err := d.Mail(t.Context(), env, []byte(strings.ReplaceAll(raw, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
}

const complaint = `From: =?utf-8?B?5byg5Lyf?= <zhang@mail.example>
To: 12345@linlan.example
Subject: =?utf-8?B?5rex5aSc5pa95bel5Zmq5aOw?=
Message-ID: <1@mail.example>
Content-Type: text/plain; charset=utf-8

临江区向阳街道人民路的工地每天深夜施工，噪声很大，请处理。我是张伟，电话13800001234。
`

func TestMailBecomesOneCaseHoweverOftenItComes(t *testing.T) {
	d := open(t)
	for range 3 {
		d.deliver(t, complaint)
	}
	all := d.cases(t)
	if len(all) != 1 {
		t.Fatalf("%d cases of one message", len(all))
	}
	c := all[0]
	if c.Channel != casework.Email || c.State != casework.Registered || c.Owner != casework.Hotline || c.Language != "zh-CN" {
		t.Errorf("case %+v", c)
	}
	if c.Title != "深夜施工噪声" || !strings.Contains(c.Body, "工地") {
		t.Errorf("title %q body %q", c.Title, c.Body)
	}
	for _, secret := range []string{"13800001234", "张伟", "zhang@"} {
		if strings.Contains(c.Title+c.Body+c.Place+string(c.Proposal), secret) || strings.Contains(d.log.String(), secret) {
			t.Errorf("%q stands in clear", secret)
		}
	}
	p, ok := ProposalOf(c)
	if !ok || len(p.Candidates) == 0 || p.Category.Code == "" || p.Category.Code != c.Category {
		t.Errorf("proposal %+v", p)
	}
	if c.Due.Sub(noon) < 24*time.Hour {
		t.Errorf("promised by %v", c.Due)
	}
	raw, err := d.docket.RevealRaw(t.Context(), casework.System, c.ID, casework.Use{Purpose: casework.ForTriage})
	if err != nil || !bytes.Contains(raw, []byte("Message-ID: <1@mail.example>")) {
		t.Errorf("raw message: %v", err)
	}
}

func TestAnswerWithTokenGoesToItsCaseAndNothingElseDoes(t *testing.T) {
	d := open(t)
	d.deliver(t, complaint)
	id := d.cases(t)[0].ID
	if err := postmark.Issue(t.Context(), d.docket.DB, d.docket.Keys, id); err != nil {
		t.Fatal(err)
	}
	token := postmark.Token(d.docket.Keys, id)
	reply := func(n int, to, irt string) string {
		return fmt.Sprintf("From: Zhang <zhang@mail.example>\nTo: %s\nSubject: Re: case\nMessage-ID: <%d@mail.example>\nIn-Reply-To: <%s>\nContent-Type: text/plain; charset=utf-8\n\n第%d次补充：昨晚又施工了，电话13900002222。\n", to, n, irt, n)
	}
	d.deliver(t, reply(2, "12345+"+token+"@linlan.example", "else@where"))
	d.deliver(t, reply(2, "12345+"+token+"@linlan.example", "else@where"))
	d.deliver(t, reply(3, "12345@linlan.example", token+".0191d7a0-0000-7000-8000-000000000000@letters.linlan.example"))
	if n := len(d.cases(t)); n != 1 {
		t.Fatalf("%d cases after two answers", n)
	}
	f, err := d.docket.Dossier(t.Context(), casework.System, id)
	if err != nil || len(f.Messages) != 2 {
		t.Fatalf("%d additions, %v", len(f.Messages), err)
	}
	if strings.Contains(f.Messages[0].Body, "13900002222") || !strings.Contains(f.Messages[0].Body, "补充") {
		t.Errorf("addition %q", f.Messages[0].Body)
	}
	// The same sender without a token, and with one that was never issued: a new case for a person.
	d.deliver(t, reply(4, "12345@linlan.example", "else@where"))
	d.deliver(t, reply(5, "12345+aaaaaaaaaaaaaaaaaaaaaaaaaa@linlan.example", "else@where"))
	if n := len(d.cases(t)); n != 3 {
		t.Errorf("%d cases, want 3", n)
	}
	// A case that is over takes nothing more; the words still reach a person.
	if err := d.docket.Withdraw(t.Context(), casework.Resident(id), casework.Ref{ID: id}); err != nil {
		t.Fatal(err)
	}
	d.deliver(t, reply(6, "12345+"+token+"@linlan.example", "else@where"))
	if n := len(d.cases(t)); n != 4 {
		t.Errorf("%d cases, want 4", n)
	}
	if strings.Contains(d.log.String(), token) {
		t.Error("a token is in the log")
	}
}

func TestWhatNoPersonWroteIsKeptAndCanBeRefiled(t *testing.T) {
	d := open(t)
	head := "From: Someone <a@mail.example>\nTo: 12345@linlan.example\nSubject: note\nMessage-ID: <%d@mail.example>\n%s\n\nSome words about the street lamp.\n"
	for i, mark := range []string{"Auto-Submitted: auto-replied", "List-Id: <news.mail.example>", "X-Huiyin-Letter: 0191d7a0-0000-7000-8000-000000000000", "X-Loop: 12345@linlan.example"} {
		d.deliver(t, fmt.Sprintf(head, i, mark))
		d.deliver(t, fmt.Sprintf(head, i, mark))
	}

	kept, err := d.docket.KeptList(t.Context(), operator, 50)
	if err != nil || len(kept) != 4 || len(d.cases(t)) != 0 {
		t.Fatalf("%d kept, %d cases, %v", len(kept), len(d.cases(t)), err)
	}
	liaison := casework.Actor{Kind: casework.ByStaff, StaffID: 8, Unit: "c-chengguan", Roles: []casework.Role{casework.Liaison}, Units: []casework.UnitCode{"c-chengguan"}}
	if _, err := d.Refile(t.Context(), liaison, kept[0].Key); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a unit refiles: %v", err)
	}
	first, err := d.Refile(t.Context(), operator, kept[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Refile(t.Context(), operator, kept[0].Key)
	if err != nil || again.ID != first.ID {
		t.Errorf("refiled twice: %v %v", again.ID == first.ID, err)
	}
	kept, _ = d.docket.KeptList(t.Context(), operator, 50)
	if len(kept) != 3 || len(d.cases(t)) != 1 {
		t.Errorf("%d kept, %d cases", len(kept), len(d.cases(t)))
	}
}

func TestBounceMarksOurLetterAndIsNoCase(t *testing.T) {
	d := open(t)
	d.deliver(t, complaint)
	id := d.cases(t)[0].ID
	if err := postmark.Issue(t.Context(), d.docket.DB, d.docket.Keys, id); err != nil {
		t.Fatal(err)
	}
	const letter = "0191d7a0-0000-7000-8000-000000000001"
	if _, err := d.owner.Exec(t.Context(), `insert into letter (id, case_id, event_seq, round, kind, state, queued_at, sent_at) values ($1, $2, 1, 1, 'filed', 'sent', now(), now())`, letter, id); err != nil {
		t.Fatal(err)
	}
	dsn := func(messageID string) string {
		return `From: MAILER-DAEMON <MAILER-DAEMON@mail.example>
To: 12345@linlan.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

The mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; zhang@mail.example
Action: failed
Status: 5.1.1
--b
Content-Type: text/rfc822-headers

Message-ID: <` + messageID + `>
Subject: letter
--b--
`
	}
	d.deliver(t, dsn("aaaaaaaaaaaaaaaaaaaaaaaaaa."+letter+"@letters.linlan.example"))
	if d.count(t, `select count(*) from letter where state = 'bounced'`) != 0 {
		t.Error("a forged report marked the letter")
	}
	d.deliver(t, dsn(postmark.Token(d.docket.Keys, id)+"."+letter+"@letters.linlan.example"))
	if d.count(t, `select count(*) from letter where state = 'bounced' and why = '5.1.1'`) != 1 {
		t.Error("the letter is not marked")
	}
	if len(d.cases(t)) != 1 || d.count(t, `select count(*) from submission where verdict = 'bounce' and case_id is null`) != 2 {
		t.Error("a bounce became a case, or was lost")
	}
}

func TestUnreadableMailBecomesACaseForAPerson(t *testing.T) {
	d := open(t)
	for _, raw := range []string{"", " \r\n", "\x00\x01\x02\xff\xfe\x80binary\x00\x90", "Content-Type: multipart/mixed; boundary=x\r\n\r\n"} {
		if err := d.Mail(t.Context(), smtpdoor.Envelope{From: "a@b.example"}, []byte(raw)); err != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
	parseMail = func([]byte, mail.Known) mail.Message { panic("13800001234") }
	defer func() { parseMail = mail.ParseWith }()
	if err := d.Mail(t.Context(), smtpdoor.Envelope{From: "a@b.example"}, []byte("Subject: x\r\n\r\ny")); err != nil {
		t.Error(err)
	}
	all := d.cases(t)
	if len(all) != 5 {
		t.Fatalf("%d cases", len(all))
	}
	for _, c := range all {
		if !c.Unreadable || c.Title == "" {
			t.Errorf("case %q unreadable %v", c.Title, c.Unreadable)
		}
	}
	if strings.Contains(d.log.String(), "13800001234") {
		t.Error("what the parser said is in the log")
	}
}

func TestFilesBeyondTheLimitsStayInTheRawMessage(t *testing.T) {
	d := open(t)
	parseMail = func(raw []byte, k mail.Known) mail.Message {
		m := mail.ParseWith(raw, k)
		for i := range 30 {
			m.Attachments = append(m.Attachments, mail.Attachment{Name: fmt.Sprintf("../../p%d.png", i), Data: []byte("\x89PNG\r\n\x1a\n")})
		}
		m.Attachments = append(m.Attachments, mail.Attachment{Name: "big.bin", Data: make([]byte, casework.MaxFile+1)})
		m.Text = strings.Repeat("路", casework.MaxBody+500)
		return m
	}
	defer func() { parseMail = mail.ParseWith }()
	d.deliver(t, complaint)
	c := d.cases(t)[0]
	f, err := d.docket.Dossier(t.Context(), casework.System, c.ID)
	if err != nil || len(f.Files) != casework.MaxAttached || f.Files[0].Type != "image/png" {
		t.Fatalf("%d files, %v", len(f.Files), err)
	}
	info, _, err := d.docket.RevealFile(t.Context(), casework.System, c.ID, f.Files[0].ID, casework.Use{Purpose: casework.ForTriage})
	if err != nil || info.Name != "p0.png" {
		t.Errorf("name %q, %v", info.Name, err)
	}
	if d.count(t, `select count(*) from submission where reason like '%files_left_in_raw:11%' and raw is not null`) != 1 {
		t.Error("the reason does not tell of the files left in the raw message")
	}
}

func TestNoDatabaseIsUnavailableSoThatTheSenderKeepsTheMessage(t *testing.T) {
	d := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.docket.DB.(*pgxpool.Pool).Close()
	if err := d.Mail(ctx, smtpdoor.Envelope{From: "a@b.example"}, []byte(complaint)); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
}
