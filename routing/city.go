// Package routing decides what a case is about and which department must answer it.
package routing

import (
	"slices"
	"time"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing/codes"
)

// Name is what the city calls something, in the languages of its data files.
type Name struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In is the name in a language; the Chinese one where the files have no English.
func (n Name) In(l locale.Lang) string { return l.Pick(n.ZH, n.EN) }

// Level is where a unit stands.
type Level string

// The levels of units and of duties. Utilities are the providers of water, power, gas and transport.
const (
	HotlineLevel  Level = "hotline"
	CityLevel     Level = "city"
	DistrictLevel Level = "district"
	StreetLevel   Level = "street"
	UtilityLevel  Level = "utility"
)

// Unit is a body that can be made responsible for a case (承办单位).
type Unit struct {
	Code        casework.UnitCode
	Function    string // what the duty lists call it: "chengguan" is one function with a city department and a bureau in each district
	Name        Name
	Aliases     []string // short names in daily use
	Level       Level
	Nature      string            // hotline, government, department, bureau, street, utility
	Parent      casework.UnitCode // empty for the hotline, the root of the tree
	Territory   string            // code of the area it answers for
	Pinyin      string            // of the Chinese name, without tones
	Phone       string
	Hours       calendar.Hours // when it is open on a working day; empty: the hours of the policy
	Email       string         // where letters about its work go; empty: it gets none
	LeaderEmail string         // where its leader hears that limits are over; empty: nowhere
	Population  int            // residents, 0 where the files say nothing (only districts do)
}

// Category is one node of the three-level tree of matters; codes have two digits a level.
type Category struct {
	Code    string
	Parent  string // empty on the first level
	Name    Name
	Version string // of the taxonomy; old cases keep theirs
}

// Territory is an area: the city, a district, a street or town, a community or village.
type Territory struct {
	Code    string // 6, 9 or 12 digits
	Parent  string // empty for the city
	Level   string // city, district, street, community
	Name    Name
	Aliases []string
	Point   *Point  // a point in the middle, nil where unknown
	Outline []Point // the corners in their order around it, empty where unknown
}

// Place is a road, an estate or a landmark, and the street it lies in. A long road has one Place in each street.
type Place struct {
	Name    Name
	Kind    string // road, estate, market, school, hospital, square, building, park, bridge, pier, station, industry
	Street  string // territory code
	Aliases []string
}

// Point is a position in degrees (WGS 84).
type Point struct{ Lat, Lon float64 }

// Duty is one entry of a unit's duty list (权责清单): this function answers for these matters.
type Duty struct {
	Function string
	Category string // code or prefix of codes
	Lead     bool   // otherwise it assists
	Level    Level  // city (utilities too), district or street: where it is handled
	Basis    Name   // the entry and the law, as cited to units and residents
	Note     Name
}

// City is one city's rules, read only after LoadCity and safe for use by many goroutines.
type City struct {
	Name    Name
	Code    string // administrative division, six digits
	TZ      *time.Location
	Hotline casework.UnitCode
	Phone   string
	Mailbox string
	Version string // of the rules, as kept with proposals

	units      []Unit
	unitAt     map[casework.UnitCode]int
	children   map[casework.UnitCode][]casework.UnitCode
	functions  map[functionAt]casework.UnitCode
	finder     []findable
	categories []Category
	categoryAt map[string]int
	paths      []Name // by category, as CategoryPath tells them
	subs       map[string][]string
	duties     []Duty
	dutiesOf   map[string]*dutiesOf // by category code or prefix
	areas      []Territory          // the city first
	lies       []lying              // by area
	areaAt     map[string]int
	places     []Place
	rules      *rules
	codes      *codes.Sets
	words      *trie
	nearly     *nearly
}

// functionAt names the unit that has a function in a territory: the city's code for city departments and utilities.
type functionAt struct {
	function  string
	territory string
}

// Unit finds a unit by its code.
func (c *City) Unit(code casework.UnitCode) (Unit, bool) {
	i, ok := c.unitAt[code]
	if !ok {
		return Unit{}, false
	}
	return c.units[i], true
}

// Units lists every unit in the order of the file: the hotline, departments, utilities, then each district with its bureaus and streets.
func (c *City) Units() []Unit { return slices.Clone(c.units) }

// UnitName is the name of a unit in a language; the code itself for a unit the city does not have (any more).
func (c *City) UnitName(code casework.UnitCode, l locale.Lang) string {
	if u, ok := c.Unit(code); ok {
		return u.Name.In(l)
	}
	if name := c.endedName(codes.Units, string(code), l); name != "" {
		return name
	}
	return string(code)
}

// Children lists the units directly below a unit.
func (c *City) Children(code casework.UnitCode) []Unit {
	var below []Unit
	for _, child := range c.children[code] {
		below = append(below, c.units[c.unitAt[child]])
	}
	return below
}

// Descendants lists the unit itself and all units below it: the scope of its staff.
func (c *City) Descendants(code casework.UnitCode) []casework.UnitCode {
	if _, ok := c.unitAt[code]; !ok {
		return nil
	}
	scope := []casework.UnitCode{code}
	for i := 0; i < len(scope); i++ {
		scope = append(scope, c.children[scope[i]]...)
	}
	return scope
}

// Category finds a category by its code.
func (c *City) Category(code string) (Category, bool) {
	i, ok := c.categoryAt[code]
	if !ok {
		return Category{}, false
	}
	return c.categories[i], true
}

// Categories lists the whole tree in the order of the file.
func (c *City) Categories() []Category { return slices.Clone(c.categories) }

// Subcategories lists the categories directly below one; of the empty code, the first level.
func (c *City) Subcategories(code string) []Category {
	var below []Category
	for _, sub := range c.subs[code] {
		below = append(below, c.categories[c.categoryAt[sub]])
	}
	return below
}

// Territory finds an area by its code.
func (c *City) Territory(code string) (Territory, bool) {
	i, ok := c.areaAt[code]
	if !ok {
		return Territory{}, false
	}
	return c.areas[i], true
}

// Territories lists every area, each after the one it lies in.
func (c *City) Territories() []Territory { return slices.Clone(c.areas) }

// Districts lists the districts in the order of the file.
func (c *City) Districts() []Territory {
	var districts []Territory
	for _, t := range c.areas {
		if t.Level == "district" {
			districts = append(districts, t)
		}
	}
	return districts
}

// Places lists the roads, estates and landmarks.
func (c *City) Places() []Place { return slices.Clone(c.places) }

// TagName is the name of a tag in a language; the tag itself where nobody named it.
func (c *City) TagName(tag string, l locale.Lang) string {
	for _, t := range c.rules.tags {
		if t.code == tag {
			return t.name.In(l)
		}
	}
	if own := "tag." + tag; l.Has(own) {
		return l.T(own) // one that the product gives by itself
	}
	return tag
}

// Alarm is an emergency line with the words that call for it, and those that show in the same sentence that the danger is over or only asked about.
type Alarm struct {
	Number        string
	Words, Unless []string
}

// Alarms lists the emergency lines of the rules in their order.
func (c *City) Alarms() []Alarm {
	var list []Alarm
	for _, e := range c.rules.emergencies {
		list = append(list, Alarm{Number: e.number, Words: slices.Clone(e.words), Unless: slices.Clone(e.unless)})
	}
	return list
}

// Tags lists the tags of the rules in the order of the file.
func (c *City) Tags() []string {
	var codes []string
	for _, t := range c.rules.tags {
		codes = append(codes, t.code)
	}
	return codes
}
