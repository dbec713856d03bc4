package console

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/web/dossier"
)

// The acts of the console. Who may take them, and when, is casework's lifecycle; nothing here decides it again.
var (
	actDispatch  = dossier.Act{Name: "dispatch", Do: dispatch, Done: "console.done_dispatch"}
	actRecall    = dossier.Act{Name: "recall", Do: recall, Done: "call.done_undo"}
	actClassify  = dossier.Act{Name: "classify", Do: classify, Done: "console.done_classify"}
	actAccept    = dossier.Act{Name: "accept", Do: accept, Done: "console.done_accept"}
	actAnswer    = dossier.Act{Name: "answer", Do: answer, Done: "console.done_answer"}
	actDecline   = dossier.Act{Name: "decline", Do: decline, Done: "console.done_decline"}
	actRedirect  = dossier.Act{Name: "redirect", Do: redirect, Done: "console.done_redirect"}
	actMerge     = dossier.Act{Name: "merge", Do: merge, Done: "console.done_merge"}
	actUnmerge   = dossier.Act{Name: "unmerge", Do: unmerge, Done: "console.done_unmerge"}
	actReview    = dossier.Act{Name: "review", Do: review, Done: "console.done_review"}
	actRedo      = dossier.Act{Name: "redo", Do: redo, Done: "console.done_redo"}
	actFollow    = dossier.Act{Name: "follow", Do: follow, Done: "console.done_follow"}
	actClose     = dossier.Act{Name: "close", Do: closeCase, Done: "console.done_close"}
	actReturn    = dossier.Act{Name: "return", Do: decideReturn, Done: "console.done_decision"}
	actExtension = dossier.Act{Name: "extension", Do: decideExtension, Done: "console.done_decision"}
	actTerminate = dossier.Act{Name: "termination", Do: decideTermination, Done: "console.done_decision"}
	actHang      = dossier.Act{Name: "hang", Do: decideHang, Done: "console.done_decision"}
	actUnhang    = dossier.Act{Name: "unhang", Do: unhang, Done: "console.done_unhang"}
	actCoHandle  = dossier.Act{Name: "assist", Do: coHandle, Done: "console.done_assist"}
	actSupervise = dossier.Act{Name: "supervise", Do: supervise, Done: "console.done_supervise"}
	actDoubt     = dossier.Act{Name: "doubt", Do: clearDoubt, Done: "console.done_doubt"}
	actUrge      = dossier.Act{Name: "urge", Do: urge, Done: "console.done_urge"}
	actAsk       = dossier.Act{Name: "ask", Do: ask, Done: "console.done_ask"}
	actAppeal    = dossier.Act{Name: "appeal", Do: decideAppeal, Done: "console.done_decision"}
	actUnsplit   = dossier.Act{Name: "unsplit", Do: unsplit, Done: "console.done_unsplit"}
)

var acts = []dossier.Act{actDispatch, actRecall, actClassify, actAccept, actAnswer, actDecline, actRedirect, actMerge, actUnmerge, actReview, actRedo, actFollow, actClose,
	actReturn, actExtension, actTerminate, actHang, actUnhang, actCoHandle, actSupervise, actDoubt, actUrge, actAsk, actUnsplit, actAppeal, actGather, actScatter}

// take answers the form of an act: from the queue it leads on to the next case, from a case's page back to it.
func (x *Pages) take(a dossier.Act) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f := filterOf(c)
		next := func(id casework.CaseID) string {
			switch {
			case a.Name == actDispatch.Name:
				remember(c, id)
			case a.Name == actRecall.Name:
				return undone(f, c, id)
			}
			switch {
			case c.Query("from") == "call":
				return "/console/call"
			case c.Query("from") != "queue":
				return "/console/case/" + id.String()
			case a.Name == actClassify.Name || a.Name == actAccept.Name || a.Name == actAsk.Name || a.Name == actGather.Name || a.Name == actScatter.Name:
				return f.address(id.String())
			}
			return f.address(c.Query("then"))
		}
		return x.Take(c, a, next, func(by casework.Actor, id casework.CaseID, r dossier.Refusal) error {
			if c.Query("from") == "queue" {
				return x.drawQueue(c, by, f, id.String(), &r, nil)
			}
			return x.drawCase(c, by, id, &r, nil)
		})
	}
}

func classification(r dossier.Request) casework.Classification {
	return casework.Classification{Kind: casework.Kind(r.Value("kind")), Urgency: casework.Urgency(r.Value("urgency")), Category: r.Value("category"), Territory: r.Value("territory")}
}

func dispatch(ctx context.Context, r dossier.Request) error {
	o := casework.Order{Classification: classification(r), Lead: casework.UnitCode(r.Value("unit")), Advice: r.Value("advice"), Ruling: r.Value("ruling")}
	if o.Lead == "" {
		return fault.New(fault.Invalid, "fault.unit_needed").At("unit")
	}
	if r.Value("urgent") == "yes" && (o.Urgency == "" || o.Urgency == casework.Normal) {
		o.Urgency = casework.Urgent
	}
	for _, u := range append(r.All("helpers"), r.All("helper")...) {
		if code := casework.UnitCode(u); !slices.Contains(o.Co, code) {
			o.Co = append(o.Co, code)
		}
	}
	c, err := r.Docket.Case(ctx, r.By, r.Ref.ID)
	if err != nil {
		return err
	}
	o.Suggested = placeIn(c, o.Lead)
	return r.Desk.Dispatch(ctx, r.By, r.Ref, o)
}

func recall(ctx context.Context, r dossier.Request) error { return r.Docket.Recall(ctx, r.By, r.Ref) }

func classify(ctx context.Context, r dossier.Request) error {
	k := classification(r)
	if _, ok := r.City.Category(k.Category); k.Category != "" && !ok {
		return fault.New(fault.Invalid, "fault.no_such_category").At("category")
	}
	secret := r.Value("secret") == "yes"
	k.Secret = &secret
	return r.Docket.Classify(ctx, r.By, r.Ref, k)
}

func accept(ctx context.Context, r dossier.Request) error { return r.Docket.Accept(ctx, r.By, r.Ref) }

func answer(ctx context.Context, r dossier.Request) error {
	with, err := r.Cited(ctx)
	if err != nil {
		return err
	}
	if err := r.Docket.Answer(ctx, r.By, r.Ref, r.Value("text"), with...); err != nil {
		return err
	}
	r.Used(ctx, with)
	return nil
}

func decline(ctx context.Context, r dossier.Request) error {
	return r.Docket.Decline(ctx, r.By, r.Ref, casework.DeclineReason(r.Value("reason")), r.Value("told"))
}

func redirect(ctx context.Context, r dossier.Request) error {
	return r.Docket.Redirect(ctx, r.By, r.Ref, r.Value("number"))
}

func merge(ctx context.Context, r dossier.Request) error {
	number := r.Value("number")
	if number == "" {
		return fault.New(fault.Invalid, "fault.no_such_master").At("number")
	}
	page, err := r.Docket.List(ctx, r.By, casework.Query{Number: number, Limit: 1})
	if err != nil {
		return err
	}
	if len(page.Cases) == 0 {
		return fault.New(fault.Invalid, "fault.no_such_master").At("number")
	}
	err = r.Docket.Merge(ctx, r.By, r.Ref, page.Cases[0].ID)
	if key := fault.KeyOf(err); key == "fault.merge_self" || key == "fault.master_is_merged" {
		return fault.Wrap(fault.Invalid, key, err).At("number")
	}
	return err
}

func unmerge(ctx context.Context, r dossier.Request) error { return r.Docket.Unmerge(ctx, r.By, r.Ref) }

func review(ctx context.Context, r dossier.Request) error { return r.Docket.Review(ctx, r.By, r.Ref) }

func redo(ctx context.Context, r dossier.Request) error {
	return r.Desk.Redo(ctx, r.By, r.Ref, r.Value("reason"))
}

// follow keeps what a call-back learned. Somebody who was not reached has said nothing.
func follow(ctx context.Context, r dossier.Request) error {
	f := casework.FollowUpResult{Reached: r.Value("reached") == "yes"}
	switch {
	case r.Value("reached") == "":
		return fault.New(fault.Invalid, "fault.answer_missing").At("reached")
	case !f.Reached:
		return r.Docket.FollowUp(ctx, r.By, r.Ref, f)
	}
	if said := r.Value("contacted"); said != "" {
		yes := said == "yes"
		f.Contacted = &yes
	}
	f.Solved = casework.Solved(r.Value("solved"))
	if !slices.Contains([]casework.Solved{casework.SolvedYes, casework.SolvedPartly, casework.SolvedNo}, f.Solved) {
		return fault.New(fault.Invalid, "fault.solved_needed").At("solved")
	}
	level := r.Value("satisfaction")
	if len(level) != 1 || level < "1" || level > "5" {
		return fault.New(fault.Invalid, "fault.satisfaction_needed").At("satisfaction")
	}
	f.Satisfaction = casework.Satisfaction(level[0] - '0')
	return r.Docket.FollowUp(ctx, r.By, r.Ref, f)
}

func closeCase(ctx context.Context, r dossier.Request) error { return r.Docket.Close(ctx, r.By, r.Ref) }

// granted reads which of the two buttons of a decision was pressed.
func granted(r dossier.Request) bool { return r.Value("granted") == "yes" }

func decideReturn(ctx context.Context, r dossier.Request) error {
	return r.Docket.DecideReturn(ctx, r.By, r.Ref, granted(r), r.Value("decision"))
}

func decideExtension(ctx context.Context, r dossier.Request) error {
	return r.Docket.DecideExtension(ctx, r.By, r.Ref, granted(r), r.Value("decision"))
}

func decideTermination(ctx context.Context, r dossier.Request) error {
	return r.Docket.DecideTermination(ctx, r.By, r.Ref, granted(r), r.Value("told"))
}

func decideHang(ctx context.Context, r dossier.Request) error {
	var on time.Time
	if granted(r) {
		var err error
		if on, err = time.ParseInLocation(time.DateOnly, r.Value("review_on"), locale.Zone); err != nil {
			return fault.Wrap(fault.Invalid, "fault.review_date_needed", err).At("review_on")
		}
	}
	return r.Docket.DecideHang(ctx, r.By, r.Ref, granted(r), r.Value("plan"), on)
}

func decideAppeal(ctx context.Context, r dossier.Request) error {
	id, err := uuid.Parse(r.Value("id"))
	if err != nil {
		return fault.Wrap(fault.Invalid, "fault.invalid", err)
	}
	return r.Docket.DecideAppeal(ctx, r.By, r.Ref, id, granted(r), r.Value("decision"))
}

func unhang(ctx context.Context, r dossier.Request) error { return r.Desk.Unhang(ctx, r.By, r.Ref) }

func coHandle(ctx context.Context, r dossier.Request) error {
	unit := casework.UnitCode(r.Value("helper"))
	if unit == "" {
		return fault.New(fault.Invalid, "fault.unit_needed").At("helper")
	}
	var own time.Time
	if day := r.Value("due"); day != "" {
		on, err := time.ParseInLocation(time.DateOnly, day, locale.Zone)
		if err != nil {
			return fault.Wrap(fault.Invalid, "fault.due_after_lead", err).At("due")
		}
		own = on.AddDate(0, 0, 1) // until the end of the day
	}
	return r.Desk.CoHandle(ctx, r.By, r.Ref, []casework.UnitCode{unit}, own)
}

func supervise(ctx context.Context, r dossier.Request) error {
	return r.Docket.Supervise(ctx, r.By, r.Ref, r.Value("level"), r.Value("reason"))
}

// clearDoubt lets a doubtful rating count again.
func clearDoubt(ctx context.Context, r dossier.Request) error {
	round, err := strconv.Atoi(r.Value("round"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return r.Docket.DoubtRating(ctx, r.By, r.Ref, round, nil, r.Value("reason"))
}

// ask keeps what a resident said when the hotline asked back (补问); the words stand in the case as the resident's own.
func ask(ctx context.Context, r dossier.Request) error {
	said := r.Value("text")
	clear, _ := privacy.Mask(said)
	return r.Desk.Add(ctx, r.By, r.Ref, casework.Addition{Channel: casework.Phone, Text: casework.Masked{Original: said, Clear: clear}})
}

func unsplit(ctx context.Context, r dossier.Request) error { return r.Docket.Unsplit(ctx, r.By, r.Ref) }

func urge(ctx context.Context, r dossier.Request) error { return r.Docket.Urge(ctx, r.By, r.Ref) }
