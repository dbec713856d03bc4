// Command gallery serves the home page and one page with every component of the shell, for looking at them without a database.
package main

import (
	"flag"
	"log"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/web/resident"
	"huiyin/web/shell"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8099", "where to listen")
	flag.Parse()
	log.Fatal(app().Listen(*addr))
}

func app() *fiber.App {
	city, err := loadCity()
	if err != nil {
		log.Fatal(err)
	}
	app := shell.New(shell.Config{
		City:   city,
		Secret: []byte(strings.Repeat("gallery.", 4)),
		Who: func(c *fiber.Ctx) (*shell.Identity, error) {
			return &shell.Identity{Name: "Li Ming", Role: "dispatcher", Unit: city.ZH, Session: "gallery"}, nil
		},
		Nav: []shell.NavItem{{Section: "staff", Key: "shell.nav_track", Path: "/gallery/staff"}, {Section: "board", Key: "shell.nav_board", Path: "/board"}},
	})
	shell.Mount(app, shell.Routes())
	shell.Mount(app, resident.AboutRoutes())
	shell.Mount(app, []shell.Route{
		{Path: "/gallery", Handler: show(false)},
		{Method: fiber.MethodPost, Path: "/gallery", Handler: post},
		{Path: "/gallery/fault", Handler: func(*fiber.Ctx) error { return fault.New(fault.Unavailable, "fault.unavailable") }},
		{Path: "/gallery/staff", Handler: show(true), Door: shell.Staff},
	})
	return app
}

func show(staff bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		page := shell.NewPage(c, shell.Lang(c).T("shell.service"))
		page.Section = "report"
		page.Back = page.Href("/")
		if staff {
			page.Section, page.Back, page.Wide = "staff", "", true
		}
		if c.QueryBool("mistakes") {
			page.Errors.Add("text", page.T("fault.invalid"))
			page.Notice = &shell.Notice{Tone: shell.Warn, Text: page.T("fault.too_many")}
		}
		return shell.Render(c, fiber.StatusOK, gallery(page, staff))
	}
}

func post(c *fiber.Ctx) error {
	shell.Flash(c, shell.Good, "due.met")
	return shell.SeeOther(c, "/gallery")
}

func dues(p shell.Page) []shell.Due {
	start := p.Now.Add(-48 * time.Hour)
	return []shell.Due{
		{Start: start, At: p.Now.Add(100 * time.Hour)},
		{Start: start, At: p.Now.Add(3*time.Hour + 20*time.Minute)},
		{Start: start, At: p.Now.Add(-2 * time.Hour)},
		{Start: start, At: p.Now, Met: p.Now.Add(-time.Hour)},
		{Start: start, At: p.Now.Add(-5 * time.Hour), Met: p.Now},
	}
}

func happenings(p shell.Page) []shell.Happening {
	return []shell.Happening{
		{Title: p.T("help.w_reply"), At: p.Now.Add(20 * time.Hour), Who: p.City.Name(p.Lang), Future: true},
		{Title: p.T("help.w_sign"), At: p.Now.Add(-2 * time.Hour), Who: p.City.Name(p.Lang), Text: p.T("help.m_sign"), Tone: shell.Note},
		{Title: p.T("help.w_dispatch"), At: p.Now.Add(-5 * time.Hour), Text: p.T("help.m_dispatch"), Tone: shell.Good},
		{Title: p.T("help.w_accept"), At: p.Now.Add(-6 * time.Hour), Text: p.T("help.m_accept"), Tone: shell.Good},
	}
}

func chart(p shell.Page) shell.Chart {
	c := shell.Chart{Title: p.T("home.board"), Finding: p.T("home.board_text"), Label: p.T("help.kind_complaint"), Value: p.T("help.when_days")}
	for i, key := range []string{"help.kind_consultation", "help.kind_complaint", "help.kind_suggestion", "help.kind_report"} {
		n := 97 - 17*i
		c.Bars = append(c.Bars, shell.Bar{Label: p.T(key), Value: float64(n), Text: p.Lang.Percent(n, 100)})
	}
	return c
}

func choices(p shell.Page) []shell.Choice {
	return []shell.Choice{
		{Value: "a", Label: p.T("help.kind_consultation"), Hint: p.T("help.days3")},
		{Value: "b", Label: p.T("help.kind_complaint")},
		{Value: "c", Label: p.T("help.kind_suggestion")},
	}
}

func items(p shell.Page) []shell.Item {
	return []shell.Item{
		{Key: p.T("privacy.r_place"), Value: p.T("help.good2"), Change: "#", What: p.T("privacy.r_place")},
		{Key: p.T("privacy.r_phone"), Change: "#", What: p.T("privacy.r_phone")},
	}
}

func grid(p shell.Page) shell.Grid {
	g := shell.Grid{Caption: p.T("home.how"), Columns: []shell.Column{{Title: p.T("help.word")}, {Title: p.T("help.meaning")}, {Title: p.T("help.when_days"), Numeric: true}}}
	for i, d := range dues(p) {
		g.Rows = append(g.Rows, []shell.Cell{{Text: "HY-2026-00" + string(rune('1'+i)), Href: "#"}, {View: shell.DueBadge(p, d)}, {Text: p.Lang.Number(1234 * i)}})
	}
	return g
}

func figures(p shell.Page) []shell.Figure {
	return []shell.Figure{
		{Number: p.Lang.Number(12345), Label: p.T("help.w_accept"), Definition: p.T("help.m_accept"), Link: "#"},
		{Number: p.Lang.Percent(975, 1000), Label: p.T("help.w_close"), Definition: p.T("help.m_close"), Link: "#"},
		{Number: "2.5", Unit: p.T("help.when_days"), Label: p.T("help.w_reply"), Definition: p.T("help.m_reply"), Link: "#"},
	}
}

var tones = []shell.Tone{shell.Good, shell.Note, shell.Warn, shell.Bad, shell.Calm}

func pager(p shell.Page) shell.Pager {
	return shell.Pager{Page: 4, Pages: 9, Address: func(int) string { return p.Href("/gallery") }}
}

func first(i int) templ.Attributes {
	if i == 0 {
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}
