package console

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/search"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// foundPage is how many hits a page of the search shows.
const foundPage = 20

// asked is what somebody looks for. It stands in the address unless it names a person: a telephone number, an e-mail address or a tracking code travels in the form only.
type asked struct {
	Text, Unit, State, Since, Until string
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
	_, code := casework.NormalCode(text)
	return code || contactForm.MatchString(strings.TrimSpace(text))
}

func (a asked) values(page int) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"q": a.Text, "unit": a.Unit, "state": a.State, "since": a.Since, "until": a.Until} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return q
}

func (a asked) address(page int) string { return "/console/search?" + a.values(page).Encode() }

// query puts what was asked into the engine's words; a day that is none does not narrow it.
func (x *Pages) query(a asked) search.Query {
	q := search.Query{Text: a.Text, States: stages[a.State], Limit: foundPage, Offset: (a.Page - 1) * foundPage}
	if a.Unit != "" {
		if q.Units = x.City.Descendants(casework.UnitCode(a.Unit)); q.Units == nil {
			q.Units = []casework.UnitCode{casework.UnitCode(a.Unit)}
		}
	}
	if day, err := time.ParseInLocation(time.DateOnly, a.Since, locale.Zone); err == nil {
		q.Since = day
	}
	if day, err := time.ParseInLocation(time.DateOnly, a.Until, locale.Zone); err == nil {
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
	Names dossier.Namer
	Units []shell.Choice
}

func askedOf(get func(string, ...string) string) asked {
	a := asked{Text: strings.TrimSpace(get("q")), Unit: get("unit"), State: get("state"), Since: get("since"), Until: get("until"), Page: 1}
	if n, err := strconv.Atoi(get("page")); err == nil && n > 1 && n <= search.MaxOffset/foundPage {
		a.Page = n
	}
	return a
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
	v := foundView{P: shell.NewPage(c, shell.Lang(c).T("call.search")), Asked: a, Done: a.Text != "" || len(a.values(1)) > 0}
	v.P.Section = "search"
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	v.Names = dossier.Namer{City: x.City, Lang: v.P.Lang}
	v.Units = dossier.UnitChoices(v.P, x.City, v.P.T("console.every_unit"))
	if v.Done && (c.Method() == fiber.MethodPost || !personal(a.Text)) {
		if v.R, err = x.finder.Find(c.UserContext(), by, x.query(a)); err != nil {
			return err
		}
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

// narrowing is one row of links that narrow or widen the search by one thing.
type narrowing struct {
	Label string
	Pills []dossier.Pill
}

// narrowings are links for what people narrow by most: the state, the last days, and the units of what was found. Where the words name a person there
// are none, since no address may carry them.
func (v foundView) narrowings() []narrowing {
	if personal(v.Asked.Text) {
		return nil
	}
	p, a := v.P, v.Asked
	state := narrowing{Label: p.T("call.narrow_state")}
	for _, s := range append([]string{""}, stageOrder...) {
		to := a
		to.State = s
		text := p.T("call.any_state")
		if s != "" {
			text = p.T("call.state_" + s)
		}
		state.Pills = append(state.Pills, dossier.Pill{Text: text, Href: to.address(1), Current: a.State == s})
	}
	days := narrowing{Label: p.T("call.narrow_days")}
	for _, d := range []struct {
		text  string
		since string
	}{{p.T("call.any_day"), ""}, {p.T("call.days_today"), dossier.Date(p.Now)}, {p.T("call.days_week"), dossier.Date(p.Now.AddDate(0, 0, -6))}, {p.T("call.days_month"), dossier.Date(p.Now.AddDate(0, 0, -29))}} {
		to := a
		to.Since, to.Until = d.since, ""
		days.Pills = append(days.Pills, dossier.Pill{Text: d.text, Href: to.address(1), Current: a.Since == d.since && a.Until == ""})
	}
	units := narrowing{Label: p.T("call.narrow_unit")}
	add := func(text, to string, current bool) {
		other := a
		other.Unit = to
		units.Pills = append(units.Pills, dossier.Pill{Text: text, Href: other.address(1), Current: current})
	}
	add(p.T("console.every_unit"), "", a.Unit == "")
	seen := map[casework.UnitCode]bool{}
	for _, h := range v.R.Hits {
		if code := h.Case.Lead; code != "" && !seen[code] && len(seen) < unitsOffered && string(code) != a.Unit {
			seen[code] = true
			add(v.Names.Unit(h.Case), string(code), false)
		}
	}
	if a.Unit != "" {
		add(v.Names.City.UnitName(casework.UnitCode(a.Unit), p.Lang), a.Unit, true)
	}
	list := []narrowing{state, days}
	if len(units.Pills) > 1 {
		list = append(list, units)
	}
	return list
}

// unitsOffered is how many units of what was found can be chosen by a link.
const unitsOffered = 5

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
