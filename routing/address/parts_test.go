package address_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"huiyin/routing/address"
)

// written shows the parts of an address as text/type.
func written(text string) string {
	runes := []rune(text)
	var out []string
	for _, p := range address.China().Parts(text) {
		out = append(out, string(runes[p.Start:p.End])+"/"+p.Type)
	}
	return strings.Join(out, " ")
}

func TestTakesAddressesApart(t *testing.T) {
	t.Parallel()
	for _, want := range []string{
		"浙江省/prov 杭州市/city 滨江区/district 缤纷北苑/poi 47/houseno -/redundant 6/cellno -/redundant 746/roomno",
		"北京市/city 东城区/district 东华门街道/town 南池子大街/road 5号/roadno",
		"海南省/prov 海口市/city 美兰区/district 灵山镇/town 东平村/community",
		"海口市/city 龙昆南路/road 12号/roadno 银湖花园/poi 3栋/houseno 2单元/cellno 501室/roomno",
		"上海市/city 浦东新区/district 世纪大道/road 100号/roadno 12楼/floorno",
		"中山路/road 与/assist 解放路/subRoad 交叉口/assist",
	} {
		var text strings.Builder
		for part := range strings.FieldsSeq(want) {
			word, _, _ := strings.Cut(part, "/")
			text.WriteString(word)
		}
		if got := written(text.String()); got != want {
			t.Errorf("parts\n%s, not\n%s", got, want)
		}
	}
	if got := written(""); got != "" {
		t.Errorf("nothing has parts: %s", got)
	}
	if got := written(strings.Repeat("路", 300)); got != "" {
		t.Errorf("an address that is too long has parts: %s", got)
	}
}

// Whatever the text, its parts cover it without gaps, and the area that it resolves to has a code.
func FuzzAddress(f *testing.F) {
	for _, text := range []string{"浙江省杭州市余杭区闲林街道五常大道翡翠城竹苑", "市辖区", "３栋-2#５０１", "县", "北京\x00路", "\xff\xfe", "上海市上海市", "12号大街", strings.Repeat("7", 60)} {
		f.Add(text)
	}
	g := address.China()
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, p := range g.Parts(text) {
			if p.Start != end || p.End <= p.Start || p.Type == "" {
				t.Fatalf("%+v after %d", p, end)
			}
			end = p.End
		}
		if n := utf8.RuneCountInString(text); end != n && end != 0 {
			t.Fatalf("the parts end at %d of %d", end, n)
		}
		p := g.Resolve(text)
		if (p.Area >= 0) != (p.Code != "") || len(p.Code) != 0 && len(p.Code) < 6 {
			t.Fatalf("%+v", p)
		}
	})
}

func BenchmarkParts(b *testing.B) {
	g := address.China()
	for b.Loop() {
		g.Parts("浙江省杭州市滨江区缤纷北苑47-6-746")
	}
}

func BenchmarkResolve(b *testing.B) {
	g := address.China()
	for b.Loop() {
		g.Resolve("浙江省杭州市滨江区缤纷北苑47-6-746")
	}
}
