package bulletins

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/bulletin"
	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/web/shell"
)

// catalogueView is what must be published, held against what is.
type catalogueView struct {
	shell.Page
	Rules *routing.City
	All   []bulletin.Duty
	Late  int
}

func (x *Pages) showCatalogue(c *fiber.Ctx) error {
	v := catalogueView{Page: shell.NewPage(c, shell.Lang(c).T("bulletin.catalogue")), Rules: x.City}
	v.Section, v.Back = "board", v.Href("/board")
	var err error
	if v.All, err = bulletin.Catalogue(c.UserContext(), x.DB, v.Now); err != nil {
		return err
	}
	for _, d := range v.All {
		if d.Overdue {
			v.Late++
		}
	}
	return shell.Render(c, fiber.StatusOK, cataloguePage(v))
}

func (x *Pages) catalogueJSON(c *fiber.Ctx) error {
	list, err := bulletin.Catalogue(c.UserContext(), x.DB, shell.Now(c))
	if err != nil {
		return err
	}
	return c.JSON(list)
}

func (v catalogueView) unit(code casework.UnitCode) string { return v.Rules.UnitName(code, v.Lang) }

func (v catalogueView) every(d bulletin.Duty) string {
	switch {
	case d.Every == 0:
		return v.T("bulletin.when_new")
	case d.Every == 1:
		return v.T("bulletin.daily")
	}
	return v.T("bulletin.every_days", locale.Args{"N": d.Every})
}

func (v catalogueView) last(d bulletin.Duty) string {
	if d.Last == nil {
		return v.T("bulletin.never")
	}
	return v.Lang.DateTime(*d.Last)
}

func (v catalogueView) grid() shell.Grid {
	g := shell.Grid{Caption: v.T("bulletin.catalogue"), Hidden: true, Columns: []shell.Column{{Title: v.T("bulletin.what")}, {Title: v.T("bulletin.owner")}, {Title: v.T("bulletin.cycle")}, {Title: v.T("bulletin.last")}, {Title: v.T("bulletin.state")}, {Title: v.T("bulletin.basis")}}}
	for _, d := range v.All {
		g.Rows = append(g.Rows, []shell.Cell{{Text: d.Name.In(v.Lang), Href: v.Href(d.Address)}, {Text: v.unit(d.Owner)}, {Text: v.every(d)}, {Text: v.last(d)}, {View: standing(v, d)}, {Text: d.Basis.In(v.Lang)}})
	}
	return g
}
