package admin_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	models "huiyin/routing/register"
	"huiyin/rulebook"
	"huiyin/seal"
	"huiyin/staff"
	"huiyin/web/admin"
	"huiyin/web/shell"
	"huiyin/web/signin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is the administrators' pages of a city on a database of its own; it is Monday 2 November 2026, 09:00.
type house struct {
	t    *testing.T
	app  *fiber.App
	pool *pgxpool.Pool
	book *rulebook.Book
	door *intake.Door
	now  time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, locale.Zone), pool: pgtest.DB(t)}
	clock := func() time.Time { return h.now }
	files, err := rulebook.Base(os.DirFS("../../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	h.book = rulebook.New(h.pool, files, clock)
	rules, err := h.book.InForce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var units []staff.Unit
	for i, u := range rules.City.Units() {
		units = append(units, staff.Unit{Code: u.Code, NameZh: u.Name.ZH, NameEn: u.Name.EN, Level: string(u.Level), Parent: u.Parent, Active: true, Position: i})
	}
	if err := staff.SyncUnits(t.Context(), h.pool, units); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	docket := &casework.Docket{DB: h.pool, Keys: seal.NewForTest(), Now: clock, Zone: locale.Zone}
	h.door = intake.New(intake.Settings{Docket: docket, City: rules.City, Terms: rules.Terms, Mailboxes: []string{"12345@localhost"}, Now: clock, Log: log})
	register := staff.New(h.pool)
	register.Now = clock
	in := &signin.Pages{Register: register, City: rules.City}
	x := &admin.Pages{DB: h.pool, Register: register, Book: h.book, Rules: rules, Models: &models.Register{DB: h.pool, Now: clock}, Actor: in.Actor, Checks: func(context.Context) []admin.Finding {
		return []admin.Finding{{Check: "disk space", Grade: "doubtful", Text: "1.2 GB are free"}}
	}}
	h.app = shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Log: log, Now: clock, Who: in.Who, Timeout: time.Minute, Nav: append(admin.Nav(), signin.Nav()...)})
	shell.Mount(h.app, shell.Routes())
	shell.Mount(h.app, in.Routes())
	shell.Mount(h.app, x.Routes())
	return h
}

// browser is one person's browser.
type browser struct {
	h       *house
	cookies map[string]string
	token   string
}

type answer struct {
	Status   int
	Body, To string
}

// as opens an account and a session of it, put where staff keeps them: hashing passwords would take most of the tests' time.
func (h *house) as(login string, unit casework.UnitCode, roles ...casework.Role) *browser {
	h.t.Helper()
	_, err := h.pool.Exec(h.t.Context(), `insert into account (login, name, password_hash, unit, roles, created_at) values ($1, $1, 'none', $2, $3, $4)`, login, unit, roles, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	key := sha256.Sum256([]byte(login))
	_, err = h.pool.Exec(h.t.Context(), `insert into session (token_hash, account, csrf, created_at, seen_at, expires_at) select $1, id, $2, $3, $3, $4 from account where login = $5`,
		key[:], "csrf-"+login, h.now, h.now.Add(staff.AbsoluteLimit), login)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h: h, cookies: map[string]string{"hy_staff": login}}
}

func (h *house) admin(login string) *browser { return h.as(login, casework.Hotline, casework.Admin) }

func (b *browser) send(r *http.Request) answer {
	b.h.t.Helper()
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := b.h.app.Test(r, -1)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		b.cookies[c.Name] = c.Value
	}
	return answer{resp.StatusCode, html.UnescapeString(string(body)), resp.Header.Get("Location")}
}

var tokenField = regexp.MustCompile(`name="_token" value="([^"]+)"`)

func (b *browser) get(path string) answer {
	b.h.t.Helper()
	a := b.send(httptest.NewRequest(http.MethodGet, path, nil))
	if m := tokenField.FindStringSubmatch(a.Body); m != nil {
		b.token = m[1]
	}
	return a
}

func (b *browser) post(path string, form url.Values) answer {
	b.h.t.Helper()
	if b.token == "" {
		b.get("/me")
	}
	form.Set("_token", b.token)
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

func (a answer) wants(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d to %q, want %d: %.1500s", a.Status, a.To, status, regexp.MustCompile(`(?s)<[^>]*>|\s+`).ReplaceAllString(a.Body, " "))
	}
	for _, s := range texts {
		if !strings.Contains(a.Body, s) {
			t.Errorf("%q is not on the page", s)
		}
	}
}

func (a answer) leads(t *testing.T, to string) {
	t.Helper()
	if a.To != to {
		a.wants(t, 303)
		t.Fatalf("leads to %q, want %q", a.To, to)
	}
}

var pages = []string{"/admin/users", "/admin/users/new", "/admin/rules", "/admin/rules/units.csv", "/admin/rules/units.csv?q=xiangyang", "/admin/rules/rules.yaml", "/admin/rules/duties.csv/row?line=2", "/admin/rules/duties.csv/row",
	"/admin/rules/policy.yaml/edit", "/admin/rules/holidays-2026.json", "/admin/rules/policy.yaml/version/0", "/admin/standard-texts", "/admin/policy", "/admin/calendar", "/admin/calendar?year=2027", "/admin/health"}

func TestAdministratorsSeeEveryPageAndNobodyElseAny(t *testing.T) {
	h := newHouse(t)
	boss, both := h.admin("boss"), h.as("both", casework.Hotline, casework.Operator, casework.Admin)
	others := []*browser{h.as("op", casework.Hotline, casework.Operator, casework.Dispatcher, casework.Supervisor, casework.Privacy, casework.Auditor), h.as("unit", "d-linjiang", casework.Liaison, casework.Leader)}
	boss.get("/login").leads(t, "/admin/users")
	for _, path := range pages {
		for _, lang := range []string{"zh-CN", "en"} {
			boss.cookies["hy_lang"] = lang
			a := boss.get(path)
			a.wants(t, 200)
			if strings.Contains(a.Body, "admin.") {
				t.Errorf("%s %s shows a key: %s", lang, path, regexp.MustCompile(`.{20}admin\.[a-z_]*`).FindString(a.Body))
			}
		}
		both.get(path).wants(t, 200)
		for _, b := range others {
			b.get(path).wants(t, 403)
		}
		if a := (&browser{h: h, cookies: map[string]string{}}).get(path); a.Status != 401 && !strings.HasPrefix(a.To, "/login") {
			t.Errorf("%s open to everybody: %d %s", path, a.Status, a.To)
		}
	}
	for _, path := range []string{"/admin/users/new", "/admin/users/boss/post", "/admin/users/boss/password", "/admin/users/boss/state", "/admin/rules/policy.yaml/edit", "/admin/rules/units.csv/row", "/admin/rules/policy.yaml/force", "/admin/rules/policy.yaml/discard", "/admin/calendar"} {
		for _, b := range others {
			b.post(path, url.Values{}).wants(t, 403)
		}
	}
	for _, path := range []string{"/admin/rules/passwd", "/admin/rules/README.md", "/admin/rules/rules.yaml/row", "/admin/rules/units.csv/version/7", "/admin/users/nobody", "/admin/rules/holidays-2090.json"} {
		boss.get(path).wants(t, 404)
	}
}

func TestAPersonsAccountFromTheFirstDayToTheLast(t *testing.T) {
	h := newHouse(t)
	boss := h.admin("boss")
	boss.post("/admin/users/new", url.Values{"login": {"li.na"}, "name": {"李娜"}, "unit": {"d-linjiang-chengguan"}, "roles": {"operator"}}).wants(t, 422, "属于热线", `value="li.na"`)
	made := boss.post("/admin/users/new", url.Values{"login": {"li.na"}, "name": {"李娜"}, "unit": {"d-linjiang-chengguan"}, "roles": {"liaison", "handler"}})
	made.wants(t, 200, "只显示这一次", "建立账号")
	password := regexp.MustCompile(`id="password">([^<]+)<`).FindStringSubmatch(made.Body)
	if password == nil {
		t.Fatal("no password")
	}
	register := staff.New(h.pool)
	register.Now = func() time.Time { return h.now }
	s, err := register.SignIn(t.Context(), "li.na", password[1], nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, _, err := register.BySession(t.Context(), s.Token); err != nil || !a.MustChange {
		t.Errorf("%+v, %v", a, err)
	}
	if again := boss.get("/admin/users/li.na"); strings.Contains(again.Body, password[1]) {
		t.Error("the password is shown again")
	}
	boss.post("/admin/users/li.na/post", url.Values{"unit": {"hotline"}, "roles": {"operator", "liaison"}}).wants(t, 422, "属于承办单位")
	boss.post("/admin/users/li.na/post", url.Values{"unit": {"hotline"}, "roles": {"operator"}}).leads(t, "/admin/users/li.na")
	boss.post("/admin/users/li.na/state", url.Values{"to": {"disabled"}}).leads(t, "/admin/users/li.na")
	boss.get("/admin/users/li.na").wants(t, 200, "已停用", "调整单位", "恢复账号")
	boss.post("/admin/users/li.na/state", url.Values{"to": {"enabled"}}).leads(t, "/admin/users/li.na")
	boss.post("/admin/users/li.na/password", url.Values{}).wants(t, 200, "只显示这一次")
	boss.post("/admin/users/boss/state", url.Values{"to": {"disabled"}}).wants(t, 422, "至少要保留一个")
	boss.post("/admin/users/boss/password", url.Values{}).wants(t, 403)
}

func draftOf(t *testing.T, h *house, name string) string {
	t.Helper()
	d, err := h.book.Draft(t.Context(), name)
	if err != nil || d == nil {
		t.Fatal("no draft", err)
	}
	return strconv.FormatInt(d.ID, 10)
}

func TestALimitIsChangedByTwoPersonsAfterALookAtLastWeek(t *testing.T) {
	h := newHouse(t)
	ann, bob := h.admin("ann"), h.admin("bob")
	s, err := intake.Form{Nonce: "0123456789abcdef0123456789abcdef", Text: "投诉临江区向阳街道东风路门口每天傍晚有流动摊贩占道经营。", Place: "临江区向阳街道东风路"}.Submission()
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(-time.Hour)
	r, err := h.door.File(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(time.Hour)
	old, _ := h.book.Content(t.Context(), "policy.yaml", 0)
	wrong := strings.Replace(string(old), "complaint: {dispatch: 1wd, sign: 1wd, contact: 1wd, handle: 5wd", "complaint: {dispatch: 1wd, sign: 1wd, contact: 1wd, handle: 5xd", 1)
	right := strings.Replace(string(old), "complaint: {dispatch: 1wd, sign: 1wd, contact: 1wd, handle: 5wd", "complaint: {dispatch: 1wd, sign: 1wd, contact: 1wd, handle: 8wd", 1)
	form := func(content, note string) url.Values {
		return url.Values{"content": {content}, "note": {note}, "version": {"0"}, "draft": {"0"}}
	}
	ann.post("/admin/rules/policy.yaml/edit", form(wrong, "x")).wants(t, 422, "policy.yaml 第", "5xd", "出错的位置")
	ann.post("/admin/rules/policy.yaml/edit", form(right, "")).wants(t, 422, "请写明改了什么", "8wd")
	ann.post("/admin/rules/policy.yaml/edit", form(right, "投诉放宽到八个工作日")).leads(t, "/admin/rules/policy.yaml/draft")
	ann.get("/admin/rules/policy.yaml/draft").wants(t, 200, "1 件的承诺时限会变", "0 件的建议主办单位会变", r.Number, "请另一名系统管理员确认")
	bob.post("/admin/rules/policy.yaml/edit", form(right+"# b", "x")).wants(t, 422, "别的管理员正在修改")
	id := draftOf(t, h, "policy.yaml")
	ann.post("/admin/rules/policy.yaml/force", url.Values{"draft": {id}}).wants(t, 403)
	bob.get("/admin/rules").wants(t, 200, "ann 的草稿")
	bob.get("/admin/rules/policy.yaml/draft").wants(t, 200, "确认生效")
	bob.post("/admin/rules/policy.yaml/force", url.Values{"draft": {id}}).leads(t, "/admin/rules/policy.yaml")
	bob.get("/admin/rules/policy.yaml").wants(t, 200, "第 1 版", "ann 起草，bob 确认", "投诉放宽到八个工作日", "初始版本")
	bob.get("/admin/policy").wants(t, 200, "8 个工作日")
	bob.get("/admin/rules/policy.yaml/version/1").wants(t, 200, "handle: 8wd", "hy-diff__went")
	bob.get("/admin/rules/policy.yaml/edit?version=0").wants(t, 200, "恢复到第 0 版")
	rules, err := h.book.InForce(t.Context())
	if err != nil || rules.Terms.Policy.Kinds[casework.Complaint].Handle.WorkingDays != 8 {
		t.Errorf("in force: %v", err)
	}
	var due time.Time
	if err := h.pool.QueryRow(t.Context(), `select due_at from clock where name = 'total'`).Scan(&due); err == nil && due.In(locale.Zone).Day() != 10 {
		t.Errorf("an old promise moved to %s", due)
	}
}

func TestARowOfADutyListIsEditedInAForm(t *testing.T) {
	h := newHouse(t)
	ann := h.admin("ann")
	page := ann.get("/admin/rules/duties.csv/row?line=2")
	page.wants(t, 200, "chengguan", "0101")
	form := url.Values{"line": {"2"}, "version": {"0"}, "draft": {"0"}, "note": {"市级负责"}, "c0": {"chengguan"}, "c1": {"0101"}, "c2": {"leader"}, "c3": {"city"}, "c4": {"清单"}}
	ann.post("/admin/rules/duties.csv/row", form).wants(t, 422, "duties.csv 第 2 行", "neither lead nor assist")
	form.Set("c2", "lead")
	ann.post("/admin/rules/duties.csv/row", form).leads(t, "/admin/rules/duties.csv/draft")
	ann.get("/admin/rules/duties.csv/draft").wants(t, 200, "只有一名系统管理员", "清单")
	id := draftOf(t, h, "duties.csv")
	ann.post("/admin/rules/duties.csv/force", url.Values{"draft": {id}}).wants(t, 422, "请写明由一人确认的理由")
	ann.post("/admin/rules/duties.csv/row", form).wants(t, 422, "刚刚有了别的修改") // the form from before the draft
	retire := url.Values{"line": {"3"}, "version": {"0"}, "draft": {id}, "note": {"取消"}, "do": {"retire"}}
	ann.post("/admin/rules/duties.csv/row", retire).leads(t, "/admin/rules/duties.csv/draft")
	id = draftOf(t, h, "duties.csv")
	ann.post("/admin/rules/duties.csv/force", url.Values{"draft": {id}, "reason": {"只有我一人"}}).leads(t, "/admin/rules/duties.csv")
	ann.get("/admin/rules/duties.csv").wants(t, 200, "一人起草并确认，理由：只有我一人")
	if page := ann.get("/admin/rules/duties.csv?q=" + url.QueryEscape("《区级城市管理局权责清单》第2项“环境卫生”")); strings.Contains(page.Body, ">chengguan<") {
		t.Error("the retired row is still there")
	}
}

func TestANoticeOfHolidaysIsPasted(t *testing.T) {
	h := newHouse(t)
	ann, bob := h.admin("ann"), h.admin("bob")
	ann.get("/admin/calendar?year=2027").wants(t, 200, "暂定")
	ann.post("/admin/calendar?year=2027", url.Values{"notice": {"{"}}).wants(t, 422, "不能读取")
	notice := `{"year": 2027, "papers": ["https://www.gov.cn/zhengce/2027.htm"], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}`
	ann.post("/admin/calendar?year=2027", url.Values{"notice": {notice}}).leads(t, "/admin/rules/holidays-2027.json/draft")
	bob.post("/admin/rules/holidays-2027.json/force", url.Values{"draft": {draftOf(t, h, "holidays-2027.json")}}).leads(t, "/admin/rules/holidays-2027.json")
	page := bob.get("/admin/calendar?year=2027")
	page.wants(t, 200, "https://www.gov.cn/zhengce/2027.htm", "法定节假日（元旦）")
	// A year beyond those shipped begins with its draft.
	ann.post("/admin/calendar?year=2028", url.Values{"notice": {strings.ReplaceAll(notice, "2027", "2028")}}).leads(t, "/admin/rules/holidays-2028.json/draft")
	ann.get("/admin/rules/holidays-2028.json/draft").wants(t, 200)
	ann.get("/admin/rules/holidays-2028.json").wants(t, 200)
}

func TestHealthIsToldInWords(t *testing.T) {
	h := newHouse(t)
	h.admin("ann").get("/admin/health").wants(t, 200, "磁盘空间", "请留意", "1.2 GB are free", "最近一次备份", "不清楚")
}
