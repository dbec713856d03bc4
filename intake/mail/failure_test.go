package mail

import (
	"strings"
	"testing"
)

// Mail systems that report in words of their own: each is known, its letter gets no answer, and what failed is found.
func TestWildBounces(t *testing.T) {
	cases := []struct{ from, subject, body, recipient, status string }{
		{"MAILER-DAEMON@yahoo.example", "Failure Notice", "Sorry, we were unable to deliver your message to the following address.\n\n<zhao@example.net>:\n554: delivery error: dd This user doesn't have a yahoo.example account (5.1.1)", "zhao@example.net", "5.1.1"},
		{"Postmaster <postmaster@imail.example>", "Undeliverable Mail", "User mailbox exceeds allowed size: zhao@example.net\n\nOriginal message follows.\n\nFrom: x", "zhao@example.net", ""},
		{"Postmaster@ezweb.example", "Mail System Error - Returned Mail", "The user(s) account is disabled.\n\n<zhao@example.net>: 550 user unknown", "zhao@example.net", "5.1.1"},
		{"Mail Delivery System <postmaster@x6.example>", "There was an error sending your mail", "I'm afraid I wasn't able to deliver your message.\n\nSMTP Server <mx.example> rejected recipient <zhao@example.net> (Error following RCPT command).\nIt responded as follows: [550 5.1.1 no such user]", "zhao@example.net", "5.1.1"},
		{"DEUERMAN MAILER <MAILER-DAEMON@mf.example>", "failure notice", "zhao@example.net\n\nserver says: 550 user unknown", "zhao@example.net", "5.1.1"},
		{"postmaster@james.example", "[BOUNCE]", "Hi. This is the James mail server at james.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\nzhao@example.net", "zhao@example.net", ""},
		{"postmaster@mc.example", "[Postmaster] Email Delivery Failure", "The email could not be delivered to zhao@example.net: 451 4.4.0 timeout", "zhao@example.net", "4.4.0"},
		{"postmaster@aliyun.example", "退信通知", "很抱歉，您发往 zhao@aliyun.example 的邮件无法投递。\n原因：收件人邮箱已满", "zhao@aliyun.example", "5.2.2"},
		{"MAILER-DAEMON@sina.example", "系统退信通知", "您的邮件被退回。\n收件人: zhao@sina.example\n550 5.7.1 拒收", "zhao@sina.example", "5.7.1"},
		{"Courier mail server at mx.example <@>", "NOTICE: mail delivery status.", "This is a delivery status notification from mx.example\nThe original message could not be delivered.\n\n<zhao@example.net>:\n    550 User unknown", "zhao@example.net", "5.1.1"},
		{"Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Delay)", "Delivery to the following recipient has been delayed:\n\n     zhao@example.net\n\nMessage will be retried for 2 more day(s)", "zhao@example.net", ""},
		{"postmaster@docomo.example", "Returned mail: see transcript for details", "----- The following addresses had permanent fatal errors -----\n<zhao@example.net>\n    (reason: 550 Unknown user zhao@example.net)", "zhao@example.net", "5.1.1"},
	}
	for _, c := range cases {
		m := ParseWith([]byte("From: "+c.from+"\nTo: 12345@linlan.example\nSubject: "+c.subject+"\n\n"+c.body+"\n"), ours)
		if m.Verdict != Bounce || m.MayAnswer() {
			t.Errorf("%s, %s: %s (%s)", c.from, c.subject, m.Verdict, m.Reason)
			continue
		}
		if got := strings.Join(m.Failure.Recipients, " "); got != c.recipient || m.Failure.Status != c.status {
			t.Errorf("%s, %s: %q %q, want %q %q", c.from, c.subject, got, m.Failure.Status, c.recipient, c.status)
		}
		if delayed := strings.Contains(c.subject, "Delay)"); m.Failure.Permanent() == delayed {
			t.Errorf("%s: permanent %v", c.subject, m.Failure.Permanent())
		}
	}
}

// What people write about failed deliveries is a case.
func TestComplaintsAboutDelivery(t *testing.T) {
	for _, letter := range []string{
		"From: wang@example.org\nSubject: 快递被退回\n\n快递无法送达，被退回三次，收件人 zhao@example.net 很着急。\n",
		"From: wang@example.org\nSubject: 投诉：你们的邮箱退信\n\n我给局里的邮箱写信，550 5.1.1 用户不存在，被退回。\n",
		"From: wang@example.org\nSubject: Re: undelivered parcels\nIn-Reply-To: <x@example.org>\n\nThe parcels could not be delivered.\n",
		"From: postmaster@school.example\nSubject: 路灯\n\n校门口路灯不亮，请修。\n",
		"From: noreply@office.example\nSubject: 关于发送失败的咨询\n\n短信验证码收不到，请问怎么办？\n",
		"From: wang@example.org\nSubject: 退信怎么办\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n我写给局里的信无法投递，附上原信。\n--b\nContent-Type: message/rfc822\n\nFrom: wang@example.org\nSubject: 路灯\n\n路灯不亮\n--b--\n",
		"From: wang@example.org\nSubject: 不在办公室的工作人员\n\n窗口没有人。\n",
	} {
		if m := ParseWith([]byte(letter), ours); m.Verdict != Case && m.Verdict != Reply {
			t.Errorf("%s (%s): %s", m.Verdict, m.Reason, letter)
		}
	}
}

// An unknown system that sends our own letter back is known by the letter.
func TestReturnedLetter(t *testing.T) {
	m := ParseWith([]byte("From: relay@mx.example\nSubject: Undeliverable: notice\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nuser unknown\n--b\nContent-Type: message/rfc822\n\nFrom: 12345@linlan.example\nTo: zhao@example.net\nMessage-ID: <letter-9@linlan.example>\nX-Huiyin-Letter: 9\n\nnotice\n--b--\n"), ours)
	if m.Verdict != Bounce || m.Failure.Letter != "9" || strings.Join(m.Failure.Recipients, " ") != "zhao@example.net" {
		t.Errorf("%s (%s): %+v", m.Verdict, m.Reason, m.Failure)
	}
}

func TestStatusCodes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"550 5.1.1 user unknown", "5.1.1"},
		{"(#5.7.1)", "5.7.1"},
		{"status 4.2.2.", "4.2.2"},
		{"2.0.0 queued, then 5.2.1 refused", "5.2.1"},
		{"2.1.5 delivered", "2.1.5"},
		{"host 5.45.67.89 said nothing", ""},
		{"version 15.1.2 of the program", ""},
		{"Exim 4.86.2", ""},
		{"5.9.1", ""},
	} {
		if got := code(c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
