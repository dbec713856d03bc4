package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSplitQuoted(t *testing.T) {
	cases := []struct{ name, letter, text string }{
		{"nothing quoted", "路灯不亮。\n请修。", "路灯不亮。\n请修。"},
		{"QQ", "还没修\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人: x", ""},
		{"QQ plain", "还没修\n\n------------------ 原始邮件 ------------------\n发件人: x\n内容", "还没修"},
		{"QQ new app", "还没修\n\n\n原始邮件\n------------------------------\n发件人：x <x@y.example>\n发件时间：2026年3月1日 16:20\n收件人：z\n主题：答复\n\n旧内容", ""},
		{"Outlook zh", "还没修\n\n-----邮件原件-----\n发件人: x\n发送时间: 2026年3月1日\n收件人: z\n主题: 答复\n旧", ""},
		{"Outlook zh old", "还没修\n-----原始邮件-----\n旧", "还没修"},
		{"Outlook en", "not repaired\n\n-----Original Message-----\nFrom: x\nold", "not repaired"},
		{"Outlook header block", "not repaired\n\n________________________________\nFrom: x <x@y.example>\nSent: Sunday, March 1, 2026\nTo: z\nSubject: answer\n\nold", "not repaired"},
		{"Outlook block zh", "还没修\n\n发件人: 12345 <12345@linlan.example>\n发送时间: 2026年3月1日\n收件人: z\n主题: 答复\n\n旧", "还没修"},
		{"traditional", "還沒修\n\n寄件者: x\n寄件日期: 2026年3月1日\n收件者: z\n主旨: 答覆\n\n舊", "還沒修"},
		{"Gmail en", "not repaired\n\nOn Sun, Mar 1, 2026 at 4:20 PM 12345 <12345@linlan.example> wrote:\n\n> old", "not repaired"},
		{"Gmail en broken", "not repaired\n\nOn Sun, Mar 1, 2026 at 4:20 PM 12345 <\n12345@linlan.example> wrote:\n\n> old", "not repaired"},
		{"Gmail zh", "还没修\n\n12345 <12345@linlan.example> 于2026年3月1日周日 16:20写道：\n\n> 旧", "还没修"},
		{"Thunderbird zh", "还没修\n\n在 2026/3/1 16:20, 12345 写道:\n> 旧", "还没修"},
		{"163 web", "还没修\n\n在 2026-03-01 16:20:00，\"12345\" <12345@linlan.example> 写道：\n旧", "还没修"},
		{"163 dashes", "还没修\n---- 回复的原邮件 ----\n| 发件人 | x |\n旧", "还没修"},
		{"iOS zh", "还没修\n\n发自我的 iPhone\n\n> 在 2026年3月1日，16:20，x <x@y.example> 写道：\n> \n> 旧", "还没修"},
		{"iOS en", "not repaired\n\nSent from my iPhone\n\nOn Mar 1, 2026, at 4:20 PM, x <x@y.example> wrote:\n\n> old", "not repaired"},
		{"device zh", "还没修\n发自我的华为手机", "还没修"},
		{"device mail app", "还没修\n\n发自网易邮箱手机版", "还没修"},
		{"QQ in English", "还没修\n\n------------------ Original ------------------\nFrom: x\n旧", "还没修"},
		{"QQ on a phone", "还没修\n\n---Original---\nFrom: x\n旧", "还没修"},
		{"163 in English", "还没修\n---- Replied Message ----\n| From | x |\n旧", "还没修"},
		{"139", "还没修\n\n----邮件原文----\n发件人：x\n旧", "还没修"},
		{"Aliyun", "还没修\n\n------------------------------------------------------------------\n发件人：x\n日　期：2026年03月01日 16:20:00\n收件人：y\n主　题：答复\n\n旧", "还没修"},
		{"Windows", "还没修\n\n从 Windows 版邮件发送", "还没修"},
		{"answer below", "在 2026/3/1 16:20, x 写道:\n> 哪一盏？\n> 多久？\n\n还没修", "还没修"},
		{"no verb", "还没修\n\n01.03.2026, 16:20, \"x\" <x@y.example>:\n> old", "还没修"},
		{"broken quotation", "还没修\n\nOn Sun, Mar 1, 2026, x <x@y.example> wrote:\n> " + strings.Repeat("old ", 18) + "\nwords\n> old", "还没修"},
		{"list footer", "还没修\n\n______________\nresidents mailing list\nhttp://lists.example", "还没修"},
		{"forward in English stays", "请看\n\n-------- Forwarding messages --------\nFrom: x\n\nnotice", "请看\n\n-------- Forwarding messages --------\nFrom: x\n\nnotice"},
		{"forward stays, Thunderbird", "请看\n\n-------- 转发的消息 --------\n主题: x\n\nnotice", "请看\n\n-------- 转发的消息 --------\n主题: x\n\nnotice"},
		{"a resident's dated list", "日期：3月1日\n时间：夜里\n> 声音很大", "日期：3月1日\n时间：夜里"},
		{"signature", "还没修\n\n-- \n张三\n某公司", "还没修"},
		{"forward stays", "请看\n\n---------- Forwarded message ---------\nFrom: x\n\nnotice", "请看\n\n---------- Forwarded message ---------\nFrom: x\n\nnotice"},
		{"inline answer", "> 何时坏的？\n上周三。\n> 在哪里？\n向阳路12号。", "上周三。\n向阳路12号。"},
		{"a sentence with on and wrote", "On Monday I wrote to you and nothing happened.\nPlease help.", "On Monday I wrote to you and nothing happened.\nPlease help."},
		{"a resident's own list", "时间：3月1日\n地点：向阳路\n主题是噪音", "时间：3月1日\n地点：向阳路\n主题是噪音"},
		{"from in a sentence", "From: the window I see the lamp.\nIt is dark.", "From: the window I see the lamp.\nIt is dark."},
	}
	for _, c := range cases {
		if c.text == "" {
			c.text = "还没修"
		}
		text, quoted := SplitQuoted(readable(strings.ReplaceAll(c.letter, "&nbsp;", "\u00a0")))
		if text != c.text {
			t.Errorf("%s: text %q, want %q (quoted %q)", c.name, text, c.text, quoted)
		}
	}
}

// nothing is lost: every line stands in text or quoted.
func checkSplit(t *testing.T, letter string) {
	t.Helper()
	text, quoted := SplitQuoted(letter)
	squeeze := func(s string) map[string]int {
		out := map[string]int{}
		for line := range strings.SplitSeq(s, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				out[line]++
			}
		}
		return out
	}
	want, got := squeeze(letter), squeeze(text+"\n"+quoted)
	for line, n := range want {
		if got[line] != n {
			t.Fatalf("line %q stood %d times, now %d\nletter %q\ntext %q\nquoted %q", line, n, got[line], letter, text, quoted)
		}
	}
}

func FuzzSplitQuoted(f *testing.F) {
	for _, s := range []string{"a\n> b\nc", "x\n-- \ny", "x\nOn a b c wrote:\n> y", "还没修\n\n发件人: x\n发送时间: y\n收件人: z\n主题: w", "发自我的 iPhone\n\n-----原始邮件-----"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkSplit(t, readable(s)) })
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{"=?gb2312?B?1cXI/Q==?= <a@b.example>", "\"x, y\" <a@b>, c (d)", "attachment; filename*0*=gbk''%D5%C5; filename*1=x", "\xd5\xc5 <a@b>", "=?utf-8?q?=e5?= =?utf-8?q?=bc=a0?=", "text/plain charset=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := &parser{repaired: map[string]bool{}}
		for what, v := range map[string]string{"text": p.text(s)} {
			if strings.ContainsAny(v, "\r\n\x00") || strings.ToValidUTF8(v, "") != v {
				t.Errorf("%s %q", what, v)
			}
		}
		for _, a := range p.addresses(s) {
			if strings.ContainsAny(a.Name+a.Address, "\r\n\x00") {
				t.Errorf("address %q", a)
			}
		}
		kind := p.mediaType(s)
		if name := fileName(kind.params["filename"]); strings.ContainsAny(name, "/\\\n") || len(name) > 200 {
			t.Errorf("file name %q", name)
		}
		messageIDs(s)
		parseDate(s)
	})
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/golden/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := ParseWith(raw, ours)
		check(t, raw, m)
		if again := ParseWith(raw, ours); string(Line("x", m)) != string(Line("x", again)) {
			t.Error("two readings differ")
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"qq_reply_gb18030", "outlook_html_gb2312_label"} {
		raw, err := os.ReadFile("testdata/golden/" + name + ".eml")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				Parse(raw)
			}
		})
	}
	plain := []byte("From: a@b.example\nTo: 12345@linlan.example\nSubject: lamp\n\n" + strings.Repeat("The lamp at the gate of our house has been dark: for a week now.\n", 75))
	b.Run("plain_5k", func(b *testing.B) {
		b.SetBytes(int64(len(plain)))
		for b.Loop() {
			Parse(plain)
		}
	})
}
