package model

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// town writes orders of a small town: what is said decides the unit, mostly; and each is of another street and another number.
func town(n int) []Example {
	matters := map[string][]string{
		"交警": {"车辆违停占道", "红绿灯不亮", "路口拥堵无人疏导"},
		"城管": {"流动摊贩占道经营", "夜间烧烤油烟扰民", "违章搭建棚房"},
		"供水": {"自来水停水", "水管爆裂漏水", "水压不足没有水"},
	}
	streets := []string{"和平", "建设", "中山", "滨江", "长堤", "青年", "学院", "南海"}
	labels := []string{"交警", "城管", "供水"}
	draw := rand.New(rand.NewPCG(1, 2))
	out := make([]Example, 0, n)
	for range n {
		label := labels[draw.IntN(3)]
		said := matters[label][draw.IntN(3)]
		other := matters[labels[draw.IntN(3)]][draw.IntN(3)]
		before := []string{"", "，", "今天", "又是", "小区", "这里"}[draw.IntN(6)]
		text := fmt.Sprintf("%s%s路%d号%s%s", streets[draw.IntN(8)], streets[draw.IntN(8)], draw.IntN(900), before, said)
		if draw.IntN(5) == 0 {
			text += "，还有" + other
		}
		if draw.IntN(20) == 0 {
			label = labels[draw.IntN(3)]
		}
		out = append(out, Example{Text: text, Label: label})
	}
	return out
}

func learned(t *testing.T, examples []Example, plan Plan) (*Model, Card) {
	t.Helper()
	m, card, err := Learn(t.Context(), examples, plan, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return m, card
}

func TestLearnsTellsWhyAndHowSure(t *testing.T) {
	m, card := learned(t, town(900), Plan{Wrong: 0.1})
	if card.Accuracy < 0.85 || card.Rows != 900 || card.Classes != 3 || card.Calibration > 0.06 {
		t.Errorf("card: %+v", card)
	}
	a := m.Classify("青年学院路12号自来水停水")
	if len(a.Candidates) == 0 || a.Candidates[0].Label != "供水" || a.Candidates[0].P < 0.6 {
		t.Fatalf("%+v", a)
	}
	if said := strings.Join(a.Candidates[0].Evidence, " "); !strings.Contains(said, "停水") {
		t.Errorf("evidence: %q", a.Candidates[0].Evidence)
	}
	sum := 0.0
	for _, c := range a.Candidates {
		sum += c.P
	}
	if sum > 1.0001 {
		t.Errorf("the probabilities add up to %v", sum)
	}
}

func TestSameExamplesMakeTheSameModel(t *testing.T) {
	examples := town(300)
	a, cardA := learned(t, examples, Plan{Cores: 1})
	b, cardB := learned(t, examples, Plan{Cores: 4})
	if cardA.Accuracy != cardB.Accuracy || a.Auto != b.Auto || !slices.Equal(a.bias, b.bias) {
		t.Errorf("%v and %v", cardA.Accuracy, cardB.Accuracy)
	}
	for _, e := range examples {
		x, y := a.Classify(e.Text), b.Classify(e.Text)
		if x.Candidates[0].P != y.Candidates[0].P || x.Candidates[0].Label != y.Candidates[0].Label {
			t.Fatalf("%q: %+v and %+v", e.Text, x, y)
		}
	}
}

func TestReadsWhatItWrote(t *testing.T) {
	examples := town(300)
	m, card := learned(t, examples, Plan{Nets: 2})
	for i := range examples {
		examples[i].Label = []string{"complaint", "consultation"}[len([]rune(examples[i].Text))%2]
	}
	if err := m.Attach(t.Context(), &card, "kind", examples, Plan{}, func(string) {}); err != nil || card.Aspects["kind"].Rows != 300 {
		t.Fatalf("%+v %v", card.Aspects, err)
	}
	dir := t.TempDir()
	if err := m.Save(dir); err != nil {
		t.Fatal(err)
	}
	back, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	const text = "中山路口红绿灯不亮"
	if a, b := fmt.Sprint(m.Classify(text)), fmt.Sprint(back.Classify(text)); a != b || !strings.Contains(a, "complaint") {
		t.Errorf("before %s after %s", a, b)
	}
	var whole bytes.Buffer
	if err := m.Write(&whole); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 10, whole.Len() / 2, whole.Len() - 1} {
		if _, err := Read(bytes.NewReader(whole.Bytes()[:n])); err == nil {
			t.Errorf("the first %d of %d bytes are taken for a model", n, whole.Len())
		}
	}
}

// What is learned aside and the networks serve the label; a label that the machines put first too often is held back by its term.
func TestNetworksAndTermsServeTheLabel(t *testing.T) {
	examples := town(900)
	for i := range examples {
		examples[i].Aside = []string{"类" + examples[i].Label}
	}
	alone, _ := learned(t, examples, Plan{})
	m, card := learned(t, examples, Plan{Aside: []string{"category"}, Nets: 2})
	if card.Accuracy < 0.85 || len(m.nets) != 2 || m.terms.Nets < 0 {
		t.Errorf("right %v, %d networks count %v", card.Accuracy, len(m.nets), m.terms.Nets)
	}
	v := m.vocab.vector(features(normalise("自来水停水")))
	sum, heard := 0.0, m.heard(v)
	for _, x := range heard {
		sum += math.Exp(float64(x))
	}
	if math.Abs(sum-1) > 1e-3 || m.Labels[ranked(heard)[0]] != "供水" {
		t.Errorf("the networks' shares add up to %v, the largest is of %s", sum, m.Labels[ranked(heard)[0]])
	}
	if alone.heard(v) != nil || len(alone.terms.Label) != len(alone.Labels) {
		t.Errorf("without networks: %v %v", alone.heard(v), alone.terms)
	}
	w := terms{Label: []float32{0, -1}}
	if order := ranked(w.weigh([]float32{0.2, 0.5}, nil)); order[0] != 0 {
		t.Errorf("a label whose term is against it stays first: %v", order)
	}
}

func TestNearlyTheSameTextsStayTogether(t *testing.T) {
	long := "和平大道与青年路交叉口的红绿灯从昨天晚上开始一直不亮，来往的车辆很多，行人过马路非常危险，希望尽快派人来修"
	examples := []Example{{Text: long}, {Text: "市民再次来电：" + long + "。"}, {Text: "楼下烧烤店油烟很大，晚上睡不着觉，多次反映没有人管"}, {Text: "自来水又停了", Group: "a"}, {Text: "小区门口乱停车", Group: "a"}}
	normal := make([][]rune, len(examples))
	for i, e := range examples {
		normal[i] = normalise(e.Text)
	}
	parts, groups := divide(examples, normal, Plan{Folds: 3})
	if groups != 3 || parts[0] != parts[1] || parts[3] != parts[4] {
		t.Errorf("%d groups, parts %v", groups, parts)
	}
}

func TestAutoIsHonest(t *testing.T) {
	var all []sure
	for i := range 1000 {
		all = append(all, sure{p: float64(i) / 1000, right: i >= 500 || i%2 == 0, known: true})
	}
	at := threshold(all, 0.02)
	if at < 0.4 || at > 0.6 {
		t.Errorf("threshold %v", at)
	}
	if few := threshold(all[990:], 0.02); few <= 1 {
		t.Errorf("ten right answers are no proof of two wrong in a hundred, but the threshold is %v", few)
	}
	m, _ := learned(t, town(600), Plan{Wrong: 0.5})
	if m.Classify("zzz qqq hello world").Auto {
		t.Error("a text of another kind goes out without a person")
	}
	if a := m.Classify(""); len(a.Candidates) == 0 || a.Auto {
		t.Errorf("an empty text: %+v", a)
	}
}

func TestTooLittleToLearnFrom(t *testing.T) {
	if _, _, err := Learn(t.Context(), town(10), Plan{}, func(string) {}); !errors.Is(err, ErrTooFew) {
		t.Errorf("%v", err)
	}
	same := slices.Repeat([]Example{{Text: "停水", Label: "供水"}}, 60)
	if _, _, err := Learn(t.Context(), same, Plan{}, func(string) {}); err == nil {
		t.Error("one label is enough")
	}
}

func TestEachLineHasOneAnswer(t *testing.T) {
	m, _ := learned(t, town(300), Plan{})
	var out bytes.Buffer
	wrong := 0
	in := "{\"id\":1,\"text\":\"停水\"}\n\n{\"id\":2}\nnothing\n{\"id\":{},\"text\":\"x\"}\n{\"id\":\"<b>\",\"text\":\"漏水\"}"
	if err := m.Answers(t.Context(), strings.NewReader(in), &out, func(int, error) { wrong++ }); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if wrong != 3 || len(lines) != 5 || !strings.Contains(lines[4], `"id":"<b>"`) || !strings.Contains(lines[1], "must be given") {
		t.Errorf("%d wrong, answers\n%s", wrong, out.String())
	}
}

func BenchmarkClassify(b *testing.B) {
	examples := town(2000)
	m, _, err := Learn(b.Context(), examples, Plan{}, func(string) {})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Classify(examples[i%len(examples)].Text)
	}
}

// What goes along with the label helps to tell it: here two units do the same in two districts, and only the name of the street tells which.
func TestColumnsBesideTheLabelHelp(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	var examples []Example
	var labels, districts []string
	for range 600 {
		place := draw.IntN(12)
		matter := draw.IntN(3)
		district := []string{"东区", "西区"}[place%2]
		said := []string{"流动摊贩占道经营", "夜间施工噪音扰民", "自来水停水"}[matter]
		label := []string{district + "城管局", district + "环保局", "市供水公司"}[matter]
		filler := []rune("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏")
		draw.Shuffle(len(filler), func(i, j int) { filler[i], filler[j] = filler[j], filler[i] })
		e := Example{Text: string([]rune("甲乙丙丁戊己庚辛壬癸子丑")[place]) + "街" + said + "，" + string(filler[:16]), Label: label, Also: []string{district}}
		examples, labels, districts = append(examples, e), append(labels, label), append(districts, district)
	}
	if !Beside(labels, districts) {
		t.Error("the district does not go along with the unit")
	}
	m, card := learned(t, examples, Plan{Also: []string{"district"}})
	if card.Accuracy < 0.9 || len(m.together) != len(m.Labels) {
		t.Errorf("%v right", card.Accuracy)
	}
	for label, list := range m.together {
		if len(list) == 0 || len(list[0]) != 1 || int(list[0][0]) < len(m.Labels) {
			t.Errorf("%s goes along with %v", m.Labels[label], list)
		}
	}
	ids := make([]string, len(labels))
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	if Beside(labels, ids) {
		t.Error("a column of numbers goes along with the unit")
	}
}
