package handover_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/handover"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/pg"
)

func TestACaseGoesToAnotherCityAndItsAnswerComesBack(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("滨湖路夜里施工很吵。我姓林，电话19900001234。")
	ref := casework.Ref{ID: r.ID}
	pass(time.Minute, ours, theirs)
	must(t, ours.Give(ctx, clerk(), ref, handover.Choice{Partner: "990200", Reason: "滨湖路在湖城市"}))
	if n := ours.drain(); n != 1 {
		t.Fatalf("%d messages went, want 1", n)
	}
	got := theirs.only()
	if got.HasIdentity || strings.Contains(got.Body, "19900001234") || got.Files != 0 || got.ExternalNo != "990100-"+r.Number || !strings.Contains(got.Body, "夜里施工") || got.Kind != casework.Complaint {
		t.Errorf("over there stands %+v", got)
	}
	if uses, err := datause.ForCase(ctx, ours.Docket, casework.Resident(r.ID), r.ID); err != nil || len(uses.Uses) != 0 {
		t.Errorf("without any field %d uses are shown, %v", len(uses.Uses), err)
	}
	here := ours.only()
	if here.State != casework.Accepted || here.Owner != casework.Hotline || !here.Due.Equal(r.Due) || here.Met != nil {
		t.Errorf("here it is %s with %s, promised %v, met %v", here.State, here.Owner, here.Due, here.Met)
	}
	shows(t, ours.page(r.Code), "正在湖城市12345热线办理", "已移送湖城市12345热线", "湖城市12345热线收下了，编号 "+got.Number, "对方答应")

	there := casework.Ref{ID: got.ID}
	pass(time.Hour, ours, theirs)
	must(t, theirs.desk.Dispatch(ctx, clerk(), there, casework.Order{Lead: lead}))
	for _, step := range []func() error{
		func() error { return theirs.Docket.Sign(ctx, worker(), there) },
		func() error {
			return theirs.Docket.Contact(ctx, worker(), there, casework.ContactResult{Means: "phone", Reached: true})
		},
		func() error {
			return theirs.Docket.Record(ctx, worker(), there, "内部记录，不外传", false, nil)
		},
		func() error { return theirs.Docket.Record(ctx, worker(), there, "今晚到现场查看。", true, nil) },
	} {
		pass(time.Minute, ours, theirs)
		must(t, step())
	}
	if n := theirs.drain(); n != 2 {
		t.Errorf("%d news went, want the dispatch and the word in between", n)
	}
	shows(t, ours.page(r.Code), "今晚到现场查看。", "交给"+theirs.City.UnitName(lead, locale.ZH)+"办理")
	pass(time.Minute, ours, theirs)
	must(t, ours.Door.Further(ctx, r.ID, casework.Key{9}, casework.Web, "昨夜又吵到两点，我的电话19900001234。"))
	ours.wire.lose.Store(true)
	if n := ours.drain(); n != 0 {
		t.Errorf("%d words arrived though the answer got lost", n)
	}
	ours.wire.lose.Store(false)
	pass(time.Minute, ours, theirs)
	if n := ours.drain(); n != 1 {
		t.Errorf("%d words of the resident went on", n)
	}
	heard, err := theirs.Docket.Dossier(ctx, casework.System, got.ID)
	must(t, err)
	var words []string
	for _, m := range heard.Messages {
		if m.Author == "resident" {
			words = append(words, m.Body)
		}
	}
	if len(words) != 1 || !strings.Contains(words[0], "昨夜又吵到两点") || strings.Contains(words[0], "19900001234") {
		t.Errorf("the resident's further words there: %q", words)
	}
	pass(time.Hour, ours, theirs)
	must(t, theirs.Docket.Reply(ctx, worker(), there, casework.Reply{Text: "已责令夜间停工。"}))
	theirs.drain()
	if n := theirs.drain(); n != 0 {
		t.Errorf("%d news went again", n)
	}
	here = ours.only()
	if here.State != casework.Answered || here.Met == nil {
		t.Errorf("with the answer here it is %s, promise met %v", here.State, here.Met)
	}
	page := ours.page(r.Code)
	shows(t, page, "已责令夜间停工。")
	if strings.Contains(page, "内部记录") {
		t.Error("an internal note came over the border")
	}
	if _, err := ours.Docket.Rate(ctx, casework.Resident(r.ID), ref, casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5}); err != nil {
		t.Errorf("the resident rates: %v", err)
	}
	list, err := ours.Of(ctx, clerk(), r.ID)
	if err != nil || len(list) != 1 || list[0].Away() || list[0].TheirNumber != got.Number {
		t.Errorf("the handover stands as %+v, %v", list, err)
	}
	var packed int
	must(t, pg.InTx(ctx, ours.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from handover_out where package is not null`).Scan(&packed)
	}))
	if packed != 0 {
		t.Error("the package is kept after the receipt")
	}
}

func TestPersonalDataGoesAlongByConsentAndTheResidentSeesIt(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("滨湖路夜里施工很吵，请打19900001234。")
	ref := casework.Ref{ID: r.ID}
	ch := handover.Choice{Partner: "990200", Reason: "在湖城", Fields: []casework.PersonalField{casework.FieldPhone, casework.FieldPlace, casework.FieldFile}}
	if err := ours.Give(ctx, clerk(), ref, ch); fault.KeyOf(err) != "fault.handover_consent" {
		t.Errorf("without consent: %v", err)
	}
	if uses, err := datause.ForCase(ctx, ours.Docket, casework.Resident(r.ID), r.ID); err != nil || len(uses.Uses) != 0 {
		t.Errorf("a refused handover read the data: %d uses, %v", len(uses.Uses), err)
	}
	ch.Consent = "phone"
	must(t, ours.Give(ctx, clerk(), ref, ch))
	if err := ours.Give(ctx, clerk(), ref, ch); fault.KindOf(err) != fault.Conflict {
		t.Errorf("handed over twice: %v", err)
	}
	if n := ours.drain(); n != 1 {
		t.Fatalf("%d messages went", n)
	}
	got := theirs.only()
	person, err := theirs.Docket.Reveal(ctx, casework.System, got.ID, []casework.PersonalField{casework.FieldPhone, casework.FieldName, casework.FieldEmail, casework.FieldPlace, casework.FieldBody}, casework.Use{Purpose: casework.ForLetter, Automatic: true})
	must(t, err)
	if person[casework.FieldPhone] != "19900001234" || person[casework.FieldName] != "" || person[casework.FieldEmail] != "" || person[casework.FieldPlace] != "湖城区滨湖路8号2单元301室" || strings.Contains(person[casework.FieldBody], "19900001234") || got.Files != 1 {
		t.Errorf("over there: phone %q, name %q, e-mail %q, place %q, %d files", person[casework.FieldPhone], person[casework.FieldName], person[casework.FieldEmail], person[casework.FieldPlace], got.Files)
	}
	must(t, datause.Follower(locale.Zone).CatchUpAll(ctx, ours.pool))
	uses, err := datause.ForCase(ctx, ours.Docket, casework.Resident(r.ID), r.ID)
	must(t, err)
	fields := map[casework.PersonalField]bool{}
	for _, u := range uses.Uses {
		if u.Receiver != "湖城市" || u.Basis != casework.BasisConsent {
			t.Errorf("the use does not name receiver and ground: %+v", u)
		}
		for _, f := range u.Fields {
			fields[f] = true
		}
	}
	if len(fields) != 3 || !fields[casework.FieldPhone] || !fields[casework.FieldPlace] || !fields[casework.FieldFile] {
		t.Errorf("the resident sees uses of %v", fields)
	}
}

func TestALostReceiptMakesNoSecondCase(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("路灯不亮")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.wire.lose.Store(true)
	if n := ours.drain(); n != 0 {
		t.Errorf("%d arrived without receipt", n)
	}
	first := theirs.only()
	ours.wire.lose.Store(false)
	if n := ours.drain(); n != 0 {
		t.Errorf("%d went again without a pause", n)
	}
	pass(2*time.Hour, ours, theirs) // the first package is too old by now: it is signed anew
	if n := ours.drain(); n != 1 {
		t.Errorf("%d went the second time", n)
	}
	if again := theirs.only(); again.ID != first.ID {
		t.Error("another case")
	}
	if n := count(t, ours, r.ID, casework.StepAbroad); n != 1 {
		t.Errorf("%d words of the other city, want the receipt once", n)
	}
	must(t, theirs.Docket.Answer(ctx, clerk(), casework.Ref{ID: first.ID}, "已修好。"))
	theirs.wire.lose.Store(true)
	theirs.drain()
	theirs.wire.lose.Store(false)
	pass(time.Hour, ours, theirs)
	theirs.drain()
	if a, n := count(t, ours, r.ID, casework.StepAbroad), count(t, ours, r.ID, casework.StepAnswer); a != 2 || n != 1 {
		t.Errorf("after the answer came twice: %d words, %d answers", a, n)
	}
}

func TestACaseMergedOverThereHearsItsMastersAnswerWithoutTheOthers(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("路灯不亮")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.drain()
	got := theirs.only()
	var key casework.Key
	copy(key[:], "another person over there")
	master, err := theirs.Door.File(ctx, intake.Submission{Channel: casework.Web, Key: key, Kind: casework.Complaint, Text: "滨湖路的灯坏了", Person: casework.Person{Name: "欧阳小溪", Phone: "19900005678"}})
	must(t, err)
	must(t, theirs.desk.Dispatch(ctx, clerk(), casework.Ref{ID: master.ID}, casework.Order{Lead: lead}))
	theirs.drain()
	pass(time.Minute, ours, theirs)
	must(t, theirs.Docket.Merge(ctx, clerk(), casework.Ref{ID: got.ID}, master.ID))
	if n := theirs.drain(); n != 1 {
		t.Errorf("%d news went with the merge, want the dispatch before it", n)
	}
	for _, step := range []func() error{
		func() error { return theirs.Docket.Sign(ctx, worker(), casework.Ref{ID: master.ID}) },
		func() error {
			return theirs.Docket.Contact(ctx, worker(), casework.Ref{ID: master.ID}, casework.ContactResult{Means: "phone", Reached: true})
		},
		func() error {
			return theirs.Docket.Record(ctx, worker(), casework.Ref{ID: master.ID}, "欧阳小溪请补充门牌。", true, nil)
		},
		func() error {
			return theirs.Docket.Reply(ctx, worker(), casework.Ref{ID: master.ID}, casework.Reply{Text: "欧阳小溪您好，已换灯，有事请打19900005678。"})
		},
	} {
		pass(time.Minute, ours, theirs)
		must(t, step())
	}
	if n := theirs.drain(); n != 1 {
		t.Errorf("%d news went, want the answer alone", n)
	}
	page := ours.page(r.Code)
	shows(t, page, "已换灯")
	for _, other := range []string{"欧阳小溪", "19900005678", "门牌"} {
		if strings.Contains(page, other) {
			t.Errorf("%q of another resident came over the border", other)
		}
	}
	if here := ours.only(); here.State != casework.Answered {
		t.Errorf("here it is %s", here.State)
	}
}

func TestAWithdrawalGoesAfterTheCase(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("滨湖路夜里施工很吵。")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "滨湖路在湖城市"}))
	pass(time.Second, ours, theirs)
	must(t, ours.Docket.Withdraw(ctx, casework.Resident(r.ID), casework.Ref{ID: r.ID})) // before anything arrived
	ours.drain()
	ours.drain()
	if c := theirs.only(); c.State != casework.Withdrawn {
		t.Errorf("there the case is %s", c.State)
	}
	stranger := newHotline(t, "990300", "山城市")
	meet(t, ours, stranger)
	if status, body := post(t, stranger.url()+handover.PathWords, ours.wire.last()); status != 403 {
		t.Errorf("the word at another hotline: %d %s", status, body)
	}
	pass(24*time.Hour, theirs)
	if status, body := post(t, theirs.url()+handover.PathWords, ours.wire.last()); status != 410 {
		t.Errorf("the word a day later: %d %s", status, body)
	}
}
