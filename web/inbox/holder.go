package inbox

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/staff"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// holders are to whom a case of a unit can be handed: the reader, colleagues, and the units below. Who may not hand out may only take.
func (x *Pages) holders(ctx context.Context, p shell.Page, by casework.Actor, unit casework.UnitCode, hands bool) ([]shell.Choice, error) {
	var list []shell.Choice
	if by.Unit == unit {
		list = append(list, shell.Choice{Value: person(by.Unit, by.StaffID), Label: p.T("inbox.me")})
	}
	if !hands {
		return list, nil
	}
	people, err := staff.Colleagues(ctx, x.DB, []casework.UnitCode{unit})
	if err != nil {
		return nil, err
	}
	for _, one := range people {
		if one.ID != by.StaffID {
			list = append(list, shell.Choice{Value: person(one.Unit, one.ID), Label: one.Name})
		}
	}
	for _, u := range x.City.Descendants(unit) {
		if u != unit && slices.Contains(by.Units, u) {
			list = append(list, shell.Choice{Value: string(u), Label: x.City.UnitName(u, p.Lang)})
		}
	}
	return list, nil
}

// person is the value of a choice that names somebody: the unit, and the account in it.
func person(unit casework.UnitCode, id int64) string {
	return string(unit) + ":" + strconv.FormatInt(id, 10)
}

// holderOf reads a choice of holders. Errors: fault.Invalid at "to".
func holderOf(value string) (casework.Task, error) {
	unit, id, named := strings.Cut(value, ":")
	t := casework.Task{Unit: casework.UnitCode(unit)}
	if named {
		var err error
		if t.Staff, err = strconv.ParseInt(id, 10, 64); err != nil || t.Staff < 1 {
			return t, fault.New(fault.Invalid, "fault.holder_needed").At("to")
		}
	}
	if unit == "" {
		return t, fault.New(fault.Invalid, "fault.holder_needed").At("to")
	}
	return t, nil
}

// takeChosen signs or hands out the chosen cases, each by itself: what somebody else did meanwhile stops none of the others.
func (x *Pages) takeChosen(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	do, word := x.Docket.Sign, "sign"
	if c.FormValue("do") == "assign" {
		task, err := holderOf(c.FormValue("to"))
		if err != nil {
			shell.Flash(c, shell.Warn, "inbox.assign_whom")
			return shell.SeeOther(c, shell.LocalPath(c.FormValue("back"), "/inbox"))
		}
		do, word = func(ctx context.Context, by casework.Actor, ref casework.Ref) error {
			return x.Docket.Assign(ctx, by, ref, task)
		}, "assign"
	}
	done, missed := 0, 0
	for _, chosen := range c.Request().PostArgs().PeekMulti("case") {
		id, version, _ := strings.Cut(string(chosen), ":")
		ref, err := refOf(id, version)
		if err == nil {
			err = do(c.UserContext(), by, ref)
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
		shell.Flash(c, shell.Warn, "inbox."+word+"_none")
	case missed > 0:
		shell.Flash(c, shell.Warn, "inbox."+word+"_some")
	default:
		shell.Flash(c, shell.Good, "inbox."+word+"_all")
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

// hops is what a case's page says of who inside the lead's house has it.
type hops struct {
	Chain   []casework.Assignment // all, in order
	People  map[int64]string
	Holders []shell.Choice // to whom it can be handed
	Most    time.Time      // the latest limit that can be given
}

// hops reads who has the case, and to whom it can be handed next.
func (x *Pages) hops(c *fiber.Ctx, v *caseView) error {
	ctx, id := c.UserContext(), v.F.Case.ID
	var err error
	if v.Hops.Chain, err = x.Docket.Assignments(ctx, v.By, id); err != nil {
		return err
	}
	var ids []int64
	for _, h := range v.Hops.Chain {
		ids = append(ids, h.Staff, h.ByStaff)
	}
	if v.Hops.People, err = staff.Names(ctx, x.DB, ids); err != nil {
		return err
	}
	giver := v.F.Case.Lead
	if k, ok := v.Clock(casework.ClockHandle); ok {
		v.Hops.Most = k.Due
	}
	if !v.Leads() {
		own, below := v.own()
		if !below {
			return nil
		}
		giver, v.Hops.Most = own.Unit, own.Due
	}
	v.Hops.Holders, err = x.holders(ctx, v.P, v.By, giver, v.By.Has(casework.Liaison, casework.Leader))
	return err
}

// daysOffered is how many days a limit can be chosen from; a longer one is the giver's own.
const daysOffered = 14

// limits are until when a case can be handed out: the giver's own limit, or the end of a day before it.
func (v caseView) limits() []shell.Choice {
	most := v.Hops.Most
	list := []shell.Choice{{Label: v.P.T("inbox.due_same", locale.Args{"Moment": v.P.Lang.Deadline(most)})}}
	for at, n := endOfDay(v.P.Now), 0; at.Before(most) && n < daysOffered; at, n = endOfDay(at), n+1 {
		list = append(list, shell.Choice{Value: at.UTC().Format(time.RFC3339), Label: v.P.Lang.Deadline(at)})
	}
	return list
}

// own is the open hop by which the case came to the reader's unit; ok is false where none did.
func (v caseView) own() (casework.Assignment, bool) {
	for _, h := range v.Hops.Chain {
		if h.Ended == nil && slices.Contains(v.By.Units, h.Unit) {
			return h, true
		}
	}
	return casework.Assignment{}, false
}

// holder is who works on the case now; ok is false where nobody was named.
func (v caseView) holder() (casework.Assignment, bool) { return casework.Holder(v.Hops.Chain) }

// below reports whether the case was handed to the reader's unit by a lead that is not theirs.
func (v caseView) below() bool {
	_, ok := v.own()
	return ok && !v.Leads()
}

// holds reports whether the reader works on the case now, and can hand it back.
func (v caseView) holds() bool {
	h, ok := v.holder()
	return ok && v.By.Holds(h)
}

// free reports whether the reader can take the case without being told to.
func (v caseView) free() bool {
	h, ok := v.holder()
	return v.Can(casework.StepAssign) && (!ok && v.By.Unit == v.F.Case.Lead || ok && h.Staff == 0 && h.Unit == v.By.Unit)
}

// assistDue is until when the reader's unit must have done its part as co-handler; met by its report.
func (v caseView) assistDue() (due shell.Due, ok bool) {
	for _, p := range v.F.Parties {
		if p.Role != "co" || p.Left != nil || p.Due == nil || !slices.Contains(v.By.Units, p.Unit) {
			continue
		}
		due = shell.Due{Start: v.F.Case.FiledAt, At: *p.Due}
		for _, e := range v.F.Events {
			if e.Step == casework.StepCoReport && e.Leg == v.F.Case.Leg && e.Unit == p.Unit {
				due.Met = e.At
			}
		}
		return due, true
	}
	return due, false
}

// takesBack reports whether the reader handed out what is still out.
func (v caseView) takesBack() bool {
	h, ok := v.holder()
	if !ok || !v.Can(casework.StepTakeBack) {
		return false
	}
	if own, below := v.own(); below && !v.Leads() {
		return h.Depth > own.Depth
	}
	return v.Leads()
}

// hopWho names a unit and the person in it.
func (v caseView) hopWho(unit casework.UnitCode, id int64) string {
	name := v.Hops.People[id]
	if name == "" {
		return v.Unit(unit)
	}
	return v.Unit(unit) + " · " + name
}

// handedIn is the last result that was handed in from below in this leg, with its words; ok is false where there is none.
func (v caseView) handedIn() (text string, h casework.Assignment, ok bool) {
	for _, h := range slices.Backward(v.Hops.Chain) {
		if h.Outcome != "done" || h.Leg != v.F.Case.Leg {
			continue
		}
		for _, m := range v.F.Messages {
			if h.Ended != nil && m.At.Equal(*h.Ended) && m.Purpose == "internal" {
				return m.Body, h, true
			}
		}
	}
	return "", h, false
}

func assign(ctx context.Context, r dossier.Request) error {
	task, err := holderOf(r.Value("to"))
	if err != nil {
		return err
	}
	task.Advice = r.Value("advice")
	if at := r.Value("due"); at != "" {
		if task.Due, err = time.Parse(time.RFC3339, at); err != nil {
			return fault.Wrap(fault.Invalid, "fault.due_after_giver", err).At("due")
		}
	}
	return r.Docket.Assign(ctx, r.By, r.Ref, task)
}

func takeIt(ctx context.Context, r dossier.Request) error {
	return r.Docket.Assign(ctx, r.By, r.Ref, casework.Task{Staff: r.By.StaffID, Unit: r.By.Unit})
}

func takeBack(ctx context.Context, r dossier.Request) error {
	return r.Docket.TakeBack(ctx, r.By, r.Ref)
}

func handIn(ctx context.Context, r dossier.Request) error {
	files, err := r.Proofs()
	if err != nil {
		return err
	}
	return r.Docket.HandBack(ctx, r.By, r.Ref, casework.HandIn{Done: true, Text: r.Value("text"), Files: files})
}

func handBack(ctx context.Context, r dossier.Request) error {
	return r.Docket.HandBack(ctx, r.By, r.Ref, casework.HandIn{Text: r.Value("reason")})
}
