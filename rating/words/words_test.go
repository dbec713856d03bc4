package words

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlainWordsAreRead(t *testing.T) {
	for text, want := range map[string]Rating{
		"非常满意":            {Level: 5},
		"非常满意！谢谢你们。":      {Level: 5},
		"不满意，路灯还没修":       {Level: 2, Solved: No},
		"很不满意，没人来过，还是老样子": {Level: 1, Solved: No},
		"满意":                           {Level: 4},
		"基本满意，部分解决":                    {Level: 3, Solved: Partly},
		"问题解决了，满意":                     {Level: 4, Solved: Yes},
		"不是很满意":                        {Level: 2},
		"5 stars":                      {Level: 5},
		"５星":                           {Level: 5},
		"4":                            {Level: 4},
		" 2 分。":                        {Level: 2},
		"五":                            {Level: 5},
		"3/5":                          {Level: 3},
		"Very satisfied, it is fixed.": {Level: 5, Solved: Yes},
		"Not satisfied. Nobody came.":  {Level: 2, Solved: No},
		"I am very dissatisfied":       {Level: 1},
		"ONE STAR":                     {Level: 1},
		"Unresolved, not satisfied":    {Level: 2, Solved: No},
		"两颗星，垃圾没处理":                    {Level: 2, Solved: No},
	} {
		got := Parse(text)
		if !got.Sure() || got.Level != want.Level || got.Solved != want.Solved {
			t.Errorf("%q: %+v, not %+v", text, got, want)
		}
	}
}

func TestDoubtfulWordsAreNeverGuessed(t *testing.T) {
	for _, text := range []string{
		"你觉得我会满意吗？", "谈不上满意", "修好了我才满意", "如果明天修好就满意", "满意？呵呵", "一开始不满意，后来满意", "非常满意，不满意", "说不上不满意", "没有满意的地方",
		"是不是要我写非常满意", "无法满意", "没什么不满意的", "I would be satisfied if it were fixed", "far from satisfied", "Are you satisfied?", "hardly 5 stars",
		"满意 不满意", "解决了，没解决，满意", "I am not that satisfied, nor fully satisfied", strings.Repeat("我家门口的路灯坏了很久，", 12) + "现在满意",
	} {
		if got := Parse(text); got.Sure() || !got.Doubtful {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestOtherWordsAreNoRating(t *testing.T) {
	for _, text := range []string{"", "路灯又坏了", "我住在五星路 12 号吗", "补充一张照片", "12", "请在 5 日前答复", "The lamp is broken again", "已经解决了，谢谢", "firestars"} {
		if got := Parse(text); got.Sure() {
			t.Errorf("%q is read as a rating: %+v", text, got)
		}
	}
}

func TestTheLastPlainWordOfACallIsProposed(t *testing.T) {
	h, ok := Hear([]string{"喂，你好", "路灯修好了", "嗯，刚开始不满意", "现在嘛，比较满意"})
	if !ok || h.Level != 4 || h.Solved != Yes || h.Quote != "现在嘛，比较满意" {
		t.Errorf("%+v %v", h, ok)
	}
	h, ok = Hear([]string{"没解决，没人来"})
	if !ok || h.Level != 0 || h.Solved != No {
		t.Errorf("%+v %v", h, ok)
	}
	if h, ok := Hear([]string{"我怎么会满意", "你说呢？"}); ok {
		t.Errorf("proposed %+v", h)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"非常满意", "不满意，路灯还没修", "5 stars", "满意吗？", "３ 星", "\x00满意\x00", "not satisfied", "n't satisfied", "", "\xff满意"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := Parse(s)
		if r.Level < 0 || r.Level > 5 || r.Sure() && r.Doubtful || r.Level != 0 && r.Doubtful {
			t.Fatalf("%q: %+v", s, r)
		}
		if r.Sure() && utf8.RuneCountInString(s) > MaxRunes {
			t.Fatalf("a text of %d runes is a sure rating", utf8.RuneCountInString(s))
		}
		if again := Parse(s); again != r {
			t.Fatalf("%q is read as %+v and as %+v", s, r, again)
		}
		if _, ok := Hear([]string{s}); ok && !r.Sure() && solvedIn(s) == NotSaid {
			t.Fatalf("%q proposes nothing plain", s)
		}
	})
}
