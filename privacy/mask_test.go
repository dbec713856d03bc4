package privacy

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// show writes a text with its findings in place: kind{finding}.
func show(text string) string {
	_, spans := Mask(text)
	r := []rune(text)
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(string(r[at:s.Start]) + s.Kind + "{" + string(r[s.Start:s.End]) + "}")
		at = s.End
	}
	return b.String() + string(r[at:])
}

func TestFindings(t *testing.T) {
	for _, want := range []string{
		// telephones
		"请回电phone{13800138000}，谢谢",
		"phone{138 0013 8000}或phone{139-0013-9000}",
		"phone{１３８００１３８０００}",
		"phone{+86 13800138000} phone{8613800138000} phone{0086-138-0013-8000}",
		"手机phone{1 3 8 0 0 1 3 8 0 0 0}",
		"手机phone{138.0013.8000}。",
		"电话phone{一三八零零一三八零零零}一直没人接",
		"电话phone{幺三八零零幺三八零零零}",
		"我的号是phone{138零零一三8000}",
		"phone{138一0013一8000}",
		"phone{138****8000}和phone{1380013****}",
		"转other{1380013800013900139000}",
		"phone{0898-61307411}、phone{62371197}",
		"phone{(0898)61307411}",
		"phone{（0898）61307411}转接中",
		"phone{0898 6130 7411}",
		"phone{010-61307411-802}，phone{021-61307411转15}",
		"座机phone{6130741}，电话phone{6130 7411}",
		"phone{400-820-8820}",
		"微信同号，tel:phone{13800138000}",
		"手机phone{138/0013/8000}，phone{138,0013,8000}，phone{0898/61307411}",
		"电话phone{12345678}",
		// not telephones
		"共13,800,138,000元，电话费12345678元",
		"拨打12345、110、10086、95598都没用",
		"2018年1月1日、20180101、2018-01-01 12:30:59",
		"工单号20180101114458，编号：61307411",
		"欠薪61307411元，面积613074.12平方米",
		"工资2500-3000元，2017 2018两年",
		"17路、1208代码、第3号线",
		// identity cards
		"身份证id_card{11010519491231002X}，",
		"id_card{110105 19491231 002x}",
		"身份证号id_card{１１０１０５１９４９１２３１００２Ｘ}",
		"id_card{110105194912310021}末位写错",
		"旧证id_card{110105491231002}",
		// cards and accounts
		"卡bank_card{6222020200011234567}",
		"bank_card{6222 0202 0001 1234 567}",
		"bank_card{4111111111111111}",
		"账号：bank_card{123456789012}",
		"other{123456789012345679}",
		"账户 bank_card{4600 1234 5678 9012 34}",
		// plates
		"车牌plate{琼A12345}、plate{琼A·D12345}",
		"plate{粤B D12345}plate{琼A D1234}",
		"出租车plate{琼a1b2c3}，plate{京AD12345}，plate{沪C1234挂}",
		"plate{琼Ａ１２３４５}",
		"车牌plate{A12345}",
		"琼山大道 海南A区",
		// addresses of mail and chat
		"发到email{li.na_88@example.com}。",
		"email{ｌｉ＠example.com}，email{li @163.com}",
		"加微信wechat{li_na-88}，微信号phone{13800138000}，QQ：wechat{12345678}，QQ号是wechat{87654321}",
		"微信公众号反映，在微信群里",
		// names
		"我叫name{李小明}，住在",
		"联系人：name{欧阳娜娜}，姓名name{王伟}。",
		"民警name{张三丰}于10月回访，民警name{蔡丹}已回访",
		"民警name{游兰国}、name{郭静勇}出警",
		"name{王小明}先生与李先生、高女士",
		"老板name{高娟}phone{13800138000}，name{陈大文}（女）",
		"业主name{李小明}说，name{李小明}不同意",
		"市民高度重视，居民应该知道，民警和群众",
		"name{张三}（电话phone{13800138000}），id_card{11010519491231002X}name{李小明}",
		// doors
		"阳光花园address_detail{3栋2单元501室}",
		"滨海大道address_detail{42号}，address_detail{A座1203}",
		"阳光花园address_detail{3-2-501}漏水",
		"12月31号去了2楼，三室一厅，1号线",
		"address_detail{三栋二单元五楼}",
		// companies and papers
		"licence{91350100M000100Y43}",
		"护照other{E12345678}",
	} {
		text := want
		for _, k := range []string{Name, Phone, IDCard, BankCard, Plate, Email, WeChat, Address, Licence, Other} {
			text = strings.ReplaceAll(text, k+"{", "")
		}
		text = strings.ReplaceAll(text, "}", "")
		if got := show(text); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestMaskedCopyHidesWhatMatters(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"请回电13800138000，谢谢", "请回电1**********，谢谢"},
		{"我叫李小明，身份证11010519491231002X", "我叫李**，身份证******************"},
		{"联系人：欧阳娜娜", "联系人：欧阳**"},
		{"琼A·D12345挡路", "琼********挡路"},
		{"阳光花园3栋2单元501室", "阳光花园*栋*单元***室"},
		{"三栋二单元", "*栋*单元"},
		{"li@example.com", "**@***********"},
		{"没有什么可遮的。", "没有什么可遮的。"},
		{"", ""},
	} {
		if got, _ := Mask(c.text); got != c.want {
			t.Errorf("Mask(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// A number that is announced is found however it is broken up and whatever stands around it.
func TestMobilesAreFoundInEveryDress(t *testing.T) {
	gaps := []string{"", " ", "-", ".", "—", "　", "－", "\u200b", "·"}
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, "digits")
		gap := rapid.SampledFrom(gaps).Draw(t, "gap")
		before := rapid.SampledFrom([]string{"", "电话", "，", "我的手机号是", "（", "张经理：", "+86 "}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "。", "联系我", "）", "，谢谢"}).Draw(t, "after")
		wide := rapid.Bool().Draw(t, "wide")
		written := d[:3] + gap + d[3:7] + gap + d[7:]
		if wide {
			written = strings.Map(func(r rune) rune {
				if isDigit(r) {
					return r - '0' + '０'
				}
				return r
			}, written)
		}
		masked, spans := Mask(before + written + after)
		open := 0
		for _, r := range masked {
			if isDigit(plain(r)) {
				open++
			}
		}
		if open > 1 || len(spans) == 0 || spans[len(spans)-1].Kind != Phone {
			t.Fatalf("Mask(%q) = %q, %v", before+written+after, masked, spans)
		}
	})
}

func TestIdentityNumbersAreFoundWithAnyCheckPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.StringMatching(`[1-6][1-5]0[1-9]0[1-9]19[4-9][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}[0-9X]`).Draw(t, "id")
		masked, spans := Mask("身份证" + d + "。")
		if diff := cmp.Diff([]Span{{3, 21, IDCard}}, spans); diff != "" || strings.ContainsAny(masked, "0123456789X") {
			t.Fatalf("%s: %s %s", d, masked, diff)
		}
	})
}

func TestCheckPlaces(t *testing.T) {
	if !luhn("4111111111111111") || luhn("4111111111111112") || !idCheck("11010519491231002X") || idCheck("110105194912310021") {
		t.Error("luhn or idCheck")
	}
	if !creditCheck("91350100M000100Y43") || creditCheck("91350100M000100Y44") || creditCheck("91350100I000100Y43") {
		t.Error("creditCheck")
	}
}

func TestMaskerLines(t *testing.T) {
	long := `{"id":1,"text":"` + strings.Repeat("x", maxLine) + `"}`
	in := "\ufeff" + `{"id":"a","text":"请回电13800138000"}` + "\n\n" + `{"id":7,"text":"<无>","more":1}` + "\nnot json 13800138000\n" + `{"id":8}` + "\n" +
		`{"id":9,"text":13800138000}` + "\n[]\n" + long + "\n" + `{"text":""}`
	want := `{"id":"a","text":"请回电1**********","spans":[{"start":3,"end":14,"kind":"phone"}]}
{"id":7,"text":"<无>","spans":[]}
{"id":null,"error":"the line is not valid JSON"}
{"id":8,"error":"member \"text\" is missing"}
{"id":9,"error":"member \"text\" is a number"}
{"id":null,"error":"the line is no JSON object"}
{"id":null,"error":"the line is longer than 4 MB"}
{"id":null,"text":"","spans":[]}
`
	var out bytes.Buffer
	var lines []int
	bad, err := Masker{}.Lines(t.Context(), strings.NewReader(in), &out, func(line int, why error) { lines = append(lines, line) })
	if err != nil || bad != 5 {
		t.Errorf("bad = %d, %v", bad, err)
	}
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int{4, 5, 6, 7, 8}, lines); d != "" {
		t.Error(d)
	}
	if bad, err := (Masker{}).Lines(t.Context(), strings.NewReader(""), &out, nil); bad != 0 || err != nil {
		t.Errorf("nothing: %d, %v", bad, err)
	}
}

func FuzzMask(f *testing.F) {
	for _, s := range []string{"", "琼A·D12345", "微信", "@", "1 3 8", "我叫", "（女）", "一二三四五六七八", "3-2-501", "QQ：13800138000", "\xff1\xfe", "12345678901234567890123456789012345", "13*********", "先生欧阳"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked, spans := Mask(text)
		in, out := []rune(text), []rune(masked)
		if len(in) != len(out) || !utf8.ValidString(masked) {
			t.Fatalf("%q became %q", text, masked)
		}
		at := 0
		for _, s := range spans {
			if s.Start < at || s.End <= s.Start || s.End > len(in) || s.Kind == "" {
				t.Fatalf("%q: spans %v", text, spans)
			}
			if string(in[at:s.Start]) != string(out[at:s.Start]) {
				t.Fatalf("%q: changed outside the findings: %q", text, masked)
			}
			at = s.End
		}
		if string(in[at:]) != string(out[at:]) {
			t.Fatalf("%q: changed outside the findings: %q", text, masked)
		}
	})
}

func BenchmarkMask(b *testing.B) {
	for name, text := range map[string]string{
		"much":    strings.Repeat("市民来电反映：我叫李小明，电话138-0013-8000，住阳光花园3栋2单元501室，楼下琼A12345乱停。", 4),
		"nothing": "我住在临江区向阳街道人民路，小区门口的路灯已经坏了第 9 天，晚上很黑，老人和孩子走路不安全。物业说应由路灯管理单位维修，打过电话一直没有人来。请尽快派人查看并修复，白天也可以联系我，谢谢。",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Mask(text)
			}
		})
	}
}
