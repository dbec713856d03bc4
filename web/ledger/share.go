package ledger

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/share"
	"huiyin/web/shell"
)

// reportCard draws the picture of a closed month, and partCard that of one part of it: the headline, which the log proves.
func (x *Pages) reportCard(c *fiber.Ctx) error {
	v, snapshot, err := x.frozen(c)
	if err != nil {
		return err
	}
	return x.card(c, v, v.City.name, snapshot, v.Report.City)
}

func (x *Pages) partCard(c *fiber.Ctx) error {
	v, err := x.part(c)
	if err != nil {
		return err
	}
	return x.card(c, v.report, v.Name, v.Snapshot, v.Line)
}

func (x *Pages) card(c *fiber.Ctx, v report, name, snapshot string, line months.Line) error {
	l := shell.Lang(c)
	month := l.Month(v.Closed.Month.Start(locale.Zone))
	card := share.Card{Title: l.T("ledger.report_title", locale.Args{"City": name, "Month": month}), Number: "–", Basis: month, Snapshot: l.T("share.snapshot", locale.Args{"ID": snapshot}), Address: share.Host(x.BaseURL)}
	f, ok := share.Headline(func(code string) supervision.Figure { f, _ := line.Get(code); return f })
	if ok {
		code, _, _ := strings.Cut(f.Definition, "@")
		d, _ := supervision.Define(code)
		card.Number, card.Label, card.Basis = shown(l, f), l.T(d.Name), l.T("share.basis", locale.Args{"Basis": madeOf(l, f), "When": month})
	}
	card.Mark(l, true)
	return share.Send(c, card)
}
