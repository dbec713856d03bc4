package rights_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/pg/pgtest"
	"huiyin/privacy"
	"huiyin/rights"
	"huiyin/routing/sla"
	"huiyin/translog"
	"huiyin/translog/form"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type office struct {
	*caseworktest.Town
	rights.Office
	log *translog.Log
	t   *testing.T
}

func newOffice(t *testing.T) *office {
	t.Helper()
	town := caseworktest.New(t)
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return &office{Town: town, Office: rights.Office{Docket: town.Docket, Terms: terms}, t: t,
		log: &translog.Log{DB: town.Pool, Keys: town.Keys, Origin: "rights.example/log", Now: town.Now}}
}

func hotline(id int64, roles ...casework.Role) casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: id, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: roles}
}

var (
	officer    = hotline(31, casework.Privacy)
	supervisor = hotline(32, casework.Supervisor)
)

func (o *office) ask(id casework.CaseID, a casework.RightAsk) casework.RightRequest {
	o.t.Helper()
	r, err := o.Ask(o.t.Context(), casework.Resident(id), id, a)
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) refuses(kind fault.Kind, err error) {
	o.t.Helper()
	if fault.KindOf(err) != kind {
		o.t.Fatalf("want %v, got %v", kind, err)
	}
}

// over ends a case, so that its data may be destroyed.
func (o *office) over(id casework.CaseID) {
	o.t.Helper()
	o.must(o.Town.Withdraw(o.t.Context(), casework.Resident(id), casework.Ref{ID: id}))
}

func TestACopyIsGivenAtOnceAndToTheHolderOfTheCodeOnly(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Send(t, "噪音", caseworktest.Urban)
	_, err := o.Town.Reveal(ctx, caseworktest.Worker(caseworktest.Urban), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact})
	o.must(err)
	r := o.ask(id, casework.RightAsk{Kind: casework.RightCopy})
	if r.State != casework.RightGranted {
		t.Fatalf("the copy is %s", r.State)
	}
	all, err := o.Office.Copy(ctx, r)
	o.must(err)
	if all.Data[casework.FieldName] != "林小舟" || all.Data[casework.FieldPhone] != "13800001111" || len(all.Uses) != 1 || all.Uses[0].Unit != caseworktest.Urban || len(all.Requests) != 1 {
		t.Errorf("the copy holds %+v", all)
	}
	if _, err := json.Marshal(all); err != nil {
		t.Error(err)
	}
	if r, err = o.Town.Docket.Right(ctx, casework.Resident(id), r.ID); err != nil || r.Taken != 1 {
		t.Errorf("fetched %d times (%v)", r.Taken, err)
	}
	other := o.Open(t, "别人的")
	_, err = o.Office.Find(ctx, casework.Resident(other.ID), r.ID.String())
	o.refuses(fault.NotFound, err)
	worker := caseworktest.Worker(caseworktest.Urban)
	_, err = o.Office.Find(ctx, worker, r.ID.String())
	o.refuses(fault.NotFound, err)
}

func TestACorrectionKeepsTheOldValueBesideTheNew(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Open(t, "路灯").ID
	_, err := o.Ask(ctx, casework.Resident(id), id, casework.RightAsk{Kind: casework.RightCorrect, Field: casework.FieldBody, Value: "另一件事"})
	o.refuses(fault.Invalid, err)
	r := o.ask(id, casework.RightAsk{Kind: casework.RightCorrect, Field: casework.FieldPhone, Value: "13900002222"})
	if want := time.Date(2026, 11, 24, 0, 0, 0, 0, o.Zone); !r.Due.Equal(want) {
		t.Errorf("due %s, want %s: fifteen working days after Monday 2 November", r.Due, want)
	}
	_, err = o.Ask(ctx, casework.Resident(id), id, casework.RightAsk{Kind: casework.RightCorrect, Field: casework.FieldPhone, Value: "1"})
	o.refuses(fault.Conflict, err)
	o.refuses(fault.Forbidden, o.Town.Docket.DecideRight(ctx, supervisor, r.ID, casework.RightDecision{Grant: true}))
	o.refuses(fault.Forbidden, o.Town.Docket.DecideRight(ctx, caseworktest.Clerk(), r.ID, casework.RightDecision{Grant: true}))
	text, err := o.Town.Docket.RevealRight(ctx, officer, r.ID)
	if err != nil || text != "13900002222" {
		t.Fatalf("the officer reads %q, %v", text, err)
	}
	o.must(o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Grant: true}))
	o.refuses(fault.Conflict, o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Grant: true}))
	got, err := o.Town.Reveal(ctx, casework.Resident(id), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForOwn})
	if err != nil || got[casework.FieldPhone] != "13900002222" {
		t.Errorf("the phone number is %q, %v", got[casework.FieldPhone], err)
	}
	former, err := o.Formers(ctx, casework.Resident(id), id)
	if err != nil || len(former) != 1 || former[0].Value != "13800001111" {
		t.Errorf("the old number: %v, %v", former, err)
	}
	uses, err := datause.ForCase(ctx, o.Town.Docket, casework.Resident(id), id)
	if err != nil || len(uses.Uses) != 1 || uses.Uses[0].Purpose != casework.ForRights {
		t.Errorf("the officer's look is not shown: %+v, %v", uses, err)
	}
}

func TestADeletionTakesTwoPersonsAndLeavesACertificate(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Open(t, "油烟").ID
	r := o.ask(id, casework.RightAsk{Kind: casework.RightDelete, Words: casework.Masked{Original: "我叫林小舟", Clear: "我叫林**"}})
	o.refuses(fault.Conflict, o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Grant: true})) // still handled
	o.over(id)
	o.refuses(fault.Forbidden, o.Town.Docket.DecideRight(ctx, casework.System, r.ID, casework.RightDecision{Grant: true}))
	o.must(o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Grant: true}))
	o.refuses(fault.Forbidden, o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Grant: true})) // the same person
	o.must(o.Town.Docket.DecideRight(ctx, supervisor, r.ID, casework.RightDecision{Reason: "再看一次", Basis: "archive"}))
	if r, _ = o.Town.Docket.Right(ctx, officer, r.ID); r.State != casework.RightAsked {
		t.Fatalf("disputed, it is %s", r.State)
	}
	o.must(o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Grant: true}))
	o.must(o.log.Follower().CatchUpAll(ctx, o.Pool))
	o.must(o.Town.Docket.DecideRight(ctx, supervisor, r.ID, casework.RightDecision{Grant: true}))
	_, err := o.Town.Reveal(ctx, casework.Resident(id), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForOwn})
	o.refuses(fault.Gone, err)
	o.must(o.log.Follower().CatchUpAll(ctx, o.Pool))
	_, err = o.log.Evidence(ctx, o.Town.Docket, casework.Resident(id), id)
	o.refuses(fault.Gone, err)

	c := &rights.Certifier{DB: o.Pool, Log: o.log}
	if n, err := c.Sweep(ctx); err != nil || n != 1 {
		t.Fatalf("%d certificates, %v", n, err)
	}
	if n, err := c.Sweep(ctx); err != nil || n != 0 {
		t.Fatalf("again %d certificates, %v", n, err)
	}
	gone, err := rights.DestroyedOf(ctx, o.Pool, casework.Resident(id), id)
	if err != nil || len(gone) != 1 || gone[0].Certificate == nil {
		t.Fatalf("destroyed: %+v, %v", gone, err)
	}
	cert, err := rights.FindCertificate(ctx, o.Pool, gone[0].Certificate.String())
	o.must(err)
	head, err := o.log.Head(ctx)
	o.must(err)
	key, err := note.NewVerifier(head.Verifier)
	o.must(err)
	signed, err := note.Open([]byte(cert.Note), note.VerifierList(key))
	if err != nil {
		t.Fatalf("the certificate is not signed by the log's key: %v", err)
	}
	if !slices.Contains(strings.Split(signed.Text, "\n"), gone[0].Mark) || strings.Contains(signed.Text, r.CaseNo) {
		t.Errorf("the certificate says\n%s", signed.Text)
	}
	if cert.Index < 0 || cert.Index >= head.Size {
		t.Errorf("the certificate is entry %d of %d", cert.Index, head.Size)
	}
	var kind string
	var raw []byte
	o.must(o.Pool.QueryRow(ctx, `select type, entry from log_entry where idx = $1`, cert.Index).Scan(&kind, &raw))
	if entry, err := form.ParseEntry(raw); err != nil || entry.Type != form.Certificate || kind != string(form.Certificate) {
		t.Errorf("the log says %q, its table %q (%v)", entry.Type, kind, err)
	}
}

func TestRestrictedDataIsOpenedByTheOfficerAlone(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Send(t, "噪音", caseworktest.Urban)
	o.must(o.Town.Docket.DecideRight(ctx, officer, o.ask(id, casework.RightAsk{Kind: casework.RightRestrict}).ID, casework.RightDecision{Grant: true}))
	phone := []casework.PersonalField{casework.FieldPhone}
	for _, by := range []casework.Actor{caseworktest.Worker(caseworktest.Urban), caseworktest.Clerk(), officer} {
		_, err := o.Town.Reveal(ctx, by, id, phone, casework.Use{Purpose: casework.ForContact})
		o.refuses(fault.Forbidden, err)
	}
	_, err := o.Town.Reveal(ctx, casework.System, id, phone, casework.Use{Purpose: casework.ForExport, Automatic: true})
	o.refuses(fault.Forbidden, err)
	_, err = o.Town.Reveal(ctx, officer, id, phone, casework.Use{Purpose: casework.ForRights})
	o.must(err)
	_, err = o.Town.Reveal(ctx, casework.Resident(id), id, phone, casework.Use{Purpose: casework.ForOwn})
	o.must(err)
	if c, err := o.Town.Case(ctx, caseworktest.Worker(caseworktest.Urban), id); err != nil || !c.Restricted {
		t.Errorf("the unit is not told that it is restricted (%v)", err)
	}
}

func TestARefusalNamesReasonAndGround(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Open(t, "路灯").ID
	r := o.ask(id, casework.RightAsk{Kind: casework.RightObject})
	o.refuses(fault.Invalid, o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Basis: "by_person"}))
	o.refuses(fault.Invalid, o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Reason: "由人派单"}))
	o.Pass(48 * time.Hour)
	o.must(o.Town.Docket.DecideRight(ctx, officer, r.ID, casework.RightDecision{Reason: "由人派单", Basis: "by_person"}))
	from := o.Now().AddDate(0, 0, -7)
	f, err := rights.Count(ctx, o.Pool, from, o.Now().Add(time.Hour), "")
	if err != nil || f.Received != 1 || f.Done != 1 || f.Grounds["by_person"] != 1 || f.Kinds[0].Days == nil || *f.Kinds[0].Days != 2 {
		t.Errorf("counted %+v, %v", f, err)
	}
	if raised, granted, err := rights.Appeals(ctx, o.Pool, from, o.Now().Add(time.Hour)); err != nil || raised != 1 || granted != 0 {
		t.Errorf("%d appeals, %d granted, %v", raised, granted, err)
	}
}

func TestWhoIsNamedInAReportNeitherSeesNorHandlesIt(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Open(t, "举报").ID
	ref := casework.Ref{ID: id}
	o.must(o.Town.Recuse(ctx, caseworktest.Clerk(), ref, casework.Recusal{Unit: caseworktest.River, Why: "named"}))
	for _, unit := range []casework.UnitCode{caseworktest.River, caseworktest.Willow} {
		o.refuses(fault.Conflict, o.Town.Dispatch(ctx, caseworktest.Clerk(), ref, casework.Order{Lead: unit, Clocks: o.Clocks()}))
	}
	o.must(o.Town.Dispatch(ctx, caseworktest.Clerk(), ref, casework.Order{Lead: caseworktest.Urban, Clocks: o.Clocks()}))
	o.refuses(fault.Conflict, o.Town.Recuse(ctx, caseworktest.Clerk(), ref, casework.Recusal{Unit: caseworktest.Urban, Why: "named"})) // it takes part

	if _, err := o.Pool.Exec(ctx, `insert into account (id, login, name, password_hash, unit, roles, must_change, created_at) overriding system value values (10, 'wu', 'Wu', 'none', 'c-urban', '{handler}', false, $1)`, o.Now()); err != nil {
		t.Fatal(err)
	}
	worker := caseworktest.Worker(caseworktest.Urban) // account 10
	if _, err := o.Town.Case(ctx, worker, id); err != nil {
		t.Fatal(err)
	}
	o.must(o.Town.Recuse(ctx, caseworktest.Clerk(), ref, casework.Recusal{Login: "wu", Why: "kin"}))
	_, err := o.Town.Case(ctx, worker, id)
	o.refuses(fault.NotFound, err)
	_, err = o.Town.Reveal(ctx, worker, id, []casework.PersonalField{casework.FieldPlace}, casework.Use{Purpose: casework.ForHandling})
	o.refuses(fault.NotFound, err)
	if _, err := o.Town.Case(ctx, caseworktest.Chief(caseworktest.Urban), id); err != nil {
		t.Errorf("a colleague does not see it: %v", err)
	}
	o.must(o.Town.EndRecusal(ctx, caseworktest.Clerk(), ref))
	if _, err := o.Town.Case(ctx, worker, id); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

func TestAWithheldUseIsCountedAndComesBackOnItsDay(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Open(t, "举报").ID
	_, err := o.Town.Reveal(ctx, caseworktest.Clerk(), id, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForTriage})
	o.must(err)
	uses, err := o.Uses(ctx, officer, id)
	o.must(err)
	until := o.Now().AddDate(0, 0, 10)
	o.refuses(fault.Forbidden, datause.AskWithhold(ctx, o.Pool, caseworktest.Clerk(), uses[0].Seq, "investigation", until, o.Now()))
	o.refuses(fault.Invalid, datause.AskWithhold(ctx, o.Pool, officer, uses[0].Seq, "investigation", o.Now().AddDate(1, 0, 0), o.Now()))
	o.must(datause.AskWithhold(ctx, o.Pool, officer, uses[0].Seq, "investigation", until, o.Now()))
	shown := func() (int, int) {
		t.Helper()
		got, err := datause.ForCase(ctx, o.Town.Docket, casework.Resident(id), id)
		o.must(err)
		return len(got.Uses), got.Hidden()
	}
	if n, hidden := shown(); n != 1 || hidden != 0 {
		t.Errorf("before the second person %d shown, %d withheld", n, hidden)
	}
	all, err := datause.Withholdings(ctx, o.Pool, officer, 10)
	o.must(err)
	o.refuses(fault.Conflict, datause.ApproveWithhold(ctx, o.Pool, officer, all[0].ID, o.Now()))
	o.must(datause.ApproveWithhold(ctx, o.Pool, supervisor, all[0].ID, o.Now()))
	o.must(o.log.Follower().CatchUpAll(ctx, o.Pool))
	if n, hidden := shown(); n != 0 || hidden != 1 {
		t.Errorf("in force %d shown, %d withheld", n, hidden)
	}
	proof, err := o.log.Evidence(ctx, o.Town.Docket, casework.Resident(id), id)
	o.must(err)
	for _, s := range proof.Steps {
		if strings.Contains(s.Payload, `"step":"use"`) {
			t.Error("the proof shows the withheld use")
		}
	}
	o.Pass(11 * 24 * time.Hour)
	if n, hidden := shown(); n != 1 || hidden != 0 {
		t.Errorf("after its day %d shown, %d withheld", n, hidden)
	}
}

func TestMaskedWordsEndAfterTenYearsWithACertificate(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Open(t, "路灯").ID
	if _, err := pgtest.OwnerPool(t).Exec(ctx, `update cases set grounds = '{"kind":[["words",{"Words":"路灯"}]]}' where id = $1`, id); err != nil {
		t.Fatal(err)
	}
	o.over(id)
	sweep := func() int {
		t.Helper()
		_, err := privacy.SweepRetention(ctx, o.Town.Docket, 100)
		o.must(err)
		n, err := privacy.SweepMasked(ctx, o.Town.Docket, 100)
		o.must(err)
		return n
	}
	o.Pass(4 * 366 * 24 * time.Hour)
	if sweep() != 0 {
		t.Error("masked words went after four years")
	}
	o.Pass(7 * 365 * 24 * time.Hour)
	if sweep() != 1 || sweep() != 0 {
		t.Error("masked words did not go once after ten years")
	}
	c, err := o.Town.Case(ctx, casework.System, id)
	if err != nil || c.Title != "" || c.Body != "" || c.Place != "" || c.Grounds != "" || string(c.Proposal) != "{}" {
		t.Errorf("left: %q %q %q %q %s, %v", c.Title, c.Body, c.Place, c.Grounds, c.Proposal, err)
	}
	if n, err := (&rights.Certifier{DB: o.Pool, Log: o.log}).Sweep(context.WithoutCancel(ctx)); err != nil || n != 2 {
		t.Errorf("%d certificates, %v", n, err)
	}
}
