package board

import (
	"cmp"
	"maps"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/supervision"
	"huiyin/web/share"
	"huiyin/web/shell"
)

// picture is how the address of a page's picture ends.
const picture = ".png"

// pictured are the pages of figures that have a picture of their own; the others are shown by that of the board.
func pictured(at string) string {
	switch at {
	case compareAt, channelsAt, repliesAt, streetsAt, "/districts", "/departments":
		return "/board"
	}
	return at
}

// cityCard, unitCard, districtCard and topicsCard draw the pictures of their pages.
func (x *Pages) cityCard(c *fiber.Ctx) error {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	return x.sheetCard(c, shell.Lang(c).T("board.title"), s)
}

func (x *Pages) unitCard(c *fiber.Ctx) error {
	s, err := x.unit(c, c.Params("code"))
	if err != nil {
		return err
	}
	u, _ := x.City.Unit(s.Filter.Unit)
	return x.sheetCard(c, u.Name.In(shell.Lang(c)), s)
}

func (x *Pages) districtCard(c *fiber.Ctx) error {
	s, err := x.district(c, c.Params("code"))
	if err != nil {
		return err
	}
	t, _ := x.City.Territory(s.Filter.District)
	return x.sheetCard(c, t.Name.In(shell.Lang(c)), s)
}

// sheetCard draws the picture of a page of figures: its headline, marked as proven where the log proves that very number.
func (x *Pages) sheetCard(c *fiber.Ctx, title string, s sheet) error {
	l := shell.Lang(c)
	card := x.blank(l, title, s)
	if f, ok := share.Headline(s.Whole.Get); ok {
		code, _, _ := strings.Cut(f.Definition, "@")
		d, _ := supervision.Define(code)
		card.Number, card.Label = number(l, f), l.T(d.Name)
		if f.Measure == supervision.Count {
			card.Unit = l.T("board.cases")
		} else {
			card.Basis = l.T("share.basis", locale.Args{"Basis": fraction(l, f), "When": card.Basis})
		}
		proven, ok := s.proven().Get(code)
		card.Mark(l, ok && sameFigure(proven, f))
	}
	return share.Send(c, card)
}

// blank is a card with everything but its number.
func (x *Pages) blank(l locale.Lang, title string, s sheet) share.Card {
	card := share.Card{Title: title, Number: "–", Basis: s.monthName(l, s.Month), Address: share.Host(x.BaseURL)}
	if s.Snapshot != "" {
		card.Snapshot = l.T("share.snapshot", locale.Args{"ID": s.Snapshot})
	}
	return card
}

// sameFigure reports whether two figures of one definition say the same.
func sameFigure(a, b supervision.Figure) bool {
	return a.Definition == b.Definition && a.Numerator == b.Numerator && a.Denominator == b.Denominator && a.Suppressed == b.Suppressed && maps.Equal(a.Excluded, b.Excluded)
}

// topicsCard is the matter with most cases.
func (x *Pages) topicsCard(c *fiber.Ctx) error {
	s, err := x.topicSheet(c)
	if err != nil {
		return err
	}
	l := shell.Lang(c)
	title := l.T("topics.public_title")
	if s.Filter.District != "" {
		title = x.City.TerritoryName(s.Filter.District, l) + " · " + title
	}
	card := x.blank(l, title, s)
	if list, _ := s.topics(matterLevel); len(list) > 0 {
		first := list[0]
		card.Number, card.Unit, card.Label = l.Number(first.Get("received").Denominator), l.T("board.cases"), cmp.Or(x.City.CategoryPath(first.Key, l), l.T("board.unsorted"))
		card.Mark(l, false)
	}
	return share.Send(c, card)
}

// caseCard is what became of one public case.
func (x *Pages) caseCard(c *fiber.Ctx) error {
	found, why, err := privacy.CardByNumber(c.UserContext(), x.DB, c.Params("number"))
	if err != nil {
		return err
	}
	if why != privacy.Shown {
		return fault.New(fault.Gone, "fault.gone")
	}
	l := shell.Lang(c)
	k := cardView{Page: shell.NewPage(c, l.T("cards.one")), Rules: x.City, Card: found.Card()}
	return share.Send(c, share.Card{Title: k.matter() + " · " + k.place(), Number: k.outcomeName(), Label: k.Rules.UnitName(k.Unit, l), Basis: l.T("share.filed", locale.Args{"Day": k.filed()}),
		Snapshot: l.T("share.number", locale.Args{"Number": k.Number}), Address: share.Host(x.BaseURL)})
}
