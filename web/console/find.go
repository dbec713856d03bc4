package console

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/search"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// How many hits, and how many answers beside them, a page of the search shows.
const (
	foundPage     = 20
	foundArticles = 3
)

// asked is what somebody looks for. It stands in the address unless it names a person: a telephone number, an e-mail address or a tracking code travels in the form only.
type asked struct {
	Text, Unit, State, Since, Until string
	District, Category, Kind, Month string
	Sort                            string
	Like                            string // the case to which others are alike
	Page                            int
}

// stages are the states by which the search is narrowed, each a question and not a state of the table.
var stages = map[string][]casework.State{
	"triage": triage,
	"unit":   {casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand, casework.Paused, casework.HungUp},
	"after":  {casework.Answered, casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated},
	"over":   slices.DeleteFunc(slices.Clone(casework.States), casework.State.Open),
}

var stageOrder = []string{"triage", "unit", "after", "over"}

var contactForm = regexp.MustCompile(`@|[0-9][0-9 ()+-]{5,}[0-9]`)

// personal reports whether what was typed may name a person, or open a case.
func personal(text string) bool {
	if text = strings.TrimSpace(text); numbered(text) {
		return false
	}
	_, code := casework.NormalCode(text)
	return code || contactForm.MatchString(text)
}

var numberForm = regexp.MustCompile(`^[2-6][0-9]{11,13}$`)

// numbered reports whether a text can only be the number of a case: the day of filing in six digits, of 2020 or later, and at least six more. No telephone number is like that, and an identity card's is longer.
func numbered(text string) bool {
	if !numberForm.MatchString(text) {
		return false
	}
	day, err := time.Parse("060102", text[:6])
	return err == nil && day.Year() >= 2020
}

// monthForm is the form in which months stand in addresses.
const monthForm = "2006-01"

// fields are what was asked as fields of an address or a form, without those that are empty.
func (a asked) fields() map[string]string {
	all := map[string]string{"q": a.Text, "unit": a.Unit, "state": a.State, "since": a.Since, "until": a.Until, "district": a.District, "category": a.Category, "kind": a.Kind, "month": a.Month, "sort": a.Sort, "like": a.Like}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

func (a asked) values(page int) url.Values {
	q := url.Values{}
	for name, value := range a.fields() {
		q.Set(name, value)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return q
}

func (a asked) address(page int) string { return "/console/search?" + a.values(page).Encode() }

// file is the address of the list as a file.
func (a asked) file() string { return "/console/search.csv?" + a.values(1).Encode() }

// query puts what was asked into the engine's words; a day or a month that is none does not narrow it.
func (x *Pages) query(a asked) search.Query {
	q := search.Query{Text: a.Text, States: stages[a.State], Category: a.Category, Limit: foundPage, Offset: (a.Page - 1) * foundPage, Facets: true}
	if a.Unit != "" {
		if q.Units = x.City.Descendants(casework.UnitCode(a.Unit)); q.Units == nil {
			q.Units = []casework.UnitCode{casework.UnitCode(a.Unit)}
		}
	}
	if a.District != "" {
		q.Districts = []string{a.District}
	}
	if slices.Contains(casework.Kinds, casework.Kind(a.Kind)) {
		q.Kinds = []casework.Kind{casework.Kind(a.Kind)}
	}
	if a.Sort == string(search.Newest) {
		q.Sort = search.Newest
	}
	if month, err := time.ParseInLocation(monthForm, a.Month, locale.Zone); err == nil {
		q.Since, q.Until = month, month.AddDate(0, 1, 0)
	}
	if day, err := time.ParseInLocation(time.DateOnly, a.Since, locale.Zone); err == nil && day.After(q.Since) {
		q.Since = day
	}
	if day, err := time.ParseInLocation(time.DateOnly, a.Until, locale.Zone); err == nil && (q.Until.IsZero() || day.AddDate(0, 0, 1).Before(q.Until)) {
		q.Until = day.AddDate(0, 0, 1)
	}
	return q
}

// foundView is the search and what it found.
type foundView struct {
	K     chords
	P     shell.Page
	Asked asked
	Done  bool // something was looked for
	R     search.Result
	Rated ratedView
	Names dossier.Namer
	Units []shell.Choice
	Saved []search.Saved
	To    string         // where letters of saved searches go
	Like  *casework.Case // to which the hits are alike

	Articles []search.Article // answers in force beside the cases, on the first page
}

func askedOf(value func(string, ...string) string) asked {
	get := func(name string) string { return readable(value(name)) }
	a := asked{Text: strings.TrimSpace(get("q")), Unit: get("unit"), State: get("state"), Since: get("since"), Until: get("until"), District: get("district"), Category: get("category"), Kind: get("kind"), Month: get("month"),
		Sort: get("sort"), Like: get("like"), Page: 1}
	if n, err := strconv.Atoi(get("page")); err == nil && n > 1 && n <= search.MaxOffset/foundPage {
		a.Page = n
	}
	return a
}

// readable is a text without what no database keeps as one: broken signs, and signs that steer devices.
func readable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
}

func (x *Pages) showSearch(c *fiber.Ctx) error { return x.drawFound(c, askedOf(c.Query)) }

// find answers the form: what names a person is looked up at once, everything else gets an address of its own.
func (x *Pages) find(c *fiber.Ctx) error {
	a := askedOf(c.FormValue)
	if personal(a.Text) {
		return x.drawFound(c, a)
	}
	return shell.SeeOther(c, a.address(1))
}

func (x *Pages) drawFound(c *fiber.Ctx, a asked) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	v := foundView{P: shell.NewPage(c, shell.Lang(c).T("call.search")), Asked: a, Done: a.Text != "" || len(a.values(1)) > 0}
	v.P.Section = "search"
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	v.Names = dossier.Namer{City: x.City, Lang: v.P.Lang}
	v.Units = dossier.UnitChoices(v.P, x.City, v.P.T("console.every_unit"))
	if v.Rated, err = x.findRatings(c, by, a); err != nil {
		return err
	}
	switch id, like := uuid.Parse(a.Like); {
	case v.Rated.Asked:
	case a.Like != "" && like == nil:
		if v.R, err = x.finder.Similar(ctx, by, id, foundPage); err != nil {
			return err
		}
		to, err := x.Docket.Case(ctx, by, id)
		if err != nil {
			return err
		}
		v.Like = &to
	case v.Done && (c.Method() == fiber.MethodPost || !personal(a.Text)):
		if v.R, err = x.finder.Find(ctx, by, x.query(a)); err != nil {
			return err
		}
		if v.R.By == search.ByWords && a.Page == 1 {
			if v.Articles, err = x.finder.Articles(ctx, v.P.Lang, a.Text, foundArticles); err != nil {
				return err
			}
		}
	}
	if n, err := strconv.ParseInt(c.Query("saved"), 10, 64); err == nil {
		if err := x.shelf().Opened(ctx, by.StaffID, n); err != nil {
			return err
		}
	}
	if v.Saved, err = x.shelf().Of(ctx, by.StaffID); err != nil {
		return err
	}
	for _, s := range v.Saved {
		if !v.Done && c.Query("saved") == strconv.FormatInt(s.ID, 10) { // from a letter, whose address says nothing of what is looked for
			return shell.SeeOther(c, v.address(s))
		}
	}
	if v.To, err = x.shelf().Address(ctx, by.StaffID); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, searchPage(v))
}

func (v foundView) stages() []shell.Choice {
	list := []shell.Choice{{Label: v.P.T("call.any_state")}}
	for _, s := range stageOrder {
		list = append(list, shell.Choice{Value: s, Label: v.P.T("call.state_" + s)})
	}
	return list
}

// understood says how many were found and by what.
func (v foundView) understood() string {
	if v.R.Instead != "" {
		return v.P.T("call.found_instead", locale.Args{"Words": v.R.Instead})
	}
	if v.R.By == "" || v.R.By == search.ByWords {
		return ""
	}
	return v.P.T("call.found_by_" + v.R.By)
}

// total says how many there are in all.
func (v foundView) total() string {
	f := v.R.Facets
	switch {
	case f == nil || len(v.R.Hits) == 0:
		return ""
	case f.About:
		return v.P.T("find.about", locale.Args{"Count": v.P.Lang.Number(f.Total)})
	case f.AtLeast:
		return v.P.T("find.at_least", locale.Args{"Count": v.P.Lang.Number(f.Total)})
	}
	if near := func(h search.Hit) bool { return h.Near }; slices.ContainsFunc(v.R.Hits, near) && (!near(v.R.Hits[0]) || f.Total < len(v.R.Hits)) {
		return v.P.Lang.N("find.total_whole", f.Total) // the others have a part of the words, and are not counted
	}
	return v.P.Lang.N("find.total", f.Total)
}
