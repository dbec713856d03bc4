package routing

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing/codes"
)

// codesFile says what became of codes from version to version; a city that never changed any has none.
const codesFile = "codes.yaml"

func (c *City) loadCodes(fsys fs.FS) error {
	body, err := read(fsys, codesFile)
	if errors.Is(err, fs.ErrNotExist) {
		c.codes = &codes.Sets{}
		return nil
	}
	if err != nil {
		return err
	}
	if c.codes, err = codes.Parse(body, c.TZ); err == nil {
		err = c.codes.Check(c.holdsCode)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", codesFile, err)
	}
	return nil
}

// holdsCode reports whether a code is in force.
func (c *City) holdsCode(set codes.Set, code string) bool {
	ok := false
	switch set {
	case codes.Kinds:
		ok = slices.Contains(casework.Kinds, casework.Kind(code))
	case codes.Categories:
		_, ok = c.Category(code)
	case codes.Territories:
		_, ok = c.Territory(code)
	case codes.Units:
		_, ok = c.Unit(casework.UnitCode(code))
	}
	return ok
}

// aboveCode is the code above one in force.
func (c *City) aboveCode(set codes.Set, code string) string {
	switch set {
	case codes.Kinds:
		if code != string(casework.OtherKind) {
			return string(casework.OtherKind)
		}
	case codes.Categories:
		one, _ := c.Category(code)
		return one.Parent
	case codes.Territories:
		one, _ := c.Territory(code)
		return one.Parent
	case codes.Units:
		one, _ := c.Unit(casework.UnitCode(code))
		return string(one.Parent)
	}
	return ""
}

// CodeVersions are the versions of the city's code sets, oldest first; empty where no code was ever changed.
func (c *City) CodeVersions() []codes.Version { return c.codes.Versions() }

// Reading is the way figures are read under a version of the code sets, the newest where none is named; ok is false for a version that is none.
func (c *City) Reading(version string) (r codes.Reading, ok bool) {
	return c.codes.Under(version, c.aboveCode)
}

// endedName is what a code that ended was called; empty for every other.
func (c *City) endedName(set codes.Set, code string, l locale.Lang) string {
	old, ok := c.codes.Retired(set, code)
	if !ok {
		return ""
	}
	return l.Pick(old.ZH, old.EN)
}

// EndedTerritories are the areas of a level of digits that are no more, by their codes with their names.
func (c *City) EndedTerritories(digits int) []Territory {
	var list []Territory
	for _, code := range c.codes.Ended(codes.Territories) {
		if old, _ := c.codes.Retired(codes.Territories, code); len(code) == digits {
			list = append(list, Territory{Code: code, Parent: old.Parent, Name: Name{ZH: old.ZH, EN: old.EN}})
		}
	}
	return list
}

// CategoryName is the name of a category, in force or ended; empty where there is none.
func (c *City) CategoryName(code string, l locale.Lang) string {
	name, _, _ := c.matter(code, l)
	return name
}

// matter names a category by its code, also one that has ended.
func (c *City) matter(code string, l locale.Lang) (name, parent string, ok bool) {
	if one, known := c.Category(code); known {
		return one.Name.In(l), one.Parent, true
	}
	if old, known := c.codes.Retired(codes.Categories, code); known {
		return l.Pick(old.ZH, old.EN), old.Parent, true
	}
	return "", "", false
}
