package dossier

import (
	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
)

// Namer names units and places in the reader's language, for lists.
type Namer struct {
	City *routing.City
	Lang locale.Lang
}

// Holder is who must act now.
func (n Namer) Holder(c casework.Case) string { return n.City.UnitName(c.Owner, n.Lang) }

// Unit is the lead, or where there is none the one who must act.
func (n Namer) Unit(c casework.Case) string {
	if c.Lead == "" {
		return n.Holder(c)
	}
	return n.City.UnitName(c.Lead, n.Lang)
}

// Where is the place of a case in words: the area, or what the resident wrote, masked.
func (n Namer) Where(c casework.Case) string {
	if area := n.City.TerritoryName(c.Territory, n.Lang); area != "" {
		return area
	}
	return c.Place
}
