package routing_test

import (
	"strings"
	"testing"

	"huiyin/locale"
	"huiyin/routing"
)

func TestTheStreetIsFoundHoweverTheAddressIsWritten(t *testing.T) {
	t.Parallel()
	c := linlan(t)
	jianshe := &routing.Point{Lat: 29.4701, Lon: 124.6101} // in Guanlan, Wangchao District
	for _, tc := range []struct {
		name, text, address, want string
		point                     *routing.Point
	}{
		{name: "the words for the levels are left out", address: "临江向阳12号楼", want: "990101001"},
		{name: "the street's office", address: "临江区向阳街道办事处旁边", want: "990101001"},
		{name: "a sub-district that was a town", address: "望潮区观澜镇", want: "990102001"},
		{name: "a street that sounds alike", address: "临江区向羊街道", want: "990101001"},
		{name: "a wrong character in a street", address: "望潮区观谰街道", want: "990102001"},
		{name: "a district that sounds alike", address: "临疆区某处", want: "990101"},
		{name: "an estate that sounds alike", address: "阳关花园3栋", want: "990101001"},
		{name: "an estate that sounds alike, in the text", text: "听涛雅院夜里有人放鞭炮", want: "990102004"},
		{name: "a wrong character in a long name", address: "海先批发市场门口", want: "990102002"},
		{name: "another sort of place is another place", address: "海晏公园", want: ""},
		{name: "another number is another place", address: "市第二中学", want: ""},
		{name: "what is written exactly comes before what may be meant", address: "向羊街道", text: "观澜街道的事", want: "990102001"},
		{name: "a point tells which end of a road", address: "建设路", point: jianshe, want: "990102001"},
		{name: "a point inside the district that is named", address: "望潮区", point: jianshe, want: "990102001"},
		{name: "a point elsewhere does not move what is named", address: "云麓区", point: jianshe, want: "990104"},
		{name: "a point does not move a street", address: "钟楼街道", point: jianshe, want: "990101002"},
	} {
		p := routing.Propose(c, routing.Input{Text: tc.text, Address: tc.address, Point: tc.point})
		if p.Territory.Code != tc.want {
			t.Errorf("%s: %q %q is in %q, not %q", tc.name, tc.address, tc.text, p.Territory.Code, tc.want)
		}
	}
}

// Every estate, road and landmark of the city leads to a street it lies in, or to what is around its streets.
func TestEveryPlaceOfTheCityIsFound(t *testing.T) {
	t.Parallel()
	c := linlan(t)
	streets := map[string][]string{}
	for _, p := range c.Places() {
		streets[p.Name.ZH] = append(streets[p.Name.ZH], p.Street)
	}
	for name, in := range streets {
		got := routing.Propose(c, routing.Input{Address: name}).Territory.Code
		if len(in) == 1 && got != in[0] {
			t.Errorf("%s is in %q, not %q", name, got, in[0])
		}
	}
	for _, a := range c.Territories() {
		if a.Level == "city" {
			continue
		}
		full := c.TerritoryName(a.Code, "zh-CN")
		if got := routing.Propose(c, routing.Input{Address: full}).Territory.Code; got != a.Code {
			t.Errorf("%s is %q, not %q", full, got, a.Code)
		}
	}
}

func BenchmarkWhere(b *testing.B) {
	c := linlan(b)
	in := routing.Input{Text: "我住在阳关花园3栋，楼下烧烤店每天晚上油烟很大，噪音到半夜一两点，打了几次电话都没有人来处理，希望有关部门尽快管一管。", Address: "临江区向羊街道东凤路阳关花园"}
	for b.Loop() {
		routing.Propose(c, in)
	}
}

// What was taken for a misspelling is said, so that an operator sees at a glance whether it was one.
func TestAMisspellingIsNamedInTheReason(t *testing.T) {
	t.Parallel()
	p := routing.Propose(linlan(t), routing.Input{Text: "阳关花园门口占道经营"})
	if len(p.Candidates) == 0 || p.Candidates[0].Unit != "d-linjiang-chengguan" {
		t.Fatalf("%+v", p.Candidates)
	}
	for _, r := range p.Candidates[0].Reasons {
		if strings.Contains(r.Text(locale.ZH), "阳关花园 ≈ 阳光花园") {
			return
		}
	}
	t.Errorf("no reason says so: %+v", p.Candidates[0].Reasons)
}
