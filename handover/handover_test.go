package handover_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/handover"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/staff"
	"huiyin/web/api"
	"huiyin/web/resident"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// hotline is one installation: its own database, keys and clock, and HTTP on loopback.
type hotline struct {
	*handover.Service
	t    *testing.T
	name string
	pool *pgxpool.Pool
	desk *routing.Desk
	app  *fiber.App
	addr string
	now  atomic.Pointer[time.Time]
	log  *bytes.Buffer
	wire *wire
}

// apart is a test of its own to pgtest, so that each installation has its own database.
type apart struct{ testing.TB }

func newHotline(t *testing.T, code, name string) *hotline {
	t.Helper()
	city, err := routing.LoadCity(demo.CityFS)
	must(t, err)
	terms, err := sla.Standard()
	must(t, err)
	h := &hotline{t: t, name: name, pool: pgtest.DB(&apart{t}), log: &bytes.Buffer{}, wire: &wire{}}
	start := time.Date(2026, 11, 18, 10, 20, 30, 0, locale.Zone)
	h.now.Store(&start)
	clock := func() time.Time { return *h.now.Load() }
	quiet := slog.New(slog.NewTextHandler(h.log, nil))
	docket := &casework.Docket{DB: h.pool, Keys: seal.NewForTest(), Now: clock, Zone: city.TZ}
	h.desk = &routing.Desk{Docket: docket, City: city, Terms: terms, Now: clock}
	must(t, staff.SyncUnits(t.Context(), h.pool, demo.Units(city)))
	door := intake.New(intake.Settings{Docket: docket, City: city, Terms: terms, Now: clock, Log: quiet})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	h.addr = l.Addr().String()
	h.Service = handover.New(handover.Settings{DB: h.pool, Docket: docket, Door: door, City: city, Keys: docket.Keys, BaseURL: h.url(), Now: clock, Log: quiet, Client: &http.Client{Transport: h.wire}})
	h.app = shell.New(shell.Config{City: shell.City{ZH: name, EN: name}, Secret: bytes.Repeat([]byte("s"), 32), Now: clock, Log: slog.New(slog.DiscardHandler)})
	shell.Mount(h.app, shell.Routes())
	shell.Mount(h.app, (&api.Handovers{Service: h.Service, BaseURL: h.url(), City: name}).Routes())
	shell.Mount(h.app, resident.New(resident.Config{DB: h.pool, Docket: docket, Desk: h.desk, Door: door, City: city, Keys: docket.Keys, Now: clock, BaseURL: h.url()}).Routes())
	go func() { _ = h.app.Listener(l) }()
	t.Cleanup(func() { _ = h.app.Shutdown() })
	_, err = h.MakeKey(t.Context(), code)
	must(t, err)
	return h
}

func (h *hotline) url() string { return "http://" + h.addr }

// pass lets time go by for all of them.
func pass(d time.Duration, all ...*hotline) {
	for _, h := range all {
		next := h.now.Load().Add(d)
		h.now.Store(&next)
	}
}

// meet makes two hotlines partners, each from what the other publishes.
func meet(t *testing.T, a, b *hotline, kinds ...casework.Kind) {
	t.Helper()
	for _, pair := range [][2]*hotline{{a, b}, {b, a}} {
		var card struct{ Code, Name, URL, Key string }
		status, body := get(t, http.DefaultClient, pair[1].url()+handover.PathKey)
		if status != http.StatusOK {
			t.Fatalf("the card of %s: %d %s", pair[1].name, status, body)
		}
		must(t, json.Unmarshal([]byte(body), &card))
		key, err := handover.ParseKey(card.Key)
		must(t, err)
		must(t, pair[0].AddPartner(t.Context(), handover.Partner{Code: card.Code, Name: card.Name, URL: card.URL, Key: key, Kinds: kinds}))
	}
}

// file takes a case in, as a resident would send it.
func (h *hotline) file(words string) casework.Receipt {
	h.t.Helper()
	var key casework.Key
	copy(key[:], words)
	r, err := h.Door.File(h.t.Context(), intake.Submission{Channel: casework.Web, Key: key, Kind: casework.Complaint, Text: words, Place: "湖城区滨湖路8号2单元301室",
		Person: casework.Person{Name: "林小舟", Phone: "19900001234", Email: "lin@example.org"}, Files: []casework.Attachment{{Name: "a.txt", Data: []byte("照片")}}})
	must(h.t, err)
	return r
}

func clerk() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator, casework.Dispatcher}}
}

const lead casework.UnitCode = "c-chengguan"

func worker() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 10, Unit: lead, Units: []casework.UnitCode{lead}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
}

// drain lets the followers read and the messages go.
func (h *hotline) drain() int {
	h.t.Helper()
	must(h.t, h.Follower().CatchUpAll(h.t.Context(), h.pool))
	n, err := h.Drain(h.t.Context())
	must(h.t, err)
	return n
}

// only is the one case of an installation.
func (h *hotline) only() casework.Case {
	h.t.Helper()
	page, err := h.Docket.List(h.t.Context(), casework.System, casework.Query{})
	must(h.t, err)
	if len(page.Cases) != 1 {
		h.t.Fatalf("%s has %d cases", h.name, len(page.Cases))
	}
	c, err := h.Docket.Case(h.t.Context(), casework.System, page.Cases[0].ID)
	must(h.t, err)
	return c
}

// page is what the resident reads.
func (h *hotline) page(code string) string {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	must(h.t, err)
	status, body := get(h.t, &http.Client{Jar: jar}, h.url()+"/t/"+code)
	if status != http.StatusOK {
		h.t.Fatalf("the resident's page: %d", status)
	}
	return body
}

func get(t *testing.T, client *http.Client, address string) (int, string) {
	t.Helper()
	res, err := client.Get(address)
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(body)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func shows(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("%q is not on the page", w)
		}
	}
}

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

// count tells how often a step stands in the history.
func count(t *testing.T, h *hotline, id casework.CaseID, step casework.Step) int {
	t.Helper()
	d, err := h.Docket.Dossier(t.Context(), casework.System, id)
	must(t, err)
	n := 0
	for _, e := range d.Events {
		if e.Step == step {
			n++
		}
	}
	return n
}

func TestWhatIsForgedOldOrForSomebodyElseIsRefusedInWords(t *testing.T) {
	ctx := t.Context()
	ours, theirs, third := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市"), newHotline(t, "990300", "海口县")
	meet(t, ours, theirs)
	meet(t, ours, third)
	meet(t, theirs, third)
	r := ours.file("路灯不亮")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.wire.down.Store(true)
	ours.drain()
	ours.wire.down.Store(false)
	raw := ours.wire.last()
	var e struct {
		Body      []byte `json:"body"`
		Signature []byte `json:"signature"`
	}
	must(t, json.Unmarshal(raw, &e))
	changed := func(from, to string) []byte {
		if !bytes.Contains(e.Body, []byte(from)) {
			t.Fatalf("%q is not in the package", from)
		}
		f := e
		f.Body = bytes.Replace(bytes.Clone(e.Body), []byte(from), []byte(to), 1)
		out, err := json.Marshal(f)
		must(t, err)
		return out
	}
	for _, c := range []struct {
		name   string
		at     *hotline
		body   []byte
		status int
		key    string
	}{
		{"another word in the text", theirs, changed("路灯不亮", "路灯很亮"), http.StatusForbidden, "fault.handover_forged"},
		{"in the name of another partner", theirs, changed(`"from":"990100"`, `"from":"990300"`), http.StatusForbidden, "fault.handover_forged"},
		{"from nobody we know", theirs, changed(`"from":"990100"`, `"from":"990999"`), http.StatusForbidden, "fault.handover_stranger"},
		{"for another hotline", third, raw, http.StatusForbidden, "fault.handover_not_ours"},
		{"with a member more", theirs, changed(`"version":1`, `"version":1,"x":1`), http.StatusUnprocessableEntity, "fault.handover_form"},
		{"spelt otherwise", theirs, changed(`"version":1`, `"version": 1`), http.StatusUnprocessableEntity, "fault.handover_form"},
		{"no package", theirs, []byte(`{"text":"x"}`), http.StatusUnprocessableEntity, "fault.handover_form"},
	} {
		status, body := post(t, c.at.url()+handover.PathCases, c.body)
		var no struct {
			Error struct{ Key, Message string }
		}
		must(t, json.Unmarshal([]byte(body), &no))
		if status != c.status || no.Error.Key != c.key || no.Error.Message == "" || no.Error.Message == c.key {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
	if status, body := post(t, theirs.url()+handover.PathNews, raw); status != http.StatusUnprocessableEntity {
		t.Errorf("a package as news: %d %s", status, body)
	}
	pass(2*time.Hour, theirs)
	if status, body := post(t, theirs.url()+handover.PathCases, raw); status != http.StatusGone || !strings.Contains(body, "fault.handover_expired") {
		t.Errorf("too old: %d %s", status, body)
	}
	page, err := theirs.Docket.List(ctx, casework.System, casework.Query{})
	must(t, err)
	if len(page.Cases) != 0 {
		t.Errorf("%d cases were filed all the same", len(page.Cases))
	}
}

func TestNewsOfAThirdHotlineChangeNothing(t *testing.T) {
	ctx := t.Context()
	ours, theirs, third := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市"), newHotline(t, "990300", "海口县")
	meet(t, ours, theirs)
	meet(t, ours, third)
	r := ours.file("路灯不亮")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.drain()
	// The third knows the number of the handover and says it answered.
	mine := third.file("自己的")
	must(t, pg.InTx(ctx, third.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into handover_in (partner, id, case_id, received_at) values ('990100', $1, $2, now())`, handed(t, ours, r.ID).ID, mine.ID)
		return err
	}))
	must(t, third.Docket.Answer(ctx, clerk(), casework.Ref{ID: mine.ID}, "冒名的答复"))
	if n := third.drain(); n != 0 {
		t.Errorf("%d of its news were taken", n)
	}
	if here := ours.only(); here.State != casework.Accepted {
		t.Errorf("the case is %s", here.State)
	}
}

// handed is the one handover of a case.
func handed(t *testing.T, h *hotline, id casework.CaseID) handover.Sent {
	t.Helper()
	list, err := h.Of(t.Context(), clerk(), id)
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d handovers", len(list))
	}
	return list[0]
}

func TestAHotlineThatIsDownIsTriedOnAndItsReceiptCountedLate(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("路灯不亮")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.wire.down.Store(true)
	for range 25 {
		ours.drain()
		if n, err := ours.SweepLate(ctx); n != 0 || err != nil {
			t.Fatalf("an alarm after %v: %d, %v", ours.now.Load(), n, err)
		}
		pass(57*time.Minute, ours, theirs)
	}
	pass(20*time.Minute, ours, theirs)
	ours.drain()
	if n, err := ours.SweepLate(ctx); n != 1 || err != nil {
		t.Errorf("%d alarms, %v", n, err)
	}
	if n, err := ours.SweepLate(ctx); n != 0 || err != nil {
		t.Errorf("%d alarms again, %v", n, err)
	}
	late, err := ours.Late(ctx, clerk(), 10)
	if err != nil || len(late) != 1 || late[0].Case != r.ID || !late[0].Late || late[0].Tries < 10 {
		t.Errorf("late is %+v, %v", late, err)
	}
	if _, err := ours.Late(ctx, worker(), 10); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a unit looks at the list: %v", err)
	}
	if !strings.Contains(ours.log.String(), "the receipt of a handover is late") {
		t.Error("the log says nothing")
	}
	shows(t, ours.page(r.Code), "湖城市还没有回执")
	ours.wire.down.Store(false)
	pass(time.Hour, ours, theirs)
	if n := ours.drain(); n != 1 {
		t.Errorf("%d went when it was up again", n)
	}
	if one := handed(t, ours, r.ID); one.State != "received" || one.Late || one.TheirNumber != theirs.only().Number {
		t.Errorf("the handover stands as %+v", one)
	}
	if late, err := ours.Late(ctx, clerk(), 10); err != nil || len(late) != 0 {
		t.Errorf("still late: %+v, %v", late, err)
	}
}

func TestACaseThatTheOtherCityDeclinesIsOursAgain(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("路灯不亮")
	ref := casework.Ref{ID: r.ID}
	must(t, ours.Give(ctx, clerk(), ref, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.drain()
	must(t, theirs.Docket.Decline(ctx, clerk(), casework.Ref{ID: theirs.only().ID}, "beyond_duty", "这条路属于临澜市。"))
	theirs.drain()
	if one := handed(t, ours, r.ID); one.State != "back" || one.Away() {
		t.Errorf("the handover stands as %+v", one)
	}
	shows(t, ours.page(r.Code), "由我们接着办", "热线已经受理")
	must(t, ours.desk.Dispatch(ctx, clerk(), ref, casework.Order{Lead: lead}))
	if err := ours.Give(ctx, clerk(), ref, handover.Choice{Partner: "990200", Reason: "又一次"}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a unit has it, and it is handed over: %v", err)
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

func TestWhatAPartnerDoesNotTakeIsNotHandedOver(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs, casework.Consultation)
	ref := casework.Ref{ID: ours.file("路灯不亮").ID}
	for key, ch := range map[string]handover.Choice{
		"fault.handover_kind":    {Partner: "990200", Reason: "在湖城"},
		"fault.handover_partner": {Partner: "990999", Reason: "在别处"},
	} {
		if err := ours.Give(ctx, clerk(), ref, ch); fault.KeyOf(err) != key {
			t.Errorf("%+v: %v, want %s", ch, err, key)
		}
	}
	meet(t, ours, theirs)
	for key, ch := range map[string]handover.Choice{
		"fault.reason_needed": {Partner: "990200"},
		"fault.invalid":       {Partner: "990200", Reason: "x", Fields: []casework.PersonalField{casework.FieldCode}, Consent: "phone"},
	} {
		if err := ours.Give(ctx, clerk(), ref, ch); fault.KeyOf(err) != key {
			t.Errorf("%+v: %v, want %s", ch, err, key)
		}
	}
	if err := ours.Give(ctx, worker(), ref, handover.Choice{Partner: "990200", Reason: "x"}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a unit hands over: %v", err)
	}
	for _, address := range []string{"http://example.org", "ftp://example.org", "https://a@example.org", "https://example.org/?q=1", "x"} {
		err := ours.AddPartner(ctx, handover.Partner{Code: "1", Name: "x", URL: address, Key: make([]byte, 32)})
		if fault.KeyOf(err) != "fault.handover_url" {
			t.Errorf("%s: %v", address, err)
		}
	}
	must(t, ours.RemovePartner(ctx, "990200"))
	if list, err := ours.Partners(ctx); err != nil || len(list) != 0 {
		t.Errorf("partners: %v, %v", list, err)
	}
}

func post(t *testing.T, address string, body []byte) (int, string) {
	t.Helper()
	res, err := http.Post(address, "application/json", bytes.NewReader(body))
	must(t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(answer)
}

// wire is the line to the other installations: it can be down, lose answers, and remembers what went last.
type wire struct {
	down, lose atomic.Bool
	sent       atomic.Pointer[[]byte]
}

func (w *wire) last() []byte { return *w.sent.Load() }

// RoundTrip sends over real HTTP, unless the line is down.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w.sent.Store(&body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if w.down.Load() {
		return nil, errors.New("the line is down")
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && w.lose.Load() {
		_ = res.Body.Close()
		return nil, errors.New("the answer got lost")
	}
	return res, err
}
