package words

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFoldBringsEveryWayOfWritingToOne(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"小區噪音擾民", "小区噪音扰民"}, {"電話亂收費", "电话乱收费"}, {"臺灣麵館後門", "台湾面馆后门"}, {"佔道經營", "占道经营"}, {"裏外裡", "里外里"},
		{"著名 覆盖", "著名覆盖"}, {"ＡＢＣ１２３", "abc123"}, {"３０１路", "301路"}, {"噪\n音 很  大", "噪音很大"}, {"301 路", "301路"},
		{"Street  Light\tpole", "street light pole"}, {"a\u200bb", "ab"}, {"（投诉）！", "(投诉)!"}, {"", ""}, {" \u3000 ", ""}, {"ÀÉ", "àé"}, {"\xff", ""},
	} {
		if got := Fold(c.in); got != c.want {
			t.Errorf("%q is %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSimplifiedTable(t *testing.T) {
	m := tables().simplified
	if len(m) < 2500 {
		t.Errorf("%d pairs", len(m))
	}
	for from, to := range m {
		if next, again := m[to]; again {
			t.Errorf("%c is %c, which is %c", from, to, next)
		}
		if !unicode.Is(unicode.Han, from) || !unicode.Is(unicode.Han, to) {
			t.Errorf("%c %c: not characters", from, to)
		}
	}
	// Every traditional form of the field's frequent characters.
	for pair := range strings.FieldsSeq("電电 話话 費费 車车 門门 開开 關关 業业 區区 樓楼 層层 廣广 場场 橋桥 壞坏 髒脏 亂乱 線线 網网 務务 處处 無无 與与 為为 對对 圍围 護护 環环 燈灯 煙烟 塵尘 垃垃 淨净 溝沟 漏漏 滲渗 濕湿 霉霉 裝装 修修 違违 規规 罰罚 單单 證证 " +
		"產产 權权 買买 賣卖 貨货 價价 錢钱 資资 勞劳 動动 醫医 藥药 療疗 險险 養养 殘残 學学 園园 師师 訓训 驗验 補补 習习 鄰邻 寵宠 貓猫 雞鸡 蟲虫 鼠鼠 鬧闹 響响 聲声 擾扰 夢梦 鐵铁 運运 輛辆 駕驾 驶驶 擁拥 擠挤 塊块 條条 邊边 裡里 後后 前前 東东 " +
		"來来 時时 間间 點点 鐘钟 個个 張张 隻只 樣样 幾几 萬万 億亿 總总 報报 訴诉 請请 謝谢 讓让 應应 該该 說说 聽听 見见 現现 發发 頭头 體体 臉脸 腳脚 飯饭 館馆 麵面 魚鱼 鳥鸟 樹树 葉叶 雲云 風风 熱热 陽阳 陰阴 氣气 溫温 壓压 廠厂 礦矿") {
		r := []rune(pair)
		if got := foldRune(r[0]); got != r[1] {
			t.Errorf("%c folds to %c, want %c", r[0], got, r[1])
		}
	}
}

func TestFoldIsStableAndKnowsItsPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("噪音擾民ＡＢab12 \n\t，。（\u200b\u3000\x00😀é區"))).Draw(t, "text")
		f := FoldWithPositions(s)
		if again := Fold(f.String()); again != f.String() {
			t.Fatalf("%q folds to %q and then to %q", s, f, again)
		}
		if len(f.At) != len(f.Runes)+1 || !slices.IsSorted(f.At) {
			t.Fatalf("positions %v of %q", f.At, s)
		}
		for i, r := range f.Runes {
			original, _ := utf8.DecodeRuneInString(s[f.At[i]:])
			if r != ' ' && foldRune(original) != r {
				t.Fatalf("%c at %d is %c", r, f.At[i], original)
			}
		}
	})
}

func TestSyllables(t *testing.T) {
	for typed, want := range map[string]string{"zaoyin": "zao yin", "xian": "xian|xi an", "wuye": "wu ye", "lvhua": "lv hua", "lyuhua": "lv hua", "zy": "", "noise": "", "zhuangxiu": "zhuang xiu", "": ""} {
		var all []string
		for _, so := range Syllables(typed) {
			all = append(all, strings.Join(so, " "))
		}
		for w := range strings.SplitSeq(want, "|") {
			if w != "" && !slices.Contains(all, w) {
				t.Errorf("%q: %q, want %q among them", typed, all, w)
			}
		}
		if want == "" && typed != "" && len(all) > 0 {
			t.Errorf("%q is no pinyin: %q", typed, all)
		}
	}
}

func TestPolyphonesHaveTheirReadings(t *testing.T) {
	for word, want := range map[string]string{"长江": "chang jiang", "重庆": "chong qing", "银行": "yin hang", "行人": "xing ren", "音乐": "yin yue", "快乐": "kuai le", "停车": "ting che", "绿化": "lv hua", "厦门": "xia men", "便宜": "pian yi", "柏油": "bo you", "率": "lv"} {
		var all []string
		for _, so := range sounds([]rune(word)) {
			all = append(all, strings.Join(so, " "))
		}
		if !slices.Contains(all, want) {
			t.Errorf("%s: %q, want %q among them", word, all, want)
		}
	}
	for r, list := range tables().polyphones {
		for _, s := range list {
			if !isLetters(s) || len(s) > maxSyllable {
				t.Errorf("%c: %q", r, s)
			}
		}
	}
}

func TestGroupsOfSynonyms(t *testing.T) {
	l := Standard()
	if l.Groups() < 120 {
		t.Errorf("%d groups", l.Groups())
	}
	for _, g := range l.groups {
		if len(g) < 2 {
			t.Errorf("%q is alone", g)
		}
		seen := map[string]bool{}
		for _, w := range g {
			if seen[w] || utf8.RuneCountInString(w) < 2 {
				t.Errorf("%q in %q", w, g)
			}
			seen[w] = true
			if len(l.groupOf[w]) > 2 {
				t.Errorf("%q is in %d groups", w, len(l.groupOf[w]))
			}
		}
	}
	for _, c := range [][2]string{{"噪音", "噪声"}, {"噪声", "声音太大"}, {"欠薪", "拖欠工资"}, {"違停", "违章停车"}, {"煤气", "天然气"}} {
		if !slices.Contains(l.Synonyms(c[0]), c[1]) {
			t.Errorf("%s does not mean %s", c[0], c[1])
		}
	}
}

func TestCrossingsHoldTheirWord(t *testing.T) {
	for word, contexts := range Standard().crossings {
		for _, c := range contexts {
			f := Form{Text: word, Not: contexts}
			if !strings.Contains(c, word) {
				t.Errorf("%s does not stand in %s", word, c)
			}
			if got := f.spans([]rune(c)); len(got) > 0 {
				t.Errorf("%s is found in %s", word, c)
			}
			if strings.Contains(f.Broken(c), word) {
				t.Errorf("%s is not broken in %s", word, f.Broken(c))
			}
		}
	}
}

func TestParse(t *testing.T) {
	for typed, want := range map[string]string{
		"噪音": "噪音", "小區 噪音": "小区 噪音", "幸福花园，电梯！坏了": "幸福花园 电梯 坏了", `"噪音扰民" 小区`: "[噪音扰民] 小区", "“夜间 施工”": "[夜间施工]", "「街灯」坏": "[街灯] 坏",
		`"没有闭合 电梯`: "没有闭合 电梯", "３０１路": "301路", "": "", "。。": "", `""`: "", `"street light"`: "[street light]", "临A·12345": "临a 12345",
	} {
		var got []string
		for _, w := range Standard().Parse(typed) {
			if w.Quoted {
				got = append(got, "["+w.Text+"]")
			} else {
				got = append(got, w.Text)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	l := New([]string{"幸福花园"})
	for typed, want := range map[string]string{
		"小区噪音扰民": "小区 噪音 扰民", "物业乱收费": "物业 乱收费", "幸福花园3栋2单元电梯坏了": "幸福花园 3栋 2 单元 电梯坏了", "301路": "", "噪音": "", `"小区噪音扰民"`: "", "我家楼下烧烤店油烟大": "我家 楼下 烧烤店 油烟", "zaoyin": "",
	} {
		var got []string
		for _, w := range l.Split(l.Parse(typed)) {
			got = append(got, w.Text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestMarkLosesNothing(t *testing.T) {
	l := Standard()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("噪音擾民ＡＢab12 \n，\u200b\u3000😀區小"))).Draw(t, "text")
		list := l.Parse(rapid.SampledFrom([]string{"噪音", "小区 噪音", "ab", "zaoyin", "zy", "b1", "区小", "😀"}).Draw(t, "typed"))
		if got := Mark(text, list, len(text)).String(); strings.Map(visible, got) != strings.Map(visible, text) {
			t.Fatalf("%q became %q", text, got)
		}
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		e := Mark(text, list, limit)
		if n := utf8.RuneCountInString(Fold(strings.ReplaceAll(e.String(), "…", ""))); n > limit {
			t.Fatalf("%d characters of %d: %q", n, limit, e)
		}
	})
}

// visible drops what folding drops at the beginning of a text.
func visible(r rune) rune {
	if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// Whatever stands in a text between two borders of characters has all the tokens that a query for it asks for.
func TestTextHasTheTokensOfItsParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []rune(Fold(rapid.StringOfN(rapid.SampledFrom([]rune("噪音扰民区小ab123,。 ")), 1, 40, -1).Draw(t, "text")))
		if len(text) == 0 {
			return
		}
		from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(text)).Draw(t, "to")
		part := text[from:to]
		if len(part) <= 2 && !isHan(part[0]) && !isHan(part[len(part)-1]) {
			return // a short Latin word stands alone
		}
		have := TextTokens(string(text))
		for _, q := range queryTokens(part) {
			if _, ok := slices.BinarySearch(have, q); !ok {
				t.Fatalf("%q lacks a token of %q", string(text), string(part))
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"噪音", `"a`, "zaoyin zy", "３０１路", "\xff\x00", "「」", strings.Repeat("a", 300)} {
		f.Add(s)
	}
	l := Standard()
	f.Fuzz(func(t *testing.T, s string) {
		list := l.Parse(s)
		split := l.Split(list)
		respelled, _ := l.Respell(list)
		for _, w := range slices.Concat(list, split, respelled) {
			if w.Text == "" || len(w.Forms) == 0 || len(w.Forms) > maxForms || w.Weight <= 0 || !utf8.ValidString(w.Text) {
				t.Errorf("%q: word %+v", s, w)
			}
		}
		if len(list) > maxWords || len(split) > maxWords {
			t.Errorf("%q: %d words, %d parts", s, len(list), len(split))
		}
		Mark(s, list, 30)
	})
}
