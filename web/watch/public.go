package watch

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/supervision/gaming"
	"huiyin/web/shell"
)

// fresh is how long caches may keep the public page.
const fresh = time.Minute

func (x *Pages) since(c *fiber.Ctx) supervision.Month {
	return supervision.MonthOf(shell.Now(c), x.City.TZ).Add(1 - monthsShown)
}

func (x *Pages) show(c *fiber.Ctx) error {
	v := named{P: shell.NewPage(c, shell.Lang(c).T("watch.public_title")), City: x.City}
	v.P.Section, v.P.Summary, v.P.Back, v.P.Card = "board", v.P.T("watch.public_lead"), v.P.Href("/board"), v.P.Href("/watch.png")
	var err error
	if v.All, err = gaming.Public(c.UserContext(), x.Watch.DB, x.since(c)); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, publicPage(v, x.Watch.Limits))
}

// units are the table of the public page: a unit's signs of a month, and how far they were looked into.
func (v named) units() shell.Grid {
	g := shell.Grid{Caption: v.P.T("watch.by_unit"), Hidden: true, Empty: v.P.T("watch.none_public"), Columns: []shell.Column{{Title: v.P.T("watch.month")}, {Title: v.P.T("watch.unit")},
		{Title: v.P.T("watch.pattern")}, {Title: v.P.T("watch.count")}, {Title: v.P.T("watch.state")}}}
	for _, f := range v.All {
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.month(f)}, {Text: v.unit(f), Href: v.P.Href("/departments/" + string(f.Unit))}, {Text: v.name(f.Pattern)}, {Text: v.found(f)}, {View: mark(v, f)}})
	}
	return g
}

// limits are the table of what is looked for and from where on.
func (v named) limits(l gaming.Limits) shell.Grid {
	g := shell.Grid{Caption: v.P.T("watch.limits"), Hidden: true, Columns: []shell.Column{{Title: v.P.T("watch.pattern")}, {Title: v.P.T("watch.looked")}, {Title: v.P.T("watch.from")}, {Title: v.P.T("watch.basis")}}}
	for _, p := range gaming.Patterns {
		one := l[p]
		from := v.P.T("watch.least_only", locale.Args{"N": one.Least})
		if one.Share > 0 {
			from = v.P.T("watch.least", locale.Args{"N": one.Least, "Share": one.Share})
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.name(p)}, {Text: v.P.T("watch.how_" + string(p))}, {Text: from}, {Text: v.P.Lang.Pick(one.Basis.ZH, one.Basis.EN)}})
	}
	return g
}

// published is one sign for programs.
type published struct {
	Month   string            `json:"month"`
	Unit    casework.UnitCode `json:"unit"`
	Pattern gaming.Pattern    `json:"pattern"`
	Found   int               `json:"found"`
	Among   int               `json:"among"`
	Verdict string            `json:"verdict"` // confirmed, explained; empty while nobody has judged it
}

func (x *Pages) json(c *fiber.Ctx) error {
	all, err := gaming.Public(c.UserContext(), x.Watch.DB, x.since(c))
	if err != nil {
		return err
	}
	out := struct {
		Signs []published `json:"signs"`
	}{Signs: []published{}}
	for _, f := range all {
		out.Signs = append(out.Signs, published{f.Month.String(), f.Unit, f.Pattern, f.Found, f.Among, f.Verdict})
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	return c.JSON(out)
}
