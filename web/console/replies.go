package console

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/supervision"
	"huiyin/supervision/replycheck"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// repliesDays is how far back the replies are counted.
const repliesDays = 30

// counted are the flags that the table has a column for: those for which a reply comes back before it goes out, and lateness.
var counted = []replycheck.Flag{replycheck.Empty, replycheck.ForwardedOnly, replycheck.BesideQuestion, replycheck.PartUnanswered, replycheck.OnlyPromises, replycheck.NoBasis, replycheck.Late}

// repliesView is what the check pointed at in the replies of each unit.
type repliesView struct {
	K     chords
	P     shell.Page
	Names dossier.Namer
	Units []supervision.UnitReplies
}

func (x *Pages) replies(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := repliesView{P: shell.NewPage(c, shell.Lang(c).T("replycheck.counts"))}
	v.P.Section, v.Names = "replies", dossier.Namer{City: x.City, Lang: v.P.Lang}
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	if v.Units, err = supervision.CheckedReplies(c.UserContext(), x.Docket, by, v.P.Now.AddDate(0, 0, -repliesDays)); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, repliesPage(v))
}

func (v repliesView) grid() shell.Grid {
	g := shell.Grid{Caption: v.P.T("replycheck.counts_caption"), Hidden: true, Empty: v.P.T("replycheck.counts_none"),
		Columns: []shell.Column{{Title: v.P.T("console.column_unit")}, {Title: v.P.T("replycheck.replies"), Numeric: true}, {Title: v.P.T("replycheck.flagged"), Numeric: true}}}
	for _, f := range counted {
		g.Columns = append(g.Columns, shell.Column{Title: v.P.T("replycheck.short_" + string(f)), Numeric: true})
	}
	for _, u := range v.Units {
		row := []shell.Cell{{Text: v.Names.City.UnitName(u.Unit, v.P.Lang)}, {Text: v.P.Lang.Number(u.Replies)}, {Text: v.P.Lang.Percent(u.Flagged, u.Replies)}}
		for _, f := range counted {
			row = append(row, shell.Cell{Text: v.P.Lang.Number(u.Flags[f])})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}
