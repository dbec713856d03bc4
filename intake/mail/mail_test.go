package mail

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

var ours = Known{Mailboxes: []string{"12345@linlan.example"}, OwnDomains: []string{"linlan.example"}}

// TestGolden reads each kind of mail that reaches a hotline and compares with what a person said it means.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.eml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m := ParseWith(raw, ours)
			var out bytes.Buffer
			if err := json.Indent(&out, Line(filepath.Base(file), m), "", " "); err != nil {
				t.Fatal(err)
			}
			out.WriteByte('\n')
			golden := strings.TrimSuffix(file, ".eml") + ".json"
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Error(diff)
			}
			check(t, raw, m)
		})
	}
}

// check holds for every message whatsoever.
func check(t *testing.T, raw []byte, m Message) {
	t.Helper()
	if !slices.Contains([]Verdict{Case, Reply, Bounce, AutoReply, List, Loop, Quarantine}, m.Verdict) || m.Reason == "" {
		t.Errorf("verdict %q, reason %q", m.Verdict, m.Reason)
	}
	for what, s := range map[string]string{"subject": m.Subject, "text": m.Text, "quoted": m.Quoted, "name": m.From.Name, "address": m.From.Address} {
		if !utf8.ValidString(s) {
			t.Errorf("%s is not UTF-8: %q", what, s)
		}
		if strings.ContainsAny(s, "\r\x00\x1b") {
			t.Errorf("%s has controls: %q", what, s)
		}
	}
	if strings.ContainsAny(m.Subject+m.From.Name+m.From.Address, "\n") {
		t.Errorf("a header value has two lines")
	}
	total := 0
	for _, a := range m.Attachments {
		if a.Name == "" || strings.ContainsAny(a.Name, "/\\\n") || len(a.Name) > 200 || a.Type == "" || a.Size != len(a.Data) {
			t.Errorf("attachment %q %q %d", a.Name, a.Type, a.Size)
		}
		total += a.Size
	}
	if total > 20*len(raw)+1000 || len(m.Attachments) > 2*maxParts {
		t.Errorf("%d bytes gave %d bytes of attachments", len(raw), total)
	}
	if m.Verdict == Bounce != (m.Failure != nil) {
		t.Errorf("verdict %s with failure %v", m.Verdict, m.Failure)
	}
	if !json.Valid(Line("x", m)) || bytes.ContainsRune(Line("x", m), '\n') {
		t.Errorf("line is not one JSON object")
	}
}

func TestMayAnswer(t *testing.T) {
	head := "From: wang@example.org\nTo: 12345@linlan.example\nSubject: x\n"
	cases := []struct {
		name, more string
		known      Known
		want       bool
	}{
		{"a person", "", ours, true},
		{"Auto-Submitted: no is a person", "Auto-Submitted: no\n", ours, true},
		{"null return path by envelope", "", Known{NullReturnPath: true}, false},
		{"null return path by field", "Return-Path: <>\n", ours, false},
		{"asked for silence", "X-Auto-Response-Suppress: OOF, AutoReply\n", ours, false},
		{"generated", "Auto-Submitted: auto-generated\n", ours, false},
		{"bulk", "Precedence: bulk\n", ours, false},
		{"our own letter", "X-Huiyin-Letter: 1\n", ours, false},
	}
	for _, c := range cases {
		m := ParseWith([]byte(head+c.more+"\nhello\n"), c.known)
		if m.MayAnswer() != c.want {
			t.Errorf("%s: %v (%s, %s)", c.name, m.MayAnswer(), m.Verdict, m.Reason)
		}
	}
}

func TestVerdicts(t *testing.T) {
	cases := []struct {
		name, raw string
		known     Known
		want      Verdict
		reason    string
	}{
		{"new", "From: a@b.example\nSubject: x\n\nhello", ours, Case, "new"},
		{"token in To", "From: a@b.example\nTo: 12345+k3y@LINLAN.example\n\nhello", ours, Reply, "token"},
		{"token in the envelope", "From: a@b.example\nSubject: x\n\nhello", Known{Mailboxes: ours.Mailboxes, Recipients: []string{"12345+k3y@linlan.example"}}, Reply, "token"},
		{"somebody else's plus", "From: a@b.example\nTo: me+k3y@b.example\nSubject: x\n\nhello", ours, Case, "new"},
		{"our Message-ID", "From: a@b.example\nMessage-ID: <x@LinLan.example>\n\nhello", ours, Loop, "own_message_id"},
		{"X-Loop", "From: a@b.example\nX-Loop: 12345@linlan.example\n\nhello", ours, Loop, "x_loop"},
		{"a postmaster who is a person", "From: postmaster@b.example\nSubject: question about your letter\n\nplease explain", ours, Case, "new"},
		{"a resident who writes about bounced mail", "From: a@b.example\nSubject: my parcel could not be delivered\n\nThe post office failed.", ours, Case, "new"},
		{"mailer-daemon", "From: Mail Delivery Subsystem <MAILER-DAEMON@b.example>\nSubject: failure notice\n\nuser unknown", ours, Bounce, "mail_system"},
		{"a help desk that marks its people's letters", "From: agent@office.example\nPrecedence: bulk\nSubject: your question\n\nWe ask for the address.", ours, Case, "new"},
		{"majordomo", "From: a@b.example\nSender: owner-residents@lists.example\nPrecedence: bulk\nSubject: x\n\nhello", ours, List, "precedence:bulk"},
		{"a list without a name", "From: a@b.example\nReceived: (from majordomo@localhost) by lists.example\nPrecedence: bulk\nSubject: x\n\nhello", ours, List, "precedence:bulk"},
		{"a robot's bulk", "From: Shop <noreply@shop.example>\nPrecedence: bulk\nSubject: sale\n\nbuy", ours, List, "precedence:bulk"},
		{"vacation until", "From: a@b.example\nSubject: On leave until Monday\n\nback then", ours, AutoReply, "subject"},
		{"a question about leave", "From: a@b.example\nSubject: On leave for new parents\n\nhow long?", ours, Case, "new"},
		{"a complaint about automatic answers", "From: a@b.example\nSubject: 自动回复解决不了问题\n\n没人管", ours, Case, "new"},
		{"an automatic answer in brackets", "From: a@b.example\nSubject: 【自动回复】受理通知\n\n已收到", ours, AutoReply, "subject"},
		{"double vacation", "From: a@b.example\nSubject: Re: Out of Office: letter\n\nback on Monday", ours, AutoReply, "subject"},
		{"words only: empty subject", "From: a@b.example\n\n", ours, Quarantine, "no_content"},
		{"subject only", "From: a@b.example\nSubject: the lamp is dark\n\n", ours, Case, "new"},
		{"too large", strings.Repeat("x", MaxBytes+1), ours, Quarantine, "too_large"},
	}
	for _, c := range cases {
		if m := ParseWith([]byte(c.raw), c.known); m.Verdict != c.want || m.Reason != c.reason {
			t.Errorf("%s: %s (%s), want %s (%s)", c.name, m.Verdict, m.Reason, c.want, c.reason)
		}
	}
}

func TestAddresses(t *testing.T) {
	cases := []struct {
		raw  string
		want []Address
	}{
		{`a@b.example`, []Address{{"", "a@b.example"}}},
		{`"Zhang, San" <a@b.example>, c@d.example`, []Address{{"Zhang, San", "a@b.example"}, {"", "c@d.example"}}},
		{`a@b.example (Zhang San)`, []Address{{"Zhang San", "a@b.example"}}},
		{`MAILER-DAEMON (Mail Delivery System)`, []Address{{"Mail Delivery System", "MAILER-DAEMON"}}},
		{`Company, LTD <a@b.example>`, []Address{{"Company, LTD", "a@b.example"}}},
		{`residents: a@b.example, c@d.example;`, []Address{{"", "a@b.example"}, {"", "c@d.example"}}},
		{`undisclosed-recipients:;`, nil},
		{`=?utf-8?B?5byg5LiJ?=<a@b.example>`, []Address{{"张三", "a@b.example"}}},
		{`"=?gbk?B?1cXI/Q==?=" <a@b.example>`, []Address{{"张三", "a@b.example"}}},
		{`<a@b.example`, []Address{{"", "a@b.example"}}},
		{``, nil},
		{`"#1*fax"@b.example`, []Address{{"", `"#1*fax"@b.example`}}},
		{`"a@b.example"`, []Address{{"", "a@b.example"}}},
		{`'a@b.example' <a@b.example>`, []Address{{"a@b.example", "a@b.example"}}},
		{`Zhang San`, []Address{{"Zhang San", ""}}},
		{`a@b.example; c@d.example`, []Address{{"", "a@b.example"}, {"", "c@d.example"}}},
	}
	for _, c := range cases {
		p := &parser{repaired: map[string]bool{}}
		if diff := cmp.Diff(c.want, p.addresses(c.raw)); diff != "" {
			t.Errorf("%s: %s", c.raw, diff)
		}
	}
}

func TestCharsets(t *testing.T) {
	cases := []struct{ label, bytes, want string }{
		{"gb2312", "\xd5\xc5\xc8\xfd", "张三"},
		{"gb2312", "\x81\x39\xee\x39", "㐀"}, // four bytes under the smallest label
		{"utf-8", "\xd5\xc5\xc8\xfd\xb7\xb4\xd3\xb3", "张三反映"},
		{"iso-8859-1", "\xd5\xc5\xc8\xfd\xb7\xb4\xd3\xb3", "张三反映"},
		{"iso-8859-1", "Stra\xdfe in M\xfcnchen", "Straße in München"},
		{"gbk", "张三反映", "张三反映"},
		{"", "张三", "张三"},
		{"", "Stra\xdfe in M\xfcnchen", "Straße in München"},
		{"hz-gb-2312", "~{UEH}~}", "张三"},
		{"iso-2022-cn", "\x1b$)A\x0eUEH}\x0f ok", "张三 ok"},
		{"utf-7", "+XyAAbgBk-+-", "张nd+"},
		{"unicode-1-1-utf-7", "Hi +XyBOCQ-!", "Hi 张三!"},
		{"big5", "\xb1i\xa4T", "張三"},
		{"nonsense", "\xd5\xc5\xc8\xfd\xb7\xb4\xd3\xb3", "张三反映"},
		{"gb2312", "\xd0\xbb\xd0\xbb", "谢谢"}, // also valid UTF-8
		{"gbk", "\xcd\xa8-\xd6\xaa", "通-知"},
		{"gb2312", "\xe8\xb7\xaf\xe7\x81\xaf", "路灯"}, // UTF-8 under a wrong label
		{"utf-16le", "\x20\x5f\x09\x4e", "张三"},
	}
	for _, c := range cases {
		p := &parser{repaired: map[string]bool{}}
		if got := p.decode([]byte(c.bytes), c.label); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.label, c.bytes, got, c.want)
		}
	}
}

// TestHostile: time and memory stay linear for messages made to hurt.
func TestHostile(t *testing.T) {
	deep := "From: a@b.example\nContent-Type: multipart/mixed; boundary=a\n\n" + strings.Repeat("--a\nContent-Type: multipart/mixed; boundary=a\n\n", 20000)
	cases := map[string]string{
		"boundary of itself":  deep,
		"many parts":          "From: a@b.example\nContent-Type: multipart/mixed; boundary=a\n\n" + strings.Repeat("--a\n\nx\n", 100000),
		"many fields":         strings.Repeat("From: a@b.example\n", 200000),
		"one endless field":   "From: a@b.example\nSubject: " + strings.Repeat("=?utf-8?B?5byg?= ", 200000),
		"folded for ever":     "From: a@b.example\nSubject: x\n" + strings.Repeat(" y\n", 300000),
		"open brackets":       "From: " + strings.Repeat("<(\"", 100000) + "\n\nx",
		"addresses":           "To: " + strings.Repeat("a,", 500000) + "\nFrom: a@b.example\n\nx",
		"parameters":          "From: a@b.example\nContent-Type: text/plain" + strings.Repeat("; a*1*=x", 100000) + "\n\nx",
		"html nesting":        "From: a@b.example\nContent-Type: text/html\n\n" + strings.Repeat("<div><blockquote><a href=x>", 200000),
		"quote marks":         "From: a@b.example\n\n" + strings.Repeat("> On x wrote:\n发件人: \n", 50000),
		"one long line":       "From: a@b.example\n\n" + strings.Repeat("on the wrote: ", 300000),
		"base64 of nothing":   "From: a@b.example\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("=\n", 1000000),
		"uu":                  "From: a@b.example\n\n" + strings.Repeat("begin 644 x\n", 100000),
		"bounce of addresses": "From: MAILER-DAEMON@b.example\nSubject: failure notice\n\nuser unknown\n" + strings.Repeat("<a@b 5.1. 55", 200000),
		"bounce of dots":      "From: MAILER-DAEMON@b.example\nSubject: failure notice\n\nuser unknown\n" + strings.Repeat("a", 2000000) + "@",
		"bounce in bounces":   strings.Repeat("From: MAILER-DAEMON@b.example\nSubject: failure notice\nContent-Type: message/rfc822\n\n", 20000),
		"letters in letters":  "From: a@b.example\nContent-Type: multipart/digest; boundary=a\n\n" + strings.Repeat("--a\n\nFrom: x@y.example\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: z@y.example\n\n", 20000),
		"calendar":            "From: a@b.example\nContent-Type: text/calendar\n\n" + strings.Repeat("BEGIN:VEVENT\nSUMMARY:"+strings.Repeat("x", 70)+"\n y\n", 20000),
		"hidden for ever":     "From: a@b.example\nContent-Type: text/html\n\n" + strings.Repeat("<p style=display:none><div hidden>x", 100000),
		"wrapped quotations":  "From: a@b.example\n\n" + strings.Repeat("On Monday 1:23 x <a@b.example> wrote:\n> "+strings.Repeat("q", 70)+"\nshort\n", 30000),
		"torn header":         "From: a@b.example\n\n" + strings.Repeat("Received: x\nSubject: y\nTo: z\n\n", 100000),
		"boundary prefixes":   "From: a@b.example\nContent-Type: multipart/mixed; boundary=a\n\n" + strings.Repeat("   --a x\n", 200000),
		"no line ends":        "From: a@b.example\r" + strings.Repeat("x\r", 1000000),
	}
	for name, raw := range cases {
		t.Run(name, func(t *testing.T) {
			started := time.Now()
			m := Parse([]byte(raw))
			if d := time.Since(started); d > 10*time.Second {
				t.Errorf("%d bytes took %v", len(raw), d)
			}
			check(t, []byte(raw), m)
		})
	}
}

func TestHTMLText(t *testing.T) {
	cases := []struct{ src, want string }{
		{"<p>one</p><p>two</p>", "one\n\ntwo"},
		{"a<br>b<br/>c", "a\nb\nc"},
		{"<script>alert('x')</script>safe<style>p{}</style>", "safe"},
		{`<a href="https://example.org/x?y=1&amp;z=2">here</a>`, "here <https://example.org/x?y=1&z=2>"},
		{`<a href="https://example.org/">example.org</a>`, "example.org"},
		{`<a href="javascript:alert(1)">press</a>`, "press"},
		{`<a href="mailto:a@b.example?subject=x">a@b.example</a>`, "a@b.example"},
		{"<table><tr><td>name</td><td>Zhang</td></tr><tr><td>age</td><td>40</td></tr></table>", "name Zhang\nage 40"},
		{"<ul><li>one<li>two</ul>", "- one\n- two"},
		{"<blockquote>old<br>words</blockquote>new", "> old\n> words\nnew"},
		{`<img src="cid:p1.png@x"> <img src="http://t.example/1.gif" width="1">`, "[p1.png]"},
		{"路灯\n不亮 了", "路灯不亮了"},
		{"&lt;b&gt; &amp;amp; &nbsp;x", "<b> &amp; x"},
		{"<pre>a\n  b</pre>", "a\n  b"},
		{"<p>zero\u200bwidth \u202eover\u202c</p>", "zerowidth over"},
		{"unclosed <b", "unclosed"},
		{`<div style="font-size:0px"><p style="font-size:14px">a frame</p></div>`, "a frame"},
		{`<p>a</p><p style="display: NONE">hidden<p>b</p>`, "a\n\nb"},
		{`<div style="display:none"><div>x</div>y</div>z`, "z"},
		{`<span hidden>x</span>z`, "z"},
		{"<table><tr><td>楼道</td><td>停电</td></tr></table>", "楼道 停电"},
		{"面积20m<sup>2</sup>，第1<sup>st</sup>，10<sup>6</sup>", "面积20m^2，第1st，10^6"},
	}
	for _, c := range cases {
		if got := HTMLText(c.src); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.src, got, c.want)
		}
	}
}
