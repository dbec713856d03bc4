package bulletins

import (
	"time"

	"huiyin/bulletin"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// monthOf is the month of a theme, as people write it; its address begins with it.
func monthOf(l locale.Lang, slug string) string {
	if t, err := time.ParseInLocation("2006-01", slug[:7], locale.Zone); err == nil {
		return l.Month(t)
	}
	return slug[:7]
}

func (v oneView) facts() []shell.Item {
	items := []shell.Item{
		{Key: v.T("bulletin.promise"), Value: v.B.Promise.In(v.Lang)},
		{Key: v.T("bulletin.due"), Value: date(v.Lang, v.B.Due)},
		{Key: v.T("bulletin.lead"), Value: v.unit(v.B.Lead)},
	}
	if len(v.B.Co) > 0 {
		items = append(items, shell.Item{Key: v.T("bulletin.co"), Value: v.units()})
	}
	return items
}

func (v oneView) cardFacts() []shell.Item {
	day := date(v.Lang, v.Card.FiledOn)
	items := []shell.Item{
		{Key: v.T("bulletin.filed"), Value: day},
		{Key: v.T("bulletin.matter"), Value: v.Rules.CategoryPath(v.Card.Category, v.Lang)},
		{Key: v.T("bulletin.handled_by"), Value: v.unit(v.Card.Unit)},
		{Key: v.T("bulletin.outcome"), Value: v.T(privacy.OutcomeNames[v.Card.Outcome])},
	}
	if v.Card.Solved != "" {
		items = append(items, shell.Item{Key: v.T("bulletin.verdict"), Value: v.T("solved." + string(v.Card.Solved))})
	}
	return items
}

// figures are how many cases came in of the theme's matters, and how many residents call solved: before the theme, and now.
func (v oneView) figures() shell.Grid {
	g := shell.Grid{Caption: v.T("bulletin.figures"), Hidden: true, Pairs: true, Columns: []shell.Column{{Title: v.T("bulletin.matter")}, {Title: v.T("bulletin.received"), Numeric: true}, {Title: v.T("bulletin.solved"), Numeric: true}}}
	for _, m := range v.Matters {
		g.Rows = append(g.Rows, []shell.Cell{{Text: m.Name, Href: v.Href("/cases?category=" + m.Code)}, {Text: count(v.Lang, m.Then) + " → " + count(v.Lang, m.Now)}, {Text: solved(v.Lang, m.Then) + " → " + solved(v.Lang, m.Now)}})
	}
	return g
}

// count is how many cases came in; few ones are not written out.
func count(l locale.Lang, line supervision.Line) string {
	n := int(line.Get("received").Numerator) / 2
	if n > 0 && n < supervision.MinShown {
		return l.T("bulletin.few", locale.Args{"N": supervision.MinShown})
	}
	return l.Number(n)
}

func solved(l locale.Lang, line supervision.Line) string {
	f := line.Get("solved")
	switch {
	case f.Suppressed:
		return l.T("bulletin.few", locale.Args{"N": supervision.MinShown})
	case f.Denominator == 0:
		return "–"
	}
	return l.Percent(int(f.Numerator), int(supervision.Whole(f.Denominator)))
}

// state is where a version stands, for its keepers.
func state(b bulletin.Bulletin) string {
	switch {
	case b.DownAt != nil:
		return "bulletin.is_down"
	case b.PublishedAt != nil:
		return "bulletin.is_public"
	}
	return "bulletin.is_draft"
}

func stateTone(b bulletin.Bulletin) shell.Tone {
	switch {
	case b.DownAt != nil:
		return shell.Bad
	case b.PublishedAt != nil:
		return shell.Good
	}
	return shell.Note
}
