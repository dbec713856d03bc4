package console

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// triage are the states in which a case waits for the hotline to send it on.
var triage = []casework.State{casework.Registered, casework.Accepted}

// inQueue is how many cases the queue shows at most; nobody works through more before it is drawn anew.
const inQueue = 200

// filter narrows the queue. It stands in the address.
type filter struct {
	Channel  casework.Channel
	Urgency  casework.Urgency
	Late     bool
	Returned bool
}

func filterOf(c *fiber.Ctx) filter {
	return filter{Channel: casework.Channel(c.Query("channel")), Urgency: casework.Urgency(c.Query("urgency")), Late: c.Query("late") == "1", Returned: c.Query("returned") == "1"}
}

func (f filter) values() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("channel", string(f.Channel))
	set("urgency", string(f.Urgency))
	if f.Late {
		q.Set("late", "1")
	}
	if f.Returned {
		q.Set("returned", "1")
	}
	return q
}

// address is the queue's page under this filter, with a case open or, where none is named, the first.
func (f filter) address(id string) string {
	q := f.values()
	if id != "" {
		q.Set("case", id)
	}
	if len(q) == 0 {
		return "/console"
	}
	return "/console?" + q.Encode()
}

func (f filter) lets(c casework.Case, late bool) bool {
	return (f.Channel == "" || c.Channel == f.Channel) && (f.Urgency == "" || c.Urgency == f.Urgency) && (!f.Late || late) && (!f.Returned || c.Leg > 0)
}

// late reports whether the promise to the resident is broken. A case that came back after its answer has kept or broken it already.
func late(c casework.Case, now time.Time) bool { return c.Met == nil && now.After(c.Due) }

// byNeed puts the critical first, then what is due first. A case that came back after its answer has no limit with the hotline: it stands as due now.
func byNeed(a, b casework.Case, now time.Time) int {
	due := func(c casework.Case) time.Time {
		if c.Met != nil {
			return now
		}
		return c.Due
	}
	critical := func(c casework.Case) int {
		if c.Urgency == casework.Critical {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(critical(a), critical(b)), due(a).Compare(due(b)))
}

// queueView is the page with the three panes.
type queueView struct {
	P      shell.Page
	Pills  []dossier.Pill
	Rows   []queueRow
	More   bool
	Open   *dossier.View // nil where the queue is empty
	Pane   paneView
	Undo   *undo // the dispatch that can still be taken back
	K      chords
	Filter filter

	Alike   int    // cases like the open one, itself among them; 0 where it stands alone
	AlikeAt string // where they can be dispatched together
}

type queueRow struct {
	Case    casework.Case
	Href    string
	Current bool
	Key     string // the chord that opens it: the neighbours of the open case have one
}

func (x *Pages) queue(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	return x.drawQueue(c, by, filterOf(c), c.Query("case"), nil, nil)
}

// drawQueue draws the queue with a case open: the one named, else the first. After a refusal the case stays open even where it has left the queue.
func (x *Pages) drawQueue(c *fiber.Ctx, by casework.Actor, f filter, open string, refused *dossier.Refusal, shown *dossier.Shown) error {
	page, err := x.Docket.List(c.UserContext(), by, casework.Query{States: triage, Limit: inQueue, Lines: true})
	if err != nil {
		return err
	}
	if page.Cases, err = x.withoutAway(c.UserContext(), by, page.Cases); err != nil {
		return err
	}
	v := queueView{P: shell.NewPage(c, shell.Lang(c).T("console.queue")), Filter: f, More: page.Next != ""}
	v.P.Section, v.P.Wide = "queue", true
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	slices.SortStableFunc(page.Cases, func(a, b casework.Case) int { return byNeed(a, b, v.P.Now) })
	v.Pills = f.pills(v.P, page.Cases)
	var list []casework.Case
	for _, one := range page.Cases {
		if f.lets(one, late(one, v.P.Now)) {
			list = append(list, one)
		}
	}
	at := slices.IndexFunc(list, func(one casework.Case) bool { return one.ID.String() == open })
	if at < 0 && refused == nil && shown == nil && len(list) > 0 {
		at, open = 0, list[0].ID.String()
	}
	for i, one := range list {
		row := queueRow{Case: one, Href: f.address(one.ID.String()), Current: i == at}
		switch {
		case at >= 0 && i == at+1:
			row.Key = v.K.Of("next")
		case i == at-1:
			row.Key = v.K.Of("previous")
		}
		v.Rows = append(v.Rows, row)
	}
	then := ""
	if at >= 0 && at+1 < len(list) {
		then = list[at+1].ID.String()
	}
	if at >= 0 || refused != nil || shown != nil {
		if err := x.open(c, by, &v, open, then, refused, shown); err != nil {
			return err
		}
	}
	if v.Open != nil {
		v.Alike, v.AlikeAt = alikeOf(v.Open.F.Case, page.Cases)
	}
	back := f.values()
	back.Set("from", "queue")
	v.Undo = x.lastDispatch(c, by, "?"+back.Encode())
	if v.Undo != nil {
		v.Undo.K = v.K
	}
	if v.Open == nil {
		if err := x.staff.LookAway(c.UserContext(), by.StaffID); err != nil {
			return err
		}
	}
	status := fiber.StatusOK
	if refused != nil {
		status = refused.Status
	}
	return shell.Render(c, status, queuePage(v))
}

// open puts the open case into the page.
func (x *Pages) open(c *fiber.Ctx, by casework.Actor, v *queueView, open, then string, refused *dossier.Refusal, shown *dossier.Shown) error {
	id, err := parseID(open)
	if err != nil {
		return err
	}
	d, err := x.Office.Open(c, by, id, "/console/case/"+open)
	if err != nil {
		return err
	}
	q := v.Filter.values()
	q.Set("from", "queue")
	if then != "" {
		q.Set("then", then)
	}
	d.Query = "?" + q.Encode()
	if refused != nil {
		d.Again(*refused)
		v.P.Errors = d.P.Errors
	}
	d.Shown = shown
	v.Open, v.Pane = &d, x.pane(d, v.K)
	return x.beside(c.UserContext(), by, d, &v.Pane)
}

// pills are the filters with what they would show.
func (f filter) pills(p shell.Page, all []casework.Case) []dossier.Pill {
	count := func(f filter) string {
		n := 0
		for _, c := range all {
			if f.lets(c, late(c, p.Now)) {
				n++
			}
		}
		return strconv.Itoa(n)
	}
	none := filter{}
	list := []dossier.Pill{{Text: p.T("console.all"), Count: count(none), Href: none.address(""), Current: f == none}}
	add := func(text string, to filter, bad bool) {
		if n := count(to); n != "0" || f == to {
			list = append(list, dossier.Pill{Text: text, Count: n, Href: to.address(""), Current: f == to, Bad: bad})
		}
	}
	add(p.T("console.overdue"), filter{Late: true}, true)
	add(p.T("console.returned"), filter{Returned: true}, false)
	for _, u := range casework.Urgencies {
		if u != casework.Normal {
			add(p.T("urgency."+string(u)), filter{Urgency: u}, false)
		}
	}
	for _, ch := range casework.Channels {
		add(p.T("channel."+string(ch)), filter{Channel: ch}, false)
	}
	return list
}

func (x *Pages) show(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	return x.drawCase(c, by, id, nil, nil)
}

// drawCase draws the page of one case with every decision that is open to the reader.
func (x *Pages) drawCase(c *fiber.Ctx, by casework.Actor, id casework.CaseID, refused *dossier.Refusal, shown *dossier.Shown) error {
	v, err := x.Office.Open(c, by, id, "/console/case/"+id.String())
	if err != nil {
		return err
	}
	v.P.Section, v.P.Back = "list", "/console/list"
	v.Shown = shown
	status := fiber.StatusOK
	if refused != nil {
		v.Again(*refused)
		status = refused.Status
	}
	k, err := x.keysFor(c, by)
	if err != nil {
		return err
	}
	pane := x.pane(v, k)
	if err := x.beside(c.UserContext(), by, v, &pane); err != nil {
		return err
	}
	if v.F.Case.Channel == casework.Phone {
		if pane.Spoken, err = x.room.Kept(c.UserContext(), id); err != nil {
			return err
		}
	}
	return shell.Render(c, status, casePage(v, pane))
}

func (x *Pages) reveal(c *fiber.Ctx) error {
	return x.Reveal(c, func(by casework.Actor, id casework.CaseID, s *dossier.Shown) error {
		if c.Query("from") == "queue" {
			return x.drawQueue(c, by, filterOf(c), id.String(), nil, s)
		}
		return x.drawCase(c, by, id, nil, s)
	})
}

func parseID(s string) (casework.CaseID, error) {
	var id casework.CaseID
	if err := id.UnmarshalText([]byte(s)); err != nil {
		return id, fault.Wrap(fault.NotFound, "fault.no_such_case", err)
	}
	return id, nil
}
