// Package address reads written addresses: which part is what, and which administrative area they lie in.
//
// It knows the divisions of China down to streets and towns, and any other list of areas that a Gazetteer is made from. Everything in it is a
// pure function of the text and the list.
package address

import (
	"cmp"
	"slices"
	"strings"
)

// Level is how wide an area is.
type Level uint8

// The levels, from wide to narrow.
const (
	Province Level = iota
	City
	District // and counties, and cities of a county's rank
	Street   // and towns and townships
	Community
)

// Area is one place on the map of administration.
type Area struct {
	Code    string // 6, 9 or 12 digits
	Parent  int32  // index of the area it lies in; -1 for the widest
	Level   Level
	Name    string
	Aliases []string // other names in daily use
}

// Gazetteer finds areas by what people call them. It does not change after New and is safe for use by many at once.
type Gazetteer struct {
	areas    []Area
	children [][]int32
	stems    []int32 // by area, how many bytes of its name are left without the word for its level
	names    []named // in order, so that all names with one beginning lie together
}

// named is one way to call an area.
type named struct {
	name string
	area int32
	full bool // the name as it stands on the list; otherwise a short one
}

// New makes a gazetteer of areas, each after the one it lies in.
func New(areas []Area) *Gazetteer {
	g := &Gazetteer{areas: areas, children: make([][]int32, len(areas)), stems: make([]int32, len(areas)), names: make([]named, 0, 2*len(areas))}
	for i, a := range areas {
		at := int32(i) //nolint:gosec // areas are fewer than 2³¹
		if a.Parent >= 0 {
			g.children[a.Parent] = append(g.children[a.Parent], at)
		}
		g.names = append(g.names, named{comparable(a.Name), at, true})
		s := stem(a.Name, a.Level)
		g.stems[i] = int32(len(s)) //nolint:gosec // names are short
		if s != a.Name {
			g.names = append(g.names, named{comparable(s), at, false})
		}
		for _, alias := range a.Aliases {
			g.names = append(g.names, named{comparable(alias), at, true})
		}
	}
	slices.SortFunc(g.names, func(a, b named) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.area, b.area)) })
	return g
}

// comparable is a name as squeeze leaves it; nearly all are so already, and stay where they lie.
func comparable(name string) string {
	if s := string(squeeze(name)); s != name {
		return s
	}
	return name
}

// Areas is how many areas it knows.
func (g *Gazetteer) Areas() int { return len(g.areas) }

// Path lists an area with those it lies in, the widest first.
func (g *Gazetteer) Path(i int32) []Area {
	var path []Area
	for ; i >= 0; i = g.areas[i].Parent {
		path = append(path, g.areas[i])
	}
	slices.Reverse(path)
	return path
}

// within tells whether an area is another one or lies in it.
func (g *Gazetteer) within(a, wider int32) bool {
	for ; a >= 0; a = g.areas[a].Parent {
		if a == wider {
			return true
		}
	}
	return false
}

// around is the narrowest area that holds both; -1 where there is none.
func (g *Gazetteer) around(a, b int32) int32 {
	for a >= 0 && !g.within(b, a) {
		a = g.areas[a].Parent
	}
	return a
}

// stem is a name without the word for its level, and without the nationalities of an autonomous area; the name itself where too little would be left.
func stem(name string, level Level) string {
	short := name
	for _, suffix := range levelWords[level] {
		if s, ok := strings.CutSuffix(name, suffix); ok {
			short = s
			break
		}
	}
	for again := true; again; {
		again = false
		for _, n := range nationalities {
			if s, ok := strings.CutSuffix(short, n); ok && short != name && len(s) >= shortest {
				short, again = s, true
				break
			}
		}
	}
	if len(short) < shortest {
		return name
	}
	return short
}

// shortest is how many bytes a short name has at least: two characters, since one alone says nothing.
const shortest = 2 * 3
