package board

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/web/shell"
)

// outcomes are the classes of outcome in the order of menus.
var outcomes = []privacy.Outcome{privacy.OutcomeWaiting, privacy.OutcomeHandling, privacy.OutcomeHungUp, privacy.OutcomeAnswered, privacy.OutcomeClosed, privacy.OutcomeDeclined, privacy.OutcomeTerminated}

// casesFilter reads what the address narrows the cards by. Words that the city does not know are refused, so that a stale link is not an empty page without a reason.
func (x *Pages) casesFilter(c *fiber.Ctx) (privacy.CardFilter, casework.UnitCode, error) {
	f := privacy.CardFilter{District: c.Query("district"), Street: c.Query("street"), Category: c.Query("category"), Kind: casework.Kind(c.Query("kind")), Outcome: privacy.Outcome(c.Query("outcome"))}
	unit := casework.UnitCode(c.Query("unit"))
	wrong := func(field string) error { return fault.New(fault.Invalid, "fault.invalid").At(field) }
	if q := c.Query("page"); q != "" {
		n, err := strconv.Atoi(q)
		if err != nil || n < 1 {
			return f, unit, wrong("page")
		}
		f.Page = n
	}
	for _, code := range []string{f.District, f.Street} {
		if _, ok := x.City.Territory(code); code != "" && !ok {
			return f, unit, wrong("district")
		}
	}
	if _, ok := x.City.Category(f.Category); f.Category != "" && !ok {
		return f, unit, wrong("category")
	}
	if f.Kind != "" && !slices.Contains(casework.Kinds, f.Kind) {
		return f, unit, wrong("kind")
	}
	if f.Outcome != "" && !slices.Contains(outcomes, f.Outcome) {
		return f, unit, wrong("outcome")
	}
	if unit != "" {
		if _, ok := x.City.Unit(unit); !ok {
			return f, unit, wrong("unit")
		}
		f.Units = x.City.Descendants(unit)
		if unit == casework.Hotline {
			f.Units = []casework.UnitCode{unit} // the root of the tree holds its own work only
		}
	}
	return f, unit, nil
}

// casesView is a page of cards.
type casesView struct {
	shell.Page
	Rules    *routing.City
	Filter   privacy.CardFilter
	Unit     casework.UnitCode
	Found    privacy.CardPage
	Withheld []reason // cases without a card, by reason
	Shown    int      // cases with one
}

// query is the address's query string with one value replaced; an empty value leaves it out, and every change begins again at page one.
func (v casesView) query(key, value string) string {
	q := url.Values{}
	for k, is := range map[string]string{"district": v.Filter.District, "street": v.Filter.Street, "category": v.Filter.Category, "kind": string(v.Filter.Kind), "outcome": string(v.Filter.Outcome), "unit": string(v.Unit)} {
		if is != "" {
			q.Set(k, is)
		}
	}
	if key == "district" {
		q.Del("street")
	}
	q.Del(key)
	if value != "" {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (v casesView) address(key, value string) string { return v.Href("/cases" + v.query(key, value)) }

// option is one link of a filter.
type option struct {
	Text, Href string
	Now        bool
}

// menu is one filter with its links.
type menu struct {
	Title   string
	Options []option
}

func (v casesView) menus() []menu {
	var list []menu
	add := func(title, key, now string, values []string, name func(string) string) {
		m := menu{Title: title, Options: []option{{Text: v.T("cards.all"), Href: v.address(key, ""), Now: now == ""}}}
		for _, code := range values {
			m.Options = append(m.Options, option{Text: name(code), Href: v.address(key, code), Now: now == code})
		}
		list = append(list, m)
	}
	var districts, matters, kinds, ends []string
	for _, t := range v.Rules.Districts() {
		districts = append(districts, t.Code)
	}
	for _, t := range v.Rules.Subcategories("") {
		matters = append(matters, t.Code)
	}
	for _, k := range casework.Kinds {
		if k != casework.Report { // reports have no cards
			kinds = append(kinds, string(k))
		}
	}
	for _, o := range outcomes {
		ends = append(ends, string(o))
	}
	add(v.T("board.district"), "district", v.Filter.District, districts, func(code string) string { t, _ := v.Rules.Territory(code); return t.Name.In(v.Lang) })
	add(v.T("board.matter"), "category", v.Filter.Category, matters, func(code string) string { t, _ := v.Rules.Category(code); return t.Name.In(v.Lang) })
	add(v.T("cards.kind"), "kind", string(v.Filter.Kind), kinds, func(code string) string { return v.T("kind." + code) })
	add(v.T("cards.outcome"), "outcome", string(v.Filter.Outcome), ends, func(code string) string { return v.T(privacy.OutcomeNames[privacy.Outcome(code)]) })
	return list
}

// chosen says in words what the list is narrowed to.
func (v casesView) chosen() string {
	var words []string
	if v.Unit != "" {
		words = append(words, v.Rules.UnitName(v.Unit, v.Lang))
	}
	if v.Filter.Street != "" {
		words = append(words, v.Rules.TerritoryName(v.Filter.Street, v.Lang))
	}
	for _, m := range v.menus() {
		for _, o := range m.Options[1:] {
			if o.Now {
				words = append(words, o.Text)
			}
		}
	}
	return strings.Join(words, " · ")
}

// cardView is a card in words.
type cardView struct {
	shell.Page
	Rules *routing.City
	privacy.Card
}

func (k cardView) matter() string {
	if path := k.Rules.CategoryPath(k.Category, k.Lang); path != "" {
		return path
	}
	return k.T("board.unsorted")
}

func (k cardView) place() string {
	code := k.Street
	if code == "" {
		code = k.District
	}
	if code == "" {
		return k.T("cards.no_place")
	}
	return k.Rules.TerritoryName(code, k.Lang)
}

func (k cardView) filed() string {
	day, err := time.ParseInLocation(time.DateOnly, k.FiledOn, locale.Zone)
	if err != nil {
		return k.FiledOn
	}
	return k.Lang.Date(day)
}

func (k cardView) outcomeTone() shell.Tone {
	switch k.Outcome {
	case privacy.OutcomeClosed, privacy.OutcomeAnswered:
		return shell.Note
	case privacy.OutcomeHungUp:
		return shell.Warn
	}
	return shell.Calm
}

func (k cardView) promise() (shell.Tone, string) {
	switch k.Kept {
	case privacy.PromiseKept:
		return shell.Good, k.T("cards.kept")
	case privacy.PromiseBroken:
		return shell.Bad, k.T("cards.broken")
	}
	return shell.Calm, k.T("cards.pending")
}

// verdict is the resident's last word; the words of staff about themselves are not shown.
func (k cardView) verdict() (shell.Tone, string) {
	switch k.Solved {
	case casework.SolvedYes:
		return shell.Good, k.T("cards.solved_yes")
	case casework.SolvedPartly:
		return shell.Warn, k.T("cards.solved_partly")
	case casework.SolvedNo:
		return shell.Bad, k.T("cards.solved_no")
	}
	if k.Outcome == privacy.OutcomeAnswered || k.Outcome == privacy.OutcomeClosed {
		return shell.Calm, k.T("cards.unrated")
	}
	return shell.Calm, ""
}

func (k cardView) steps() []shell.Happening {
	var list []shell.Happening
	for _, s := range k.Steps {
		h := shell.Happening{Title: k.T("step." + string(s.Step)), At: s.At, Who: k.T("role.resident")}
		if s.Unit != "" {
			h.Who = k.Rules.UnitName(s.Unit, k.Lang)
		}
		switch s.Step {
		case casework.StepReply, casework.StepAnswer, casework.StepClose:
			h.Tone = shell.Good
		case casework.StepRedo, casework.StepSupervise, casework.StepGrantReturn:
			h.Tone = shell.Warn
		}
		list = append(list, h)
	}
	return list
}

func (k cardView) facts() []shell.Item {
	items := []shell.Item{{Key: k.T("cards.number"), Value: k.Number}, {Key: k.T("cards.filed"), Value: k.filed()}, {Key: k.T("board.matter"), Value: k.matter()}, {Key: k.T("cards.kind"), Value: k.T("kind." + string(k.Kind))},
		{Key: k.T("cards.place"), Value: k.place()}, {Key: k.T("cards.unit"), View: link(k.Href("/departments/"+string(k.Unit)), k.Rules.UnitName(k.Unit, k.Lang))}, {Key: k.T("cards.rounds"), Value: strconv.Itoa(k.Rounds)}}
	if k.Satisfaction > 0 {
		items = append(items, shell.Item{Key: k.T("cards.satisfaction"), Value: k.T("satisfaction." + strconv.Itoa(int(k.Satisfaction)))})
	}
	return items
}

func (x *Pages) showCases(c *fiber.Ctx) error {
	f, unit, err := x.casesFilter(c)
	if err != nil {
		return err
	}
	p := shell.NewPage(c, shell.Lang(c).T("cards.title"))
	p.Section, p.Back, p.Summary = "board", p.Href("/board"), p.T("cards.lead")
	v := casesView{Page: p, Rules: x.City, Filter: f, Unit: unit}
	ctx := c.UserContext()
	if v.Found, err = privacy.Cards(ctx, x.DB, f); err != nil {
		return err
	}
	if v.Shown, v.Withheld, err = x.withheld(ctx, p.Lang); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, casesPage(v))
}

// withheld counts all cases with and without a card.
func (x *Pages) withheld(ctx context.Context, l locale.Lang) (shown int, list []reason, err error) {
	counts, err := privacy.WithheldTotals(ctx, x.DB)
	for why, n := range counts {
		if why != privacy.Shown {
			list = append(list, reason{Text: l.T(privacy.WithheldNames[why]), N: n})
		}
	}
	slices.SortFunc(list, func(a, b reason) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return bytes.Compare([]byte(a.Text), []byte(b.Text))
	})
	return counts[privacy.Shown], list, err
}

func (x *Pages) showCard(c *fiber.Ctx) error {
	found, why, err := privacy.CardByNumber(c.UserContext(), x.DB, c.Params("number"))
	if err != nil {
		return err
	}
	l := shell.Lang(c)
	p := shell.NewPage(c, l.T("cards.one"))
	p.Section, p.Back = "board", p.Href("/cases")
	if why != privacy.Shown {
		p.Title, p.Status = l.T("cards.gone"), fiber.StatusGone
		return shell.Render(c, fiber.StatusGone, gonePage(p, l.T(privacy.WithheldNames[why])))
	}
	k := cardView{Page: p, Rules: x.City, Card: found.Card()}
	k.Page.Title = k.matter() + " · " + k.place()
	k.Page.Card, k.Page.Summary = p.Href("/cases/"+k.Number+picture), k.outcomeName()+" · "+k.Rules.UnitName(k.Unit, l)
	return shell.Render(c, fiber.StatusOK, cardPage(k))
}

// cardList is the file beside the page of cards.
type cardList struct {
	Total int                  `json:"total"`
	More  bool                 `json:"more,omitempty"` // there are more than the total, which is as far as pages lead
	Page  int                  `json:"page"`
	Pages int                  `json:"pages"`
	Next  string               `json:"next,omitempty"` // address of the next page
	Cases []privacy.PublicCase `json:"cases"`
}

func (x *Pages) readCases(c *fiber.Ctx) (cardList, error) {
	f, unit, err := x.casesFilter(c)
	if err != nil {
		return cardList{}, err
	}
	found, err := privacy.Cards(c.UserContext(), x.DB, f)
	if err != nil {
		return cardList{}, err
	}
	out := cardList{Total: found.Total, More: found.More, Page: found.Page, Pages: found.Pages, Cases: found.Cards}
	if out.Cases == nil {
		out.Cases = []privacy.PublicCase{}
	}
	if found.Page < found.Pages {
		out.Next = "/cases.json" + casesView{Filter: f, Unit: unit}.query("page", strconv.Itoa(found.Page+1))
	}
	return out, nil
}

func (x *Pages) casesJSON(c *fiber.Ctx) error {
	list, err := x.readCases(c)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	return send(c, fiber.MIMEApplicationJSONCharsetUTF8, append(body, '\n'))
}

func (x *Pages) casesCSV(c *fiber.Ctx) error {
	list, err := x.readCases(c)
	if err != nil {
		return err
	}
	b := bytes.NewBufferString(byteOrder)
	w := csv.NewWriter(b)
	_ = w.Write([]string{"number", "filed_on", "district", "street", "category", "kind", "unit", "outcome", "kept", "solved", "satisfaction", "rounds"}) // a buffer takes all
	for _, one := range list.Cases {
		k := one.Card()
		satisfaction := ""
		if k.Satisfaction > 0 {
			satisfaction = strconv.Itoa(int(k.Satisfaction))
		}
		_ = w.Write([]string{shell.NoFormula(k.Number), k.FiledOn, k.District, k.Street, k.Category, string(k.Kind), string(k.Unit), string(k.Outcome), string(k.Kept), string(k.Solved), satisfaction, strconv.Itoa(k.Rounds)})
	}
	w.Flush()
	c.Attachment("huiyin-cases.csv")
	return send(c, "text/csv; charset=utf-8", b.Bytes())
}

func (x *Pages) cardJSON(c *fiber.Ctx) error {
	found, why, err := privacy.CardByNumber(c.UserContext(), x.DB, c.Params("number"))
	switch {
	case err != nil:
		return err
	case why != privacy.Shown:
		return fault.New(fault.Gone, "fault.gone")
	}
	body, err := json.MarshalIndent(found, "", " ")
	if err != nil {
		return err
	}
	return send(c, fiber.MIMEApplicationJSONCharsetUTF8, append(body, '\n'))
}

func (k cardView) outcomeName() string { return k.T(privacy.OutcomeNames[k.Outcome]) }
