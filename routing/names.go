package routing

import (
	"slices"
	"strings"

	"huiyin/locale"
	"huiyin/routing/codes"
)

// wholeCity is the area that is the city itself; of a place that is all one knows of it, nothing is known.
const wholeCity = 0

// lying is where an area lies, and what it is called with those it lies in. Every filing asks, so it is found once.
type lying struct {
	parent           int    // of areas; -1 for the city
	district, street string // codes of those that it lies in, or is; empty where it is wider
	name             Name   // as TerritoryName tells it
}

// buildNames finds where every area lies and what areas and categories are called with those above them.
func (c *City) buildNames() {
	for i, a := range c.areas {
		l := lying{parent: -1, name: Name{c.areaName(a.Code, locale.ZH), c.areaName(a.Code, locale.EN)}}
		if a.Parent != "" {
			l = lying{c.areaAt[a.Parent], c.lies[c.areaAt[a.Parent]].district, c.lies[c.areaAt[a.Parent]].street, l.name}
		}
		switch c.areas[i].Level {
		case "district":
			l.district = a.Code
		case "street":
			l.street = a.Code
		}
		c.lies = append(c.lies, l)
	}
	for _, k := range c.categories {
		c.paths = append(c.paths, Name{c.pathOf(k.Code, locale.ZH), c.pathOf(k.Code, locale.EN)})
	}
}

// CategoryPath names a category with those above it, such as "城市管理/市容环境/占道经营" and "City management / Street appearance / Street vending"; empty for an unknown code.
// English names are of several words, so the slash between them has room on both sides, where a line may break.
func (c *City) CategoryPath(code string, l locale.Lang) string {
	if i, ok := c.categoryAt[code]; ok {
		return c.paths[i].In(l)
	}
	return c.pathOf(code, l)
}

func (c *City) pathOf(code string, l locale.Lang) string {
	var names []string
	for name, parent, ok := c.matter(code, l); ok && len(names) < 8; name, parent, ok = c.matter(parent, l) {
		names = append(names, name)
	}
	slices.Reverse(names)
	if l == locale.EN {
		return strings.Join(names, " / ")
	}
	return strings.Join(names, "/")
}

// TerritoryName names an area with those it lies in, without the city: "临江区向阳街道" or "Xiangyang Sub-district, Linjiang District"; empty for an unknown code.
func (c *City) TerritoryName(code string, l locale.Lang) string {
	if i, ok := c.areaAt[code]; ok {
		return c.lies[i].name.In(l)
	}
	return c.endedName(codes.Territories, code, l)
}

func (c *City) areaName(code string, l locale.Lang) string {
	var names []string
	for t, ok := c.Territory(code); ok; t, ok = c.Territory(t.Parent) {
		if t.Parent != "" || len(names) == 0 {
			names = append(names, t.Name.In(l))
		}
	}
	if l == locale.EN {
		return strings.Join(names, ", ")
	}
	slices.Reverse(names)
	return strings.Join(names, "")
}

// District is the code of the district that an area lies in (or is); empty for the city and for unknown codes.
func (c *City) District(code string) string { return c.lies[c.areaAt[code]].district }

// Street is the code of the street or town that an area lies in (or is); empty where the area is wider than that.
func (c *City) Street(code string) string { return c.lies[c.areaAt[code]].street }

// within tells whether an area is another one or lies in it.
func (c *City) within(area, wider int) bool {
	for ; area >= 0; area = c.lies[area].parent {
		if area == wider {
			return true
		}
	}
	return false
}

// around is the narrowest area that holds both.
func (c *City) around(a, b int) int {
	for !c.within(b, a) {
		a = c.lies[a].parent
	}
	return a
}
