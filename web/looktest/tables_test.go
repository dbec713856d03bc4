package looktest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/pg"
	"huiyin/search"
	"huiyin/search/embedded"
	"huiyin/staff"
	"huiyin/web/shell"
)

// staffTables are the routes by which staff take a file without naming a purpose: they hold masked words at most.
var staffTables = []string{"/console/search.csv", "/inbox/report.xlsx", "/inbox/report.csv", "/inbox/:id/qr.png", "/admin/points/:code/qr.png", "/admin/points/:code/item/:item/qr.png"}

// demoLogins are the people of the demonstration city.
var demoLogins = []string{"operator", "callback", "supervisor", "privacy", "auditor", "admin", "chengguan", "chengguan-leader", "zhujian", "linjiang", "jiaojing"}

// plant is a case whose sealed fields are marks. Its masked words are a tag that nothing else has, and what the masker overlooked.
type plant struct {
	id   casework.CaseID
	unit casework.UnitCode
	tag  string
}

// slips are values that the masker overlooked; tables hide them.
var slips = []string{"13900138765", "110101199003077758", "6222021234567894", "浙A12345", "lin.xiaolan@163.com"}

// plants files a marked case for each unit, and one that nobody has dispatched.
func (w *town) plants(t *testing.T) (all []plant, m marked) {
	t.Helper()
	ctx := t.Context()
	m = marked{digits: map[string]string{}, hashes: map[string]string{}, long: &[]int{}}
	for i, unit := range []casework.UnitCode{"", "d-linjiang-chengguan", "d-linjiang-chengguan", "d-linjiang-zhujian", "d-linjiang", "c-jiaojing", "c-jiaojing"} {
		word := func(what string) string { return fmt.Sprintf("%s%06d%s", markWord, i, what) }
		phone, id, tag := fmt.Sprintf("1997%07d", 4000000+i), identity(5000+i), fmt.Sprintf("zqtag%03d", i)
		m.digits[phone], m.digits[id] = "phone", "identity"
		slip := tag + "，电话" + slips[0] + "，身份证" + slips[1] + "，卡" + slips[2] + "，车" + slips[3] + "，邮箱" + slips[4]
		sealed := func(what string) casework.Masked {
			return casework.Masked{Original: word(what) + phone + " " + id, Clear: slip}
		}
		at := w.docket.Now()
		r, err := w.docket.Open(ctx, casework.Filing{
			Key: sha256.Sum256([]byte(word("key"))), Channel: casework.Web, At: at, Kind: casework.Complaint, Category: "010101", Urgency: casework.Normal, Publish: true, RealName: true,
			Title: sealed("title"), Body: sealed("body"), Place: sealed("place"), Person: casework.Person{Name: word("name"), Phone: phone, Email: word("mail") + "@example.org", Address: word("address") + "88号"},
			Raw: []byte(word("raw")), Total: casework.Promise{Name: casework.ClockTotal, Due: at.Add(5 * 24 * time.Hour), WorkingDays: 5, Policy: "test@1", Calendar: "test@1"},
			Files: []casework.Attachment{{Name: word("file") + ".txt", Type: "text/plain", Data: []byte(word("content"))}},
		})
		if err != nil {
			t.Fatal(err)
		}
		m.digits[r.Code], m.digits[strings.ReplaceAll(r.Code, "-", "")] = "tracking code", "tracking code"
		said := sealed("said")
		if err := w.docket.Add(ctx, casework.Resident(r.ID), casework.Ref{ID: r.ID}, casework.Addition{Channel: casework.Web, Text: said}); err != nil {
			t.Fatal(err)
		}
		if unit != "" {
			if err := w.desk.Dispatch(ctx, caseworktest.Clerk(), casework.Ref{ID: r.ID}, casework.Order{Lead: unit}); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, plant{id: r.ID, unit: unit, tag: tag})
	}
	engine := &embedded.Engine{DB: w.pool, Lexicon: search.Lexicon(w.desk.City), Now: w.docket.Now, Zone: w.docket.Zone}
	if err := search.Follower(engine, w.desk.City).CatchUpAll(ctx, w.pool); err != nil {
		t.Fatal(err)
	}
	return all, m
}

// answered is what somebody was answered.
type answered struct {
	status int
	head   http.Header
	body   []byte
}

// isFile tells whether it is something to keep, and no page.
func (a answered) isFile() bool {
	return a.status == http.StatusOK && (a.head.Get("Content-Disposition") != "" || !strings.HasPrefix(a.head.Get("Content-Type"), "text/html"))
}

// read asks and keeps the answer; nothing is followed.
func (c *caller) read(method, path string, form url.Values) answered {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	still := *c.http
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := still.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header, body}
}

// events counts the history of a case, and tells the version that a form must name.
func (w *town) events(t *testing.T, id casework.CaseID) (n, version int) {
	t.Helper()
	err := pg.InTx(t.Context(), w.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select (select count(*) from event where case_id = c.id), c.version from cases c where c.id = $1`, id).Scan(&n, &version)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, version
}

// reader is somebody of the staff with what the person may see.
type reader struct {
	*caller
	login string
	sees  func(plant) bool
}

// readers signs everybody in, with what each may see by the unit alone.
func (w *town) readers(t *testing.T) (all []reader) {
	t.Helper()
	for _, login := range demoLogins {
		var unit casework.UnitCode
		if err := w.pool.QueryRow(t.Context(), `select unit from account where login = $1`, login).Scan(&unit); err != nil {
			t.Fatal(err)
		}
		units, err := staff.UnitsBelow(t.Context(), w.pool, unit)
		if err != nil {
			t.Fatal(err)
		}
		sees := func(p plant) bool { return slices.Contains(units, p.unit) }
		switch login {
		case "operator", "callback", "supervisor", "privacy":
			sees = func(plant) bool { return true }
		case "admin", "auditor":
			sees = func(plant) bool { return false }
		}
		all = append(all, reader{w.signIn(t, login), login, sees})
	}
	return all
}

// at is an address of a route for a case.
func (w *town) at(t *testing.T, route string, id casework.CaseID) string {
	path := strings.NewReplacer(":id", id.String(), ":file", w.fileOf(t, id), "*", "x").Replace(route)
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") {
			parts[i] = "x"
		}
	}
	return strings.Join(parts, "/")
}

func TestStaffSeeTheirOwnCasesAndMaskedWords(t *testing.T) {
	w := newTown(t)
	plants, m := w.plants(t)
	readers := w.readers(t)
	t.Run("tables", func(t *testing.T) { w.tablesHoldMaskedWords(t, plants, m, readers) })
	t.Run("calendar", func(t *testing.T) { w.calendarTellsNoWord(t, plants, m) })
	t.Run("steps", func(t *testing.T) { w.nobodyTouchesAnothersCase(t, plants, m, readers) })
}

// caseRoute tells whether a route is of one case.
func caseRoute(path string) bool {
	return strings.HasPrefix(path, "/console/case/:id") || strings.HasPrefix(path, "/inbox/:id") || strings.HasPrefix(path, "/m/inbox/:id")
}

// Whatever staff open or take away without naming a purpose holds masked words only: no value that a resident wrote, of no case that is another unit's. A file hides besides what the masker
// overlooked, and is one of the files that this test knows.
func (w *town) tablesHoldMaskedWords(t *testing.T, plants []plant, m marked, readers []reader) {
	files, tags := map[string]int{}, map[string]int{}
	for _, by := range readers {
		look := func(route, path string, a answered) {
			t.Helper()
			if a.status >= 500 {
				t.Errorf("%s: %s answers %d", by.login, path, a.status)
			}
			bodies := unpacked(a.body)
			for _, body := range bodies {
				if found := m.findIn(body); found != "" {
					t.Errorf("%s: %s shows %s", by.login, route, found)
				}
				for _, p := range plants {
					if strings.Contains(string(body), p.tag) {
						tags[by.login]++
						if !by.sees(p) {
							t.Errorf("%s: %s shows a case of %s", by.login, route, p.unit)
						}
					}
				}
			}
			if !a.isFile() {
				return
			}
			if files[route]++; !slices.Contains(staffTables, route) {
				t.Errorf("%s takes %s (%s) as a file: name it among the staff's tables, or let it need a purpose", by.login, route, a.head.Get("Content-Type"))
			}
			for _, body := range bodies {
				for _, s := range slips {
					if strings.Contains(string(body), s) {
						t.Errorf("%s: %s leaves with %s in it", by.login, route, s)
					}
				}
			}
		}
		for _, r := range w.routes {
			if r.Door != shell.Staff || r.Method != "" && r.Method != http.MethodGet || slices.Contains([]string{"/live", "/console/call/live", "/login/sso"}, r.Path) {
				continue
			}
			for _, p := range plants {
				path := w.at(t, r.Path, p.id)
				a := by.read(http.MethodGet, path, nil)
				look(r.Path, path, a)
				if caseRoute(r.Path) && !by.sees(p) && a.status < 300 {
					t.Errorf("%s: %s of a case of %q answers %d", by.login, r.Path, p.unit, a.status)
				}
				if !strings.Contains(r.Path, ":id") {
					break
				}
			}
		}
		for _, q := range []string{"since=2020-01-01", "q=" + url.QueryEscape("电话"), "kind=complaint"} {
			for _, path := range []string{"/console/search.csv?", "/console/search?"} {
				look(strings.TrimSuffix(path, "?"), path+q, by.read(http.MethodGet, path+q, nil))
			}
		}
	}
	if len(files) < 4 || files["/console/search.csv"] < 4 || tags["operator"] < 10 || tags["chengguan"] < 2 || tags["jiaojing"] < 2 || tags["admin"]+tags["auditor"] > 0 {
		t.Errorf("the walk got to files %v, and to cases %v", files, tags)
	}
	var traces int
	if err := w.pool.QueryRow(t.Context(), `select count(*) from search_use where way = 'export'`).Scan(&traces); err != nil {
		t.Fatal(err)
	}
	if traces < files["/console/search.csv"] {
		t.Errorf("%d files were taken and %d traces left", files["/console/search.csv"], traces)
	}
	t.Logf("files %v", files)
}

// The calendar file of a unit tells limits of its own cases, and no word of any.
func (w *town) calendarTellsNoWord(t *testing.T, plants []plant, m marked) {
	c := w.signIn(t, "chengguan")
	page := c.send("/inbox/calendar", "/inbox/calendar/feed", nil)
	_, address, ok := strings.Cut(page, w.base+"/calendar/")
	if !ok {
		t.Fatal("no address was made")
	}
	a := w.newCaller(t).read(http.MethodGet, "/calendar/"+address[:43]+".ics", nil)
	if a.status != http.StatusOK || !strings.Contains(string(a.body), "BEGIN:VEVENT") {
		t.Fatalf("the file answers %d: %s", a.status, a.body)
	}
	if found := m.find(a.body); found != "" || strings.Contains(string(a.body), "zqtag") {
		t.Errorf("the file shows %s: %s", found, a.body)
	}
	for _, p := range plants {
		if mine := p.unit == "d-linjiang-chengguan"; strings.Contains(string(a.body), p.id.String()) != mine {
			t.Errorf("a case of %q: in the file %t", p.unit, !mine)
		}
	}
}

// Nobody takes a step with a case of another unit, or opens a word of it, whatever address and form the request names.
func (w *town) nobodyTouchesAnothersCase(t *testing.T, plants []plant, m marked, readers []reader) {
	before, version := map[casework.CaseID]int{}, map[casework.CaseID]int{}
	for _, p := range plants {
		before[p.id], version[p.id] = w.events(t, p.id)
	}
	asked := 0
	for _, by := range readers {
		if slices.ContainsFunc(plants, by.sees) && !slices.Contains([]string{"chengguan", "zhujian", "jiaojing", "linjiang", "chengguan-leader"}, by.login) {
			continue // the hotline sees all
		}
		token := by.token()
		for _, r := range w.routes {
			if r.Door != shell.Staff || r.Method != http.MethodPost || !strings.Contains(r.Path, ":id") {
				continue
			}
			act := r.Path[strings.LastIndex(r.Path, "/")+1:]
			for _, p := range plants {
				if by.sees(p) {
					continue
				}
				asked++
				a := by.read(http.MethodPost, w.at(t, r.Path, p.id), stepForm(token, act, version[p.id]))
				if a.status < 400 {
					t.Errorf("%s: POST %s of %q answers %d", by.login, r.Path, p.unit, a.status)
				}
				if found := m.find(a.body); found != "" || strings.Contains(string(a.body), p.tag) {
					t.Errorf("%s: POST %s shows a case of %q: %s", by.login, r.Path, p.unit, found)
				}
			}
		}
	}
	for _, p := range plants {
		if n, _ := w.events(t, p.id); n != before[p.id] {
			t.Errorf("a case of %q: %d events became %d", p.unit, before[p.id], n)
		}
	}
	// The same forms do something where they may.
	own, by := plants[1], w.signIn(t, "chengguan")
	token := by.token()
	for _, act := range []string{"signoff", "contact", "begin", "record"} {
		_, now := w.events(t, own.id)
		if a := by.read(http.MethodPost, "/inbox/"+own.id.String()+"/"+act, stepForm(token, act, now)); a.status >= 400 {
			t.Errorf("an own case: %s answers %d", act, a.status)
		}
	}
	if n, _ := w.events(t, own.id); n != before[own.id]+4 {
		t.Errorf("an own case: %d events became %d", before[own.id], n)
	}
	opened := by.read(http.MethodPost, "/inbox/"+own.id.String()+"/reveal", url.Values{"_token": {token}, "what": {"words"}})
	if opened.status != http.StatusUnprocessableEntity || m.find(opened.body) != "" {
		t.Errorf("words without a purpose: %d", opened.status)
	}
	opened = by.read(http.MethodPost, "/inbox/"+own.id.String()+"/reveal", url.Values{"_token": {token}, "what": {"words"}, "purpose": {"handling"}})
	if opened.status != http.StatusOK || m.find(opened.body) == "" {
		t.Errorf("words with a purpose: %d", opened.status)
	}
	t.Logf("%d requests", asked)
}

// stepForm has what most steps ask for.
func stepForm(token, act string, version int) url.Values {
	v := url.Values{"_token": {token}, "version": {strconv.Itoa(version)}, "what": {"words"}, "purpose": {"handling"}, "text": {"已到现场核实，情况属实。"}, "number": {"1"}, "solved": {"yes"}}
	for name, value := range map[string]string{"text": "已到现场核实，情况属实。", "reason": "现场核实", "reached": "yes", "means": "phone", "note": "已联系", "code": "R1", "basis": "职责清单", "unit": "d-linjiang-zhujian", "days": "3", "granted": "yes",
		"decision": "同意", "to": "file", "review_on": "2026-12-20", "plan": "分步整改", "kind": "complaint", "category": "010101", "lead": "d-linjiang-zhujian"} {
		v.Set(act+"_"+name, value)
	}
	return v
}
