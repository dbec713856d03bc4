package routing_test

import (
	"errors"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/routing"
)

func TestAMatterOnADepartmentsDutyListCannotGoToAStreet(t *testing.T) {
	c := linlan(t)
	for _, tc := range []struct {
		name, category string
		unit           casework.UnitCode
		key            string
	}{
		{"street vending to the street", "010101", "s-linjiang-xiangyang", "fault.duty_list"},
		{"street vending to the district's bureau", "010101", "d-linjiang-chengguan", ""},
		{"street vending to the district", "010101", "d-linjiang", ""},
		{"unpaid wages to a town", "070101", "s-qingyu-dengta", "fault.duty_list"},
		{"a whole branch of the duty list to a street", "0601", "s-linjiang-xiangyang", "fault.duty_list"},
		{"neighbours' quarrels are the street's", "100402", "s-linjiang-xiangyang", ""},
		{"a street only assists with fire lanes", "160101", "s-linjiang-xiangyang", "fault.duty_list"},
		{"without a category an operator may ask the street", "", "s-linjiang-xiangyang", ""},
		{"the hotline does not dispatch to itself", "010101", "hotline", "fault.not_to_hotline"},
		{"a unit nobody knows", "010101", "x", "fault.no_such_unit"},
		{"a category nobody knows", "990000", "d-linjiang", "fault.no_such_category"},
	} {
		err := c.CanDispatch(tc.category, tc.unit)
		if tc.key == "" {
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
			}
			continue
		}
		if fault.KindOf(err) != fault.Invalid || fault.KeyOf(err) != tc.key {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.key)
		}
	}
}

func TestARefusalCitesTheDutyList(t *testing.T) {
	var f *fault.Error
	if err := linlan(t).CanDispatch("010101", "s-linjiang-xiangyang"); !errors.As(err, &f) {
		t.Fatal(err)
	}
	zh, en := locale.ZH.T(f.Key, locale.Args(f.Args)), locale.EN.T(f.Key, locale.Args(f.Args))
	if !strings.Contains(zh, "权责清单") || !strings.Contains(zh, "临江区城市管理局") || !strings.Contains(en, "Linjiang District City Management Bureau") || strings.Contains(en, "no value") {
		t.Errorf("%s\n%s", zh, en)
	}
}

func TestNoStreetLeadsWhatADepartmentMust(t *testing.T) {
	c := linlan(t)
	for _, k := range c.Categories() {
		for _, a := range c.Territories() {
			if len(k.Code) != 6 || a.Level != "street" {
				continue
			}
			lead := c.LeadOf(k.Code, a.Code)
			if err := c.CanDispatch(k.Code, lead); err != nil {
				t.Fatalf("%s in %s: the rules propose %s and then refuse it: %v", k.Code, a.Code, lead, err)
			}
		}
	}
}

func TestLeadsFollowTerritoryAndFunction(t *testing.T) {
	c := linlan(t)
	for _, tc := range []struct {
		category, territory string
		want                casework.UnitCode
	}{
		{"010101", "990101001", "d-linjiang-chengguan"},
		{"010101", "990102", "d-wangchao-chengguan"},
		{"010101", "", "c-chengguan"},
		{"020402", "990101001", "c-shengtai"},
		{"100402", "990101001", "s-linjiang-xiangyang"},
		{"100402", "990101", "d-linjiang"},
		{"160401", "", "c-ducha"},
		{"120101", "", "c-gongshui"},
		{"", "990101", ""},
	} {
		if got := c.LeadOf(tc.category, tc.territory); got != tc.want {
			t.Errorf("%s in %q: %q, want %q", tc.category, tc.territory, got, tc.want)
		}
	}
}

func TestCoHandlersAreOtherUnits(t *testing.T) {
	c := linlan(t)
	for _, tc := range []struct {
		lead, helper casework.UnitCode
		key          string
	}{
		{"c-xiaofang", "s-linjiang-xiangyang", ""}, {"c-xiaofang", "c-xiaofang", "fault.own_helper"}, {"c-xiaofang", "hotline", "fault.not_to_hotline"}, {"c-xiaofang", "x", "fault.no_such_unit"},
	} {
		if err := c.CanCoHandle(tc.lead, tc.helper); (err != nil) != (tc.key != "") || err != nil && fault.KeyOf(err) != tc.key {
			t.Errorf("%s helped by %s: %v, want %q", tc.lead, tc.helper, err, tc.key)
		}
	}
}

func TestAUnitsOwnDuties(t *testing.T) {
	c := linlan(t)
	for _, code := range []casework.UnitCode{"c-chengguan", "d-yunlu-chengguan", "c-gongdian", "d-yunlu", "s-linjiang-xiangyang"} {
		duties := c.Duties(code)
		if len(duties) == 0 {
			t.Errorf("%s has no duties", code)
		}
		for _, d := range duties {
			if u, _ := c.Unit(code); d.Function != u.Function || u.Level == routing.StreetLevel && d.Level != routing.StreetLevel {
				t.Errorf("%s: %+v is not its own", code, d)
			}
		}
	}
	if c.Duties("x") != nil {
		t.Error("an unknown unit has duties")
	}
}
