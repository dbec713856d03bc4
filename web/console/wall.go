package console

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// What the wall has room for: it is read from across the room and never scrolls.
const (
	wallUnits  = 6
	wallSurges = 4
	wallPeople = 7
)

// wallView is the supervisors' screen: how the hotline stands now.
type wallView struct {
	P     shell.Page
	W     supervision.Wall
	Tiles []wallTile
	Names dossier.Namer
	Stale int                        // articles of the knowledge base that are out of date
	Grown []supervision.Topic        // hot topics that grow suddenly, the hottest first
	Quiet map[casework.Channel]int64 // channels that fell silent
}

// wallTile is one figure that leads to what it counts.
type wallTile struct {
	Label, Number, Note string
	Href                string
	Tone                shell.Tone
}

func (x *Pages) wall(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := wallView{P: shell.NewPage(c, shell.Lang(c).T("wall.title"))}
	v.P.Section, v.P.Wide = "wall", true
	v.Names = dossier.Namer{City: x.City, Lang: v.P.Lang}
	y, m, d := v.P.Now.In(x.City.TZ).Date()
	if v.W, err = supervision.WallNow(c.UserContext(), x.Docket, x.City, by, time.Date(y, m, d+1, 0, 0, 0, 0, x.City.TZ)); err != nil {
		return err
	}
	if v.Grown, err = x.grown(c.UserContext(), by); err != nil {
		return err
	}
	if v.Quiet, err = supervision.SilentChannels(c.UserContext(), x.Docket.DB); err != nil {
		return err
	}
	if x.Answers != nil {
		if v.Stale, err = x.Answers.Stale(c.UserContext(), nil); err != nil {
			return err
		}
	}
	v.Tiles = v.tiles()
	return shell.Render(c, fiber.StatusOK, wallPage(v))
}

func (v wallView) tiles() []wallTile {
	w, lang := v.W, v.P.Lang
	tone := func(n int, bad shell.Tone) shell.Tone {
		if n == 0 {
			return shell.Good
		}
		return bad
	}
	since := func(t time.Time) string {
		if t.IsZero() {
			return lang.T("wall.nobody_waits")
		}
		return lang.T("wall.longest", locale.Args{"Span": lang.Span(w.At.Sub(t))})
	}
	waiting := wallTile{Label: lang.T("wall.waiting"), Number: lang.Number(w.Waiting), Note: since(w.Longest), Href: "/console", Tone: tone(w.Waiting, shell.Note)}
	if w.Critical > 0 {
		waiting.Note, waiting.Tone = lang.T("wall.critical", locale.Args{"N": w.Critical})+" · "+waiting.Note, shell.Bad
	}
	kept := wallTile{Label: lang.T("wall.kept"), Number: lang.Number(w.Kept), Note: since(w.KeptSince), Href: "/console/kept", Tone: tone(w.Kept, shell.Warn)}
	if w.Letters > 0 {
		kept.Note = lang.N("wall.letters", w.Letters)
	}
	asked := wallTile{Label: lang.T("wall.asked"), Number: lang.Number(w.Asked), Note: lang.T("wall.asked_note"), Href: "/console/list?view=asked", Tone: tone(w.Asked, shell.Warn)}
	if w.AskedLate > 0 {
		asked.Note, asked.Tone = lang.N("wall.asked_late", w.AskedLate), shell.Bad
	}
	return []wallTile{
		waiting,
		{Label: lang.T("wall.late"), Number: lang.Number(w.Late), Note: lang.T("wall.late_note"), Href: "/console/late", Tone: tone(w.Late, shell.Bad)},
		{Label: lang.T("wall.today"), Number: lang.Number(w.Today), Note: lang.T("wall.today_note"), Href: "/console/list?view=today", Tone: tone(w.Today, shell.Warn)},
		asked,
		{Label: lang.T("wall.callbacks"), Number: lang.Number(w.CallBacks), Note: since(w.CallSince), Href: "/console/list?view=call", Tone: tone(w.CallBacks, shell.Note)},
		kept,
	}
}

// reassign is where the cases of a unit are given to another: its late ones where it has any. The hotline's own lie in the queue.
func reassign(u supervision.UnitDue) string {
	switch {
	case u.Unit == casework.Hotline && u.Late > 0:
		return "/console?late=1"
	case u.Unit == casework.Hotline:
		return "/console"
	case u.Late > 0:
		return "/console/list?view=late&unit=" + string(u.Unit)
	}
	return "/console/list?view=unit&unit=" + string(u.Unit)
}

// levels says how many cases are raised how far.
func (v wallView) levels() string {
	var all []string
	for _, l := range v.W.Levels {
		all = append(all, v.P.T("raised."+strconv.Itoa(l.Raised))+" "+v.P.Lang.Number(l.Cases))
	}
	return strings.Join(all, " · ")
}

// quiet names the channels that fell silent.
func (v wallView) quiet() string {
	var names []string
	for _, c := range slices.Sorted(maps.Keys(v.Quiet)) {
		names = append(names, v.P.T("channel."+string(c)))
	}
	return strings.Join(names, " · ")
}

// place names where a matter surges.
func (v wallView) place(s supervision.Surge) string {
	if s.Territory == "" {
		return v.P.T("wall.whole_city")
	}
	return v.Names.City.TerritoryName(s.Territory, v.P.Lang)
}

func (v wallView) matter(s supervision.Surge) string {
	if c, ok := v.Names.City.Category(s.Category); ok {
		return c.Name.In(v.P.Lang)
	}
	return s.Category
}

// work says what somebody is doing: the case they have open, or their role.
func (v wallView) work(p supervision.AtWork) string {
	if p.Number != "" {
		return v.P.T("wall.has_open", locale.Args{"Span": v.P.Lang.Span(v.W.At.Sub(p.Since))})
	}
	for _, r := range p.Roles {
		if v.P.Lang.Has("role." + string(r)) {
			return v.P.T("role." + string(r))
		}
	}
	return ""
}

func head[T any](list []T, n int) []T { return list[:min(len(list), n)] }
