package normalize_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"huiyin/intake/normalize"
)

func TestOneForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, out string
		simplified    bool
		repairs       []string
	}{
		{name: "nothing to do", in: "向阳路路灯不亮，请修。", out: "向阳路路灯不亮，请修。"},
		{name: "full-width digits and letters", in: "电话１３８００００００００，Ａ座３０２", out: "电话13800000000，A座302", repairs: []string{"full_width"}},
		{name: "Chinese punctuation stays", in: "真的吗？！（急）", out: "真的吗？！（急）"},
		{name: "a reading behind a character", in: "電信網(wǎng)絡诈骗", out: "電信網絡诈骗", repairs: []string{"pinyin"}},
		{name: "a reading without tones in full-width brackets", in: "句藏（zang），这些", out: "句藏，这些", repairs: []string{"pinyin"}},
		{name: "a reading of two characters", in: "网络(wǎng luò)很慢", out: "网络很慢", repairs: []string{"pinyin"}},
		{name: "ü is u or v", in: "旅(lǚ)店和绿（lv）化", out: "旅店和绿化", repairs: []string{"pinyin"}},
		{name: "a foreign word in brackets stays", in: "娱乐吧（ktv）太吵", out: "娱乐吧（ktv）太吵"},
		{name: "traditional on demand", in: "電信網絡詐騙", out: "电信网络诈骗", simplified: true, repairs: []string{"traditional"}},
		{name: "traditional stays without demand", in: "電信網絡", out: "電信網絡"},
		{name: "what nobody sees", in: "138\u200b0000\ufeff0000", out: "13800000000", repairs: []string{"invisible"}},
		{name: "Cyrillic letters in a Latin word", in: "微信hаоxuе88", out: "微信haoxue88", repairs: []string{"homoglyph"}},
		{name: "a Russian word stays Russian", in: "привет от соседа", out: "привет от соседа"},
		{name: "circled and bold digits", in: "①号楼𝟏𝟑𝟖", out: "1号楼138", repairs: []string{"forms"}},
		{name: "radicals that stand for characters", in: "⼀⼆三", out: "一二三", repairs: []string{"forms"}},
		{name: "entities", in: "A&amp;B&nbsp;&#36335;灯", out: "A&B 路灯", repairs: []string{"entities", "forms"}},
		{name: "an unknown entity stays", in: "a &foobar; b", out: "a &foobar; b"},
		{name: "empty", in: "", out: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := normalize.Text(c.in, c.simplified)
			if got.Text != c.out {
				t.Errorf("%q became %q, not %q", c.in, got.Text, c.out)
			}
			if !slices.Equal(got.Repairs, c.repairs) && len(got.Repairs)+len(c.repairs) > 0 {
				t.Errorf("repaired %q, not %q", got.Repairs, c.repairs)
			}
			if len(got.Damaged) > 0 {
				t.Errorf("damaged %v", got.Damaged)
			}
		})
	}
}

// Text that went through a wrong table comes back whole.
func TestWrongTablesAreUndone(t *testing.T) {
	t.Parallel()
	said := "小区路灯不亮，请尽快维修"
	var latin strings.Builder // as browsers read it: Windows-1252, and Latin-1 where that says nothing
	for _, b := range []byte(said) {
		r := charmap.Windows1252.DecodeByte(b)
		if r == utf8.RuneError {
			r = rune(b)
		}
		latin.WriteString(string(r))
	}
	if got := normalize.Text("标题 "+latin.String()+" end", false); got.Text != "标题 "+said+" end" || !slices.Contains(got.Repairs, "mojibake") {
		t.Errorf("Windows-1252: %+v", got)
	}
	for whole, said := range map[string]string{"灏忓尯": "小区", "鎶曡瘔": "投诉"} {
		if got := normalize.Text(whole, false); got.Text != said {
			t.Errorf("GBK: %q became %+v", whole, got)
		}
	}
}

// Where bytes were lost nothing can be read again, and that is said.
func TestWhatAWrongTableLost(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewDecoder().String("小区路灯不亮请修一修吧好")
	if err != nil {
		t.Fatal(err)
	}
	if got := normalize.Text("标题："+gbk, false); len(got.Damaged) == 0 || got.Damaged[0].Start != 3 || got.Damaged[0].Why != "mojibake" {
		t.Errorf("%q is damaged at %v", gbk, got.Damaged)
	}
}

func TestSaysWhatIsDamaged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []normalize.Damage
	}{
		{"路灯\uFFFD\uFFFD不亮", []normalize.Damage{{Start: 2, End: 4, Why: "replacement"}}},
		{"路灯锟斤拷锟斤拷不亮", []normalize.Damage{{Start: 2, End: 8, Why: "mojibake"}}},
		{"路灯不亮\n发自我的iPhone", []normalize.Damage{{Start: 5, End: 15, Why: "boilerplate"}}},
		{"【广告】新店开业，退订回T", []normalize.Damage{{Start: 0, End: 4, Why: "boilerplate"}, {Start: 9, End: 13, Why: "boilerplate"}}},
		{"网(wǎng)络锟斤拷", []normalize.Damage{{Start: 8, End: 11, Why: "mojibake"}}},
	} {
		if got := normalize.Text(c.in, false); !slices.Equal(got.Damaged, c.want) {
			t.Errorf("in %q are damaged %v, not %v", c.in, got.Damaged, c.want)
		}
	}
}

// Whatever comes in: damages lie in the input, in order and apart, and a text in the one form stays as it is.
func TestTheOneFormIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("网(wǎng)路ａ１０锟斤拷&#;ä¸\u00ad\u200bо\uFFFD发自我的iPhone電①")), 0, 60, -1)).Draw(t, "text")
		got := normalize.Text(in, true)
		end := 0
		for _, d := range got.Damaged {
			if d.Start < end || d.End <= d.Start || d.End > utf8.RuneCountInString(in) {
				t.Fatalf("%v after %d in a text of %d", d, end, utf8.RuneCountInString(in))
			}
			end = d.End
		}
		if !utf8.ValidString(got.Text) {
			t.Fatal("the text is no valid UTF-8")
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("網(wǎng)絡 ä¸\u00adæ–‡ &#36335; １２３\u200b锟斤拷")
	f.Fuzz(func(t *testing.T, in string) {
		if got := normalize.Text(in, true); !utf8.ValidString(got.Text) {
			t.Error("no valid UTF-8")
		}
	})
}
