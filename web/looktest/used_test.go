package looktest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/notify"
	"huiyin/pg"
	"huiyin/staff"
	"huiyin/web/shell"
)

// opening is one personal field that was decrypted.
type opening struct{ field, owner string }

// openings hears of every field that is decrypted in a town.
type openings struct {
	mu  sync.Mutex
	all []opening
}

func (o *openings) hear(field, owner string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, opening{field, owner})
}

func (o *openings) take() []opening {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.all
	o.all = nil
	return all
}

// fieldOf says which personal field is sealed in which place of a case. Places without one are no resident's data, and are said so in notPersonal.
var fieldOf = map[string]casework.PersonalField{
	"name": casework.FieldName, "phone": casework.FieldPhone, "email": casework.FieldEmail, "address": casework.FieldAddress, "title": casework.FieldTitle, "body": casework.FieldBody, "place": casework.FieldPlace,
	"code": casework.FieldCode, "mail_id": casework.FieldMailID, "message": casework.FieldMessages, "rating": casework.FieldMessages, "raw": casework.FieldRaw, "file": casework.FieldFile, "file_name": casework.FieldFile,
	"right": casework.FieldRequest,
}

// notPersonal are places that hold no data of a case's resident, and why.
var notPersonal = map[string]string{
	"hy_case": "the cookie by which a browser keeps its own case open", "hy_draft": "what this browser typed itself", "draft": "what this browser typed itself", "log_key": "the key of the public log", "log_key sm2": "the key of the public log",
}

// used reads the uses after an event: of which case which fields.
func (w *town) used(t testing.TB, after int64) (uses map[opening]bool, last int64) {
	t.Helper()
	uses, last = map[opening]bool{}, after
	err := pg.InTx(t.Context(), w.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `select e.seq, e.case_id::text, f from event e, jsonb_array_elements_text(e.data -> 'fields') f where e.step = 'use' and e.seq > $1`, after)
		if err != nil {
			return err
		}
		var seq int64
		var owner, field string
		if _, err = pgx.ForEachRow(rows, []any{&seq, &owner, &field}, func() error {
			uses[opening{field, owner}] = true
			return nil
		}); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `select coalesce(max(seq), 0) from event`).Scan(&last)
	})
	if err != nil {
		t.Fatal(err)
	}
	return uses, last
}

// Every path by which a personal field can be read (pages, files, exports, search, console, API, letters) leaves a row of use that names the field: the test asks every address of the route list
// as everybody, hears of what is decrypted meanwhile, and holds it against the history. A path without a row fails, whoever adds it.
func TestEveryReadOfAPersonalFieldLeavesARow(t *testing.T) {
	heard := &openings{}
	w := newTownHearing(t, heard.hear)
	answered := w.oneCase(t, `c.state in ('replied', 'reviewed') and c.kind <> 'praise'`)
	people := w.people(t)
	var cases []casework.CaseID
	err := pg.InTx(t.Context(), w.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `(select p.case_id from party p join person q on q.case_id = p.case_id where p.unit = 'd-linjiang-chengguan' and p.left_at is null and q.phone is not null limit 3)
			union (select c.id from cases c join person q on q.case_id = c.id where c.state in ('registered', 'accepted') and q.email is not null limit 2) union (select a.case_id from attachment a limit 2)`)
		if err == nil {
			cases, err = pgx.CollectRows(rows, pgx.RowTo[casework.CaseID])
		}
		return err
	})
	if err != nil || len(cases) < 3 {
		t.Fatalf("%d cases to look at, %v", len(cases), err)
	}
	heard.take()
	_, seq := w.used(t, 0)
	asked, opened, rows := 0, 0, 0
	hold := func(what string, own casework.CaseID) {
		t.Helper()
		asked++
		all := heard.take()
		if len(all) == 0 {
			return
		}
		uses, last := w.used(t, seq)
		seq = last
		rows += len(uses)
		for _, o := range all {
			opened++
			field, known := fieldOf[o.field]
			if _, exempt := notPersonal[o.field]; exempt {
				continue
			}
			if _, err := uuid.Parse(o.owner); err != nil || !known {
				t.Errorf("%s opens %s of %q, of which nothing says whether it is personal: see fieldOf", what, o.field, o.owner)
				continue
			}
			if o.owner == own.String() {
				continue // the resident's own look
			}
			if !uses[opening{string(field), o.owner}] {
				t.Errorf("%s opens %s of a case, and no row of use says so", what, field)
			}
		}
	}
	fill := func(path string, id casework.CaseID) string {
		parts := strings.Split(path, "/")
		for i, p := range parts {
			switch {
			case p == ":id":
				parts[i] = id.String()
			case p == ":file":
				parts[i] = w.fileOf(t, id)
			case strings.HasPrefix(p, ":"):
				parts[i] = "x"
			case p == "*":
				parts[i] = "x"
			}
		}
		return strings.Join(parts, "/")
	}
	token, err := staff.New(w.pool).NewToken(t.Context(), "operator")
	if err != nil {
		t.Fatal(err)
	}
	logins := []string{"operator", "callback", "supervisor", "privacy", "admin", "chengguan", "chengguan-leader"}
	for _, r := range w.routes {
		if slices.Contains([]string{"/logout", "/password", "/login", "/live", "/console/call/live"}, r.Path) || strings.HasPrefix(r.Path, "/assets") || strings.Contains(r.Path, "stream") {
			continue
		}
		get := r.Method == "" || r.Method == http.MethodGet
		with := cases
		if !strings.Contains(r.Path, ":") {
			with = cases[:1]
		}
		for _, id := range with {
			path := fill(r.Path, id)
			switch {
			case r.Door == shell.Staff && get:
				for _, login := range logins {
					people[login].ask(http.MethodGet, path, nil, "")
					hold(login+" GET "+r.Path, uuid.Nil)
				}
			case r.Door == shell.Staff && strings.Contains(r.Path, "reveal"):
				for _, login := range logins {
					for _, what := range []string{"contact", "words", "files", "raw"} {
						people[login].ask(http.MethodPost, path, url.Values{"_token": {people[login].token()}, "what": {what}, "purpose": {"handling"}}, "")
						hold(login+" POST "+r.Path+" "+what, uuid.Nil)
					}
				}
			case r.Door == shell.API || r.Door == shell.Files:
				people["nobody"].ask(r.Method, path, nil, token)
				hold("token "+r.Path, uuid.Nil)
			case get:
				people["answered"].ask(http.MethodGet, path, nil, "")
				hold("resident GET "+r.Path, answered)
				people["nobody"].ask(http.MethodGet, path, nil, "")
				hold("nobody GET "+r.Path, uuid.Nil)
			}
		}
	}
	if rows < 20 {
		t.Errorf("only %d fields were read with a row: the walk does not get to them", rows)
	}
	w.letterLeavesARow(t, hold)
	t.Logf("%d requests, %d fields opened, %d rows of use", asked, opened, rows)
}

// letterLeavesARow sends the letters that wait, and holds the addresses opened against the history.
func (w *town) letterLeavesARow(t *testing.T, hold func(string, casework.CaseID)) {
	t.Helper()
	letters := make(chan struct{}, 100)
	post, err := notify.New(notify.Settings{Pool: w.pool, Docket: w.docket, City: w.desk.City, Transport: carrier(letters), BaseURL: w.base, Mailboxes: []string{mailbox}, Now: w.docket.Now, Log: slog.New(slog.DiscardHandler), Poll: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := post.Follower().CatchUpAll(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	if err := post.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-letters:
	case <-time.After(20 * time.Second):
		t.Error("no letter was sent")
	}
	if err := post.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	hold("a letter", uuid.Nil)
}

type carrier chan struct{}

// Send takes every letter.
func (c carrier) Send(context.Context, notify.Mail) error {
	select {
	case c <- struct{}{}:
	default:
	}
	return nil
}

// ask sends a request and reads its answer, whatever that is.
func (c *caller) ask(method, path string, form url.Values, bearer string) {
	c.t.Helper()
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequest(method, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), 15*time.Second)
	defer cancel()
	res, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		return // a stream that does not end
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
}

// token is the form token of somebody who is signed in.
func (c *caller) token() string {
	c.t.Helper()
	for _, m := range hidden.FindAllStringSubmatch(c.get("/me"), -1) {
		if m[1] == "_token" {
			return m[2]
		}
	}
	c.t.Fatal("the own page has no form token")
	return ""
}

// fileOf is a file of a case, or any number.
func (w *town) fileOf(t testing.TB, id casework.CaseID) string {
	t.Helper()
	var file *uuid.UUID
	err := pg.InTx(t.Context(), w.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select (select id from attachment where case_id = $1 limit 1)`, id).Scan(&file)
	})
	if err != nil {
		t.Fatal(err)
	}
	if file == nil {
		return uuid.Nil.String()
	}
	return file.String()
}

// A look by staff stands on the resident's page within a minute: it is there with the next request.
func TestALookShowsOnTheResidentsPageWithinAMinute(t *testing.T) {
	w := newTown(t)
	people := w.people(t)
	id := w.oneCase(t, `c.state in ('replied', 'reviewed') and c.kind <> 'praise'`)
	before := strings.Count(people["answered"].get("/t/access"), "hy-timeline__text")
	at := time.Now()
	if _, err := w.docket.Reveal(t.Context(), casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator}}, id,
		[]casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForSupervise}); err != nil {
		t.Fatal(err)
	}
	for strings.Count(people["answered"].get("/t/access"), "hy-timeline__text") <= before {
		if time.Since(at) > time.Minute {
			t.Fatal("a minute later the look is not there")
		}
		time.Sleep(time.Second)
	}
	t.Logf("shown after %s", time.Since(at).Round(time.Millisecond))
}
