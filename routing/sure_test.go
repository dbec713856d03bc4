package routing_test

import (
	"testing"

	"huiyin/demo"
	"huiyin/locale"
	"huiyin/routing"
)

func TestEachPartOfAProposalSaysHowSureAndWhy(t *testing.T) {
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		text                   string
		kind, category, ground routing.Source
	}{
		{"我要投诉夜间施工噪音扰民", "kind_opening", "", ""},
		{"你好", "kind_unknown", "category_none", "territory_none"},
	} {
		p := routing.Propose(city, routing.Input{Text: one.text})
		for name, pair := range map[string][2]routing.Source{"kind": {p.Sure.Kind.Source, one.kind}, "category": {p.Sure.Category.Source, one.category}, "territory": {p.Sure.Territory.Source, one.ground}} {
			if pair[1] != "" && pair[0] != pair[1] {
				t.Errorf("%s: %s by %s, want %s", one.text, name, pair[0], pair[1])
			}
		}
		p.Sure.Each(func(b *routing.Belief) {
			if b.P < 0 || b.P > 0.95 || len(b.Reasons) == 0 {
				t.Errorf("%s: %+v", one.text, b)
			}
			for _, r := range b.Reasons {
				if r.Text(locale.ZH) == "" || r.Text(locale.EN) == r.Key {
					t.Errorf("%s: the reason %s has no words", one.text, r.Key)
				}
			}
		})
	}
	for _, s := range routing.Sources() {
		if p := routing.Tallies(nil).Reliable(s); p < 0 || p > 0.95 {
			t.Errorf("%s: %v", s, p)
		}
	}
}
