package address_test

import (
	"testing"

	"huiyin/routing/address"
)

func path(g *address.Gazetteer, i int32) (full string, code string) {
	p := g.Path(i)
	for _, a := range p {
		full += a.Name
	}
	return full, p[len(p)-1].Code
}

// Every street and town of China is found by its full name, and by city and street where only one of the city's streets is called so.
func TestEveryStreetResolves(t *testing.T) {
	t.Parallel()
	g := address.China()
	inCity, inDistrict := map[string][]int32{}, map[string][]int32{}
	streets := 0
	for i := range int32(g.Areas()) { //nolint:gosec // areas are fewer than 2³¹
		p := g.Path(i)
		if len(p) < 4 {
			continue
		}
		streets++
		full, code := path(g, i)
		if got := g.Resolve(full); got.Code != code || !got.Exact {
			t.Errorf("%s is %s, not %q (%v)", full, code, got.Code, got.Open)
		}
		inCity[p[1].Name+p[3].Name] = append(inCity[p[1].Name+p[3].Name], i)
		inDistrict[p[0].Name+p[2].Name+p[3].Name] = append(inDistrict[p[0].Name+p[2].Name+p[3].Name], i)
	}
	if streets != 41352 {
		t.Errorf("%d streets were tried", streets)
	}
	if alone := onlyOnes(t, g, inCity); alone < 40000 {
		t.Errorf("only %d streets have a name of their own in their city", alone)
	}
	if alone := onlyOnes(t, g, inDistrict); alone < 41000 {
		t.Errorf("only %d streets are told apart by province, district and their name", alone)
	}
}

// onlyOnes tries the names that only one street has.
func onlyOnes(t *testing.T, g *address.Gazetteer, who map[string][]int32) (alone int) {
	t.Helper()
	for name, streets := range who {
		if len(streets) > 1 {
			continue
		}
		alone++
		if _, code := path(g, streets[0]); g.Resolve(name).Code != code {
			t.Errorf("%s is %s, not %+v", name, code, g.Resolve(name))
		}
	}
	return alone
}

func TestResolvesAsPeopleWrite(t *testing.T) {
	t.Parallel()
	g := address.China()
	for _, c := range []struct{ why, text, want string }{
		{"the words for the levels are left out", "浙江杭州余杭闲林五常大道翡翠城", "330110"},
		{"province left out", "杭州市滨江区缤纷北苑47-6-746", "330108"},
		{"city left out", "浙江省海宁市长安镇工业园区", "330481103"},
		{"municipality", "北京市东城区东华门街道南池子大街", "110101001"},
		{"municipality, without the district", "上海市南京东路街道", "310101002"},
		{"blanks and signs between the levels", "浙江省 / 杭州市_余杭区，闲林街道", "330110"},
		{"full width", "　浙江省杭州市余杭区", "330110"},
		{"said twice", "浙江省杭州市余杭区杭州市余杭区闲林街道", "330110"},
		{"a wrong character in the city", "浙江省航州市余杭区", "330110"},
		{"a district that sounds alike", "杭州市宾江区江南大道", "330108"},
		{"a street that sounds alike", "海口市美兰区海垫街道", "460108"},
		{"a wrong character in the town", "海口市琼山区红期镇", "460107"},
		{"a street's office", "海口市龙华区中山街道办事处", "460106"},
		{"an autonomous prefecture in short", "湖北恩施州利川市", "422802"},
		{"an autonomous region in short", "广西南宁市青秀区", "450103"},
		{"a road that is called like a city", "北京路88号", ""},
		{"a road that is called like a city, in another", "上海市南京西路1200号", "310000"},
		{"a name that hundreds of towns have", "城关镇政府旁", ""},
		{"a name that two districts have", "朝阳区", ""},
		{"nothing at all", "", ""},
		{"no area at all", "楼下垃圾没有人收", ""},
	} {
		got := g.Resolve(c.text)
		if len(c.want) == 6 && len(got.Code) == 9 {
			if got.Code[:6] != c.want {
				t.Errorf("%s: %s is %s, not in %s", c.why, c.text, got.Code, c.want)
			}
			full, _ := path(g, got.Area)
			t.Logf("%s: %s", c.text, full)
			continue
		}
		if got.Code != c.want {
			t.Errorf("%s: %s is %q, not %q %v", c.why, c.text, got.Code, c.want, got.Open)
		}
	}
}
