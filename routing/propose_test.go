package routing_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
)

type golden struct {
	Text, Address             string
	Kind                      casework.Kind
	Category, Territory, Unit string
}

func goldens(t testing.TB) []golden {
	t.Helper()
	f, err := os.Open("testdata/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []golden
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var g golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

func TestSentencesAreRoutedAsAPersonWould(t *testing.T) {
	c := linlan(t)
	all := goldens(t)
	kinds, categories, territories, units := 0, 0, 0, 0
	for _, g := range all {
		p := routing.Propose(c, routing.Input{Text: g.Text, Address: g.Address})
		first := ""
		if len(p.Candidates) > 0 {
			first = string(p.Candidates[0].Unit)
		}
		count := func(n *int, what, got, want string) {
			if got == want {
				*n++
			} else {
				t.Logf("%s: %s %q, want %q", g.Text, what, got, want)
			}
		}
		count(&kinds, "kind", string(p.Kind), string(g.Kind))
		count(&categories, "category", p.Category.Code, g.Category)
		count(&territories, "territory", p.Territory.Code, g.Territory)
		count(&units, "unit", first, g.Unit)
	}
	t.Logf("of %d: kind %d, category %d, territory %d, unit %d", len(all), kinds, categories, territories, units)
	if n := len(all); n < 40 || kinds < n-1 || categories < n-1 || territories < n || units < n {
		t.Errorf("of %d: kind %d, category %d, territory %d, unit %d right", n, kinds, categories, territories, units)
	}
}

func TestTerritoryComesFromWhatTheTextNames(t *testing.T) {
	c := linlan(t)
	for _, tc := range []struct {
		name, text, address, want string
		point                     *routing.Point
	}{
		{name: "a street by its name", text: "观澜街道", want: "990102001"},
		{name: "a street by what people call it", text: "向阳街办不开门", want: "990101001"},
		{name: "a community", text: "东风社区没有路灯", want: "990101001001"},
		{name: "an estate tells its street", text: "映月湾三期", want: "990105001"},
		{name: "another name of a school", text: "临澜一中门口", want: "990101001"},
		{name: "a district alone", text: "云麓区到处是垃圾", want: "990104"},
		{name: "a short name of a district", text: "", address: "临江 某处", want: "990101"},
		{name: "a road of two streets in two districts", text: "建设路坑洼", want: ""},
		{name: "the same road once the district is named", text: "望潮区建设路坑洼", want: "990102001"},
		{name: "two places of one district leave the district", text: "钟楼街道和东关街道", want: "990101"},
		{name: "the address outweighs the text", text: "我家在落霞苑，停在那里", address: "听涛雅苑", want: "990102004"},
		{name: "nothing known", text: "龙华区国贸大道某号", want: ""},
		{name: "the city alone says nothing", text: "临澜市", want: ""},
		{name: "blanks and full width do not hide a name", text: "向　阳 街 道", want: "990101001"},
		{name: "a point near the middle of a street", text: "这里", point: &routing.Point{Lat: 29.5001, Lon: 124.4901}, want: "990101001"},
		{name: "a point at sea", text: "这里", point: &routing.Point{Lat: 20, Lon: 130}, want: ""},
	} {
		p := routing.Propose(c, routing.Input{Text: tc.text, Address: tc.address, Point: tc.point})
		if p.Territory.Code != tc.want {
			t.Errorf("%s: %q %q gives %q, want %q", tc.name, tc.text, tc.address, p.Territory.Code, tc.want)
		}
	}
}

func TestARoadInTwoDistrictsOffersBothBureaus(t *testing.T) {
	p := routing.Propose(linlan(t), routing.Input{Text: "建设路的路灯不亮"})
	if len(p.Candidates) != 2 || p.Candidates[0].P != p.Candidates[1].P || p.Preselect != "" {
		t.Errorf("%+v, preselected %q", p.Candidates, p.Preselect)
	}
}

func TestWhereCityAndDistrictOverlapTheCityDepartmentLeads(t *testing.T) {
	p := routing.Propose(linlan(t), routing.Input{Text: "科苑路工地扬尘"})
	if p.Candidates[0].Unit != "c-shengtai" || !slices.Contains(p.Helpers, "d-chenghu-zhujian") {
		t.Errorf("%+v, helpers %v", p.Candidates, p.Helpers)
	}
	if !slices.ContainsFunc(p.Candidates[0].Reasons, func(r routing.Reason) bool { return r.Key == "routing.reason_overlap" }) {
		t.Error("the overlap is not given as a reason")
	}
}

func TestWhereOnlyTheAreaIsClearTheDistrictGovernmentIsProposed(t *testing.T) {
	p := routing.Propose(linlan(t), routing.Input{Text: "云麓区有件事情"})
	if len(p.Candidates) != 1 || p.Candidates[0].Unit != "d-yunlu" || p.Preselect != "" || p.Category.Code != "" {
		t.Errorf("%+v", p)
	}
}

func TestDangerIsHandedToItsLine(t *testing.T) {
	c := linlan(t)
	for _, tc := range []struct{ text, want string }{
		{"家里着火了，在落霞苑5栋", "119"},
		{"有人持刀追人", "110"},
		{"老人晕倒在路边", "120"},
		{"刚才车祸受伤两人", "122"},
		{"去年家里着火了，保险还没有赔", ""},
		{"电动车在楼道充电容易着火", ""},
		{"电动车打不着火", ""},
		{"楼道堆物。现在起火了！", "119"},
		{"消防通道被堵", ""},
		{"急救培训在哪里报名", ""},
	} {
		p := routing.Propose(c, routing.Input{Text: tc.text})
		if p.Emergency.Number != tc.want {
			t.Errorf("%q: %q, want %q", tc.text, p.Emergency.Number, tc.want)
		}
		if tc.want != "" && (p.Urgency != casework.Critical || p.Auto) {
			t.Errorf("%q: urgency %s, auto %v", tc.text, p.Urgency, p.Auto)
		}
	}
}

func TestSecrecyTagsAndUrgency(t *testing.T) {
	c := linlan(t)
	p := routing.Propose(c, routing.Input{Text: "举报超市不收人民币，只能扫码，老人买不了菜，请保密"})
	if !p.Secret || p.Kind != casework.Report || p.Auto {
		t.Errorf("%+v", p)
	}
	for _, tag := range []string{"elder", "cash_refused", "forced_digital"} {
		if !slices.Contains(p.Tags, tag) {
			t.Errorf("no tag %s in %v", tag, p.Tags)
		}
	}
	at := func(s string) time.Time {
		when, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, tc := range []struct {
		text string
		at   time.Time
		want casework.Urgency
	}{
		{"路面塌陷，没有围挡", time.Time{}, casework.Critical},
		{"小区停水", time.Time{}, casework.Urgent},
		{"路灯不亮", time.Time{}, casework.Normal},
		{"工地噪音", at("2026-03-02T23:30:00+08:00"), casework.Urgent},
		{"工地噪音", at("2026-03-02T15:30:00Z"), casework.Urgent}, // 23:30 in the city
		{"工地噪音", at("2026-03-02T12:00:00+08:00"), casework.Normal},
	} {
		if got := routing.Propose(c, routing.Input{Text: tc.text, At: tc.at}).Urgency; got != tc.want {
			t.Errorf("%q at %v: %s, want %s", tc.text, tc.at, got, tc.want)
		}
	}
}

func TestReasonsReadInBothLanguagesAndSurviveStorage(t *testing.T) {
	p := routing.Propose(linlan(t), routing.Input{Text: "阳光花园门口占道经营"})
	body, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var kept routing.Proposal
	if err := json.Unmarshal(body, &kept); err != nil {
		t.Fatal(err)
	}
	var zh, en []string
	for _, r := range kept.Candidates[0].Reasons {
		zh, en = append(zh, r.Text(locale.ZH)), append(en, r.Text(locale.EN))
	}
	for _, want := range []string{"占道经营", "权责清单", "临江区向阳街道"} {
		if !strings.Contains(strings.Join(zh, "\n"), want) {
			t.Errorf("no %q in %q", want, zh)
		}
	}
	for _, want := range []string{"Street vending", "duty list", "Xiangyang Sub-district"} {
		if !strings.Contains(strings.Join(en, "\n"), want) {
			t.Errorf("no %q in %q", want, en)
		}
	}
	if text := strings.Join(append(zh, en...), ""); strings.Contains(text, "no value") || strings.Contains(text, "routing.") {
		t.Errorf("a reason has a gap: %s", text)
	}
}

func TestProposalsKeepTheirBoundsOnAnyText(t *testing.T) {
	c := linlan(t)
	var pieces []string
	for _, g := range goldens(t) {
		pieces = append(pieces, g.Text, g.Address)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 5), func(s []string) string { return strings.Join(s, "，") }))
		in := routing.Input{Title: text.Draw(t, "title"), Text: text.Draw(t, "text"), Address: text.Draw(t, "address")}
		if rapid.Bool().Draw(t, "mapped") {
			in.Point = &routing.Point{Lat: rapid.Float64().Draw(t, "lat"), Lon: rapid.Float64().Draw(t, "lon")}
		}
		p := routing.Propose(c, in)
		reasons := slices.Concat(p.Sure.Kind.Reasons, p.Sure.Category.Reasons, p.Sure.Territory.Reasons, p.Sure.Urgency.Reasons)
		for _, k := range p.Candidates {
			reasons = append(reasons, k.Reasons...)
		}
		for _, r := range reasons {
			if !slices.IsSortedFunc(r.Args, func(a, b routing.Arg) int { return strings.Compare(a.Key, b.Key) }) {
				t.Fatalf("%s: %v are not in the order of their names", r.Key, r.Args)
			}
		}
		sum, last := 0.0, 1.0
		for _, k := range p.Candidates {
			if k.P <= 0 || k.P > 0.95 || k.P > last {
				t.Fatalf("p %v after %v", k.P, last)
			}
			if _, ok := c.Unit(k.Unit); !ok || k.Unit == c.Hotline || len(k.Reasons) == 0 {
				t.Fatalf("candidate %+v", k)
			}
			last = k.P
			sum += k.P
		}
		if sum > 1.001 {
			t.Fatalf("the shares add up to %v", sum)
		}
		if len(p.Candidates) > 0 && (p.Preselect != "") != (p.Candidates[0].P >= 0.60) {
			t.Fatalf("preselected %q at %v", p.Preselect, p.Candidates[0].P)
		}
		if p.Auto && (p.Kind == casework.Report || p.Secret || p.Emergency.Number != "") {
			t.Fatalf("%+v goes by itself", p)
		}
		if !slices.Contains(casework.Kinds, p.Kind) || !slices.Contains(casework.Urgencies, p.Urgency) {
			t.Fatalf("kind %q, urgency %q", p.Kind, p.Urgency)
		}
	})
}

func TestMoreWordsOfOneMatterNeverMakeItsUnitLessLikely(t *testing.T) {
	c := linlan(t)
	words := []string{"占道经营", "流动摊贩", "摆摊", "小贩", "地摊"}
	last := 0.0
	for n := range words {
		p := routing.Propose(c, routing.Input{Text: strings.Join(words[:n+1], "，"), Address: "向阳街道"})
		if p.Candidates[0].Unit != "d-linjiang-chengguan" || p.Candidates[0].P < last {
			t.Errorf("%v: %+v after %v", words[:n+1], p.Candidates[0], last)
		}
		last = p.Candidates[0].P
	}
}

func BenchmarkPropose(b *testing.B) {
	c := linlan(b)
	in := routing.Input{Address: "临江区向阳街道阳光花园"}
	for _, g := range goldens(b) {
		in.Text += g.Text
	}
	b.ReportAllocs()
	for b.Loop() {
		routing.Propose(c, in)
	}
}

// One filing: what is proposed for an ordinary complaint, and what is kept of it.
func BenchmarkFiling(b *testing.B) {
	c, l := linlan(b), &routing.Learned{}
	in := routing.Input{Title: "小区门口路灯损坏 77", Text: "我住在临江区向阳街道人民路，小区门口的路灯已经坏了第 9 天，晚上很黑，老人和孩子走路不安全。物业说应由路灯管理单位维修，打过电话一直没有人来。请尽快派人查看并修复，同时检查附近几盏灯。白天也可以联系我，我在家。希望能告诉我什么时候修好，谢谢。另外，路口的垃圾桶满了好几天没有人收，气味很大，请一并转有关部门处理。 77", At: time.Now()}
	kept := make([]byte, 0, 16<<10)
	b.ReportAllocs()
	for b.Loop() {
		p := routing.ProposeWith(c, l, in)
		kept = p.AppendGrounds(p.AppendJSON(kept[:0]))
	}
	b.ReportMetric(float64(len(kept)), "kept-B")
}

func BenchmarkFilingNowhere(b *testing.B) {
	c, l := linlan(b), &routing.Learned{}
	in := routing.Input{Title: "小区门口路灯损坏", Text: "小区门口的路灯已经坏了第 9 天，晚上很黑，老人和孩子走路不安全。物业说应由路灯管理单位维修，打过电话一直没有人来。请尽快派人查看并修复，同时检查附近几盏灯。白天也可以联系我，我在家。希望能告诉我什么时候修好，谢谢。"}
	b.ReportAllocs()
	for b.Loop() {
		routing.ProposeWith(c, l, in)
	}
}
