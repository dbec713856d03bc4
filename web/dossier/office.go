// Package dossier shows staff one case and all that hangs on it, and takes the steps that its pages offer.
package dossier

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/notify"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/web/shell"
)

// Office is what the staff pages of every area work with.
type Office struct {
	Docket *casework.Docket
	Desk   *routing.Desk
	City   *routing.City
	Actor  func(c *fiber.Ctx) (casework.Actor, error) // who is signed in

	Answers *knowledge.Base // what answers may stand on; nil: nothing is offered
}

// View is one case as a page shows it: masked, unless something was just revealed.
type View struct {
	P        shell.Page
	F        casework.Dossier
	City     *routing.City
	By       casework.Actor
	Base     string            // address of the case's page, below which its forms post
	Offers   []knowledge.Found // articles that may answer it
	Query    string            // added to the addresses that its forms post to: where they lead back to
	Refused  Refusal
	Shown    *Shown             // personal data that was just revealed; nil on every other answer
	Whistles []casework.Whistle // calls for departments to come, oldest first
	Appeals  []casework.Appeal  // against how units are scored, oldest first
	Post     Post               // its mail and letters, for the hotline

	// What else the hotline knows of it: the cases merged into it, how many the same caller filed before, and those it was split into or out of.

	Followers []casework.Case
	Earlier   int
	Siblings  []casework.Sibling

	policy *sla.Policy
}

// CaseOf reads the number of a case from the address. What is none does not exist.
func CaseOf(c *fiber.Ctx) (casework.CaseID, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return id, fault.Wrap(fault.NotFound, "fault.no_such_case", err)
	}
	return id, nil
}

// Open reads a case for its page. A case that is not in scope does not exist for the reader (fault.NotFound).
func (o Office) Open(c *fiber.Ctx, by casework.Actor, id casework.CaseID, base string) (View, error) {
	v := View{City: o.City, By: by, Base: base, policy: o.Desk.Terms.Policy}
	whole, err := o.Docket.Whole(c.UserContext(), by, id)
	if err != nil {
		return v, err
	}
	v.F, v.Whistles, v.Appeals = whole.Dossier, whole.Whistles, whole.Appeals
	v.Followers, v.Earlier, v.Siblings = whole.Followers, whole.Earlier, whole.Siblings
	if by.Unit == casework.Hotline { // a unit has no part in its mail
		v.Post.Mails = whole.Origins
		if v.Post.Letters, err = notify.Letters(c.UserContext(), o.Docket.DB, id); err != nil {
			return v, err
		}
	}
	v.P = shell.NewPage(c, "")
	v.P.Title = v.P.T("dossier.title", locale.Args{"Number": v.F.Case.Number})
	v.P.Wide = true
	if v.Can(casework.StepAnswer, casework.StepReply) {
		v.Offers, err = o.Offer(c.UserContext(), v.F.Case.Title+"\n"+v.F.Case.Body)
	}
	return v, err
}

// Again puts a refusal on the page: the mistakes at their fields, and who acted first where the case had moved on.
func (v *View) Again(r Refusal) {
	v.Refused = r
	v.P.Errors = r.Errors
	if !r.Moved || len(v.P.Errors) == 0 {
		return
	}
	if e, ok := v.last(); ok {
		v.P.Errors[0].Text += " " + v.P.T("dossier.acted_first", locale.Args{"Who": v.who(e), "When": v.P.Lang.DateTime(e.At), "What": v.P.T("step." + string(e.Step))})
	}
}

// last is the latest step that somebody took; looking at data and missing a deadline are none.
func (v View) last() (casework.Event, bool) {
	for _, e := range slices.Backward(v.F.Events) {
		if !slices.Contains([]casework.Step{casework.StepUse, casework.StepBreach, casework.StepRemind, casework.StepEscalate, casework.StepRecount}, e.Step) {
			return e, true
		}
	}
	return casework.Event{}, false
}

// Can reports whether the reader may take one of the steps now.
func (v View) Can(steps ...casework.Step) bool {
	return slices.ContainsFunc(steps, func(s casework.Step) bool { return casework.Allowed(s, v.F.Case.State, v.By) })
}

// Leads reports whether the reader's unit, or one below it, is the lead.
func (v View) Leads() bool { return slices.Contains(v.By.Units, v.F.Case.Lead) }

// Assists reports whether the reader's unit is a co-handler at present.
func (v View) Assists() bool {
	return slices.ContainsFunc(v.F.Parties, func(p casework.Party) bool {
		return p.Left == nil && p.Role == "co" && slices.Contains(v.By.Units, p.Unit)
	})
}

// Sealed reports whether the resident's identity stays hidden from the reader: a secret case or a report of wrongdoing, outside the hotline
// (Jinan regulations of 2018, article 16).
func (v View) Sealed() bool {
	return v.By.Unit != casework.Hotline && (v.F.Case.Secret || v.F.Case.Kind == casework.Report)
}

// law names the law that a clock runs by, empty where it is the city's own limit or the policy in force no longer knows it.
func (v View) law(k casework.Clock) string {
	s, _ := v.policy.Statute(k.Statute)
	return s.Text(v.P.Lang)
}

// Unit names a unit.
func (v View) Unit(code casework.UnitCode) string { return v.City.UnitName(code, v.P.Lang) }

// Pending is the request that waits for a decision; ok is false where there is none.
func (v View) Pending() (casework.Request, bool) {
	for _, r := range slices.Backward(v.F.Requests) {
		if r.DecidedAt == nil {
			return r, true
		}
	}
	return casework.Request{}, false
}

// Granted counts the granted requests of a kind in the present leg.
func (v View) Granted(kind string) int {
	n := 0
	for _, r := range v.F.Requests {
		if r.Kind == kind && r.Leg == v.F.Case.Leg && r.Granted != nil && *r.Granted {
			n++
		}
	}
	return n
}

// Clock is a clock of the present leg, or the total one; ok is false where it does not run for this case.
func (v View) Clock(name string) (casework.Clock, bool) {
	for _, k := range v.F.Clocks {
		if k.Name == name && (k.Leg == v.F.Case.Leg || name == casework.ClockTotal) {
			return k, true
		}
	}
	return casework.Clock{}, false
}

// DueOf is a clock as the badge draws it.
func DueOf(k casework.Clock) shell.Due {
	d := shell.Due{Start: k.Started, At: k.Due}
	if k.Met != nil {
		d.Met = *k.Met
	}
	return d
}

// TotalOf is the promise to the resident, for lists.
func TotalOf(c casework.Case) shell.Due {
	d := shell.Due{Start: c.FiledAt, At: c.Due}
	if c.Met != nil {
		d.Met = *c.Met
	}
	return d
}

// LimitOf is the unit's own limit, for lists; ok is false before dispatch. It is over once the unit has answered.
func LimitOf(c casework.Case) (shell.Due, bool) {
	if c.UnitDue == nil {
		return shell.Due{}, false
	}
	d := shell.Due{Start: c.FiledAt, At: *c.UnitDue}
	if c.RepliedAt != nil && !c.State.Handling() {
		d.Met = *c.RepliedAt
	}
	return d, true
}

// Choices lists values of a closed list under their names in the catalogue.
func Choices[T ~string](p shell.Page, prefix string, values []T, more ...shell.Choice) []shell.Choice {
	list := slices.Clone(more)
	for _, v := range values {
		list = append(list, shell.Choice{Value: string(v), Label: p.T(prefix + lower(string(v)))})
	}
	return list
}

// UnitChoices lists every unit that a case can be sent to, after an empty answer.
func UnitChoices(p shell.Page, city *routing.City, empty string) []shell.Choice {
	list := []shell.Choice{{Label: empty}}
	for _, u := range city.Units() {
		if u.Level != routing.HotlineLevel {
			list = append(list, shell.Choice{Value: string(u.Code), Label: u.Name.In(p.Lang)})
		}
	}
	return list
}

// Date is the day of a moment in the form of date fields.
func Date(t time.Time) string { return t.In(locale.Zone).Format(time.DateOnly) }
