package transcript_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"huiyin/intake/transcript"
)

// said writes turns as "role:text" lines, with the start where there is one.
func said(t transcript.Transcript) string {
	var lines []string
	for _, one := range t.Turns {
		line := string(one.Role) + ":" + one.Text
		if one.Start != nil {
			line = fmt.Sprintf("%g %s", *one.Start, line)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "|")
}

func TestFormsOfTranscripts(t *testing.T) {
	payload := base64.RawURLEncoding.EncodeToString([]byte(`{"parties":[{"name":"Li","role":"customer"}],"dialog":[{"type":"text","originator":0,"body":"没水了"}]}`))
	for _, c := range []struct{ name, raw, form, want string }{
		{"labels", "客服：您好\n市民：路灯不亮\n已经三天了\n", "text", "agent:您好|caller:路灯不亮 已经三天了"},
		{"labels with times", "[00:01] 话务员1024: 请讲\n[00:05] 来电人: 停水了", "text", "agent:请讲|caller:停水了"},
		{"names", "王宁: 您好，很高兴为您服务\n小溪: 有人占道\n王宁: 在哪里", "text", "agent:您好，很高兴为您服务|caller:有人占道|agent:在哪里"},
		{"the manner of an agent", `{"segments":[{"start":0,"text":"路灯坏了三天了","speaker":"A"},{"start":1,"text":"请问您在哪条路，我帮您登记","speaker":"B"},{"start":2,"text":"东风路","speaker":"A"}]}`, "whisper", "0 caller:路灯坏了三天了|1 agent:请问您在哪条路，我帮您登记|2 caller:东风路"},
		{"no labels", "东风路有人占道\n每天傍晚", "text", "unknown:东风路有人占道|unknown:每天傍晚"},
		{"webvtt", "WEBVTT - call\n\nSTYLE\n::cue{}\n\n1\n00:00.000 --> 00:02.500 align:start\n<v 客服>您好</v>\n\n00:01:03.000 --> 00:01:04.000\n<v.loud 市民>漏水 &amp; <b>很急</b>\n<v 客服>好\n\n00:99.000 --> 01:00.000\nno time\n", "webvtt", "0 agent:您好|63 caller:漏水 & 很急|63 agent:好"},
		{"srt", "\uFEFF1\r\n00:00:01,5 --> 00:00:02,000\r\n{\\an8}Agent: hello\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nCaller: <i>no water</i>\r\n", "srt", "1.5 agent:hello|3 caller:no water"},
		{"whisper", `{"text":"x","language":"zh","segments":[{"start":0.5,"end":2,"text":" 您好，12345热线","speaker":"SPEAKER_00"},{"start":2,"end":3,"text":"路灯坏了","speaker":"SPEAKER_01"}]}`, "whisper", "0.5 agent:您好，12345热线|2 caller:路灯坏了"},
		{"whisper table", "start\tend\ttext\n140\t940\tBonjour\n", "whisper", "0.14 unknown:Bonjour"},
		{"funasr", `[{"key":"a","text":"…","sentence_info":[{"text":"有什么可以帮您","start":430,"end":2000,"spk":0},{"text":"停电了","start":2100,"end":3000,"spk":1}]}]`, "funasr", "0.43 agent:有什么可以帮您|2.1 caller:停电了"},
		{"aws", `{"LanguageCode":"en-US","Participants":[],"Transcript":[{"Content":"Hi","ParticipantRole":"AGENT","BeginOffsetMillis":40,"EndOffsetMillis":50},{"Content":"No water","ParticipantRole":"CUSTOMER","BeginOffsetMillis":90,"EndOffsetMillis":99}]}`, "aws", "0.04 agent:Hi|0.09 caller:No water"},
		{"aliyun", `{"StatusText":"SUCCESS","Result":{"Sentences":[{"BeginTime":0,"EndTime":10,"ChannelId":0,"Text":"您好，为您服务"},{"BeginTime":20,"EndTime":30,"ChannelId":1,"Text":"井盖没了"}]}}`, "aliyun", "0 agent:您好，为您服务|0.02 caller:井盖没了"},
		{"aliyun, newer", `{"transcripts":[{"channel_id":0,"sentences":[{"begin_time":500,"end_time":600,"text":"好的"}]},{"channel_id":1,"sentences":[{"begin_time":100,"end_time":200,"text":"请问有什么要反映"}]}]}`, "aliyun", "0.1 agent:请问有什么要反映|0.5 caller:好的"},
		{"deepgram", `{"metadata":{"duration":8},"results":{"channels":[{"alternatives":[{"transcript":"hello"}]}],"utterances":[{"start":1,"end":2,"transcript":"how can I help","speaker":0,"channel":0},{"start":3,"end":4,"transcript":"no light","speaker":1,"channel":0}]}}`, "deepgram", "1 agent:how can I help|3 caller:no light"},
		{"wtf", `{"transcript":{"text":"x","language":"en-us","duration":8.5},"segments":[{"start":0,"end":1,"text":"hello","speaker":0}]}`, "wtf", "0 unknown:hello"},
		{"vcon", `{"vcon":"0.0.1","parties":[{"name":"Wang","role":"agent"},{"tel":"+86199"}],"dialog":[{"type":"text","start":"2026-11-02T09:00:00+08:00","parties":[0,1],"originator":0,"body":"请讲"},{"type":"text","start":"2026-11-02T09:00:04+08:00","parties":1,"body":"停气了"},{"type":"recording","start":"2026-11-02T09:00:00+08:00","duration":9,"parties":[0,1],"body":"AAAA"}]}`, "vcon", "0 agent:请讲|4 caller:停气了"},
		{"vcon with analysis", `{"parties":[{"name":"A","role":"agent"},{"name":"B"}],"dialog":[],"analysis":[{"type":"transcript","body":"[{\"party\":0,\"text\":\"你好\"},{\"party\":1,\"text\":\"有噪音\"}]"}]}`, "vcon", "agent:你好|caller:有噪音"},
		{"vcon with paragraphs", `{"parties":[{"name":"Ma","role":"customer"},{"name":"Bo","role":"agent"}],"dialog":[{"type":"text","mimetype":"text/plain","body":null}],"analysis":[{"type":"transcript","body":{"transcript":"Thank you for calling. How can I help?\n\nNo water.\n\nWhere?","confidence":1}}]}`, "vcon", "agent:Thank you for calling. How can I help?|caller:No water.|agent:Where?"},
		{"vcon with a redacted analysis", `{"parties":[{"name":"A"},{"name":"B"}],"dialog":[],"analysis":[{"type":"transcript-redacted","body":"[{\"parties\":0,\"text\":\"为您服务\"},{\"parties\":1,\"text\":\"停电了\"}]"}]}`, "vcon", "agent:为您服务|caller:停电了"},
		{"signed vcon", `{"payload":"` + payload + `","signatures":[]}`, "vcon", "caller:没水了"},
		{"whisper table without a head", "0.1,1.5,路灯不亮\n2,3.25,\"三天了,很黑\"\n", "whisper", "0.1 unknown:路灯不亮|2 unknown:三天了,很黑"},
		{"whisper table, words first", "\"路灯,不亮\",0.1,1.5\n", "whisper", "0.1 unknown:路灯,不亮"},
		{"whisper table in milliseconds", "start,end,text\n140,940,\"Bonjour\"\n", "whisper", "0.14 unknown:Bonjour"},
		{"whisper without times", `{"text":" 路灯不亮"}`, "whisper", "unknown:路灯不亮"},
		{"funasr without times", `[{"key":"a","text":"路灯不亮"}]`, "funasr", "unknown:路灯不亮"},
		{"webvtt taken apart", `{"cues":[{"startTime":1,"endTime":2,"text":"<v 客服>您好</v>"},{"startTime":3,"text":"<v 市民>漏水"}],"regions":[]}`, "webvtt", "1 agent:您好|3 caller:漏水"},
		{"ssa", "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.50,0:00:02.00,1,客服,0,0,0,,{\\pos(1,2)}您好,请讲\nComment: 0,0:00:03.00,0:00:04.00,1,x,0,0,0,,no\nDialogue: 0,0:00:05.00,0:00:06.00,1,,0,0,0,,市民：停水\\N三天\n", "ssa", "1.5 agent:您好,请讲|5 caller:停水 三天"},
		{"ttml", `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xml:lang="zh"><head/><body><div><p begin="1.5s" end="2s">客服：您好</p><p begin="00:00:03.000" end="00:00:04:05">市民：<span>停水</span><br/>三天</p></div></body></tt>`, "ttml", "1.5 agent:您好|3 caller:停水 三天"},
		{"ebu stl", ebu("Agent: hello", "Caller: caf\xc2e\x8aclosed"), "stl", "1 agent:hello|2 caller:café closed"},
		{"dialogue of a chat program", `{"messages":[{"role":"assistant","content":"请讲"},{"role":"user","content":"停电了"}]}`, "dialogue", "agent:请讲|caller:停电了"},
		{"dialogues by line", "{\"id\":1,\"turns\":[{\"role\":\"usr\",\"text\":\"停电了\"},{\"role\":\"sys\",\"text\":\"在哪里\"}]}\n{\"turns\":[{\"role\":\"usr\",\"text\":\"东风路\"}]}\n", "dialogue", "caller:停电了|agent:在哪里|caller:东风路"},
		{"a member for each speaker", `[{"id":"a","content":[{"[SPEAKER 1]":"您好很高兴为您服务","[SPEAKER 2]":"路灯坏了","info":{}}]}]`, "dialogue", "agent:您好很高兴为您服务|caller:路灯坏了"},
		{"vcon without words", `{"parties":[],"dialog":[]}`, "vcon", ""},
		{"encrypted vcon", `{"ciphertext":"x","recipients":[]}`, "vcon", ""},
	} {
		got, err := transcript.Parse([]byte(c.raw))
		if err != nil || got.Format != c.form || said(got) != c.want {
			t.Errorf("%s: %s %q, %v; want %s %q", c.name, got.Format, said(got), err, c.form, c.want)
		}
	}
}

func TestWhatIsNoTranscriptIsRefused(t *testing.T) {
	for _, raw := range []string{"", "  \n", "{", `{"a":1}`, `[1,2]`, "<tt/>", "[Script Info]\nx", "WEBVTTx\n\n", "\x00\x01\x02\x03\x04", `{"message":"Not Found"}`, `[{"message":"x"}]`, "<?xml version='1.0'?><html><p>x</p></html>"} {
		if got, err := transcript.Parse([]byte(raw)); !errors.Is(err, transcript.ErrUnknown) {
			t.Errorf("%.20q: %v, %v", raw, got, err)
		}
	}
	if _, err := transcript.Parse(make([]byte, transcript.MaxBytes+1)); !errors.Is(err, transcript.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func TestOldEncodings(t *testing.T) {
	raw, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("客服：您好\n市民：路灯不亮\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := transcript.Parse(raw)
	if err != nil || said(got) != "agent:您好|caller:路灯不亮" || got.Language != "zh" {
		t.Errorf("%q %q %v", said(got), got.Language, err)
	}
	if got.Words(transcript.Caller) != "路灯不亮" || got.Words(transcript.Unknown) != "" {
		t.Errorf("the caller's words: %q", got.Words(transcript.Caller))
	}
}

func TestLineIsOneObjectAsTheContractSays(t *testing.T) {
	got, err := transcript.Parse([]byte("市民：路灯不亮 & 很黑"))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"file":"a.txt","format":"text","language":"zh","started_at":null,"duration_s":null,"turns":[{"speaker":"市民","role":"caller","start_s":null,"end_s":null,"text":"路灯不亮 & 很黑"}]}`
	if line := transcript.Line("a.txt", got); line != want {
		t.Errorf("%s", line)
	}
}

// ebu writes EBU STL with a subtitle a second.
func ebu(words ...string) string {
	var out strings.Builder
	out.WriteString("850STL25.01100" + "00" + strings.Repeat(" ", 1008))
	for i, w := range words {
		block := []byte{0, 0, byte(i), 0xFF, 0, 0, 0, byte(i + 1), 0, 0, 0, byte(i + 2), 0, 0, 0, 0}
		out.WriteString(string(block) + w + strings.Repeat("\x8f", 112-len(w)))
	}
	return out.String()
}
