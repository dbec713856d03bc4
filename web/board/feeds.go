package board

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/shell"
)

// feed is an Atom feed (RFC 4287).
type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  feedAuthor  `xml:"author"`
	Links   []feedLink  `xml:"link"`
	Rights  string      `xml:"rights"`
	Entries []feedEntry `xml:"entry"`
}

type feedAuthor struct {
	Name string `xml:"name"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
	Type string `xml:"type,attr,omitempty"`
}

type feedEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    feedLink `xml:"link"`
	Summary string   `xml:"summary"`
}

// feedAt is where the feeds are; each has its Chinese and its English address.
const feedAt = "/feeds"

func (x *Pages) feedRoutes(page func(string, fiber.Handler)) {
	page(feedAt+"/city.atom", x.feedOf(func(*fiber.Ctx) (supervision.Filter, string, string, error) {
		return supervision.Filter{}, "", "/board", nil
	}))
	page(feedAt+"/districts/:code.atom", x.feedOf(func(c *fiber.Ctx) (supervision.Filter, string, string, error) {
		t, ok := x.City.Territory(c.Params("code"))
		if !ok || len(t.Code) != districtDigits {
			return supervision.Filter{}, "", "", notFound()
		}
		return supervision.Filter{District: t.Code}, t.Name.In(shell.Lang(c)), "/districts/" + t.Code, nil
	}))
	page(feedAt+"/departments/:code.atom", x.feedOf(func(c *fiber.Ctx) (supervision.Filter, string, string, error) {
		u, ok := x.City.Unit(casework.UnitCode(c.Params("code")))
		if !ok {
			return supervision.Filter{}, "", "", notFound()
		}
		return supervision.Filter{Unit: u.Code}, u.Name.In(shell.Lang(c)), "/departments/" + string(u.Code), nil
	}))
	page(feedAt+"/topics/:code.atom", x.topicFeed)
	page(feedAt+"/reports.atom", x.reportFeed)
	page(feedAt+"/withheld.atom", x.withheldFeed)
	page(feedAt, x.showFeeds)
}

// newFeed begins a feed at an address, about a page.
func (x *Pages) newFeed(c *fiber.Ctx, title, about string) feed {
	l := shell.Lang(c)
	address := x.BaseURL + c.Path()
	return feed{Lang: string(l), ID: address, Title: title, Author: feedAuthor{x.City.Name.In(l) + " " + shell.Phone}, Rights: "CC BY 4.0",
		Links: []feedLink{{Rel: "self", Href: address, Type: "application/atom+xml"}, {Rel: "alternate", Href: x.BaseURL + l.Path(about), Type: "text/html"}}}
}

// sendFeed answers with a feed; its date is that of its newest entry.
func sendFeed(c *fiber.Ctx, f feed, none time.Time) error {
	f.Updated = none.UTC().Format(time.RFC3339)
	for i, e := range f.Entries {
		if i == 0 || e.Updated > f.Updated {
			f.Updated = e.Updated
		}
	}
	body, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return send(c, "application/atom+xml; charset=utf-8", append([]byte(xml.Header), body...))
}

// feedFigures are what an entry tells of a month.
var feedFigures = []string{"received", "on_time", "solved", "satisfied"}

// told is a line of figures as one sentence.
func told(l locale.Lang, line supervision.Line) string {
	var words []string
	for _, code := range feedFigures {
		f := line.Get(code)
		if f.Definition == "" {
			continue
		}
		d, _ := supervision.Define(code)
		text := l.T(d.Name) + " " + number(l, f)
		if of := fraction(l, f); f.Measure == supervision.Share && of != "" {
			text += l.T("board.in_brackets", locale.Args{"Text": of})
		}
		words = append(words, text)
	}
	return strings.Join(words, l.T("board.semicolon"))
}

// monthEntries are the months of a trend, the newest first, as entries that stay the same for as long as their figures do.
func (x *Pages) monthEntries(c *fiber.Ctx, trend []supervision.Line, about, snapshot string, asOf time.Time) []feedEntry {
	l := shell.Lang(c)
	var list []feedEntry
	current := supervision.MonthOf(shell.Now(c), x.City.TZ)
	for i := len(trend) - 1; i >= 0; i-- {
		m, err := supervision.ParseMonth(trend[i].Key)
		if err != nil || trend[i].Get("received").Denominator == 0 && trend[i].Get("on_time").Denominator == 0 {
			continue
		}
		at := m.Add(1).Start(x.City.TZ)
		state := l.T("board.complete")
		if m == current {
			at, state = asOf, l.T("board.running")
		}
		address := x.BaseURL + l.Path(about+"?month="+m.String())
		list = append(list, feedEntry{ID: address, Title: l.Month(m.Start(x.City.TZ)) + l.T("board.colon") + told(l, trend[i]), Updated: at.UTC().Format(time.RFC3339), Link: feedLink{Rel: "alternate", Href: address},
			Summary: told(l, trend[i]) + l.T("board.full_stop") + state + l.T("board.snapshot") + " " + snapshot})
	}
	return list
}

// feedOf is the feed of the months of a part of the city.
func (x *Pages) feedOf(part func(*fiber.Ctx) (f supervision.Filter, name, about string, err error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f, name, about, err := part(c)
		if err != nil {
			return err
		}
		s, err := x.read(c, f)
		if err != nil {
			return err
		}
		l := shell.Lang(c)
		if name == "" {
			name = x.City.Name.In(l)
		}
		out := x.newFeed(c, l.T("board.feed_title", locale.Args{"Name": name}), about)
		out.Entries = x.monthEntries(c, s.Trend, about, s.Snapshot, s.AsOf)
		return sendFeed(c, out, s.AsOf)
	}
}

// topicFeed is the feed of one matter: its months in the whole city.
func (x *Pages) topicFeed(c *fiber.Ctx) error {
	k, ok := x.City.Category(c.Params("code"))
	if !ok || len(k.Code) > 4 {
		return notFound()
	}
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	var lines []supervision.Line
	for i := supervision.TrendMonths - 1; i >= 0; i-- {
		m := s.Current.Add(-i)
		if s.First == 0 || m < s.First {
			continue
		}
		b, err := x.view(c.UserContext(), m, supervision.Filter{}, s.under)
		if err != nil {
			return err
		}
		for _, t := range b.Topics {
			if t.Key == k.Code && t.Get("received").Denominator >= supervision.MinShown {
				line := t.Line
				line.Key = m.String()
				lines = append(lines, line)
			}
		}
	}
	out := x.newFeed(c, shell.Lang(c).T("board.feed_title", locale.Args{"Name": x.City.CategoryPath(k.Code, shell.Lang(c))}), topicsAt)
	out.Entries = x.monthEntries(c, lines, topicsAt, s.Snapshot, s.AsOf)
	return sendFeed(c, out, s.AsOf)
}

// reportFeed is the feed of closed months; a revision is an entry of its own.
func (x *Pages) reportFeed(c *fiber.Ctx) error {
	all, err := months.List(c.UserContext(), x.DB)
	if err != nil {
		return err
	}
	l := shell.Lang(c)
	out := x.newFeed(c, l.T("ledger.reports"), "/reports")
	for _, m := range all {
		address := x.BaseURL + l.Path(fmt.Sprintf("/reports/%s?revision=%d", m.Month, m.Revision))
		e := feedEntry{ID: address, Title: l.T("ledger.report_title", locale.Args{"City": x.City.Name.In(l), "Month": l.Month(m.Month.Start(x.City.TZ))}), Updated: m.At.UTC().Format(time.RFC3339), Link: feedLink{Rel: "alternate", Href: address},
			Summary: l.T("ledger.closed_at", locale.Args{"Time": l.DateTime(m.At), "Rows": l.Number(m.Rows), "Entry": l.Number(int(m.Entry))})}
		if m.Revision > 1 {
			e.Title += " · " + l.T("ledger.revision", locale.Args{"N": m.Revision})
			e.Summary = m.Why + " " + e.Summary
		}
		out.Entries = append(out.Entries, e)
	}
	return sendFeed(c, out, shell.Now(c))
}

// withheldFeed tells each day how many cases have no card, and why.
func (x *Pages) withheldFeed(c *fiber.Ctx) error {
	l := shell.Lang(c)
	shown, list, err := x.withheld(c.UserContext(), l)
	if err != nil {
		return err
	}
	words := []string{l.T("cards.shown", locale.Args{"N": l.Number(shown)})}
	for _, r := range list {
		words = append(words, l.T("cards.withheld", locale.Args{"Why": r.Text, "N": l.Number(r.N)}))
	}
	day := shell.Now(c).In(x.City.TZ)
	day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, x.City.TZ)
	out := x.newFeed(c, l.T("board.withheld"), withheldAt)
	out.Entries = []feedEntry{{ID: x.BaseURL + l.Path(withheldAt+"#"+day.Format(time.DateOnly)), Title: l.Date(day) + l.T("board.colon") + l.T("board.withheld"), Updated: day.UTC().Format(time.RFC3339),
		Link: feedLink{Rel: "alternate", Href: x.BaseURL + l.Path(withheldAt)}, Summary: strings.Join(words, " ")}}
	return sendFeed(c, out, day)
}

// feedLine is a feed as the page lists it.
type feedLine struct{ Name, Href string }

// shortList is how many links stand on a page of links without being folded.
const shortList = 6

// feedGroup is a heading with its feeds.
type feedGroup struct {
	Key, Title string
	Feeds      []feedLine
}

func (x *Pages) feeds(p shell.Page) []feedGroup {
	line := func(name, path string) feedLine { return feedLine{name, p.Href(feedAt + path)} }
	groups := []feedGroup{{"city", x.City.Name.In(p.Lang), []feedLine{line(p.T("board.title"), "/city.atom"), line(p.T("ledger.reports"), "/reports.atom"), line(p.T("board.withheld"), "/withheld.atom")}},
		{Key: "districts", Title: p.T("board.districts")}, {Key: "departments", Title: p.T("board.departments")}, {Key: "matters", Title: p.T("board.topics")}}
	for _, t := range x.City.Districts() {
		groups[1].Feeds = append(groups[1].Feeds, line(t.Name.In(p.Lang), "/districts/"+t.Code+".atom"))
	}
	for _, u := range x.City.Units() {
		groups[2].Feeds = append(groups[2].Feeds, line(u.Name.In(p.Lang), "/departments/"+string(u.Code)+".atom"))
	}
	for _, k := range x.City.Subcategories("") {
		groups[3].Feeds = append(groups[3].Feeds, line(k.Name.In(p.Lang), "/topics/"+k.Code+".atom"))
	}
	return groups
}

func (x *Pages) showFeeds(c *fiber.Ctx) error {
	p := shell.NewPage(c, shell.Lang(c).T("board.feeds_title"))
	p.Section, p.Back, p.Summary = "board", p.Href("/board"), p.T("board.feeds_lead")
	return shell.Render(c, fiber.StatusOK, feedsPage(p, x.feeds(p)))
}
