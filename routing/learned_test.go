package routing_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/routing/model"
)

// learnedModel is trained on orders of which the words decide the label.
func learnedModel(t *testing.T, said map[string]string) *model.Model {
	t.Helper()
	var examples []model.Example
	for label, words := range said {
		for i := range 120 {
			filler := []rune("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏")
			examples = append(examples, model.Example{Text: words + "，" + string(filler[i%20:i%20+4]) + string(filler[(i*7)%20:(i*7)%20+4]) + string(filler[(i*13)%20:(i*13)%20+4]), Label: label})
		}
	}
	m, _, err := model.Learn(t.Context(), examples, model.Plan{Wrong: 0.2}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAModelHelpsTheRules(t *testing.T) {
	c := linlan(t)
	m := learnedModel(t, map[string]string{"供电公司": "电表走得太快", "jiaojing": "共享单车堆满人行道", "无此单位": "海边捡到一只企鹅"})
	files := fstest.MapFS{"labels.yaml": {Data: []byte("供电公司: c-gongdian\n")}}
	l, err := routing.Fit(c, files, m, "7")
	if err != nil {
		t.Fatal(err)
	}
	if l.Known() != 2 {
		t.Errorf("%d labels stand for something", l.Known())
	}
	p := routing.ProposeWith(c, l, routing.Input{Text: "我家的电表走得太快"})
	if len(p.Candidates) == 0 || p.Candidates[0].Unit != "c-gongdian" || p.Model != "7" || !p.Auto {
		t.Fatalf("%+v", p)
	}
	if said := p.Candidates[0].Reasons[0].Text(locale.ZH); !strings.Contains(said, "电表") || !strings.Contains(said, "7") {
		t.Errorf("reason: %s", said)
	}
	if p = routing.ProposeWith(c, l, routing.Input{Text: "我要举报局长受贿，电表走得太快，请保密"}); p.Auto {
		t.Error("a report in secrecy goes out without a person")
	}
	for _, one := range routing.ProposeWith(c, l, routing.Input{Text: "海边捡到一只企鹅"}).Candidates {
		if _, ok := c.Unit(one.Unit); !ok {
			t.Errorf("a unit that the city does not have: %s", one.Unit)
		}
	}
}

func TestOfAnUnfamiliarTextTheModelSaysNothing(t *testing.T) {
	c := linlan(t)
	l, err := routing.Fit(c, nil, learnedModel(t, map[string]string{"c-gongdian": "电表走得太快", "c-jiaojing": "共享单车堆满人行道"}), "1")
	if err != nil {
		t.Fatal(err)
	}
	in := routing.Input{Text: "阳光花园门口流动摊贩占道经营"}
	a, b := routing.Propose(c, in), routing.ProposeWith(c, l, in)
	if fmt.Sprint(a.Candidates) != fmt.Sprint(b.Candidates) || b.Auto || b.Model != "1" {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestWithoutAModelTheRulesDecideAsEver(t *testing.T) {
	c, in := linlan(t), routing.Input{Text: "阳光花园门口流动摊贩占道经营"}
	if a, b := routing.Propose(c, in), routing.ProposeWith(c, nil, in); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestAWrongLabelsFileIsRefused(t *testing.T) {
	m := learnedModel(t, map[string]string{"甲": "电表走得太快", "乙": "共享单车堆满人行道"})
	_, err := routing.Fit(linlan(t), fstest.MapFS{"labels.yaml": {Data: []byte("甲: c-nowhere\n")}}, m, "1")
	if err == nil || !strings.Contains(err.Error(), "c-nowhere") {
		t.Errorf("%v", err)
	}
	if _, err := routing.Fit(linlan(t), demo.CityFS, m, "1"); err != nil {
		t.Errorf("without the file: %v", err)
	}
}

func TestWhatNeverGoesAlone(t *testing.T) {
	for name, p := range map[string]routing.Proposal{
		"a report":         {Kind: casework.Report},
		"a case in secret": {Kind: casework.Help, Secret: true},
		"an emergency":     {Kind: casework.Help, Emergency: routing.EmergencyRef{Number: "119"}},
		"critical":         {Kind: casework.Help, Urgency: casework.Critical},
	} {
		if p.MayGoAlone() {
			t.Errorf("%s may go alone", name)
		}
	}
	if !(routing.Proposal{Kind: casework.Complaint, Urgency: casework.Normal}).MayGoAlone() {
		t.Error("nothing may go alone")
	}
}
