package model

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// borough writes orders of a town with two districts. Most are the town's, and name the district and the street; a few are a district's, and name the street only: too few to learn from them alone which street is of which district.
func borough(n int) []Example {
	draw := rand.New(rand.NewPCG(5, 6))
	signs := []rune("梅兰竹菊松柏桃李琴棋书画")
	filler := []rune("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏")
	var out []Example
	for range n {
		one, two := draw.IntN(12), draw.IntN(12)
		district := []string{"东山区", "西河区"}[(one+two)%2]
		street := string([]rune{signs[one], signs[two]})
		draw.Shuffle(len(filler), func(i, j int) { filler[i], filler[j] = filler[j], filler[i] })
		e := Example{Text: district + street + "路口红绿灯不亮，" + string(filler[:14]), Label: "市级"}
		if draw.IntN(8) == 0 {
			e = Example{Text: street + "路流动摊贩占道经营，" + string(filler[:14]), Label: district}
		}
		out = append(out, e)
	}
	return out
}

func TestNamesThatTextsCall(t *testing.T) {
	for _, test := range []struct {
		values, stems []string
		text          string
		only          int
		heard         bool
	}{
		{[]string{"东山区", "西河区"}, []string{"东山", "西河"}, "东山区梧桐路", 0, false},
		{[]string{"东山区", "西河区"}, []string{"东山", "西河"}, "东山区与西河区交界", -1, false},
		{[]string{"东山区", "西河区"}, []string{"东山", "西河"}, "东山大道", -1, false},
		{[]string{"东山区", "西河区"}, []string{"东山", "西河"}, "梧桐路", -1, true},
		{[]string{"东区", "西区"}, []string{"东区", "西区"}, "东边", -1, true},
		{[]string{"东山区", "平安县"}, []string{"东山区", "平安县"}, "平安县城", 1, false},
		{[]string{"", "A", "Water"}, []string{"water"}, "no water", 2, false},
	} {
		names, stems := namesOf(test.values)
		h := hint{stems: stems}
		if !slices.Equal(stems, test.stems) || only(names, test.text) != test.only || h.heard(test.text) != test.heard {
			t.Errorf("%q of %q: called by %q; only %d, heard %v", test.text, test.values, stems, only(names, test.text), h.heard(test.text))
		}
	}
	names, stems := namesOf([]string{"东山区", "西河区"})
	if said := remover(names, stems).Replace("东山区梧桐路，西河大道"); said != "梧桐路，大道" {
		t.Errorf("without names: %q", said)
	}
}

func TestHintsTellWhatGoesWithAName(t *testing.T) {
	m, card := learned(t, borough(900), Plan{})
	if len(m.hints) != 1 || card.Hints == 0 || card.Hints != m.mixture.Hints {
		t.Fatalf("%d columns with hints, which count %v", len(m.hints), card.Hints)
	}
	for text, district := range map[string]string{"梅兰路流动摊贩占道": "西河区", "兰菊路流动摊贩占道": "东山区"} {
		chars := normalise(text)
		v := m.vocab.vector(features(chars))
		said := make([]float32, len(m.Labels))
		for _, w := range hinted(m.hears(chars), v) {
			said[w.Class] = w.Value
		}
		if best := m.Labels[ranked(said)[0]]; best != district || said[slices.Index(m.Labels, "市级")] != uncalled {
			t.Errorf("%s: the hint is %s, %v", text, best, said)
		}
		if a := m.Classify(text); a.Candidates[0].Label != district {
			t.Errorf("%s: %+v", text, a.Candidates)
		}
	}
	if heard := m.hears(normalise("东山区梅兰路")); len(heard) != 0 {
		t.Error("a text that calls a name hears the hint")
	}
}

// Nothing is called in these texts, or nearly all call a name: there is nothing to learn from, or to hear it for.
func TestNoHintsWithoutNames(t *testing.T) {
	called := borough(400)
	for i := range called {
		called[i].Text = "东山区" + called[i].Text
	}
	for name, examples := range map[string][]Example{"none": town(400), "all": called} {
		if m, card := learned(t, examples, Plan{}); len(m.hints) != 0 || card.Hints != 0 {
			t.Errorf("%s: %d hints, which count %v", name, len(m.hints), card.Hints)
		}
	}
}

func TestEvidenceAddsUp(t *testing.T) {
	examples := borough(900)
	for i := range examples {
		examples[i].Also = []string{map[bool]string{true: "交警", false: "城管"}[examples[i].Label == "市级"]}
	}
	m, _ := learned(t, examples, Plan{Also: []string{"office"}})
	m.mixture = mixture{Company: 0.7, Hints: 0.3}
	for _, text := range []string{"梅兰路流动摊贩占道", "东山区梅兰路口红绿灯不亮", "竹松路"} {
		chars := normalise(text)
		v := m.vocab.vector(features(chars))
		hints := m.hears(chars)
		raw := withHints(m.raw(v), hinted(hints, v), m.mixture.Hints)
		scores := m.combined(raw)
		order := ranked(scores)
		want := scores[order[0]] - scores[order[1]]/2
		got := float32(0)
		share := m.share(raw, order[0], order)
		for class, x := range share {
			got += x * m.bias[class]
			for _, h := range hints {
				if class < h.from || class >= h.until {
					continue
				}
				if i := slices.Index(h.classes, uint16(class)); i >= 0 { //nolint:gosec // few classes
					got += x * m.mixture.Hints * h.bias[i]
				} else {
					got += x * m.mixture.Hints * uncalled
				}
			}
		}
		for _, x := range m.spoken(v, hints, raw, order[0], order) {
			got += x
		}
		if math.Abs(float64(got-want)) > 1e-4 {
			t.Errorf("%s: what was said adds up to %v, the margins to %v", text, got, want)
		}
	}
}

func TestHintsAreKept(t *testing.T) {
	m, _ := learned(t, borough(900), Plan{})
	var whole bytes.Buffer
	if err := m.Write(&whole); err != nil {
		t.Fatal(err)
	}
	back, err := Read(&whole)
	if err != nil {
		t.Fatal(err)
	}
	const text = "梅兰路流动摊贩占道"
	if a, b := m.Classify(text).Candidates, back.Classify(text).Candidates; len(back.hints) != 1 || a[0].P != b[0].P || !slices.Equal(a[0].Evidence, b[0].Evidence) {
		t.Errorf("before %+v after %+v", a, b)
	}
	for _, test := range []struct {
		name, why string
		change    func(*kept)
	}{
		{"version 2", "", func(k *kept) { k.Version, k.Hints, k.Hinting = 2, nil, 0 }},
		{"a later version", "train it again", func(k *kept) { k.Version = version + 1 }},
		{"a column beyond the classes", "does not fit together", func(k *kept) { k.Hints[0].Until = len(k.Bias) + 1 }},
		{"a class beyond the column", "does not fit together", func(k *kept) { k.Hints[0].Classes = []uint16{0, 900} }},
		{"a row beyond the weights", "does not fit together", func(k *kept) { k.Hints[0].Lengths[0] = 60000 }},
		{"a weight of another class", "does not fit together", func(k *kept) { k.Hints[0].Of[0] = 900 }},
		{"no bias", "does not fit together", func(k *kept) { k.Hints[0].Bias = nil }},
	} {
		k := m.kept()
		for i := range k.Hints {
			k.Hints[i].Lengths, k.Hints[i].Of = slices.Clone(k.Hints[i].Lengths), slices.Clone(k.Hints[i].Of)
		}
		test.change(&k)
		var out bytes.Buffer
		packed := gzip.NewWriter(&out)
		if err := gob.NewEncoder(packed).Encode(k); err != nil {
			t.Fatal(err)
		}
		if err := packed.Close(); err != nil {
			t.Fatal(err)
		}
		older, err := Read(&out)
		switch {
		case test.why == "" && (err != nil || len(older.hints) != 0 || len(older.Classify(text).Candidates) == 0):
			t.Errorf("%s: %v", test.name, err)
		case test.why != "" && (err == nil || !strings.Contains(err.Error(), test.why)):
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// With a column's every label right in one way of mixing only, that way is taken, and each part takes what the others show.
func TestTheOthersChooseTheMixture(t *testing.T) {
	judge := &Model{Labels: []string{"a", "b"}, together: [][][]uint16{{{2}}, {{3}}}}
	p := &prepared{labels: judge.Labels, columns: make([]column, 2), calls: make([]calls, 1)}
	var trials []trial
	for i := range 40 {
		p.class, p.fold = append(p.class, i%2), append(p.fold, i%4)
		raw := []float32{0, 0, 0, 0}
		raw[1-i%2], raw[2+i%2] = 0.5, 0.6 // the label's own machine errs, the other column knows: from a share of 1 on
		trials = append(trials, trial{example: i, judge: judge, raw: raw})
	}
	each, whole := p.mix(trials, 4)
	if want := (mixture{Company: 1}); whole != want || len(each) != 4 || each[0] != want {
		t.Errorf("%+v, by part %+v", whole, each)
	}
	for i := range trials {
		trials[i].raw = []float32{0, 0, 0, 0}
		trials[i].raw[1-i%2] = 0.2
		trials[i].hints = []weight{{uint16(i % 2), 1}} //nolint:gosec // two classes
	}
	if _, whole = p.mix(trials, 4); whole != (mixture{Hints: 0.3}) {
		t.Errorf("hints: %+v", whole)
	}
	if got := p.mixtures(); len(got) != len(companies)*len(hintings) {
		t.Errorf("%d mixtures", len(got))
	}
	p.calls = nil
	if got := p.mixtures(); len(got) != len(companies) {
		t.Errorf("%d mixtures without hints", len(got))
	}
}
