package board

import (
	"cmp"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huiyin/supervision"
	"huiyin/web/shell"
)

// topicsAt is the address of the page of topics.
const topicsAt = "/topics"

// matterLevel is the level of the code set that the page of topics tells: fine enough to recognise a matter, and coarse enough to have numbers.
const matterLevel = 2

// topicSheet reads the board of the city, or of the district that the address asks for.
func (x *Pages) topicSheet(c *fiber.Ctx) (sheet, error) {
	if code := c.Query("district"); code != "" {
		return x.district(c, code)
	}
	return x.read(c, supervision.Filter{})
}

func (x *Pages) showTopics(c *fiber.Ctx) error {
	s, err := x.topicSheet(c)
	if err != nil {
		return err
	}
	v := x.page(c, shell.Lang(c).T("topics.public_title"), topicsAt, s)
	v.Back = v.link("/board")
	if s.Filter.District != "" {
		v.Extra = "district=" + s.Filter.District
		v.Card = v.with(v.Card)
	}
	return shell.Render(c, fiber.StatusOK, topicsPage(v))
}

func (x *Pages) readTopics(c *fiber.Ctx) (publication, error) {
	s, err := x.topicSheet(c)
	if err != nil {
		return publication{}, err
	}
	p := s.publish()
	p.Topics = s.topicEntries()
	return p, nil
}

// quarter is a choice of the city or one of its districts.
type quarter struct {
	Name, Href string
	Current    bool
}

// quarters are the city and its districts, as links that keep the month.
func (v view) quarters() []quarter {
	at := func(extra string) string {
		w := v
		w.Extra = extra
		return w.with(w.link(w.At))
	}
	list := []quarter{{v.T("topics.whole_city"), at(""), v.Filter.District == ""}}
	for _, t := range v.districts() {
		list = append(list, quarter{t.Name.In(v.Lang), at("district=" + t.Code), v.Filter.District == t.Code})
	}
	return list
}

// growing are the matters with enough cases to be named, those that grew most first, and how many cases the others have together.
func (v view) growing() (list []supervision.TopicLine, rest int) {
	all, rest := v.topics(matterLevel)
	for _, t := range all {
		if n := t.Get("received").Denominator; n < supervision.MinShown {
			rest += n
		} else {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b supervision.TopicLine) int {
		return cmp.Compare(b.Get("received").Denominator-b.Before, a.Get("received").Denominator-a.Before)
	})
	return list, rest
}

func (v view) growthTable() shell.Grid {
	g := shell.Grid{Caption: v.T("topics.public_caption"), Hidden: true, Empty: v.T("topics.public_none"), Columns: []shell.Column{{Title: v.T("board.matter")}, {Title: v.T("figure.received"), Numeric: true},
		{Title: v.T("board.month_before"), Numeric: true}, {Title: v.T("topics.change"), Numeric: true}, {Title: v.T("figure.open"), Numeric: true}}}
	list, rest := v.growing()
	for _, t := range list {
		n := t.Get("received").Denominator
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.topicName(t.Key)}, {Text: v.Lang.Number(n)}, {Text: v.Lang.Number(t.Before)}, {Text: signed(v, n-t.Before)}, {View: rate(v.Lang, t.Get("open"))}})
	}
	if rest > 0 {
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.T("board.other_topics")}, {Text: v.Lang.Number(rest)}, {Text: "–"}, {Text: "–"}, {Text: "–"}})
	}
	return g
}

// signed is a change with its sign.
func signed(v view, n int) string {
	switch {
	case n > 0:
		return "+" + v.Lang.Number(n)
	case n < 0:
		return "−" + v.Lang.Number(-n)
	}
	return "0"
}
