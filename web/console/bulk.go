package console

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// inBulk is how many cases one decision sends at most: as many as can be looked through, and taken back within the time for that.
const inBulk = 50

// bulkCookie names the cases that this browser dispatched together last, for as long as that can be taken back.
const bulkCookie = "hy_undo_bulk"

// alike is a group of cases in triage that ask for the same in the same district.
type alike struct {
	Category string
	District string
	Cases    []casework.Case
}

// key names the group in addresses.
func (a alike) key() string { return a.Category + "." + a.District }

// groupOf is the key of the group that a case belongs to; empty for one that is looked at by itself: without a matter, in danger or in haste, secret, a
// report of wrongdoing, or sent before.
func groupOf(c casework.Case) string {
	if c.Category == "" || c.Urgency == casework.Critical || c.Secret || c.Kind == casework.Report || c.Leg > 0 || c.Unreadable || c.Emergency != "" {
		return ""
	}
	if p, _ := intake.ProposalOf(c); p.Emergency.Number != "" { // of a case read whole
		return ""
	}
	return c.Category + "." + c.Territory[:min(6, len(c.Territory))]
}

// groups puts alike cases together, the largest group first; what stands alone is left out.
func groups(cases []casework.Case) []alike {
	at := map[string]int{}
	var list []alike
	for _, c := range cases {
		key := groupOf(c)
		if key == "" {
			continue
		}
		i, known := at[key]
		if !known {
			category, district, _ := strings.Cut(key, ".")
			i = len(list)
			at[key] = i
			list = append(list, alike{Category: category, District: district})
		}
		if len(list[i].Cases) < inBulk {
			list[i].Cases = append(list[i].Cases, c)
		}
	}
	list = slices.DeleteFunc(list, func(a alike) bool { return len(a.Cases) < 2 })
	slices.SortStableFunc(list, func(a, b alike) int { return cmp.Compare(len(b.Cases), len(a.Cases)) })
	return list
}

// bulkView is the page on which one decision sends many cases.
type bulkView struct {
	K       chords
	P       shell.Page
	Names   dossier.Namer
	Groups  []alike
	Open    alike // the group that is open; without cases where there is none
	Units   []candidate
	Chosen  string          // unit that stands ready
	Picked  map[string]bool // cases that stand chosen, by identifier
	Typed   string          // advice
	Undo    []casework.Case // what was sent together just now
	Seconds int             // for how long that can be taken back
}

func (x *Pages) bulk(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v, err := x.newBulk(c, by, c.Query("group"))
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, bulkPage(v))
}

func (x *Pages) newBulk(c *fiber.Ctx, by casework.Actor, open string) (bulkView, error) {
	ctx := c.UserContext()
	v := bulkView{P: shell.NewPage(c, shell.Lang(c).T("bulk.title")), Picked: map[string]bool{}}
	v.P.Section, v.P.Back, v.Names = "queue", "/console", dossier.Namer{City: x.City, Lang: v.P.Lang}
	var err error
	if v.K, err = x.keysFor(c, by); err != nil {
		return v, err
	}
	page, err := x.Docket.List(ctx, by, casework.Query{States: triage, Limit: inQueue})
	if err != nil {
		return v, err
	}
	if page.Cases, err = x.withoutAway(ctx, by, page.Cases); err != nil {
		return v, err
	}
	v.Groups = groups(page.Cases)
	for _, g := range v.Groups {
		if g.key() == open || open == "" && v.Open.Cases == nil {
			v.Open = g
		}
	}
	v.propose()
	if c.Query("all") == "1" {
		for _, one := range v.Open.Cases {
			v.Picked[one.ID.String()] = true
		}
	}
	v.Undo, v.Seconds, err = x.sentTogether(c, by)
	return v, err
}

// propose gathers what the city's rules say of the open group: units by how many of its cases they are first for. A unit stands ready, and a case stands chosen,
// only where the rules are sure enough of it.
func (v *bulkView) propose() {
	first := map[casework.UnitCode]int{}
	sure := map[casework.UnitCode][]string{}
	for _, c := range v.Open.Cases {
		p, _ := intake.ProposalOf(c)
		if len(p.Candidates) > 0 {
			first[p.Candidates[0].Unit]++
		}
		if p.Preselect != "" {
			sure[p.Preselect] = append(sure[p.Preselect], c.ID.String())
		}
	}
	for unit, n := range first {
		v.Units = append(v.Units, candidate{Code: string(unit), Name: v.Names.City.UnitName(unit, v.P.Lang), Percent: v.P.T("bulk.first_for", locale.Args{"N": n, "All": len(v.Open.Cases)})})
	}
	slices.SortFunc(v.Units, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(first[casework.UnitCode(b.Code)], first[casework.UnitCode(a.Code)]), cmp.Compare(a.Code, b.Code))
	})
	if len(v.Units) == 0 {
		return
	}
	ready := casework.UnitCode(v.Units[0].Code)
	if len(sure[ready]) == 0 {
		return
	}
	v.Chosen = string(ready)
	for _, id := range sure[ready] {
		v.Picked[id] = true
	}
}

// takeBulk sends the chosen cases, each by itself: what somebody else did meanwhile stops none of the others.
func (x *Pages) takeBulk(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	back := "/console/bulk?group=" + url.QueryEscape(c.FormValue("group"))
	unit := casework.UnitCode(cmp.Or(c.FormValue("other"), c.FormValue("unit")))
	chosen := c.Request().PostArgs().PeekMulti("case")
	switch {
	case unit == "":
		shell.Flash(c, shell.Warn, "bulk.no_unit")
		return shell.SeeOther(c, back)
	case len(chosen) == 0:
		shell.Flash(c, shell.Warn, "bulk.nothing_chosen")
		return shell.SeeOther(c, back)
	}
	var done []casework.CaseID
	missed := 0
	for _, one := range chosen[:min(len(chosen), inBulk)] {
		id, err := x.sendOne(c.UserContext(), by, string(one), unit, c.FormValue("advice"))
		switch fault.KindOf(err) {
		case fault.Conflict, fault.NotFound, fault.Invalid:
			missed++
		default:
			if err != nil {
				return err
			}
			done = append(done, id)
		}
	}
	if len(done) > 0 {
		c.Cookie(&fiber.Cookie{Name: bulkCookie, Value: packed(done), Path: "/console/bulk", MaxAge: int(casework.RecallWithin.Seconds()), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	}
	switch {
	case len(done) == 0:
		shell.Flash(c, shell.Warn, "bulk.sent_none")
	case missed > 0:
		shell.Flash(c, shell.Warn, "bulk.sent_some")
	default:
		shell.Flash(c, shell.Good, "bulk.sent_all")
	}
	return shell.SeeOther(c, back)
}

// sendOne dispatches one of many, in the version that was looked at.
func (x *Pages) sendOne(ctx context.Context, by casework.Actor, chosen string, unit casework.UnitCode, advice string) (casework.CaseID, error) {
	id, version, _ := strings.Cut(chosen, ":")
	ref := casework.Ref{}
	var err error
	if ref.ID, err = parseID(id); err != nil {
		return ref.ID, err
	}
	if ref.Version, err = strconv.Atoi(version); err != nil || ref.Version < 1 {
		return ref.ID, fault.New(fault.Invalid, "fault.invalid")
	}
	one, err := x.Docket.Case(ctx, by, ref.ID)
	if err != nil {
		return ref.ID, err
	}
	if groupOf(one) == "" {
		return ref.ID, fault.New(fault.Conflict, "fault.conflict") // it became one to be looked at by itself
	}
	return ref.ID, x.Desk.Dispatch(ctx, by, ref, casework.Order{Lead: unit, Advice: advice, Suggested: placeIn(one, unit)})
}

// sentTogether are the cases that this browser sent together just now and that can still be taken back.
func (x *Pages) sentTogether(c *fiber.Ctx, by casework.Actor) ([]casework.Case, int, error) {
	var list []casework.Case
	seconds := int(casework.RecallWithin.Seconds())
	for _, id := range unpacked(c.Cookies(bulkCookie)) {
		f, err := x.Docket.Dossier(c.UserContext(), by, id)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		left := casework.RecallWithin - shell.Now(c).Sub(lastDispatchBy(f, by))
		if f.Case.State != casework.Dispatched || left <= 0 {
			continue
		}
		seconds = min(seconds, max(1, int(left.Seconds())))
		list = append(list, f.Case)
	}
	return list, seconds, nil
}

// packed writes identifiers as short as a cookie must be: browsers and servers allow four thousand bytes of headers together.
func packed(ids []casework.CaseID) string {
	var b []byte
	for _, id := range ids {
		b = append(b, id[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// unpacked reads what packed wrote, at most inBulk; what is none is left out.
func unpacked(s string) []casework.CaseID {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	var list []casework.CaseID
	for one := range slices.Chunk(b, len(casework.CaseID{})) {
		if len(one) == len(casework.CaseID{}) && len(list) < inBulk {
			list = append(list, casework.CaseID(one))
		}
	}
	return list
}

// lastDispatchBy is when the actor dispatched the case in its present leg; zero where somebody else did.
func lastDispatchBy(f casework.Dossier, by casework.Actor) (at time.Time) {
	for _, e := range f.Events {
		if e.Step == casework.StepDispatch && e.Leg == f.Case.Leg && e.StaffID == by.StaffID {
			at = e.At
		}
	}
	return at
}

// takeBackBulk takes back what was sent together, each by itself. What a unit has signed meanwhile stays with it.
func (x *Pages) takeBackBulk(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	missed, done := 0, 0
	for _, one := range c.Request().PostArgs().PeekMulti("case") {
		id, err := parseID(string(one))
		if err == nil {
			err = x.Docket.Recall(c.UserContext(), by, casework.Ref{ID: id})
		}
		switch fault.KindOf(err) {
		case fault.Conflict, fault.NotFound, fault.Forbidden:
			missed++
		default:
			if err != nil {
				return err
			}
			done++
		}
	}
	c.Cookie(&fiber.Cookie{Name: bulkCookie, Path: "/console/bulk", MaxAge: -1, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	switch {
	case done == 0:
		shell.Flash(c, shell.Warn, "bulk.undone_none")
	case missed > 0:
		shell.Flash(c, shell.Warn, "bulk.undone_some")
	default:
		shell.Flash(c, shell.Good, "bulk.undone_all")
	}
	return shell.SeeOther(c, "/console/bulk?group="+url.QueryEscape(c.FormValue("group")))
}

// alikeOf is how many cases of the queue are like the open one, itself among them, and where they can be sent together; 0 where it stands alone.
func alikeOf(open casework.Case, all []casework.Case) (n int, address string) {
	key := groupOf(open)
	if key == "" {
		return 0, ""
	}
	for _, c := range all {
		if groupOf(c) == key {
			n++
		}
	}
	if n < 2 {
		return 0, ""
	}
	return n, "/console/bulk?group=" + url.QueryEscape(key)
}

// pills are the groups as links.
func (v bulkView) pills() []dossier.Pill {
	var list []dossier.Pill
	for _, g := range v.Groups[:min(len(v.Groups), 20)] {
		list = append(list, dossier.Pill{Text: v.name(g), Count: strconv.Itoa(len(g.Cases)), Href: v.address(g), Current: g.key() == v.Open.key()})
	}
	return list
}

// address is the page with a group open.
func (v bulkView) address(g alike) string { return "/console/bulk?group=" + url.QueryEscape(g.key()) }

// name is a group in words.
func (v bulkView) name(g alike) string {
	area := v.Names.City.TerritoryName(g.District, v.P.Lang)
	if area == "" {
		area = v.P.T("bulk.no_district")
	}
	return v.Names.City.CategoryName(g.Category, v.P.Lang) + " · " + area
}
