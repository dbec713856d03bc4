package routing_test

import (
	"testing"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/locale"
	"huiyin/routing"
)

func linlan(t testing.TB) *routing.City {
	t.Helper()
	c, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryUnitStandsBelowTheHotlineAndAnswersForAnArea(t *testing.T) {
	c := linlan(t)
	if scope := c.Descendants(c.Hotline); len(scope) != len(c.Units()) {
		t.Errorf("the hotline sees %d of %d units", len(scope), len(c.Units()))
	}
	streets, districts := 0, 0
	for _, u := range c.Units() {
		if _, ok := c.Unit(u.Parent); !ok && u.Code != c.Hotline {
			t.Errorf("%s: no parent %q", u.Code, u.Parent)
		}
		if _, ok := c.Territory(u.Territory); !ok {
			t.Errorf("%s: no territory %q", u.Code, u.Territory)
		}
		if u.Name.EN == "" || u.Phone == "" || u.Pinyin == "" {
			t.Errorf("%s: English name, telephone or pinyin is missing", u.Code)
		}
		switch {
		case u.Level == routing.StreetLevel:
			streets++
		case u.Level == routing.DistrictLevel && u.Nature == "government":
			districts++
			if u.Population == 0 {
				t.Errorf("%s: population is missing", u.Code)
			}
		}
	}
	if streets != 24 || districts != 5 || len(c.Districts()) != 5 {
		t.Errorf("%d streets, %d district governments, %d districts", streets, districts, len(c.Districts()))
	}
}

func TestEveryThirdLevelCategoryHasALeadInEveryStreet(t *testing.T) {
	c := linlan(t)
	leaves := 0
	for _, k := range c.Categories() {
		if k.Name.EN == "" || k.Version == "" {
			t.Errorf("%s: English name or version is missing", k.Code)
		}
		if len(k.Code) != 6 {
			continue
		}
		leaves++
		for _, a := range c.Territories() {
			if a.Level == "street" && c.LeadOf(k.Code, a.Code) == "" {
				t.Errorf("%s %s in %s: nobody leads", k.Code, k.Name.ZH, a.Name.ZH)
			}
		}
	}
	if leaves < 150 {
		t.Errorf("only %d third-level categories", leaves)
	}
}

func TestNamesOfPathsAndAreas(t *testing.T) {
	c := linlan(t)
	for _, tc := range []struct{ got, want string }{
		{c.CategoryPath("010101", locale.ZH), "城市管理/市容环境/占道经营"},
		{c.CategoryPath("010101", locale.EN), "City management / Street appearance / Street vending"},
		{c.CategoryPath("999999", locale.ZH), ""},
		{c.TerritoryName("990101001", locale.ZH), "临江区向阳街道"},
		{c.TerritoryName("990101001", locale.EN), "Xiangyang Sub-district, Linjiang District"},
		{c.TerritoryName("990100", locale.ZH), "临澜市"},
		{c.TerritoryName("1", locale.ZH), ""},
		{c.UnitName("d-linjiang-chengguan", locale.ZH), "临江区城市管理局"},
		{c.UnitName("x", locale.EN), "x"},
		{c.TagName("cash_refused", locale.EN), "Cash refused"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}

func TestUnitsAreFoundAsOperatorsType(t *testing.T) {
	c := linlan(t)
	for _, tc := range []struct {
		query string
		want  casework.UnitCode
	}{
		{"cgj", "c-chengguan"}, {"城管局", "c-chengguan"}, {"chengguanju", "c-chengguan"}, {"CGJ", "c-chengguan"}, {"jj", "c-jiaojing"}, {"ljqcgj", "d-linjiang-chengguan"},
		{"ljcgj", "d-linjiang-chengguan"}, {"临江城管", "d-linjiang-chengguan"}, {"xyjd", "s-linjiang-xiangyang"}, {"linlan bus", "c-gongjiao"}, {"wjw", "c-weijian"}, {"dljfj", ""}, {"d-yunlu", "d-yunlu"}, {"", ""},
	} {
		got := c.FindUnits(tc.query)
		if tc.want == "" {
			if len(got) > 0 {
				t.Errorf("%q finds %v", tc.query, got[0].Code)
			}
		} else if len(got) == 0 || got[0].Code != tc.want {
			t.Errorf("%q finds %v, want %s first", tc.query, got, tc.want)
		}
	}
	for _, u := range c.FindUnits("rexian") {
		if u.Code == c.Hotline {
			t.Error("the hotline is offered as a target")
		}
	}
}
