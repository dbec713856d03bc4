package inbox

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"huiyin/casework"
	"huiyin/compare"
	"huiyin/locale"
	"huiyin/routing/sla"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// caseView is a case on its unit's desk.
type caseView struct {
	dossier.View
	Texts    []standard
	Reply    string         // what stands in the answer
	Check    checked        // what the check says of the answer that came back
	Longer   []shell.Choice // working days that can be asked for, with the date they lead to
	TooLate  bool           // the time for asking is over
	Approves bool           // the reader decides on the extension that was asked for
	Hops     hops
	Returns  time.Time // until when the case can be returned; zero where the policy sets no time
	Pauses   bool      // the policy lets a limit stand still while the unit waits for the resident
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
	return x.draw(c, by, id, nil, nil)
}

func (x *Pages) reveal(c *fiber.Ctx) error {
	return x.Reveal(c, func(by casework.Actor, id casework.CaseID, s *dossier.Shown) error { return x.draw(c, by, id, nil, s) })
}

func (x *Pages) draw(c *fiber.Ctx, by casework.Actor, id casework.CaseID, refused *dossier.Refusal, shown *dossier.Shown) error {
	v := caseView{Pauses: x.Desk.CanPause()}
	var err error
	if v.View, err = x.Open(c, by, id, "/inbox/"+id.String()); err != nil {
		return err
	}
	v.P.Section, v.P.Back = "inbox", "/inbox"
	v.Shown = shown
	status := fiber.StatusOK
	if refused != nil {
		v.Again(*refused)
		status = refused.Status
	}
	if err := x.hops(c, &v); err != nil {
		return err
	}
	v.Texts = x.standards(v.P.Lang)
	for _, one := range slices.Backward(v.coReported()) {
		if one.Said.Body != "" {
			v.Texts = append([]standard{{Name: v.P.T("unitwork.use_co", locale.Args{"Unit": v.Unit(one.Unit)}), Text: one.Said.Body}}, v.Texts...)
		}
	}
	if text, h, ok := v.handedIn(); ok {
		v.Texts = append([]standard{{Name: v.P.T("inbox.use_result", locale.Args{"Unit": v.hopWho(h.Unit, h.Staff)}), Text: text}}, v.Texts...)
	}
	v.Reply = v.Value(actReply.Name, "text", v.chosenText(c.QueryInt("text")))
	if refused != nil && refused.Act == actReply.Name && v.Reply != "" {
		v.Check = judgeReply(v.F, v.Reply, v.P.Now)
	}
	x.extensions(&v)
	return shell.Render(c, status, casePage(v))
}

// chosenText is the standard text that a link without script asked for.
// uncalled reports whether the unit has still to reach the resident, and time is set for it.
func (v caseView) uncalled() bool {
	return v.F.Case.State == casework.Signed && slices.ContainsFunc(v.F.Clocks, func(k casework.Clock) bool {
		return k.Name == "contact" && k.Leg == v.F.Case.Leg && k.Met == nil
	})
}

func (v caseView) chosenText(n int) string {
	if n < 1 || n > len(v.Texts) {
		return ""
	}
	return v.Texts[n-1].Text
}

// extensions works out to which date each number of days would lead, so that nobody asks blindly.
func (x *Pages) extensions(v *caseView) {
	r, pending := v.Pending()
	v.Approves = pending && r.Kind == "extension" && v.Granted("extension") == 0 && v.By.Has(casework.Leader)
	handle, ok := v.Clock(casework.ClockHandle)
	if ok {
		v.Returns, _ = x.Desk.ReturnBy(sla.MatterOf(v.F.Case), handle.Started)
	}
	if !ok || !v.Can(casework.StepAskExtension) {
		return
	}
	terms := x.Desk.TermsOf(handle.Unit).For(sla.MatterOf(v.F.Case))
	v.TooLate = !terms.WithinNotice(handle.Due, v.P.Now)
	words := "inbox.days"
	if handle.CalendarDays > 0 || handle.Months > 0 {
		words = "inbox.calendar_days"
	}
	most := terms.Policy.ExtendMost(handle.Statute)
	for days := 1; days <= most; days++ {
		if days > 10 && days%5 != 0 && days != most { // a law that gives a month more is not asked for day by day
			continue
		}
		longer := x.Desk.Terms.Extend(handle.Promise(), days)
		v.Longer = append(v.Longer, shell.Choice{Value: strconv.Itoa(days), Label: v.P.Lang.N(words, days, locale.Args{"Date": v.P.Lang.Deadline(longer.Due)})})
	}
}

// sheet is the case as one sheet of paper for the field, masked.
func (x *Pages) sheet(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	return x.drawSheet(c, by, id, nil)
}

// fullSheet is the sheet with the personal data that was asked for with a purpose; the resident sees who had it printed.
func (x *Pages) fullSheet(c *fiber.Ctx) error {
	return x.Reveal(c, func(by casework.Actor, id casework.CaseID, s *dossier.Shown) error { return x.drawSheet(c, by, id, s) })
}

func (x *Pages) drawSheet(c *fiber.Ctx, by casework.Actor, id casework.CaseID, shown *dossier.Shown) error {
	v, err := x.Open(c, by, id, "/inbox/"+id.String())
	if err != nil {
		return err
	}
	v.P.Section, v.P.Back, v.P.Wide = "inbox", v.Base, false
	v.Shown = shown
	return shell.Render(c, fiber.StatusOK, sheetPage(v))
}

// qr is the picture of the case's address for the paper: it holds the link and nothing else, and opens for those who may see the case.
func (x *Pages) qr(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	if _, err := x.Docket.Case(c.UserContext(), by, id); err != nil {
		return err
	}
	png, err := qrcode.Encode(x.BaseURL+"/m/inbox/"+id.String(), qrcode.Medium, 240)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(png)
}

// difference is what the reader's refused answer has and lacks beside the one that somebody else sent; nil where nothing was refused.
func (v caseView) difference() []compare.Piece {
	m, answered := v.Answer()
	if !answered || v.Lost() == "" || v.Refused.Act != actReply.Name && v.Refused.Act != actDone.Name {
		return nil
	}
	return compare.Sentences(m.Body, v.Lost())
}
