package resident

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/rights"
	"huiyin/routing"
	"huiyin/web/shell"
)

// rightsView is what a resident may ask of the own data, and the form of one right.
type rightsView struct {
	Kind   casework.RightKind   // of the form; empty: the list of all
	Kinds  []casework.RightKind // that can be asked for
	Field  string
	Value  string
	Words  string
	Due    string
	Erased bool
}

func (x *Pages) showRights(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	kind := casework.RightKind(c.Query("kind"))
	kinds := askable(v.Case)
	if !slices.Contains(kinds, kind) {
		kind = ""
	}
	return x.drawRights(c, fiber.StatusOK, nil, rightsView{Kind: kind, Kinds: kinds, Erased: v.Erased})
}

// askable are the rights that mean something for a case: no consent is withdrawn that was never given.
func askable(k casework.Case) []casework.RightKind {
	return slices.DeleteFunc(slices.Clone(casework.Rights), func(r casework.RightKind) bool { return r == casework.RightWithdraw && !k.Publish })
}

func (x *Pages) drawRights(c *fiber.Ctx, status int, mistakes shell.Errors, v rightsView) error {
	page := x.page(c, "rights.title", "track")
	page.Errors, page.Back = mistakes, page.Href("/t/access")
	if v.Kind != "" {
		page.Title, page.Back = page.T("rights.kind_"+string(v.Kind)), page.Href("/t/rights")
		v.Due = page.Lang.Deadline(x.Rights.Terms.Right(v.Kind, x.Now()).Due)
	}
	return shell.Render(c, status, rightsPage(page, v))
}

// askRight files a request about the data of the open case.
func (x *Pages) askRight(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	form := rightsView{Kind: casework.RightKind(c.FormValue("kind")), Field: c.FormValue("field"), Value: strings.TrimSpace(c.FormValue("value")), Words: strings.TrimSpace(c.FormValue("words"))}
	if !slices.Contains(casework.Rights, form.Kind) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	ask := casework.RightAsk{Kind: form.Kind}
	if form.Kind == casework.RightCorrect {
		ask.Field, ask.Value = casework.PersonalField(form.Field), form.Value
	}
	ctx, id := c.UserContext(), v.Case.ID
	var made casework.RightRequest
	err = nil
	if v.Erased {
		err = fault.New(fault.Conflict, "fault.erased")
	} else if form.Words != "" {
		var f casework.Filing
		if f, err = x.masked(ctx, id, form.Words, ""); err == nil {
			ask.Words = f.Body
		}
	}
	if err == nil && (ask.Field == casework.FieldPhone && !intake.IsPhone(form.Value) || ask.Field == casework.FieldEmail && !strings.Contains(form.Value, "@")) {
		err = fault.New(fault.Invalid, "fault.right_value").At("value")
	}
	if err == nil {
		made, err = x.Rights.Ask(ctx, casework.Resident(id), id, ask)
	}
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return x.drawRights(c, shell.Status(err), mistakes, form)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "rights.asked")
	return shell.SeeOther(c, "/t/rights/"+made.ID.String())
}

// rightView is one request as its resident sees it.
type rightView struct {
	casework.RightRequest
	Machine   []shell.Item // what the machine proposed, for requests to explain and to object
	Destroyed []rights.Destroyed
	Erased    bool
}

// openRight finds a request of the case that this browser has opened.
func (x *Pages) openRight(c *fiber.Ctx) (statusView, casework.RightRequest, bool, error) {
	v, ok, err := x.current(c)
	if !ok {
		return v, casework.RightRequest{}, false, err
	}
	r, err := x.Rights.Find(c.UserContext(), casework.Resident(v.Case.ID), c.Params("id"))
	return v, r, err == nil, err
}

func (x *Pages) showRight(c *fiber.Ctx) error {
	v, r, ok, err := x.openRight(c)
	if !ok {
		return err
	}
	page := x.page(c, "rights.title", "track")
	page.Title, page.Back = page.T("rights.kind_"+string(r.Kind)), page.Href("/t/access")
	out := rightView{RightRequest: r, Erased: v.Erased}
	if r.Kind == casework.RightExplain || r.Kind == casework.RightObject {
		out.Machine = x.machine(page, v)
	}
	if out.Destroyed, err = rights.DestroyedOf(c.UserContext(), x.DB, casework.Resident(r.Case), r.Case); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, rightPage(page, out))
}

// machine tells what a machine proposed for the case, by which rules or model, how sure it was, why, and who decided (PIPL 24).
func (x *Pages) machine(p shell.Page, v statusView) []shell.Item {
	made, err := routing.ReadProposal(v.Case.Proposal, v.Case.Grounds)
	if err != nil || len(made.Candidates) == 0 {
		return nil
	}
	by := p.T("rights.by_rules", locale.Args{"Version": made.Version})
	if made.Model != "" {
		by = p.T("rights.by_model", locale.Args{"Version": made.Version, "Model": made.Model})
	}
	items := []shell.Item{{Key: p.T("rights.machine"), Value: by}}
	for i, k := range made.Candidates {
		if i == 3 {
			break
		}
		var why []string
		for _, r := range k.Reasons {
			why = append(why, r.Text(p.Lang))
		}
		items = append(items, shell.Item{Key: x.unitName(p.Lang, k.Unit) + " " + strconv.Itoa(int(k.P*100+0.5)) + "%", Value: strings.Join(why, p.T("rights.semicolon"))})
	}
	return append(items, shell.Item{Key: p.T("rights.decided_by"), Value: x.confirmed(p, v)})
}

// confirmed tells who sent the case where it went: a person, or the machine alone.
func (x *Pages) confirmed(p shell.Page, v statusView) string {
	for _, e := range slices.Backward(v.Events) {
		if e.Step != casework.StepDispatch {
			continue
		}
		if e.Actor == casework.BySystem {
			return p.T("rights.machine_alone", locale.Args{"At": p.Lang.DateTime(e.At)})
		}
		return p.T("rights.person", locale.Args{"Unit": x.unitName(p.Lang, e.Unit), "Role": p.T("role." + string(e.Role)), "At": p.Lang.DateTime(e.At)})
	}
	return p.T("rights.nobody_yet")
}

// copyJSON gives the holder of the code everything that is kept, for programs.
func (x *Pages) copyJSON(c *fiber.Ctx) error {
	_, r, ok, err := x.openRight(c)
	if !ok {
		return err
	}
	all, err := x.Rights.Copy(c.UserContext(), r)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	c.Attachment("huiyin-copy-" + r.Number + ".json")
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(body)
}

// showCopy is the same for reading and printing.
func (x *Pages) showCopy(c *fiber.Ctx) error {
	_, r, ok, err := x.openRight(c)
	if !ok {
		return err
	}
	all, err := x.Rights.Copy(c.UserContext(), r)
	if err != nil {
		return err
	}
	page := x.page(c, "rights.copy_title", "track")
	page.Back = page.Href("/t/rights/" + r.ID.String())
	return shell.Render(c, fiber.StatusOK, copyPage(page, copyView{Copy: all, pages: x}))
}

// copyView is a copy in words.
type copyView struct {
	rights.Copy
	pages *Pages
}

func (v copyView) data(p shell.Page) []shell.Item {
	var rows []shell.Item
	for _, i := range datause.Inventory() {
		if value := v.Data[i.Field]; value != "" {
			rows = append(rows, shell.Item{Key: p.T(i.Name), Value: value})
		}
	}
	for _, f := range v.Former {
		rows = append(rows, shell.Item{Key: p.T("rights.former", locale.Args{"Field": p.T(datause.FieldName(f.Field)), "At": p.Lang.DateTime(f.Until)}), Value: f.Value})
	}
	return rows
}

func (v copyView) said(p shell.Page) []shell.Happening {
	var list []shell.Happening
	for _, m := range v.Said {
		who := p.T("story.you")
		if m.Author != "resident" {
			who = v.pages.unitName(p.Lang, casework.UnitCode(m.Unit))
		}
		list = append(list, shell.Happening{Title: who, At: m.At, Text: m.Text})
	}
	return list
}

func (v copyView) uses(p shell.Page) []shell.Happening {
	var list []shell.Happening
	for _, u := range v.Uses {
		list = append(list, v.pages.useLine(p, datause.Use{At: u.At, Unit: u.Unit, Role: u.Role, Person: u.Person, Fields: u.Fields, Purpose: u.Purpose, Basis: u.Basis, Automatic: u.Automatic, Receiver: u.Receiver}, 0, false))
	}
	return list
}

// fieldChoices are the fields of which another value can be asked.
func fieldChoices(p shell.Page) []shell.Choice {
	var all []shell.Choice
	for _, f := range casework.Correctable {
		all = append(all, shell.Choice{Value: string(f), Label: p.T(datause.FieldName(f))})
	}
	return all
}

// rightTone is how a request stands.
func rightTone(r casework.RightRequest) shell.Tone {
	switch {
	case r.State == casework.RightGranted:
		return shell.Good
	case r.State == casework.RightRefused:
		return shell.Calm
	case r.LateAt != nil:
		return shell.Bad
	}
	return shell.Note
}

func salt(d rights.Destroyed) string { return base64.StdEncoding.EncodeToString(d.Salt) }

// rightFacts are the facts of a request for its resident.
func rightFacts(p shell.Page, v rightView) []shell.Item {
	rows := []shell.Item{{Key: p.T("rights.number"), Value: v.Number}, {Key: p.T("rights.asked_at"), Value: p.Lang.DateTime(v.AskedAt)}}
	if v.Field != "" {
		rows = append(rows, shell.Item{Key: p.T("rights.field"), Value: p.T(datause.FieldName(v.Field))})
	}
	if v.Words != "" {
		rows = append(rows, shell.Item{Key: p.T("rights.words"), Value: v.Words})
	}
	if v.Open() {
		due := p.Lang.Deadline(v.Due)
		if v.Provisional {
			due += p.T("rights.provisional")
		}
		rows = append(rows, shell.Item{Key: p.T("rights.due"), Value: due})
	} else {
		rows = append(rows, shell.Item{Key: p.T("rights.decided_at"), Value: p.Lang.DateTime(*v.DecidedAt)})
	}
	if v.LateAt != nil {
		rows = append(rows, shell.Item{Key: p.T("rights.late"), Value: p.T("rights.late_text")})
	}
	if v.DelayedAt != nil {
		rows = append(rows, shell.Item{Key: p.T("rights.delayed"), Value: rights.DelayWords(p.Lang, v.RightRequest)})
	}
	if v.Reason != "" && !v.Open() {
		rows = append(rows, shell.Item{Key: p.T("rights.answer"), Value: v.Reason})
	}
	if v.State == casework.RightRefused {
		rows = append(rows, shell.Item{Key: p.T("rights.refused_on"), Value: p.T("rights.refusal_" + v.Basis)})
	}
	return rows
}
