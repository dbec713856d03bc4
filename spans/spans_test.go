package spans_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"huiyin/spans"
)

// marked are sentences of a made-up hotline in which names are marked, and as many in which nobody is named.
func marked() []spans.Example {
	var out []spans.Example
	add := func(before, name, after string) {
		e := spans.Example{Text: before + name + after}
		if from := utf8.RuneCountInString(before); name != "" {
			e.Spans = []spans.Span{{Start: from, End: from + utf8.RuneCountInString(name), Kind: "name"}}
		}
		out = append(out, e)
	}
	for _, name := range []string{"王伟", "李小花", "欧阳修文", "张三丰", "赵敏", "孙文静", "周大明", "吴丽"} {
		add("市民", name, "来电反映路灯不亮")
		add("我叫", name, "，住在向阳路")
		add("请找", name, "同志处理")
		add("", name, "说楼上漏水")
	}
	for _, plain := range []string{"市民来电反映路灯不亮", "我住在向阳路", "请找物业处理", "楼上漏水", "王府小区停水三天", "李子树挡住了路牌", "周末广场舞太吵", "吴家桥公交站牌倒了"} {
		for range 4 {
			add(plain, "", "")
		}
	}
	return out
}

func TestLearnsWhatPeopleMarked(t *testing.T) {
	t.Parallel()
	m, err := spans.Train(t.Context(), marked(), spans.Plan{Seed: 1, Lists: [][]string{{"王", "李", "欧阳", "张", "赵", "孙", "周", "吴", "陈", "郑"}}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := spans.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		want []spans.Span
	}{
		{"市民陈小军来电反映噪音", []spans.Span{{Start: 2, End: 5, Kind: "name"}}},
		{"我叫郑强，住在向阳路", []spans.Span{{Start: 2, End: 4, Kind: "name"}}},
		{"周末广场舞太吵", nil},
		{"", nil},
	} {
		if got := m.Mark(c.text); !slices.Equal(got, c.want) {
			t.Errorf("in %s are %v, not %v", c.text, got, c.want)
		}
		if got := again.Mark(c.text); !slices.Equal(got, m.Mark(c.text)) {
			t.Errorf("the model that was kept finds %v in %s, the one trained %v", got, c.text, m.Mark(c.text))
		}
	}
}

// What is marked never overlaps, never leaves the text, and has a kind that was taught, whatever the text.
func TestMarksLieInTheText(t *testing.T) {
	t.Parallel()
	m, err := spans.Train(t.Context(), marked(), spans.Plan{Seed: 1, Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("市民王伟李小花来电住在我叫，3号 a")), 0, 40, -1).Draw(t, "text")
		end := 0
		for _, s := range m.Mark(text) {
			if s.Start < end || s.End <= s.Start || s.End > utf8.RuneCountInString(text) || s.Kind != "name" {
				t.Fatalf("%v after %d in %q", s, end, text)
			}
			end = s.End
		}
	})
}

func TestCardTellsHowWellItDoes(t *testing.T) {
	t.Parallel()
	m, card, err := spans.Learn(t.Context(), slices.Concat(marked(), marked(), marked()), spans.Plan{Seed: 7}, spans.Eager{Kinds: []string{"name"}, Clean: 0.6}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if card.Rows != 192 || card.HeldOut < 5 || len(card.Kinds) != 1 {
		t.Fatalf("the card says %+v", card)
	}
	s := card.Kinds[0]
	if s.Marked == 0 || s.Right > s.Found || s.Right > s.Marked || s.Recall < 0.9 || s.Clean < 0.6 {
		t.Errorf("examples that come thrice are found so badly: %+v", s)
	}
	if m.Least[0] != s.Least {
		t.Errorf("the card says %v, the model marks from %v on", s.Least, m.Least[0])
	}
}

func TestRefusesADamagedModel(t *testing.T) {
	t.Parallel()
	m, err := spans.Train(t.Context(), marked(), spans.Plan{Rounds: 1})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, spans.File)
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{"cut": body[:len(body)/2], "empty": nil, "foreign": []byte("not a model at all")} {
		if err := os.WriteFile(file, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := spans.Load(dir); err == nil {
			t.Errorf("a %s model was read", name)
		}
	}
}

func TestReadsExamples(t *testing.T) {
	t.Parallel()
	in := `{"text":"市民王伟来电","spans":[{"start":2,"end":4,"type":"NAME"}]}
not json
{"spans":[]}

{"text":"王伟","spans":[{"start":0,"end":9,"kind":"name"}]}
{"text":"没有人名","spans":[]}`
	var wrong []int
	got, err := spans.ReadExamples(strings.NewReader(in), func(line int, why error) {
		wrong = append(wrong, line)
		if strings.Contains(why.Error(), "王伟") {
			t.Errorf("the complaint quotes the text: %v", why)
		}
	})
	if err != nil || len(got) != 2 || got[0].Spans[0].Kind != "name" || !slices.Equal(wrong, []int{2, 3, 5}) {
		t.Errorf("%d examples %+v, wrong lines %v, %v", len(got), got, wrong, err)
	}
}

func TestRefusesSpansThatOverlap(t *testing.T) {
	t.Parallel()
	for _, wrong := range [][]spans.Span{{{Start: 0, End: 2, Kind: "a"}, {Start: 1, End: 3, Kind: "b"}}, {{Start: 2, End: 9, Kind: "a"}}, {{Start: 1, End: 1, Kind: "a"}}} {
		if _, err := spans.Train(t.Context(), []spans.Example{{Text: "四个字呀", Spans: wrong}}, spans.Plan{}); err == nil {
			t.Errorf("%v was accepted", wrong)
		}
	}
}

// Whatever stands in a file of examples, reading it neither fails badly nor lets a span through that lies outside its text.
func FuzzReadExamples(f *testing.F) {
	for _, line := range []string{`{"text":"市民王伟来电","spans":[{"start":2,"end":4,"type":"NAME"}]}`, `{"text":"","spans":[]}`, `{"spans":null}`, "\ufeff{}", `{"text":"\ud800","spans":[{"start":-1,"end":9e9}]}`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		examples, err := spans.ReadExamples(strings.NewReader(line), func(int, error) {})
		if err != nil {
			return
		}
		for _, e := range examples {
			for _, s := range e.Spans {
				if s.Start < 0 || s.End <= s.Start || s.End > utf8.RuneCountInString(e.Text) || s.Kind == "" {
					t.Fatalf("%+v in %q", s, e.Text)
				}
			}
		}
	})
}

// A kind that must rather be found than left is marked where it is likely enough, though the likeliest reading is another.
func TestEagerKindsAreMarkedWhereLikelyEnough(t *testing.T) {
	t.Parallel()
	examples := marked()
	for range 3 { // words that are a name in one text of four
		examples = append(examples, spans.Example{Text: "市民高山来电反映路灯不亮"}, spans.Example{Text: "市民高山来电反映路灯不亮"}, spans.Example{Text: "市民高山来电反映路灯不亮"},
			spans.Example{Text: "市民高山来电反映路灯不亮", Spans: []spans.Span{{Start: 2, End: 4, Kind: "name"}}})
	}
	m, err := spans.Train(t.Context(), examples, spans.Plan{Seed: 1, Rounds: 60})
	if err != nil {
		t.Fatal(err)
	}
	const text = "市民高山来电反映路灯不亮"
	if got := m.Mark(text); len(got) != 0 {
		t.Fatalf("the likeliest reading has %v", got)
	}
	m.Least = []float64{0.05}
	if got := m.Mark(text); !slices.Equal(got, []spans.Span{{Start: 2, End: 4, Kind: "name"}}) {
		t.Errorf("marked are %v", got)
	}
	m.Least = []float64{0.99}
	if got := m.Mark(text); len(got) != 0 {
		t.Errorf("what is not that likely is marked: %v", got)
	}
}

func BenchmarkMark(b *testing.B) {
	m, err := spans.Train(b.Context(), marked(), spans.Plan{Seed: 1, Rounds: 2})
	if err != nil {
		b.Fatal(err)
	}
	m.Least = []float64{0.1}
	text := strings.Repeat("市民陈小军来电反映东风路烧烤店噪音扰民，希望尽快处理。", 4)
	for b.Loop() {
		m.Mark(text)
	}
}
