package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// pageSize is how many cases a page of the list has.
const pageSize = 50

// views are the saved views of the list, in their order: each is a question somebody at the hotline asks every day.
var views = []string{"all", "triage", "unit", "asked", "review", "call", "today", "late", "raised", "hung", "done"}

// pendings are the kinds of requests that wait for a decision.
var pendings = []string{"return", "extension", "termination", "hang"}

func queryOf(view string, now time.Time, zone *time.Location) casework.Query {
	due := append([]casework.State{casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand}, triage...)
	q := casework.Query{Limit: pageSize, Lines: true}
	switch view {
	case "triage":
		q.States = triage
	case "unit":
		q.States = []casework.State{casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand, casework.Paused}
	case "review":
		q.States = []casework.State{casework.Replied}
	case "call":
		q.States = []casework.State{casework.Answered, casework.Replied, casework.Reviewed}
	case "late":
		q.States, q.Late = openStates(), true
	case "today": // what will be late by the end of the day unless somebody acts
		y, m, d := now.In(zone).Date()
		q.States, q.DueFrom, q.DueUntil = due, now, time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	case "raised":
		q.States, q.Raised = due, casework.Urged
	case "hung":
		q.States = []casework.State{casework.HungUp}
	case "done":
		q.States, q.Newest = slices.DeleteFunc(slices.Clone(casework.States), casework.State.Open), true
	default:
		q.Newest = true
	}
	return q
}

func openStates() []casework.State {
	return slices.DeleteFunc(slices.Clone(casework.States), func(s casework.State) bool { return !s.Open() })
}

// listView is a page of cases.
type listView struct {
	K       chords
	P       shell.Page
	Pills   []dossier.Pill
	View    string
	Unit    string
	Channel string
	Tag     string
	Number  string
	Looked  bool // the list answers a look-up by telephone number or e-mail address
	Cases   []casework.Case
	Next    string // address of the next page
	Names   dossier.Namer
}

func (x *Pages) list(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v, err := x.newList(c, by)
	if err != nil {
		return err
	}
	if !slices.Contains(views, v.View) {
		v.View = "all"
	}
	q := queryOf(v.View, shell.Now(c), x.City.TZ)
	q.Channel, q.Tag, q.Number, q.After = casework.Channel(v.Channel), v.Tag, v.Number, c.Query("after")
	if v.Unit != "" {
		q.Lead = x.City.Descendants(casework.UnitCode(v.Unit))
		if q.Lead == nil {
			q.Lead = []casework.UnitCode{casework.UnitCode(v.Unit)}
		}
	}
	if v.View == "asked" {
		v.Cases, err = x.asked(c, by, q)
	} else {
		var page casework.Page
		page, err = x.Docket.List(c.UserContext(), by, q)
		v.Cases = page.Cases
		if page.Next != "" {
			v.Next = v.address(v.View, page.Next)
		}
	}
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, listPage(v))
}

// asked gathers the cases with a request that waits, whatever was asked for, most urgent first.
func (x *Pages) asked(c *fiber.Ctx, by casework.Actor, q casework.Query) ([]casework.Case, error) {
	var all []casework.Case
	for _, kind := range pendings {
		q.Pending, q.Limit, q.After = kind, 200, ""
		page, err := x.Docket.List(c.UserContext(), by, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Cases...)
	}
	appeals, err := x.Docket.AppealList(c.UserContext(), by, 200)
	if err != nil {
		return nil, err
	}
	for _, a := range appeals {
		if !slices.ContainsFunc(all, func(one casework.Case) bool { return one.ID == a.Case.ID }) && (len(q.Lead) == 0 || slices.Contains(q.Lead, a.Lead)) && (q.Channel == "" || q.Channel == a.Channel) && (q.Tag == "" || slices.Contains(a.Tags, q.Tag)) && (q.Number == "" || q.Number == a.Number) {
			all = append(all, a.Case)
		}
	}
	slices.SortStableFunc(all, func(a, b casework.Case) int { return limit(a).Compare(limit(b)) })
	return all, nil
}

// lookup finds cases by the telephone number or e-mail address of the caller. What was typed is hashed and forgotten: it stands in no address and no page.
func (x *Pages) lookup(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v, err := x.newList(c, by)
	if err != nil {
		return err
	}
	v.View, v.Looked = "", true
	typed := strings.TrimSpace(c.FormValue("contact"))
	if typed == "" {
		v.P.Errors.Add("contact", v.P.T("console.contact_missing"))
		return shell.Render(c, fiber.StatusUnprocessableEntity, listPage(v))
	}
	kind := "phone"
	if strings.Contains(typed, "@") {
		kind = "email"
	}
	page, err := x.Docket.List(c.UserContext(), by, casework.Query{Contact: x.keys.Hash(kind, typed), Newest: true, Limit: 200, Lines: true})
	if err != nil {
		return err
	}
	v.Cases = page.Cases
	return shell.Render(c, fiber.StatusOK, listPage(v))
}

// tagChoices are what the words of cases can say beside the matter.
func (v listView) tagChoices() []shell.Choice {
	list := []shell.Choice{{Label: v.P.T("unitwork.every_tag")}}
	for _, t := range v.Names.City.Tags() {
		list = append(list, shell.Choice{Value: t, Label: v.Names.City.TagName(t, v.P.Lang)})
	}
	return list
}

func (x *Pages) newList(c *fiber.Ctx, by casework.Actor) (listView, error) {
	v := listView{P: shell.NewPage(c, shell.Lang(c).T("console.list")), View: c.Query("view", "all"), Unit: c.Query("unit"), Channel: c.Query("channel"), Tag: c.Query("tag"), Number: strings.TrimSpace(c.Query("number"))}
	v.P.Section = "list"
	v.Names = dossier.Namer{City: x.City, Lang: v.P.Lang}
	for _, name := range views {
		v.Pills = append(v.Pills, dossier.Pill{Text: v.P.T("console.view_" + name), Href: v.address(name, ""), Current: name == v.View})
	}
	var err error
	v.K, err = x.keysFor(c, by)
	return v, err
}

// address is the list under another view, the other filters unchanged.
func (v listView) address(view, after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"unit": v.Unit, "channel": v.Channel, "tag": v.Tag, "number": v.Number, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if view != "all" {
		q.Set("view", view)
	}
	if len(q) == 0 {
		return "/console/list"
	}
	return "/console/list?" + q.Encode()
}
