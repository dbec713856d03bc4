package admin

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/rights"
	"huiyin/web/shell"
)

// keepers are those who decide on requests about data: the privacy officer, a supervisor as the second person of a deletion; auditors look on.
var keepers = []string{string(casework.Privacy), string(casework.Supervisor), string(casework.Auditor)}

// mostRequests is how many requests stand on the page.
const mostRequests = 200

// rightsView is what residents asked of their data.
type rightsView struct {
	P   shell.Page
	All []casework.RightRequest
}

// rightView is one request and its decision.
type rightView struct {
	P               shell.Page
	R               casework.RightRequest
	Shown           string // as written, once asked for
	Officer, Second bool
	Delay           string // why it takes longer, as it was written
	Reason          string
	Basis           string
}

func (x *Pages) rightsList(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := rightsView{P: pageOf(c, "rights", shell.Lang(c).T("rights.desk"))}
	if v.All, err = x.Docket.RightsList(c.UserContext(), by, mostRequests); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, rightsListPage(v))
}

func (v rightsView) grid() shell.Grid {
	g := shell.Grid{Caption: v.P.T("rights.desk"), Hidden: true, Empty: v.P.T("rights.desk_none"), Columns: []shell.Column{{Title: v.P.T("rights.number"), Whole: true}, {Title: v.P.T("rights.what")}, {Title: v.P.T("rights.state")},
		{Title: v.P.T("rights.asked_at")}, {Title: v.P.T("rights.due")}}}
	for _, r := range v.All {
		due := shell.Cell{Text: v.P.Lang.Deadline(r.Due)}
		if r.Open() {
			due = shell.Cell{View: shell.DueBadge(v.P, shell.Due{Start: r.AskedAt, At: r.Due})}
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: r.Number, Href: "/admin/rights/" + r.ID.String()}, {Text: v.P.T("rights.kind_" + string(r.Kind))}, {View: shell.Tag(requestTone(r), v.P.T("rights.state_"+string(r.State)))},
			{Text: v.P.Lang.DateTime(r.AskedAt)}, due})
	}
	return g
}

func requestTone(r casework.RightRequest) shell.Tone {
	switch {
	case r.State == casework.RightGranted:
		return shell.Good
	case r.State == casework.RightRefused:
		return shell.Calm
	case r.LateAt != nil:
		return shell.Bad
	}
	return shell.Warn
}

func (x *Pages) right(c *fiber.Ctx) error { return x.drawRight(c, fiber.StatusOK, nil, rightView{}) }

func (x *Pages) drawRight(c *fiber.Ctx, status int, mistakes shell.Errors, v rightView) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	if v.R, err = x.Docket.RightListed(c.UserContext(), by, id); err != nil {
		return err
	}
	v.P = pageOf(c, "rights", shell.Lang(c).T("rights.kind_"+string(v.R.Kind))+" "+v.R.Number)
	v.P.Errors, v.P.Back = mistakes, "/admin/rights"
	v.Officer = by.Has(casework.Privacy) && v.R.State == casework.RightAsked
	v.Second = by.Has(casework.Privacy, casework.Supervisor) && v.R.State == casework.RightProposed && v.R.ProposedBy != by.StaffID
	return shell.Render(c, status, rightPage(v))
}

func (x *Pages) decideRight(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	v := rightView{Reason: strings.TrimSpace(c.FormValue("reason")), Basis: c.FormValue("basis")}
	switch c.FormValue("do") {
	case "delay":
		v.Delay = strings.TrimSpace(c.FormValue("delay"))
		err = x.Rights.Delay(c.UserContext(), by, id, v.Delay)
	case "show":
		v.Shown, err = x.Docket.RevealRight(c.UserContext(), by, id)
		if err != nil {
			return err
		}
		return x.drawRight(c, fiber.StatusOK, nil, v)
	case "grant":
		err = x.Docket.DecideRight(c.UserContext(), by, id, casework.RightDecision{Grant: true, Reason: v.Reason})
	default:
		err = x.Docket.DecideRight(c.UserContext(), by, id, casework.RightDecision{Reason: v.Reason, Basis: v.Basis})
	}
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return x.drawRight(c, shell.Status(err), mistakes, v)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "rights.decided")
	return shell.SeeOther(c, "/admin/rights")
}

func (v rightView) facts() []shell.Item {
	r, p := v.R, v.P
	rows := []shell.Item{{Key: p.T("rights.number"), Value: r.Number}, {Key: p.T("rights.case"), Value: r.CaseNo + " · " + p.T("state."+string(r.CaseState))}, {Key: p.T("rights.asked_at"), Value: p.Lang.DateTime(r.AskedAt)},
		{Key: p.T("rights.due"), Value: p.Lang.Deadline(r.Due)}, {Key: p.T("rights.law_short"), Value: p.T("rights.basis_" + rights.Basis[r.Kind])}}
	if r.Field != "" {
		rows = append(rows, shell.Item{Key: p.T("rights.field"), Value: p.T(datause.FieldName(r.Field))})
	}
	if r.Words != "" {
		rows = append(rows, shell.Item{Key: p.T("rights.words"), Value: r.Words})
	}
	if v.Shown != "" {
		rows = append(rows, shell.Item{Key: p.T("rights.shown"), Value: v.Shown})
	}
	if r.LateAt != nil {
		rows = append(rows, shell.Item{Key: p.T("rights.late"), Value: p.T("rights.late_desk")})
	}
	if r.DelayedAt != nil {
		rows = append(rows, shell.Item{Key: p.T("rights.delayed"), Value: rights.DelayWords(p.Lang, r)})
	}
	if r.ProposedAt != nil {
		rows = append(rows, shell.Item{Key: p.T("rights.proposed_at"), Value: p.Lang.DateTime(*r.ProposedAt)})
	}
	if r.DecidedAt != nil {
		rows = append(rows, shell.Item{Key: p.T("rights.decided_at"), Value: p.Lang.DateTime(*r.DecidedAt)})
	}
	if r.Reason != "" {
		rows = append(rows, shell.Item{Key: p.T("rights.answer"), Value: r.Reason})
	}
	if r.State == casework.RightRefused {
		rows = append(rows, shell.Item{Key: p.T("rights.refused_on"), Value: p.T("rights.refusal_" + r.Basis)})
	}
	return rows
}

func refusals(p shell.Page) []shell.Choice {
	all := []shell.Choice{{Value: "", Label: p.T("rights.choose_ground")}}
	for _, g := range rights.Refusals {
		all = append(all, shell.Choice{Value: g, Label: p.T("rights.refusal_" + g)})
	}
	return all
}

// needsReason tells whether a grant is an answer in words.
func (v rightView) needsReason() bool {
	return v.R.Kind == casework.RightExplain || v.R.Kind == casework.RightObject
}

// reasonHint tells what belongs into the answer.
func (v rightView) reasonHint() string {
	if v.needsReason() {
		return v.P.T("rights.reason_explain")
	}
	return v.P.T("rights.reason_hint", locale.Args{"City": v.P.City.Name(v.P.Lang)})
}
