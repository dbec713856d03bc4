package resident

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/intake"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// town is the whole service behind the residents' pages, under a clock that moves only when told.
type town struct {
	*Pages
	app *fiber.App
	log *bytes.Buffer
	now time.Time
}

const lead casework.UnitCode = "c-chengguan"

func newTown(t *testing.T) *town {
	t.Helper()
	db := pgtest.DB(t)
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range city.Units() {
		_, err := db.Exec(t.Context(), `insert into unit (code, name_zh, name_en, level, parent, territory) values ($1, $2, $3, $4, nullif($5, ''), $6) on conflict do nothing`,
			u.Code, u.Name.ZH, u.Name.EN, u.Level, u.Parent, u.Territory)
		if err != nil {
			t.Fatal(err)
		}
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	o := &town{log: &bytes.Buffer{}, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))}
	now := func() time.Time { return o.now }
	log := slog.New(slog.NewJSONHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	docket := &casework.Docket{DB: db, Keys: seal.NewForTest(), Now: now, Zone: city.TZ}
	o.Pages = New(Config{
		DB: db, Docket: docket, City: city, Keys: docket.Keys, Now: now, BaseURL: "https://linlan.example/",
		Desk: &routing.Desk{Docket: docket, City: city, Terms: terms, Now: now},
		Door: intake.New(intake.Settings{Docket: docket, City: city, Terms: terms, Now: now, Log: log}),
	})
	o.app = shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: []byte(strings.Repeat("s", 32)), Now: now, Log: log})
	shell.Mount(o.app, append(shell.Routes(), o.Routes()...))
	return o
}

func clerk() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator, casework.Dispatcher}}
}

func worker() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 10, Unit: lead, Units: []casework.UnitCode{lead}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reply takes a case from the hotline to the unit's answer.
func (o *town) reply(t *testing.T, id casework.CaseID) {
	t.Helper()
	ctx, ref := context.Background(), casework.Ref{ID: id}
	must(t, o.Desk.Dispatch(ctx, clerk(), ref, casework.Order{Lead: lead}))
	o.work(t, id)
}

func (o *town) work(t *testing.T, id casework.CaseID) {
	t.Helper()
	ctx, ref := context.Background(), casework.Ref{ID: id}
	o.now = o.now.Add(time.Minute)
	must(t, o.Docket.Sign(ctx, worker(), ref))
	must(t, o.Docket.Begin(ctx, worker(), ref))
	must(t, o.Docket.Record(ctx, worker(), ref, "内部意见不给市民看", false, []casework.Attachment{{Name: "inside.png", Type: "image/png", Data: pixel}}))
	o.now = o.now.Add(time.Minute)
	must(t, o.Docket.Reply(ctx, worker(), ref, casework.Reply{Text: "已清理并加派巡查。", Files: []casework.Attachment{{Name: "proof.png", Type: "image/png", Data: pixel}}}))
	o.now = o.now.Add(time.Minute)
}

func (o *town) caseOf(t *testing.T, code string) casework.CaseID {
	t.Helper()
	id, err := o.Docket.ByCode(context.Background(), code)
	must(t, err)
	return id
}

// browser is a resident's browser without scripts: it keeps cookies and sends the tokens of the forms it was shown.
type browser struct {
	t       *testing.T
	o       *town
	cookies map[string]string
	status  int
	header  http.Header
	body    string
	place   string // where the last answer sent it
}

func (o *town) browser(t *testing.T) *browser {
	return &browser{t: t, o: o, cookies: map[string]string{}}
}

func (b *browser) do(req *http.Request) *browser {
	b.t.Helper()
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := b.o.app.Test(req, -1)
	must(b.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(b.t, err)
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Year() < 2000 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c.Value
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			b.t.Errorf("the cookie %s can be read by scripts or travels to other sites", c.Name)
		}
	}
	b.status, b.header, b.body, b.place = res.StatusCode, res.Header, string(body), res.Header.Get("Location")
	return b
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	return b.do(httptest.NewRequest("GET", path, nil))
}

var tokenIn = regexp.MustCompile(`name="_token" value="([^"]+)"`)

// token is that of the last page, or of the code page where it had no form.
func (b *browser) token() string {
	b.t.Helper()
	m := tokenIn.FindStringSubmatch(b.body)
	if m == nil {
		m = tokenIn.FindStringSubmatch(b.get("/report/1").body)
	}
	if m == nil {
		b.t.Fatal("no form anywhere")
	}
	return m[1]
}

func (b *browser) post(path string, fields ...string) *browser {
	b.t.Helper()
	form := url.Values{"_token": {b.token()}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	req := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// upload posts a form with pictures.
func (b *browser) upload(path string, fields map[string]string, pictures ...[]byte) *browser {
	b.t.Helper()
	token := b.token()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	must(b.t, w.WriteField("_token", token))
	for k, v := range fields {
		must(b.t, w.WriteField(k, v))
	}
	for _, p := range pictures {
		f, err := w.CreateFormFile("photos", "IMG 0001.png")
		must(b.t, err)
		_, err = f.Write(p)
		must(b.t, err)
	}
	must(b.t, w.Close())
	req := httptest.NewRequest("POST", path, &buf)
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(req)
}

func (b *browser) wants(status int, place string) *browser {
	b.t.Helper()
	if b.status != status || b.place != place {
		b.t.Fatalf("got %d to %q, want %d to %q\n%s", b.status, b.place, status, place, plain(b.body))
	}
	return b
}

func (b *browser) shows(list ...string) *browser {
	b.t.Helper()
	for _, s := range list {
		if !strings.Contains(b.body, s) {
			b.t.Errorf("the page does not show %q:\n%s", s, plain(b.body))
		}
	}
	return b
}

func (b *browser) hides(list ...string) *browser {
	b.t.Helper()
	for _, s := range list {
		if strings.Contains(b.body, s) {
			b.t.Errorf("the page shows %q:\n%s", s, plain(b.body))
		}
	}
	return b
}

var tags = regexp.MustCompile(`(?s)<script.*?</script>|<[^>]*>`)

func plain(body string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
}

var codeIn = regexp.MustCompile(`id="code">([0-9A-Z]{4}-[0-9A-Z]{4})<`)

// file sends a matter through the three pages and returns its code.
func (b *browser) file(prefix, text string) string {
	b.t.Helper()
	b.get(prefix+"/report/1").upload(prefix+"/report/1", map[string]string{"text": text}).wants(303, prefix+"/report/2")
	b.get(b.place).post(prefix+"/report/2", "place", "向阳路小学东门", "district", "990101").wants(303, prefix+"/report/3")
	b.get(b.place).post(prefix+"/report/3", "name", "林小舟", "phone", "138 0000 0009", "email", "lin@example.org", "publish", "yes").wants(303, prefix+"/report/done")
	m := codeIn.FindStringSubmatch(b.get(b.place).body)
	if m == nil {
		b.t.Fatalf("no code: %s", plain(b.body))
	}
	return m[1]
}

// pixel is a picture of one point.
var pixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82")

// closeDB takes the database away from a running service.
func closeDB(o *town) { o.DB.(*pgxpool.Pool).Close() }

// pageOf is a page of the frame outside any request.
func pageOf(t *testing.T, o *town) (p shell.Page) {
	t.Helper()
	o.app.Get("/page-of", func(c *fiber.Ctx) error {
		p = shell.NewPage(c, "")
		return nil
	})
	res, err := o.app.Test(httptest.NewRequest("GET", "/page-of", nil), -1)
	must(t, err)
	must(t, res.Body.Close())
	return p
}
