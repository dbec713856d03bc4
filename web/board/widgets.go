package board

import (
	"fmt"
	"html"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// widgetsAt is where others find what they may put on their own pages.
const widgetsAt = "/widgets"

// cityWidget is the code of the whole city among units and districts.
const cityWidget = "city"

// framing is the content security policy of what stands in a frame on another page: anybody may frame it, and it runs nothing.
const framing = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"

// widget is one line of figures for others' pages.
type widget struct {
	Code, Name, About string
	Filter            supervision.Filter
}

// widget finds what a code names: the city, a district, or a unit.
func (x *Pages) widget(code string, l locale.Lang) (widget, error) {
	if code == cityWidget {
		return widget{code, x.City.Name.In(l), "/board", supervision.Filter{}}, nil
	}
	if t, ok := x.City.Territory(code); ok && len(t.Code) == districtDigits {
		return widget{code, t.Name.In(l), "/districts/" + code, supervision.Filter{District: code}}, nil
	}
	if u, ok := x.City.Unit(casework.UnitCode(code)); ok {
		return widget{code, u.Name.In(l), "/departments/" + code, supervision.Filter{Unit: u.Code}}, nil
	}
	return widget{}, fault.New(fault.NotFound, "fault.not_found")
}

// widgetFigures are shown in a frame; a badge shows the first that has a value.
var widgetFigures = []string{"solved", "on_time", "satisfied", "overdue_open"}

// widgetView is what a widget is drawn from.
type widgetView struct {
	view
	widget
	BaseURL string
}

func (x *Pages) readWidget(c *fiber.Ctx) (widgetView, error) {
	l := shell.Lang(c)
	w, err := x.widget(c.Params("code"), l)
	if err != nil {
		return widgetView{}, err
	}
	s, err := x.read(c, w.Filter)
	if err != nil {
		return widgetView{}, err
	}
	return widgetView{x.page(c, w.Name, w.About, s), w, x.BaseURL}, nil
}

// badge draws one figure as a picture with no script: a name, a number, what it stands on, and its month.
func (x *Pages) badge(c *fiber.Ctx) error {
	v, err := x.readWidget(c)
	if err != nil {
		return err
	}
	k := show(v.Lang, v.Whole, widgetFigures[0])
	for _, code := range widgetFigures {
		if f := v.Whole.Get(code); !f.Suppressed && f.Denominator > 0 {
			k = show(v.Lang, v.Whole, code)
			break
		}
	}
	title := v.Name + v.T("board.colon") + v.T(k.Def.Name) + " " + k.Number
	below := v.monthName(v.Lang, v.Month)
	if k.Basis != "" {
		below = k.Basis + " · " + below
	}
	text := html.EscapeString
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="96" viewBox="0 0 320 96" role="img" aria-label="%s" lang="%s"><title>%s</title>`, text(title), v.Lang, text(title))
	b.WriteString(`<rect x=".5" y=".5" width="319" height="95" rx="6" fill="#fff" stroke="#0d3b45"/><rect x="0" y="0" width="8" height="96" rx="4" fill="#0d3b45"/>`)
	const face = `font-family="PingFang SC,HarmonyOS Sans SC,Noto Sans CJK SC,Microsoft YaHei,system-ui,sans-serif"`
	fmt.Fprintf(&b, `<text x="20" y="26" %s font-size="14" fill="#0b0c0c">%s</text>`, face, text(v.Name+" · "+v.T(k.Def.Name)))
	fmt.Fprintf(&b, `<text x="20" y="62" %s font-size="30" font-weight="700" fill="#0d3b45">%s</text>`, face, text(k.Number))
	fmt.Fprintf(&b, `<text x="20" y="84" %s font-size="11" fill="#505a5f">%s</text>`, face, text(below+" · 12345 · "+v.Snapshot))
	b.WriteString(`</svg>`)
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return send(c, "image/svg+xml; charset=utf-8", []byte(b.String()))
}

// frame is a page of a few figures for a frame on another page.
func (x *Pages) frame(c *fiber.Ctx) error {
	v, err := x.readWidget(c)
	if err != nil {
		return err
	}
	if err := shell.Render(c, fiber.StatusOK, framePage(v)); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, framing)
	c.Response().Header.Del(fiber.HeaderXFrameOptions)
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return nil
}

func (x *Pages) showWidgets(c *fiber.Ctx) error {
	l := shell.Lang(c)
	w, err := x.widget(c.Query("of", cityWidget), l)
	if err != nil {
		return err
	}
	p := shell.NewPage(c, l.T("board.widgets_title"))
	p.Section, p.Back, p.Summary = "board", p.Href("/board"), p.T("board.widgets_lead")
	return shell.Render(c, fiber.StatusOK, widgetsPage(widgetView{view: view{Page: p}, widget: w, BaseURL: x.BaseURL}, x.widgetChoices(p)))
}

// widgetChoices are the things that have a widget.
func (x *Pages) widgetChoices(p shell.Page) []feedGroup {
	line := func(name, code string) feedLine { return feedLine{name, p.Href(widgetsAt + "?of=" + code)} }
	groups := []feedGroup{{"city", x.City.Name.In(p.Lang), []feedLine{line(p.T("topics.whole_city"), cityWidget)}}, {Key: "districts", Title: p.T("board.districts")}, {Key: "departments", Title: p.T("board.departments")}}
	for _, t := range x.City.Districts() {
		groups[1].Feeds = append(groups[1].Feeds, line(t.Name.In(p.Lang), t.Code))
	}
	for _, u := range x.City.Units() {
		groups[2].Feeds = append(groups[2].Feeds, line(u.Name.In(p.Lang), string(u.Code)))
	}
	return groups
}

// picture is the address of the badge in the language of the page.
func (v widgetView) picture() string { return v.Href(widgetsAt + "/badge/" + v.Code + ".svg") }

// pictureCode is what others copy to show the badge.
func (v widgetView) pictureCode() string {
	return `<a href="` + v.BaseURL + v.Href(v.About) + `"><img src="` + v.BaseURL + v.picture() + `" width="320" height="96" alt="` + html.EscapeString(v.Name) + ` 12345"></a>`
}

func (v widgetView) frameAt() string { return v.Href(widgetsAt + "/frame/" + v.Code) }

// frameCode is what others copy to show the figures in a frame.
func (v widgetView) frameCode() string {
	return `<iframe src="` + v.BaseURL + v.frameAt() + `" width="360" height="420" title="` + html.EscapeString(v.Name) + ` 12345" loading="lazy"></iframe>`
}

// widgetHref leads to what others may put on their pages of what the page shows.
func (v view) widgetHref() string {
	of := string(v.Filter.Unit) + v.Filter.District
	if of == "" {
		return v.Href(widgetsAt)
	}
	return v.Href(widgetsAt + "?of=" + of)
}
