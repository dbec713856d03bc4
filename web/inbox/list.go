package inbox

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// views are the saved views in their order: what burns first.
var views = []string{"open", "today", "late", "sign", "hand", "waiting", "asked", "assist", "hung", "answered"}

// reach is how many open cases of a unit the views are cut from, the most urgent first; the counts beside the views are of all of them.
const reach = 400

// listView is one saved view of the inbox.
type listView struct {
	P     shell.Page
	View  string
	Pills []dossier.Pill
	Cases []casework.Case
	Sign  bool // cases can be signed together here
	Names dossier.Namer
	Tree  bool // the reader sees more than one unit
	All   int  // cases that the view counts; Cases are the most urgent of them
}

// desk is a unit's open work, as the views cut it.
type desk struct {
	by    casework.Actor
	now   time.Time
	open  []casework.Case // led by the unit or one below it, most urgent first
	other []casework.Case // the unit assists
}

func (x *Pages) list(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	view := c.Query("view", "open")
	if !slices.Contains(views, view) {
		view = "open"
	}
	v := listView{P: shell.NewPage(c, shell.Lang(c).T("inbox.title")), View: view, Sign: view == "sign" || view == "open", Tree: len(by.Units) > 1}
	v.P.Section = "inbox"
	v.Names = dossier.Namer{City: x.City, Lang: v.P.Lang}
	d, err := x.desk(c, by, v.P.Now)
	if err != nil {
		return err
	}
	n, err := x.Docket.Desk(c.UserContext(), by, by.Units, v.P.Now, endOfDay(v.P.Now))
	if err != nil {
		return err
	}
	for _, name := range views {
		count := counted(n, name)
		if name == "assist" {
			count = len(d.other)
		}
		if count == 0 && name != view && (name == "assist" || name == "hung" || name == "waiting") {
			continue
		}
		if name == view {
			v.All = count
		}
		v.Pills = append(v.Pills, dossier.Pill{Text: v.P.T("inbox.view_" + name), Count: strconv.Itoa(count), Href: address(name), Current: name == view, Bad: name == "late" && count > 0})
	}
	if v.Cases = d.cut(view); view == "answered" {
		answered, err := x.Docket.List(c.UserContext(), by, casework.Query{Lead: by.Units, States: []casework.State{casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated}, Newest: true, Limit: 100})
		if err != nil {
			return err
		}
		v.Cases = answered.Cases
	}
	v.Sign = v.Sign && by.Has(casework.Liaison, casework.Handler, casework.Leader) && slices.ContainsFunc(v.Cases, signable)
	return shell.Render(c, fiber.StatusOK, listPage(v))
}

func signable(c casework.Case) bool { return c.State == casework.Dispatched }

func address(view string) string {
	if view == "open" {
		return "/inbox"
	}
	return "/inbox?view=" + view
}

// desk reads the unit's open work once; all views and their counts are cut from it.
func (x *Pages) desk(c *fiber.Ctx, by casework.Actor, now time.Time) (desk, error) {
	d := desk{by: by, now: now}
	q := casework.Query{Lead: by.Units, States: []casework.State{casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand, casework.Paused, casework.HungUp}, Limit: 200}
	for len(d.open) < reach {
		page, err := x.Docket.List(c.UserContext(), by, q)
		if err != nil {
			return d, err
		}
		d.open = append(d.open, page.Cases...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	helped, err := x.Docket.List(c.UserContext(), by, casework.Query{Party: by.Unit, States: q.States, Limit: 200})
	if err != nil {
		return d, err
	}
	for _, one := range helped.Cases {
		if !slices.Contains(by.Units, one.Lead) {
			d.other = append(d.other, one)
		}
	}
	return d, nil
}

// cut is what a view shows.
func (d desk) cut(view string) []casework.Case {
	switch view {
	case "open":
		return slices.DeleteFunc(slices.Clone(d.open), func(c casework.Case) bool { return c.State == casework.HungUp })
	case "assist":
		return d.other
	}
	var list []casework.Case
	for _, c := range d.open {
		if d.belongs(view, c) {
			list = append(list, c)
		}
	}
	return list
}

// counted is how many cases a view holds; the desk's count says nothing of those where the unit only assists.
func counted(n casework.DeskCount, view string) int {
	switch view {
	case "open":
		return n.Open
	case "today":
		return n.Today
	case "late":
		return n.Late
	case "sign":
		return n.Sign
	case "hand":
		return n.Hand
	case "waiting":
		return n.Waiting
	case "asked":
		return n.Asked
	case "hung":
		return n.Hung
	case "answered":
		return n.Answered
	}
	return 0
}

func (d desk) belongs(view string, c casework.Case) bool {
	due := c.Due
	if c.UnitDue != nil {
		due = *c.UnitDue
	}
	late := d.now.After(due) || c.Met == nil && d.now.After(c.Due)
	waits := c.State == casework.Paused || c.State == casework.HungUp
	switch view {
	case "today":
		return !late && !waits && !due.After(endOfDay(d.now))
	case "late":
		return late && c.State != casework.HungUp
	case "sign":
		return c.State == casework.Dispatched
	case "hand":
		return c.State == casework.Signed || c.State == casework.Contacted || c.State == casework.InHand
	case "waiting":
		return c.State == casework.Paused
	case "asked":
		return c.Pending != ""
	case "hung":
		return c.State == casework.HungUp
	}
	return false
}

// endOfDay is midnight after now, by the city's clock: a limit at 24:00 ends today.
func endOfDay(now time.Time) time.Time {
	y, m, day := now.In(locale.Zone).Date()
	return time.Date(y, m, day+1, 0, 0, 0, 0, locale.Zone)
}

// signMany signs the chosen cases, each by itself: what somebody else signed meanwhile stops none of the others.
func (x *Pages) signMany(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	done, missed := 0, 0
	for _, chosen := range c.Request().PostArgs().PeekMulti("case") {
		id, version, _ := strings.Cut(string(chosen), ":")
		ref, err := refOf(id, version)
		if err == nil {
			err = x.Docket.Sign(c.UserContext(), by, ref)
		}
		switch fault.KindOf(err) {
		case fault.Conflict, fault.NotFound, fault.Forbidden, fault.Invalid:
			missed++
		default:
			if err != nil {
				return err
			}
			done++
		}
	}
	switch {
	case done == 0 && missed == 0:
		shell.Flash(c, shell.Warn, "inbox.sign_none")
	case missed > 0:
		shell.Flash(c, shell.Warn, "inbox.sign_some")
	default:
		shell.Flash(c, shell.Good, "inbox.sign_all")
	}
	return shell.SeeOther(c, shell.LocalPath(c.FormValue("back"), "/inbox"))
}

func refOf(id, version string) (ref casework.Ref, err error) {
	if err = ref.ID.UnmarshalText([]byte(id)); err != nil {
		return ref, fault.Wrap(fault.Invalid, "fault.invalid", err)
	}
	if ref.Version, err = strconv.Atoi(version); err != nil || ref.Version < 1 {
		return ref, fault.New(fault.Invalid, "fault.invalid")
	}
	return ref, nil
}
