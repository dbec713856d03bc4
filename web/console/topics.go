package console

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/supervision"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// topicsShown is how many topics the page shows: nobody reads more.
const topicsShown = 50

// topicsView is the page of what many residents write about at once.
type topicsView struct {
	K      chords
	P      shell.Page
	Names  dossier.Namer
	Topics []supervision.Topic
}

func (x *Pages) topics(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := topicsView{P: shell.NewPage(c, shell.Lang(c).T("topics.title"))}
	v.P.Section, v.Names = "topics", dossier.Namer{City: x.City, Lang: v.P.Lang}
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	if v.Topics, err = supervision.Topics(c.UserContext(), x.Docket, by, topicsShown); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, topicsPage(v))
}

// grownOnWall is how many suddenly growing topics the wall has room for beside the matters that surge.
const grownOnWall = 2

// grown are the hottest topics that grow suddenly.
func (x *Pages) grown(ctx context.Context, by casework.Actor) ([]supervision.Topic, error) {
	list, err := supervision.Topics(ctx, x.Docket, by, grownOnWall)
	return slices.DeleteFunc(list, func(t supervision.Topic) bool { return t.Alarmed == nil }), err
}

// matter is what most of a topic's cases are about, by the code set; empty where they have no code in common.
func (v topicsView) matter(t supervision.Topic) string {
	if c, ok := v.Names.City.Category(t.Category); ok {
		return c.Name.In(v.P.Lang)
	}
	return ""
}

// place is where a topic is, as residents name it, and as the city does.
func (v topicsView) place(t supervision.Topic) string {
	area := v.Names.City.TerritoryName(t.Territory, v.P.Lang)
	switch {
	case area == "":
		return t.Place
	case strings.Contains(area, t.Place):
		return area
	}
	return area + " · " + t.Place
}

// growth is how many came on the newest day, and on a usual day before.
func (v topicsView) growth(t supervision.Topic) string {
	return v.P.Lang.Number(t.Lately) + " / " + strconv.FormatFloat(t.Usual, 'f', 1, 64)
}

func (v topicsView) grid() shell.Grid {
	g := shell.Grid{Caption: v.P.T("topics.caption"), Hidden: true, Empty: v.P.T("topics.none"), Columns: []shell.Column{{Title: v.P.T("topics.topic")}, {Title: v.P.T("topics.where")}, {Title: v.P.T("topics.matter")},
		{Title: v.P.T("topics.people"), Numeric: true}, {Title: v.P.T("topics.cases"), Numeric: true}, {Title: v.P.T("topics.growth"), Numeric: true}, {Title: v.P.T("topics.last")}}}
	for _, t := range v.Topics {
		g.Rows = append(g.Rows, []shell.Cell{{View: topicLink(v, t)}, {Text: v.place(t)}, {Text: v.matter(t)}, {Text: v.P.Lang.Number(t.People)}, {Text: v.P.Lang.Number(t.Size)},
			{Text: v.growth(t)}, {Text: v.P.Lang.DateTime(t.To)}})
	}
	return g
}

// topicView is one topic with its cases.
type topicView struct {
	topicsView
	T      supervision.Topic
	Cases  []casework.Case
	Master casework.Case   // the oldest that is still open: the others are merged into it
	Free   []casework.Case // those that can be merged into it
}

func (x *Pages) topic(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	v := topicView{topicsView: topicsView{P: shell.NewPage(c, "")}}
	if v.T, v.Cases, err = supervision.TopicOf(c.UserContext(), x.Docket, by, id); err != nil {
		return err
	}
	v.P.Title, v.P.Section, v.P.Back, v.Names = v.T.Title, "topics", "/console/topics", dossier.Namer{City: x.City, Lang: v.P.Lang}
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	open := openStates()
	for _, one := range v.Cases {
		switch {
		case v.Master.Number == "" && slices.Contains(open, one.State):
			v.Master = one
		case one.State == casework.Registered || one.State == casework.Accepted:
			v.Free = append(v.Free, one)
		}
	}
	return shell.Render(c, fiber.StatusOK, topicPage(v))
}

func (v topicView) cases() shell.Grid {
	g := shell.Grid{Caption: v.P.T("topics.cases_of"), Empty: v.P.T("topics.none"), Columns: []shell.Column{{Title: v.P.T("console.column_title")}, {Title: v.P.T("topics.where")}, {Title: v.P.T("topics.state")}, {Title: v.P.T("topics.filed")}}}
	for _, one := range v.Cases {
		g.Rows = append(g.Rows, []shell.Cell{{Text: dossier.Headline(v.P, one) + " " + one.Number, Href: "/console/case/" + one.ID.String(), Case: one.ID.String()}, {Text: v.Names.Where(one)},
			{Text: v.P.T("state." + string(one.State))}, {Text: v.P.Lang.DateTime(one.FiledAt)}})
	}
	return g
}

// summary is what is known of the topic as a whole.
func (v topicView) summary() []shell.Item {
	p := v.P
	list := []shell.Item{{Key: p.T("topics.people"), Value: p.Lang.Number(v.T.People)}, {Key: p.T("topics.cases"), Value: p.Lang.Number(v.T.Size)}}
	if place := v.place(v.T); place != "" {
		list = append(list, shell.Item{Key: p.T("topics.where"), Value: place})
	}
	if matter := v.matter(v.T); matter != "" {
		list = append(list, shell.Item{Key: p.T("topics.matter"), Value: matter})
	}
	return append(list, shell.Item{Key: p.T("topics.growth"), Value: v.growth(v.T)}, shell.Item{Key: p.T("topics.time"), Value: p.Lang.DateTime(v.T.From) + " – " + p.Lang.DateTime(v.T.To)})
}
