package board

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/supervision/replycheck"
	"huiyin/web/shell"
)

// Addresses of the pages about the ways of cases.
const (
	channelsAt = "/channels"
	repliesAt  = "/replies"
)

// staleAfter is how old the days of the channels may be before the page warns: a city's hotline has cases every day.
const staleAfter = 24 * time.Hour

// hopCodes are the figures of hops, in the order of their table: together they are all of it.
var hopCodes = []string{"hops_one", "hops_two", "hops_more"}

// channelsView is what the page of channels and hops is drawn from.
type channelsView struct {
	view
	Uses []supervision.ChannelUse
	Read time.Time // when the days of the channels last moved; zero: never
}

// Stale reports whether the days of the channels did not move for too long.
func (v channelsView) Stale() bool { return v.Now.Sub(v.Read) > staleAfter }

func (x *Pages) channels(c *fiber.Ctx) (channelsView, error) {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return channelsView{}, err
	}
	v := channelsView{view: x.page(c, shell.Lang(c).T("channels.title"), channelsAt, s)}
	v.Uses, v.Read, err = supervision.ChannelUses(c.UserContext(), x.DB, v.Now, x.City.TZ)
	return v, err
}

func (x *Pages) showChannels(c *fiber.Ctx) error {
	v, err := x.channels(c)
	if err != nil {
		return err
	}
	v.Back, v.Summary = v.link("/board"), v.T("channels.lead")
	return shell.Render(c, fiber.StatusOK, channelsPage(v))
}

// few is a count of cases as the public may see it: fewer than supervision.MinShown are told as such.
func (v view) few(n int) string {
	if n > 0 && n < supervision.MinShown {
		return v.T("board.few")
	}
	return v.Lang.Number(n)
}

// useTable is every channel with its last case, what it brings, and whether it fell silent.
func (v channelsView) useTable() shell.Grid {
	g := shell.Grid{Caption: v.T("channels.table"), Hidden: true, Columns: []shell.Column{{Title: v.T("channels.channel")}, {Title: v.T("channels.last")},
		{Title: v.T("channels.recent", locale.Args{"N": supervision.SilentDays}), Numeric: true}, {Title: v.T("channels.usual", locale.Args{"N": supervision.SilentDays}), Numeric: true}, {Title: v.T("channels.state")}}}
	for _, u := range v.Uses {
		last := v.T("channels.never")
		switch {
		case u.Last.IsZero():
		case u.Silent == 0:
			last = v.T("channels.today")
		default:
			last = v.Lang.Date(u.Last) + " · " + v.Lang.N("channels.days_ago", u.Silent)
		}
		usual := "–"
		if u.Usual > 0 {
			usual = v.few(int(u.Usual + 0.5))
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.T("channel." + string(u.Channel))}, {Text: last}, {Text: v.few(u.Recent)}, {Text: usual}, {View: channelState(v, u)}})
	}
	return g
}

// monthTable is how many cases each channel brought in each of the last months.
func (v channelsView) monthTable() shell.Grid {
	g := shell.Grid{Caption: v.T("channels.months"), Hidden: true, Columns: []shell.Column{{Title: v.T("channels.channel")}}}
	for i := range supervision.TrendMonths {
		g.Columns = append(g.Columns, shell.Column{Title: v.monthName(v.Lang, v.Current.Add(i+1-supervision.TrendMonths)), Numeric: true})
	}
	for _, u := range v.Uses {
		row := []shell.Cell{{Text: v.T("channel." + string(u.Channel))}}
		for _, n := range u.Months {
			row = append(row, shell.Cell{Text: v.few(n)})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// asleep are the names of the channels that fell silent.
func (v channelsView) asleep() string {
	var names []string
	for _, u := range v.Uses {
		if u.Dormant() {
			names = append(names, v.T("channel."+string(u.Channel)))
		}
	}
	return strings.Join(names, v.T("compare.and"))
}

// enough are the units whose figure may be shown, and how many others have too few cases for that.
func (v view) enough(code string) (units []supervision.UnitLine, few int) {
	for _, u := range v.Units {
		switch f := u.Get(code); {
		case f.Suppressed:
			few++
		case f.Denominator > 0:
			units = append(units, u)
		}
	}
	return units, few
}

// tooFew tells of the units that a table leaves out; empty where there are none.
func (v view) tooFew(code string) string {
	if _, n := v.enough(code); n > 0 {
		return v.T("channels.too_few", locale.Args{"N": v.Lang.Number(n)})
	}
	return ""
}

// hopTable sets the city and every unit side by side: how many units a case went through before one answered.
func (v view) hopTable() shell.Grid {
	g := shell.Grid{Caption: v.T("channels.hops"), Hidden: true, Pairs: true, Columns: []shell.Column{{Title: v.T("board.unit")}}}
	for _, code := range hopCodes {
		g.Columns = append(g.Columns, shell.Column{Title: figureName(v.Page, code), Numeric: true})
	}
	row := func(name, href string, l supervision.Line) {
		cells := []shell.Cell{{Text: name, Href: href}}
		for _, code := range hopCodes {
			cells = append(cells, shell.Cell{View: rate(v.Lang, l.Get(code))})
		}
		g.Rows = append(g.Rows, cells)
	}
	row(v.Rules.Name.In(v.Lang), v.link("/board"), v.Whole)
	units, _ := v.enough("hops_one")
	for _, u := range units {
		row(v.Lang.Pick(u.ZH, u.EN), v.link("/departments/"+string(u.Code)), u.Line)
	}
	return g
}

// publicFlags are the flags that are told of, in the order of their table.
var publicFlags = []replycheck.Flag{replycheck.Empty, replycheck.ForwardedOnly, replycheck.Boilerplate, replycheck.BesideQuestion, replycheck.PartUnanswered, replycheck.NoFinding, replycheck.NoAction,
	replycheck.OnlyPromises, replycheck.NoBasis, replycheck.Late}

func (x *Pages) showReplies(c *fiber.Ctx) error {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	v := x.page(c, shell.Lang(c).T("replies.title"), repliesAt, s)
	v.Back, v.Summary = v.link("/board"), v.T("replies.lead")
	return shell.Render(c, fiber.StatusOK, repliesPage(v))
}

// flagTable is what the check pointed at in the whole city, the most frequent first.
func (v view) flagTable() shell.Grid {
	g := shell.Grid{Caption: v.T("replies.what"), Hidden: true, Empty: v.T("replies.none"), Columns: []shell.Column{{Title: v.T("replies.flag")}, {Title: v.T("replies.means")}, {Title: v.T("replies.count"), Numeric: true}}}
	flags := slices.Clone(publicFlags)
	all := v.Flags[""]
	slices.SortStableFunc(flags, func(a, b replycheck.Flag) int { return all[string(b)] - all[string(a)] })
	for _, f := range flags {
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.T("replycheck.short_" + string(f))}, {Text: v.T("replies.how_" + string(f))}, {Text: v.few(all[string(f)])}})
	}
	return g
}

// flagUnits are the units with the share of their answers that were pointed at, and by what for.
func (v view) flagUnits() shell.Grid {
	g := shell.Grid{Caption: v.T("replies.by_unit"), Hidden: true, Pairs: true, Empty: v.T("replies.none"), Columns: []shell.Column{{Title: v.T("board.unit")}, {Title: figureName(v.Page, "flagged"), Numeric: true}}}
	var shown []replycheck.Flag
	for _, f := range publicFlags {
		if v.Flags[""][string(f)] > 0 {
			shown = append(shown, f)
			g.Columns = append(g.Columns, shell.Column{Title: v.T("replycheck.short_" + string(f)), Numeric: true})
		}
	}
	row := func(name, href string, code casework.UnitCode, l supervision.Line) {
		cells := []shell.Cell{{Text: name, Href: href}, {View: rate(v.Lang, l.Get("flagged"))}}
		for _, f := range shown {
			cells = append(cells, shell.Cell{Text: v.few(v.Flags[code][string(f)])})
		}
		g.Rows = append(g.Rows, cells)
	}
	if v.Whole.Get("flagged").Denominator > 0 {
		row(v.Rules.Name.In(v.Lang), v.link("/board"), "", v.Whole)
	}
	units, _ := v.enough("flagged")
	for _, u := range units {
		row(v.Lang.Pick(u.ZH, u.EN), v.link("/departments/"+string(u.Code)), u.Code, u.Line)
	}
	return g
}

// provenOf tells in words how far the public log proves a figure of the month; empty where it does not yet.
func (v view) provenOf(code string) string {
	f, ok := v.proven().Get(code)
	if !ok {
		return ""
	}
	return v.T("channels.proven", locale.Args{"Figure": figureName(v.Page, code), "Number": number(v.Lang, f), "Basis": fraction(v.Lang, f)})
}

// channelsJSON and repliesJSON give programs what their pages say.
func (x *Pages) channelsJSON(c *fiber.Ctx) error {
	v, err := x.channels(c)
	if err != nil {
		return err
	}
	type channel struct {
		Channel casework.Channel `json:"channel"`
		Name    name             `json:"name"`
		Last    string           `json:"last,omitempty"`
		Silent  *int             `json:"silent_days"`
		Recent  *int             `json:"recent"` // null: fewer than five
		Dormant bool             `json:"dormant"`
	}
	out := struct {
		Days     int       `json:"days"` // that recent speaks of
		Read     time.Time `json:"read"`
		Stale    bool      `json:"stale"`
		Channels []channel `json:"channels"`
	}{Days: supervision.SilentDays, Read: v.Read.In(x.City.TZ).Truncate(time.Second), Stale: v.Stale()}
	for _, u := range v.Uses {
		one := channel{Channel: u.Channel, Name: texts("channel." + string(u.Channel)), Last: dayOf(u.Last), Recent: shownCount(u.Recent), Dormant: u.Dormant()}
		if !u.Last.IsZero() {
			one.Silent = &u.Silent
		}
		out.Channels = append(out.Channels, one)
	}
	return sendJSON(c, out)
}

func (x *Pages) repliesJSON(c *fiber.Ctx) error {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	type unit struct {
		Code    string              `json:"code"`
		Name    name                `json:"name"`
		Flagged *supervision.Figure `json:"flagged"`
		Flags   map[string]*int     `json:"flags"` // null: fewer than five
	}
	one := func(code casework.UnitCode, n name, l supervision.Line) unit {
		f := l.Get("flagged")
		u := unit{Code: string(code), Name: n, Flagged: &f, Flags: map[string]*int{}}
		for flag, n := range s.Flags[code] {
			u.Flags[flag] = shownCount(n)
		}
		return u
	}
	out := struct {
		Period   string `json:"period"`
		Snapshot string `json:"snapshot,omitempty"`
		City     *unit  `json:"city"`
		Units    []unit `json:"units"`
	}{Period: s.Month.String(), Snapshot: s.Snapshot, Units: []unit{}}
	if !s.Empty() {
		city := one("", name{s.Rules.Name.ZH, s.Rules.Name.EN}, s.Whole)
		out.City = &city
		for _, u := range s.Units {
			if u.Get("flagged").Denominator > 0 {
				out.Units = append(out.Units, one(u.Code, name{u.ZH, u.EN}, u.Line))
			}
		}
	}
	return sendJSON(c, out)
}

// shownCount is a count as programs may have it; nil for fewer than supervision.MinShown.
func shownCount(n int) *int {
	if n > 0 && n < supervision.MinShown {
		return nil
	}
	return &n
}

func sendJSON(c *fiber.Ctx, v any) error {
	body, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return send(c, fiber.MIMEApplicationJSONCharsetUTF8, append(body, '\n'))
}
