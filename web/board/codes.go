package board

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/routing/codes"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// reading is the version of the code sets that the address asks for, the newest where it names none.
func (x *Pages) reading(c *fiber.Ctx) (codes.Reading, error) {
	under, ok := x.City.Reading(c.Query("codes"))
	if !ok {
		return under, fault.New(fault.Invalid, "fault.no_such_codes").At("codes")
	}
	return under, nil
}

// codeLink leads to the same page under another version of the code sets.
type codeLink struct {
	Name    string
	Href    string
	Current bool
}

// codeLinks are the versions under which the page can be read, the newest first; none where no code was ever changed.
func (v view) codeLinks() []codeLink {
	versions := v.Rules.CodeVersions()
	if len(versions) < 2 {
		return nil
	}
	var list []codeLink
	for i := len(versions) - 1; i >= 0; i-- {
		w := v
		w.Extra = "codes=" + versions[i].Name
		if i == len(versions)-1 {
			w.Extra = ""
		}
		list = append(list, codeLink{Name: v.T("board.codes_of", locale.Args{"Version": versions[i].Name, "Since": v.Lang.Date(versions[i].Since)}), Href: w.to(v.Month), Current: versions[i].Name == v.Codes})
	}
	return list
}

// districts are those of the version that the board is read under, as far as something is counted for those that are no more.
func (s sheet) districts() []routing.Territory {
	list := s.Rules.Districts()
	for _, t := range s.Rules.EndedTerritories(districtDigits) {
		if slices.ContainsFunc(s.Board.Districts, func(l supervision.Line) bool { return l.Key == t.Code }) {
			list = append(list, t)
		}
	}
	return list
}

// districtLink is the page of a district; one that is no more has none.
func (v view) districtLink(code string) string {
	if _, ok := v.Rules.Territory(code); !ok {
		return ""
	}
	return v.link("/districts/" + code)
}

// districtDigits is the length of a district's code (GB/T 2260).
const districtDigits = 6

// tagTable counts what residents' words say beside the matter.
func (v view) tagTable() shell.Grid {
	g := shell.Grid{Caption: v.T("board.tags_table"), Hidden: true, Empty: v.T("board.no_tags"), Columns: []shell.Column{{Title: v.T("board.tag")}, {Title: v.T("figure.received"), Numeric: true}, {Title: v.T("board.month_before"), Numeric: true}}}
	few := func(n int) string {
		if n == 0 {
			return v.T("board.few")
		}
		return v.Lang.Number(n)
	}
	for _, t := range v.Tags {
		if t.Suppressed || t.Received == 0 {
			continue
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.Rules.TagName(t.Tag, v.Lang)}, {Text: few(t.Received)}, {Text: few(t.Before)}})
	}
	return g
}

// tagEntries are the tags for programs; one of few cases is named without its number.
func (s sheet) tagEntries() []entry {
	received, _ := supervision.Define("received")
	var list []entry
	for _, t := range s.Tags {
		if t.Received == 0 && !t.Suppressed {
			continue
		}
		f := supervision.Figure{Definition: received.ID(), Measure: supervision.Count, Numerator: supervision.Whole(t.Received), Denominator: t.Received, Period: s.Period, State: supervision.Live, Suppressed: t.Suppressed}
		list = append(list, entry{Code: t.Tag, Name: &name{s.Rules.TagName(t.Tag, locale.ZH), s.Rules.TagName(t.Tag, locale.EN)}, Figures: figures{"received": f}})
	}
	return list
}
