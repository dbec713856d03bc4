package resident

import (
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/notify"
	cards "huiyin/privacy"
	"huiyin/web/shell"
)

// ownUse is the resident looking at the own case: no use by others, so no row in the history.
var ownUse = casework.Use{Purpose: casework.ForOwn, Basis: casework.BasisRights}

// statusView is one case as its resident sees it.
type statusView struct {
	casework.Dossier
	LetterLost bool                 // the latest letter to the resident did not arrive
	Own        casework.Revealed    // the resident's own words; nil after erasure
	Said       map[uuid.UUID]string // what the resident added, as written
	Erased     bool
	Master     *casework.Dossier  // what may be seen of the case this one was merged into; nil where it stands alone
	Siblings   []casework.Sibling // the cases it was split into or out of, with their codes
	Files      []casework.FileInfo
	RateLink   string   // empty where there is nothing to rate now
	Unit       string   // the lead's name, or the hotline's
	Notes      []string // what else is to be said of the promise
	story      []shell.Happening
	hops       bool // the way inside the unit was asked for
	add        addForm
}

// addForm is what was typed into the form for additions.
type addForm struct{ Text, Key string }

// read gathers everything the status page shows.
func (x *Pages) read(ctx context.Context, lang locale.Lang, id casework.CaseID) (statusView, error) {
	by := casework.Resident(id)
	f, err := x.Docket.Dossier(ctx, by, id)
	if err != nil {
		return statusView{}, err
	}
	v := statusView{Dossier: f}
	if v.Siblings, err = x.Docket.Siblings(ctx, by, id); err != nil {
		return v, err
	}
	v.Own, err = x.Docket.Reveal(ctx, by, id, []casework.PersonalField{casework.FieldBody, casework.FieldPlace}, ownUse)
	if err == nil {
		v.Said, err = x.Docket.RevealMessages(ctx, by, id, ownUse)
	}
	if fault.KindOf(err) == fault.Gone {
		v.Erased, err = true, nil
	}
	if err != nil {
		return v, err
	}
	v.Files = visibleFiles(f)
	if v.Master, err = x.master(ctx, by, id); err != nil {
		return v, err
	}
	if v.LetterLost, err = x.letterLost(ctx, id); err != nil {
		return v, err
	}
	v.Unit = x.unitName(lang, f.Case.Lead)
	for _, k := range f.Clocks {
		if k.Name == casework.ClockTotal {
			law, _ := x.Desk.Terms.Policy.Statute(k.Statute)
			v.Notes = shell.PromiseNotes(lang, k, law.Text(lang))
		}
	}
	if v.mayRate() {
		v.RateLink = "/rate/" + x.Docket.RatingLink(id, f.Case.Round)
	}
	return v, nil
}

// master is what may be seen of the case that one was merged into, with what an answer says of others hidden; nil where it stands alone.
func (x *Pages) master(ctx context.Context, by casework.Actor, id casework.CaseID) (*casework.Dossier, error) {
	m, ok, err := x.Docket.Master(ctx, by, id)
	if err != nil || !ok {
		return nil, err
	}
	for i := range m.Messages {
		m.Messages[i].Body, _ = cards.Mask(m.Messages[i].Body)
	}
	if m.Case.State != casework.Redirected { // there it is the number to call
		m.Case.Told, _ = cards.Mask(m.Case.Told)
	}
	return &m, nil
}

// unitName is a unit as residents know it.
func (x *Pages) unitName(lang locale.Lang, code casework.UnitCode) string {
	if code == "" || code == casework.Hotline {
		return lang.T("story.hotline")
	}
	return x.City.UnitName(code, lang)
}

// visibleFiles are the resident's own and those of the answers; what hangs on an internal note stays inside.
func visibleFiles(f casework.Dossier) []casework.FileInfo {
	return slices.DeleteFunc(slices.Clone(f.Files), func(file casework.FileInfo) bool {
		if file.Message == nil {
			return file.ByUnit != ""
		}
		return !slices.ContainsFunc(f.Messages, func(m casework.Message) bool { return m.ID == *file.Message })
	})
}

func (v statusView) mayRate() bool {
	rated := slices.ContainsFunc(v.Ratings, func(r casework.RatingView) bool { return r.Round == v.Case.Round })
	if _, ok := v.answer(); v.Master != nil && !ok {
		return false
	}
	return !rated && (v.Case.RepliedAt != nil || v.Master != nil) && v.may(casework.StepRate)
}

func (v statusView) may(s casework.Step) bool {
	return casework.Allowed(s, v.Case.State, casework.Resident(v.Case.ID))
}

// answer is the latest reply or answer of the present round; of a merged case that to its master, where it stands.
func (v statusView) answer() (casework.Message, bool) {
	if v.Master != nil {
		if v.Master.Case.State.Handling() || v.Master.Case.State == casework.Accepted {
			return casework.Message{}, false
		}
		return (statusView{Dossier: *v.Master}).answer()
	}
	for _, m := range slices.Backward(v.Messages) {
		if (m.Purpose == "reply" || m.Purpose == "answer") && m.Round == v.Case.Round {
			return m, true
		}
	}
	return casework.Message{}, false
}

func (v statusView) filesOf(m uuid.UUID) []casework.FileInfo {
	return slices.DeleteFunc(slices.Clone(v.Files), func(f casework.FileInfo) bool { return f.Message == nil || *f.Message != m })
}

func (v statusView) firstFiles() []casework.FileInfo {
	return slices.DeleteFunc(slices.Clone(v.Files), func(f casework.FileInfo) bool { return f.Message != nil })
}

// promised tells whether the promise to answer still says something: not where the case ended without an answer.
func (v statusView) promised() bool {
	switch v.Case.State {
	case casework.Declined, casework.Redirected, casework.Terminated, casework.Merged, casework.Withdrawn:
		return false
	}
	return true
}

// due is the promise everybody sees.
func (v statusView) due() shell.Due { return dueOf(v.Case) }

func dueOf(c casework.Case) shell.Due {
	d := shell.Due{Start: c.FiledAt, At: c.Due}
	if c.Met != nil {
		d.Met = *c.Met
	}
	return d
}

// again is the unit's limit in a later round, which the first promise no longer covers.
func (v statusView) again() (shell.Due, bool) {
	if v.Case.Round < 2 || !v.Case.State.Handling() {
		return shell.Due{}, false
	}
	for _, k := range v.Clocks {
		if k.Name == casework.ClockHandle && k.Leg == v.Case.Leg && k.Running() {
			return shell.Due{Start: k.Started, At: k.Due}, true
		}
	}
	return shell.Due{}, false
}

// late tells whether the resident may ask for haste.
func (v statusView) late(now time.Time) bool {
	return v.Case.Met == nil && now.After(v.Case.Due) && v.may(casework.StepUrge)
}

// changeUntil is the end of the ten minutes, zero where they are over.
func (v statusView) changeUntil(now time.Time) time.Time {
	until := v.Case.FiledAt.Add(changeWindow)
	if now.After(until) || !v.may(casework.StepChange) || v.Erased {
		return time.Time{}
	}
	return until
}

// current reads the case that is open in this browser; ok is false where the answer was already given (the code form).
func (x *Pages) current(c *fiber.Ctx) (v statusView, ok bool, err error) {
	id, open := x.opened(c)
	if !open {
		return v, false, x.drawCode(c, fiber.StatusOK, nil, "")
	}
	v, err = x.read(c.UserContext(), shell.Lang(c), id)
	if fault.KindOf(err) == fault.NotFound {
		x.setCookie(c, caseCookie, "", 0)
		return v, false, x.drawCode(c, fiber.StatusOK, nil, "")
	}
	return v, err == nil, err
}

func (x *Pages) showStatus(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	return x.drawStatus(c, fiber.StatusOK, nil, v)
}

func (x *Pages) drawStatus(c *fiber.Ctx, status int, mistakes shell.Errors, v statusView) error {
	page := x.page(c, "track.title", "track")
	page.Path, page.Switch = "/t", page.Lang.Other().Path("/t")
	page.Errors = mistakes
	v.hops = c.Query("inside") != ""
	v.story = teller{p: page, pages: x, v: v}.story()
	return shell.Render(c, status, statusPage(page, v))
}

// file sends one file of the open case: pictures to look at, everything else to keep.
func (x *Pages) file(c *fiber.Ctx) error {
	id, open := x.opened(c)
	file, err := uuid.Parse(c.Params("id"))
	if !open || err != nil {
		return fault.New(fault.NotFound, "fault.no_such_file")
	}
	ctx, by := c.UserContext(), casework.Resident(id)
	f, err := x.Docket.Dossier(ctx, by, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(visibleFiles(f), func(i casework.FileInfo) bool { return i.ID == file }) {
		return fault.New(fault.NotFound, "fault.no_such_file")
	}
	info, data, err := x.Docket.RevealFile(ctx, by, id, file, ownUse)
	if err != nil {
		return err
	}
	kind := info.Type
	if !shown(kind) {
		kind = fiber.MIMEOctetStream
		c.Attachment(info.Name)
		c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+escape(info.Name))
	}
	c.Set(fiber.HeaderContentType, kind)
	return c.Send(data)
}

// letterLost tells whether the latest letter to the resident came back or was given up.
func (x *Pages) letterLost(ctx context.Context, id casework.CaseID) (bool, error) {
	letters, err := notify.Letters(ctx, x.DB, id)
	lost := false
	for _, l := range letters {
		switch {
		case l.Unit != "":
		case l.State == notify.Sent:
			lost = false
		case l.State == notify.Bounced, l.State == notify.GaveUp:
			lost = true
		}
	}
	return lost, err
}
