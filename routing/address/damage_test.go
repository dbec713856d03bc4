package address_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"huiyin/routing/address"
)

// A full name of which one level is left out, one word for a level is missing, or one character is wrong leads to its street or stays open; it
// hardly ever leads elsewhere.
func TestDamagedNamesLeadHomeOrStayOpen(t *testing.T) {
	t.Parallel()
	g := address.China()
	draw := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's choice of streets is no secret
	const tries = 1500
	type tally struct{ home, open, astray int }
	count := map[string]*tally{"without the province": {}, "without the words for the levels": {}, "a wrong character in the street": {}, "a wrong character in the district": {}}
	for done := 0; done < tries; {
		i := int32(draw.IntN(g.Areas())) //nolint:gosec // areas are fewer than 2³¹
		p := g.Path(i)
		if len(p) < 4 || strings.HasSuffix(p[1].Name, "辖区") || strings.HasSuffix(p[1].Name, "区划") || p[1].Name == "县" {
			continue
		}
		done++
		short := func(name string, words ...string) string {
			for _, w := range words {
				if s, ok := strings.CutSuffix(name, w); ok && len(s) >= 6 {
					return s
				}
			}
			return name
		}
		wrong := func(name string) string {
			runes := []rune(name)
			runes[draw.IntN(max(1, len(runes)-2))] = []rune("鑫淼垚犇骉猋")[draw.IntN(6)]
			return string(runes)
		}
		for how, text := range map[string]string{
			"without the province":              p[1].Name + p[2].Name + p[3].Name,
			"without the words for the levels":  short(p[0].Name, "省") + short(p[1].Name, "市") + short(p[2].Name, "区", "县", "市") + short(p[3].Name, "街道", "镇", "乡"),
			"a wrong character in the street":   p[0].Name + p[1].Name + p[2].Name + wrong(p[3].Name),
			"a wrong character in the district": p[0].Name + p[1].Name + wrong(p[2].Name) + p[3].Name,
		} {
			n := count[how]
			switch got := g.Resolve(text); {
			case got.Code == p[3].Code:
				n.home++
			case got.Code == "" || strings.HasPrefix(p[3].Code, strings.TrimRight(got.Code, "0")):
				n.open++
			default:
				n.astray++
				if n.astray < 4 {
					t.Logf("%s: %s is %s, not %s", how, text, got.Code, p[3].Code)
				}
			}
		}
	}
	for how, n := range count {
		t.Logf("%s: home %d, open %d, astray %d", how, n.home, n.open, n.astray)
		if n.home < tries*80/100 || n.astray > tries/100 {
			t.Errorf("%s: home %d, open %d, astray %d", how, n.home, n.open, n.astray)
		}
	}
}
