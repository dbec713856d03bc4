package inbox

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/staff"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// views are the saved views in their order; those that always stand there come first, what burns before the rest.
var views = []casework.DeskView{casework.DeskOpen, casework.DeskMine, casework.DeskToday, casework.DeskLate, casework.DeskSign, casework.DeskBack, casework.DeskWaiting,
	casework.DeskUnassigned, casework.DeskGiven, casework.DeskHand, casework.DeskAsked, casework.DeskAssist, casework.DeskHung, casework.DeskAnswered}

// always is how many of the views stand there also with nothing in them.
const always = 7

// listView is one saved view of the inbox.
type listView struct {
	P       shell.Page
	By      casework.Actor
	View    casework.DeskView
	Pills   []dossier.Pill
	Entries []casework.DeskEntry
	Next    string // address of the next page
	Choose  bool   // cases can be signed or handed out together here
	Hands   bool   // the reader may hand cases out
	Names   dossier.Namer
	People  map[int64]string
	Holders []shell.Choice // to whom the chosen cases can be handed
	Tree    bool           // the reader sees more than one unit
	Owners  bool           // some case is in a person's or another unit's hands
	Count   casework.DeskCount
	Filter  filter
	Stale   int // articles of the reader's units that have expired or are due for another look
}

// filter narrows a view; it is in the address, so a link keeps it.
type filter struct {
	Unit     casework.UnitCode
	Urgency  casework.Urgency
	Category string
}

func (f filter) any() bool { return f != filter{} }

func (x *Pages) list(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := listView{P: shell.NewPage(c, shell.Lang(c).T("inbox.title")), By: by, View: casework.DeskView(c.Query("view", string(casework.DeskOpen))), Tree: len(by.Units) > 1}
	if !slices.Contains(views, v.View) {
		v.View = casework.DeskOpen
	}
	v.P.Section = "inbox"
	v.Names = dossier.Namer{City: x.City, Lang: v.P.Lang}
	v.Filter = x.filterOf(c, by)
	if x.Answers != nil {
		if v.Stale, err = x.Answers.Stale(c.UserContext(), by.Units); err != nil {
			return err
		}
	}
	page, err := x.Docket.DeskList(c.UserContext(), by, casework.DeskQuery{View: v.View, Now: v.P.Now, Tonight: endOfDay(v.P.Now), Unit: v.Filter.Unit,
		Urgency: v.Filter.Urgency, Category: v.Filter.Category, After: c.Query("after"), Count: true})
	if err != nil {
		return err
	}
	v.Entries, v.Count = page.Entries, page.Count
	v.pills()
	if page.Next != "" {
		v.Next = v.address(v.View, page.Next)
	}
	v.Hands = by.Has(casework.Liaison, casework.Leader)
	v.Choose = slices.ContainsFunc(v.Entries, v.choosable)
	if err := x.owners(c, &v); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, listPage(v))
}

// pills are the views with their counts. A view that is mostly empty stands there only while something is in it.
func (v *listView) pills() {
	for i, name := range views {
		n := v.Count.Of(name)
		if n == 0 && i >= always && name != v.View {
			continue
		}
		v.Pills = append(v.Pills, dossier.Pill{Text: v.P.T("inbox.view_" + string(name)), Count: strconv.Itoa(n), Href: v.address(name, ""), Current: name == v.View, Bad: name == casework.DeskLate && n > 0})
	}
}

// address is where a view is, with the filter that is in force.
func (v *listView) address(view casework.DeskView, after string) string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	if view != casework.DeskOpen {
		q.Set("view", string(view))
	}
	set("unit", string(v.Filter.Unit))
	set("urgency", string(v.Filter.Urgency))
	set("category", v.Filter.Category)
	set("after", after)
	if len(q) == 0 {
		return "/inbox"
	}
	return "/inbox?" + q.Encode()
}

// filterOf reads the filter from the address; what names nothing that exists filters nothing.
func (x *Pages) filterOf(c *fiber.Ctx, by casework.Actor) filter {
	f := filter{Unit: casework.UnitCode(c.Query("unit")), Urgency: casework.Urgency(c.Query("urgency")), Category: c.Query("category")}
	if !slices.Contains(by.Units, f.Unit) {
		f.Unit = ""
	}
	if !slices.Contains(casework.Urgencies, f.Urgency) {
		f.Urgency = ""
	}
	if _, known := x.City.Category(f.Category); !known {
		f.Category = ""
	}
	return f
}

// owners names the people on the page, and to whom the chosen cases can be handed.
func (x *Pages) owners(c *fiber.Ctx, v *listView) error {
	var ids []int64
	for _, e := range v.Entries {
		if e.HolderStaff != 0 {
			ids = append(ids, e.HolderStaff)
		}
		v.Owners = v.Owners || e.HolderStaff != 0 || e.HolderUnit != e.Lead
	}
	var err error
	if v.People, err = staff.Names(c.UserContext(), x.DB, ids); err != nil {
		return err
	}
	if !v.Choose {
		return nil
	}
	v.Holders, err = x.holders(c.UserContext(), v.P, v.By, v.By.Unit, v.Hands)
	return err
}

func signable(e casework.DeskEntry) bool { return e.Led && e.State == casework.Dispatched }

// choosable reports whether a case can be signed or handed out from the list.
func (v *listView) choosable(e casework.DeskEntry) bool {
	held := e.State == casework.Signed || e.State == casework.Contacted || e.State == casework.InHand || e.State == casework.Paused
	here := e.HolderUnit == v.By.Unit || e.Led && e.Lead == v.By.Unit
	free := e.HolderStaff == 0 && e.HolderUnit == v.By.Unit
	return v.By.Has(casework.Liaison, casework.Handler, casework.Leader) && (signable(e) || held && here && v.View != casework.DeskAssist && (v.Hands || free))
}

// owner is who works on a case now.
func (v *listView) owner(e casework.DeskEntry) string {
	switch {
	case e.HolderStaff == v.By.StaffID && e.HolderStaff != 0:
		return v.P.T("inbox.me")
	case e.HolderStaff != 0 && e.HolderUnit != v.By.Unit:
		return v.Names.City.UnitName(e.HolderUnit, v.P.Lang) + " · " + v.People[e.HolderStaff]
	case e.HolderStaff != 0:
		return v.People[e.HolderStaff]
	case e.HolderUnit != e.Lead:
		return v.Names.City.UnitName(e.HolderUnit, v.P.Lang)
	}
	return v.P.T("inbox.nobody")
}

// empty says that a view is empty, and of an empty desk what was done.
func (v *listView) empty() string {
	if v.View == casework.DeskOpen && !v.Filter.any() && v.Count.Week > 0 {
		return v.P.Lang.N("inbox.empty_done", v.Count.Week)
	}
	if v.Filter.any() {
		return v.P.T("inbox.empty_filtered")
	}
	return v.P.T("inbox.empty_" + string(v.View))
}

// limitOf is the reader's own limit of a case.
func limitOf(e casework.DeskEntry) shell.Due {
	if !e.State.Handling() {
		if due, ok := dossier.LimitOf(e.Case); ok {
			return due
		}
	}
	return shell.Due{Start: e.Since, At: e.Limit}
}

// endOfDay is midnight after now, by the city's clock: a limit at 24:00 ends today.
func endOfDay(now time.Time) time.Time {
	y, m, day := now.In(locale.Zone).Date()
	return time.Date(y, m, day+1, 0, 0, 0, 0, locale.Zone)
}

// unitChoices and categoryChoices are what a view can be narrowed to.
func (v *listView) unitChoices() []shell.Choice {
	list := []shell.Choice{{Label: v.P.T("inbox.all_units")}}
	for _, u := range v.By.Units {
		list = append(list, shell.Choice{Value: string(u), Label: v.Names.City.UnitName(u, v.P.Lang)})
	}
	return list
}

func (v *listView) categoryChoices() []shell.Choice {
	list := []shell.Choice{{Label: v.P.T("inbox.all_matters")}}
	for _, c := range v.Names.City.Categories() {
		if c.Parent == "" {
			list = append(list, shell.Choice{Value: c.Code, Label: v.Names.City.CategoryPath(c.Code, v.P.Lang)})
		}
	}
	return list
}
