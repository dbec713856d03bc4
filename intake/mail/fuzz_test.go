package mail

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzCharset(f *testing.F) {
	for _, c := range []struct{ bytes, label string }{{"\xd5\xc5\xc8\xfd", "gb2312"}, {"+XyAAbgBk-", "utf-7"}, {"~{UEH}~}", "hz"}, {"\x1b$)A\x0eUEH}\x0f", "iso-2022-cn"}, {"\x1b$B$\"\x1b(B", "iso-2022-jp"}, {"\xb1i\xa4T", ""}, {"Stra\xdfe", "us-ascii"}, {"\x20\x5f", "utf-16le"}, {"张", "x-nobody"}} {
		f.Add([]byte(c.bytes), c.label)
	}
	f.Fuzz(func(t *testing.T, raw []byte, label string) {
		p := &parser{repaired: map[string]bool{}}
		s := p.decode(raw, label)
		if !utf8.ValidString(s) {
			t.Errorf("%q is not UTF-8", s)
		}
		if len(s) > 8*len(raw)+8 {
			t.Errorf("%d bytes gave %d", len(raw), len(s))
		}
	})
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"<p>a</p><div style='display:none'>b", "<table><tr><td>a<td>b</table><sup>2</sup>", "<a href='javascript:x'>y</a><script>z", "<pre>a\n b</pre><blockquote>c", "<img src=cid:x@y alt=z>", "&lt;&#0;&nbsp;<!--"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := HTMLText(s)
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\x00\x1b\u202e") {
			t.Errorf("%q is not safe text", text)
		}
		if len(text) > 40*len(s)+100 {
			t.Errorf("%d bytes gave %d", len(s), len(text))
		}
	})
}

// FuzzFailure: whatever a report says, what is taken from it is bounded and on one line.
func FuzzFailure(f *testing.F) {
	for _, name := range []string{"dsn", "bounce_qmail", "bounce_exchange_words", "bounce_coremail", "bounce_qq", "bounce_within_report", "arf_complaint"} {
		raw, err := os.ReadFile("testdata/golden/" + name + ".eml")
		if err != nil {
			f.Fatal(err)
		}
		_, body, _ := strings.Cut(string(raw), "\n\n")
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, head := range []string{
			"From: MAILER-DAEMON@mx.example\nSubject: failure notice\nReturn-Path: <>\n\n",
			"From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n",
			"From: MAILER-DAEMON@mx.example\nContent-Type: message/delivery-status\n\n",
		} {
			m := Parse([]byte(head + body))
			if m.Verdict != Bounce {
				continue
			}
			if len(m.Failure.Recipients) > 100 || len(m.Failure.MessageID) >= 1000 || len(m.Failure.Diagnostic) > 300 {
				t.Errorf("%+v", m.Failure)
			}
			all := strings.Join(m.Failure.Recipients, "") + m.Failure.Action + m.Failure.Status + m.Failure.MessageID + m.Failure.Letter + m.Failure.Diagnostic
			if strings.ContainsAny(all, "\r\n\x00") || !utf8.ValidString(all) {
				t.Errorf("%q", all)
			}
		}
	})
}

// FuzzSealed: a wrapping never gives more than it holds.
func FuzzSealed(f *testing.F) {
	raw, err := os.ReadFile("testdata/golden/smime_signed_opaque.eml")
	if err != nil {
		f.Fatal(err)
	}
	_, body, _ := strings.Cut(string(raw), "\n\n")
	der, _ := fromBase64([]byte(body))
	f.Add(der)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := cmsContent(raw); len(got) > len(raw) {
			t.Errorf("%d bytes gave %d", len(raw), len(got))
		}
	})
}

func FuzzCalendar(f *testing.F) {
	f.Add([]byte("BEGIN:VEVENT\nSUMMARY;X=y:a\\, b\n c\nDTSTART;TZID=Asia/Shanghai:20260305T093000\nEND:VEVENT"), "utf-8")
	f.Add([]byte("begin:vtodo\r\ndue:20260305\r\nend:vtodo"), "gbk")
	f.Fuzz(func(t *testing.T, raw []byte, charset string) {
		p := &parser{repaired: map[string]bool{}}
		if s := p.calendarText(raw, charset); !utf8.ValidString(s) || len(s) > 8*len(raw)+1000 {
			t.Errorf("%q", s)
		}
	})
}
