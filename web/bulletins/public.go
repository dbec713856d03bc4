package bulletins

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/bulletin"
	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// listView is a page of bulletins of one kind.
type listView struct {
	shell.Page
	Rules *routing.City
	All   []bulletin.Bulletin
	Down  int
}

func (x *Pages) drawList(c *fiber.Ctx, kind bulletin.Kind, title string) (listView, error) {
	v := listView{Page: shell.NewPage(c, shell.Lang(c).T(title)), Rules: x.City}
	v.Section, v.Back = "board", v.Href("/board")
	var err error
	if v.All, err = x.Book.Public(c.UserContext(), kind, most); err != nil {
		return v, err
	}
	v.Down, err = x.Book.TakenDown(c.UserContext())
	return v, err
}

func (x *Pages) showThemes(c *fiber.Ctx) error {
	v, err := x.drawList(c, bulletin.Theme, "bulletin.themes")
	if err != nil {
		return err
	}
	v.Card = v.Href("/themes.png")
	return shell.Render(c, fiber.StatusOK, themesPage(v))
}

func (x *Pages) showTypicals(c *fiber.Ctx) error {
	v, err := x.drawList(c, bulletin.Typical, "bulletin.typicals")
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, typicalsPage(v))
}

// matter is one category of a theme, with what residents say of it.
type matter struct {
	Name      string
	Code      string
	Now, Then supervision.Line // the running month, and the month before the theme's
}

// oneView is one bulletin as everybody sees it, or as its keepers preview it.
type oneView struct {
	shell.Page
	Rules   *routing.City
	B       bulletin.Bulletin
	Older   []bulletin.Bulletin
	Matters []matter
	Month   string // running
	Before  string // the month before the theme
	Card    privacy.Card
	Shown   bool // the card is public
	Today   string
}

// Gone reports whether the newest version was taken down.
func (v oneView) Gone() bool { return v.B.DownAt != nil }

func (v oneView) units() string {
	var words []string
	for _, u := range v.B.Co {
		words = append(words, v.Rules.UnitName(u, v.Lang))
	}
	return join(v.Lang, words)
}

func join(l locale.Lang, words []string) string {
	var out strings.Builder
	for i, w := range words {
		if i > 0 {
			out.WriteString(l.T("bulletin.comma"))
		}
		out.WriteString(w)
	}
	return out.String()
}

// date writes a day that was stored as yyyy-mm-dd.
func date(l locale.Lang, day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, locale.Zone)
	if err != nil {
		return day
	}
	return l.Date(t)
}

// course is the plan and the progress in the order of time.
func (v oneView) course() []shell.Happening {
	var list []shell.Happening
	at := func(day string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, day, locale.Zone)
		if err != nil {
			return v.Now
		}
		return t.AddDate(0, 0, 1) // a day's end
	}
	for _, s := range v.B.Plan {
		h := shell.Happening{Title: s.What.In(v.Lang), At: at(s.Due), Future: true, Text: v.T("bulletin.step_due")}
		switch {
		case s.Done != "":
			h.At, h.Future, h.Tone, h.Text = at(s.Done), false, shell.Good, v.T("bulletin.step_done", locale.Args{"Day": date(v.Lang, s.Due)})
			if s.Done > s.Due {
				h.Tone, h.Text = shell.Warn, v.T("bulletin.step_late_done", locale.Args{"Day": date(v.Lang, s.Due)})
			}
		case s.Late(v.Today):
			h.Tone, h.Text = shell.Bad, v.T("bulletin.step_late")
		}
		list = append(list, h)
	}
	for _, n := range v.B.Progress {
		list = append(list, shell.Happening{Title: v.T("bulletin.progress"), At: at(n.On), Text: n.What.In(v.Lang), Tone: shell.Note})
	}
	slices.SortStableFunc(list, func(a, b shell.Happening) int { return a.At.Compare(b.At) })
	return list
}

// fill adds to a bulletin what the figures and cards say.
func (x *Pages) fill(ctx context.Context, v *oneView) error {
	v.Rules, v.Today = x.City, v.Now.In(x.City.TZ).Format(time.DateOnly)
	if v.B.Kind == bulletin.Typical {
		card, why, err := privacy.CardByNumber(ctx, x.DB, v.B.Slug)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		v.Card, v.Shown = card.Card(), err == nil && why == privacy.Shown
		return nil
	}
	month := v.B.Slug[:7]
	began, err := supervision.ParseMonth(month)
	if err != nil {
		return err
	}
	current := supervision.MonthOf(v.Now, x.City.TZ)
	v.Month, v.Before = v.Lang.Month(current.Start(x.City.TZ)), v.Lang.Month(began.Add(-1).Start(x.City.TZ))
	for _, code := range v.B.Categories {
		m := matter{Code: code, Name: x.City.CategoryPath(code, v.Lang)}
		now, err := x.Figures.View(ctx, supervision.One(current), supervision.Filter{Category: code})
		if err != nil {
			return err
		}
		then, err := x.Figures.View(ctx, supervision.One(began.Add(-1)), supervision.Filter{Category: code})
		if err != nil {
			return err
		}
		m.Now, m.Then = now.Whole, then.Whole
		v.Matters = append(v.Matters, m)
	}
	return nil
}

func (x *Pages) published(c *fiber.Ctx, kind bulletin.Kind) (v oneView, err error) {
	list, err := x.Book.One(c.UserContext(), kind, c.Params("slug"))
	if err != nil {
		return v, err
	}
	v.B, v.Older = list[0], list[1:]
	title := v.B.Title.In(shell.Lang(c))
	if v.Gone() {
		title = shell.Lang(c).T("bulletin.gone")
	}
	v.Page = shell.NewPage(c, title)
	v.Section = "board"
	if v.Gone() {
		v.Status = fiber.StatusGone
		return v, nil
	}
	return v, x.fill(c.UserContext(), &v)
}

func (x *Pages) showTheme(c *fiber.Ctx) error {
	v, err := x.published(c, bulletin.Theme)
	if err != nil {
		return err
	}
	v.Back, v.Page.Card = v.Href("/themes"), v.Href("/themes/"+v.B.Slug+".png")
	return shell.Render(c, max(v.Status, fiber.StatusOK), themePage(v))
}

func (x *Pages) showTypical(c *fiber.Ctx) error {
	v, err := x.published(c, bulletin.Typical)
	if err != nil {
		return err
	}
	v.Back, v.Page.Card = v.Href("/typical"), v.Href("/typical/"+v.B.Slug+".png")
	return shell.Render(c, max(v.Status, fiber.StatusOK), typicalPage(v))
}

// entry is a bulletin for programs. It names no person.
type entry struct {
	Kind      bulletin.Kind  `json:"kind"`
	ID        string         `json:"id"`
	Version   int            `json:"version"`
	Published *time.Time     `json:"published"`
	TakenDown *time.Time     `json:"taken_down,omitempty"`
	Reason    bulletin.Words `json:"reason,omitzero"`
	*bulletin.Content
}

func entryOf(b bulletin.Bulletin) entry {
	e := entry{Kind: b.Kind, ID: b.Slug, Version: b.Version, Published: b.PublishedAt, TakenDown: b.DownAt, Reason: b.Down}
	if b.DownAt == nil {
		e.Content = &b.Content
	}
	return e
}

func (x *Pages) list(kind bulletin.Kind) fiber.Handler {
	return func(c *fiber.Ctx) error {
		all, err := x.Book.Public(c.UserContext(), kind, most)
		if err != nil {
			return err
		}
		entries := []entry{}
		for _, b := range all {
			entries = append(entries, entryOf(b))
		}
		return c.JSON(entries)
	}
}

func (x *Pages) one(kind bulletin.Kind) fiber.Handler {
	return func(c *fiber.Ctx) error {
		all, err := x.Book.One(c.UserContext(), kind, c.Params("slug"))
		if err != nil {
			return err
		}
		entries := []entry{}
		for _, b := range all {
			if all[0].DownAt != nil {
				b.DownAt, b.Down = all[0].DownAt, all[0].Down // what was taken down is gone in all its versions
			}
			entries = append(entries, entryOf(b))
		}
		return c.JSON(entries)
	}
}

// unit is the name of the unit that a card names.
func (v oneView) unit(code casework.UnitCode) string { return v.Rules.UnitName(code, v.Lang) }
