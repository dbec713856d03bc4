package inbox

import (
	"context"
	"strconv"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/dossier"
)

// The acts of the inbox. Who may take them, and when, is casework's lifecycle.
var (
	actSign      = dossier.Act{Name: "signoff", Do: sign, Done: "inbox.done_sign"}
	actContact   = dossier.Act{Name: "contact", Do: contact, Done: "inbox.done_contact", Files: true}
	actBegin     = dossier.Act{Name: "begin", Do: begin, Done: "inbox.done_begin"}
	actReply     = dossier.Act{Name: "reply", Do: reply, Done: "inbox.done_reply", Files: true}
	actRecord    = dossier.Act{Name: "record", Do: record, Done: "inbox.done_record", Files: true}
	actReport    = dossier.Act{Name: "report", Do: coReport, Done: "inbox.done_report", Files: true}
	actExtend    = dossier.Act{Name: "extend", Do: extend, Done: "inbox.done_ask"}
	actApprove   = dossier.Act{Name: "approve", Do: approve, Done: "inbox.done_decision"}
	actReturn    = dossier.Act{Name: "return", Do: askReturn, Done: "inbox.done_ask"}
	actTerminate = dossier.Act{Name: "terminate", Do: terminate, Done: "inbox.done_ask"}
	actHang      = dossier.Act{Name: "hang", Do: hang, Done: "inbox.done_ask"}
	actUnhang    = dossier.Act{Name: "unhang", Do: unhang, Done: "inbox.done_resume"}
	actAssign    = dossier.Act{Name: "assign", Do: assign, Done: "inbox.done_assign"}
	actTake      = dossier.Act{Name: "take", Do: takeIt, Done: "inbox.done_take"}
	actTakeBack  = dossier.Act{Name: "recover", Do: takeBack, Done: "inbox.done_take_back"}
	actHandIn    = dossier.Act{Name: "handin", Do: handIn, Done: "inbox.done_hand_in", Files: true}
	actHandBack  = dossier.Act{Name: "handback", Do: handBack, Done: "inbox.done_hand_back"}
	actPause     = dossier.Act{Name: "pause", Do: pause, Done: "inbox.done_pause"}
	actWhistle   = dossier.Act{Name: "whistle", Do: whistle, Done: "unitwork.done_whistle"}
	actReportIn  = dossier.Act{Name: "reportin", Do: reportIn, Done: "unitwork.done_report_in", Files: true}
	actScore     = dossier.Act{Name: "score", Do: appeal(casework.ScoreAppeal), Done: "unitwork.done_appeal"}
	actUnreason  = dossier.Act{Name: "unreasonable", Do: appeal(casework.Unreasoned), Done: "unitwork.done_appeal"}
	actResume    = dossier.Act{Name: "resume", Do: resume, Done: "inbox.done_resume"}
)

var acts = []dossier.Act{actSign, actContact, actBegin, actReply, actRecord, actReport, actExtend, actApprove, actReturn, actTerminate, actHang, actUnhang, actPause, actResume,
	actAssign, actTake, actTakeBack, actHandIn, actHandBack, actWhistle, actReportIn, actScore, actUnreason}

func sign(ctx context.Context, r dossier.Request) error { return r.Docket.Sign(ctx, r.By, r.Ref) }

func contact(ctx context.Context, r dossier.Request) error {
	if r.Value("reached") == "" {
		return fault.New(fault.Invalid, "fault.answer_missing").At("reached")
	}
	files, err := r.Files("files")
	if err != nil {
		return err
	}
	return r.Docket.Contact(ctx, r.By, r.Ref, casework.ContactResult{Means: r.Value("means"), Reached: r.Value("reached") == "yes", Note: r.Value("note"), Files: files})
}

func begin(ctx context.Context, r dossier.Request) error { return r.Docket.Begin(ctx, r.By, r.Ref) }

func reply(ctx context.Context, r dossier.Request) error {
	if strings.Contains(r.Value("text"), gap) {
		return fault.New(fault.Invalid, "fault.gaps").At("text")
	}
	files, err := r.Proofs()
	if err != nil {
		return err
	}
	f, err := r.Docket.Dossier(ctx, r.By, r.Ref.ID)
	if err != nil {
		return err
	}
	check := judgeReply(f, r.Value("text"), r.Docket.Now())
	if r.Value("text") != "" && check.unseen(r.Value("seen")) {
		return errLookFirst()
	}
	with, err := r.Cited(ctx)
	if err != nil {
		return err
	}
	if err := r.Docket.Reply(ctx, r.By, r.Ref, casework.Reply{Text: r.Value("text"), Files: files, Flags: check.kept(), With: with}); err != nil {
		return err
	}
	r.Used(ctx, with)
	return nil
}

func record(ctx context.Context, r dossier.Request) error {
	if r.Value("to") == "resident" && strings.Contains(r.Value("text"), gap) {
		return fault.New(fault.Invalid, "fault.gaps").At("text")
	}
	files, err := r.Proofs()
	if err != nil {
		return err
	}
	return r.Docket.Record(ctx, r.By, r.Ref, r.Value("text"), r.Value("to") == "resident", files)
}

func coReport(ctx context.Context, r dossier.Request) error {
	files, err := r.Files("files")
	if err != nil {
		return err
	}
	return r.Docket.CoReport(ctx, r.By, r.Ref, r.Value("text"), files)
}

func extend(ctx context.Context, r dossier.Request) error {
	days, err := strconv.Atoi(r.Value("days"))
	if err != nil {
		return fault.Wrap(fault.Invalid, "fault.days_needed", err).At("days")
	}
	reason, err := reasonOf(r)
	if err != nil {
		return err
	}
	return r.Desk.AskExtension(ctx, r.By, r.Ref, days, reason)
}

// approve is the leader's decision on the first extension (Anyang regulations of 2021, article 50).
func approve(ctx context.Context, r dossier.Request) error {
	return r.Docket.DecideExtension(ctx, r.By, r.Ref, r.Value("granted") == "yes", r.Value("decision"))
}

func askReturn(ctx context.Context, r dossier.Request) error {
	reason, err := reasonOf(r)
	if err != nil {
		return err
	}
	return r.Desk.AskReturn(ctx, r.By, r.Ref, casework.ReturnReason(r.Value("code")), reason, r.Value("basis"), casework.UnitCode(r.Value("unit")))
}

func terminate(ctx context.Context, r dossier.Request) error {
	reason, err := reasonOf(r)
	if err != nil {
		return err
	}
	return r.Docket.AskTermination(ctx, r.By, r.Ref, reason)
}

func hang(ctx context.Context, r dossier.Request) error {
	var on time.Time
	if day := r.Value("review_on"); day != "" {
		var err error
		if on, err = time.ParseInLocation(time.DateOnly, day, locale.Zone); err != nil {
			return fault.Wrap(fault.Invalid, "fault.review_date_needed", err).At("review_on")
		}
	}
	reason, err := reasonOf(r)
	if err != nil {
		return err
	}
	return r.Docket.AskHang(ctx, r.By, r.Ref, reason, on)
}

func unhang(ctx context.Context, r dossier.Request) error { return r.Desk.Unhang(ctx, r.By, r.Ref) }

func pause(ctx context.Context, r dossier.Request) error {
	reason, err := reasonOf(r)
	if err != nil {
		return err
	}
	return r.Desk.Pause(ctx, r.By, r.Ref, reason)
}

func resume(ctx context.Context, r dossier.Request) error { return r.Desk.Resume(ctx, r.By, r.Ref) }
