package board_test

import (
	"context"
	"crypto/sha256"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/routing"
)

// marks stand for what the public must never see. Every one is put where personal data, free text or an internal number can be.
var marks = []string{"林痕迹", "19900007788", "trace@example.org", "痕迹路88号", "痕迹标题", "痕迹正文", "痕迹地点", "痕迹补充", "痕迹答复", "痕迹评价", "痕迹附件", "痕迹退单", "痕迹内部"}

// marked lives a case whose every text holds a mark, and tells its work-order number and tracking code.
func (w *town) marked(n int, change func(*casework.Filing), far bool) casework.Receipt {
	w.t.Helper()
	ctx, t := context.Background(), w.t
	at := w.now.Add(-time.Duration(n+30) * time.Hour)
	clock := func() time.Time { return at }
	d := &casework.Docket{DB: w.pool, Keys: w.keys, Now: clock, Zone: w.city.TZ}
	desk := &routing.Desk{Docket: d, City: w.city, Terms: w.terms, Now: clock}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Hour)
	}
	both := func(s string) casework.Masked { return casework.Masked{Original: s, Clear: s} } // the worst case: nothing was masked
	f := casework.Filing{
		Key: sha256.Sum256([]byte{byte(n)}), Channel: casework.Web, At: at, Kind: casework.Complaint, Category: "010101", Territory: "990101001", Urgency: casework.Normal,
		Title: both("痕迹标题"), Body: both("痕迹正文 19900007788 trace@example.org"), Place: both("痕迹地点 痕迹路88号"), Publish: true, RealName: true,
		Person: casework.Person{Name: "林痕迹", Phone: "19900007788", Email: "trace@example.org", Address: "痕迹路88号"}, ExternalNo: "痕迹编号",
		Total: casework.Promise{Name: casework.ClockTotal, Due: at.Add(5 * 24 * time.Hour), WorkingDays: 5, Policy: "test@1", Calendar: "test@1"},
		Files: []casework.Attachment{{Name: "痕迹附件.txt", Type: "text/plain", Data: []byte("痕迹附件")}},
	}
	if change != nil {
		change(&f)
	}
	r, err := d.Open(ctx, f)
	do(err)
	if !far {
		return r
	}
	ref := casework.Ref{ID: r.ID}
	clerk := casework.Actor{Kind: casework.ByStaff, StaffID: 4711, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator, casework.Dispatcher, casework.Supervisor}}
	unit := w.city.LeadOf(f.Category, f.Territory)
	by := casework.Actor{Kind: casework.ByStaff, StaffID: 4712, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
	me := casework.Resident(r.ID)
	do(desk.Dispatch(ctx, clerk, ref, casework.Order{Lead: unit, Advice: "痕迹内部"}))
	do(d.Sign(ctx, by, ref))
	_, err = d.Reveal(ctx, by, r.ID, []casework.PersonalField{casework.FieldPlace}, casework.Use{Purpose: casework.ForHandling, Basis: casework.BasisDuty})
	do(err)
	do(d.Contact(ctx, by, ref, casework.ContactResult{Means: "phone", Reached: true, Note: "痕迹内部"}))
	do(d.Record(ctx, by, ref, "痕迹内部", true, nil))
	do(d.Add(ctx, me, ref, casework.Addition{Channel: casework.Web, Text: both("痕迹补充")}))
	do(d.Reply(ctx, by, ref, casework.Reply{Text: "痕迹答复 林痕迹"}))
	_, err = desk.Rate(ctx, me, ref, casework.Rating{Round: 1, Solved: casework.SolvedNo, Satisfaction: 1, Text: both("痕迹评价"), Channel: casework.Web})
	do(err)
	return r
}

// crawl follows every link of the public pages and reads what stands beside them, and gives each answer by its address.
func (w *town) crawl() map[string]string {
	seen := map[string]string{}
	queue := []string{"/board", "/en/board", "/cases", "/en/cases", "/data-use", "/en/data-use", "/board.json", "/board.csv", "/districts.json", "/districts.csv", "/departments.json", "/departments.csv",
		"/cases.json", "/cases.csv", "/data-use.json", "/data-use.csv", "/api/v1/figures", "/districts/990101.json", "/departments/d-linjiang.csv"}
	for len(queue) > 0 && len(seen) < 500 {
		path := queue[0]
		queue = queue[1:]
		if _, done := seen[path]; done {
			continue
		}
		status, body := w.get(path)
		if status == 404 && !ours(path) {
			continue // pages of others
		}
		seen[path] = body
		if status != 200 {
			w.t.Errorf("a public link leads to %s, which answers %d", path, status)
		}
		if strings.HasPrefix(body, "<!") {
			queue = append(queue, links(body)...)
		}
	}
	return seen
}

func ours(path string) bool {
	path = strings.TrimPrefix(path, "/en")
	for _, p := range []string{"/board", "/districts", "/departments", "/cases", "/data-use"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

func links(body string) []string {
	var found []string
	z := html.NewTokenizer(strings.NewReader(body))
	for z.Next() != html.ErrorToken {
		for _, a := range z.Token().Attr {
			if u, err := url.Parse(a.Val); a.Key == "href" && err == nil && u.Scheme == "" && strings.HasPrefix(u.Path, "/") && !strings.HasPrefix(u.Path, "/assets") {
				u.Fragment = ""
				found = append(found, u.String())
			}
		}
	}
	return found
}

func TestNoPublicPageShowsAPersonOrAWithheldCase(t *testing.T) {
	w := newTown(t)
	kinds := []struct {
		name   string
		change func(*casework.Filing)
		shown  bool
	}{
		{"open", nil, true},
		{"open suggestion", func(f *casework.Filing) { f.Kind = casework.Suggestion }, true},
		{"without consent", func(f *casework.Filing) { f.Publish = false }, false},
		{"secret", func(f *casework.Filing) { f.Secret = true }, false},
		{"report", func(f *casework.Filing) { f.Kind = casework.Report }, false},
		{"secret report", func(f *casework.Filing) { f.Kind, f.Secret = casework.Report, true }, false},
	}
	hidden := map[string]string{}
	forbidden := append([]string{"痕迹编号", "4711", "4712"}, marks...)
	open := 0
	for i, k := range kinds {
		for j := range 3 {
			r := w.marked(i*10+j, k.change, j > 0)
			forbidden = append(forbidden, r.Number, r.Code, r.ID.String())
			number := privacy.PublicNumber(w.keys, r.ID)
			switch {
			case k.shown && j > 0:
				open++
			default:
				hidden[number] = k.name
			}
		}
	}
	w.catchUp()
	pages := w.crawl()
	if len(pages) < 60 {
		t.Fatalf("only %d pages were found", len(pages))
	}
	for path, body := range pages {
		for _, mark := range forbidden {
			if strings.Contains(body, mark) {
				t.Errorf("%s shows %s", path, mark)
			}
		}
		for number, kind := range hidden {
			if strings.Contains(body, number) {
				t.Errorf("%s names a case that is %s", path, kind)
			}
		}
	}
	for number, kind := range hidden {
		for _, path := range []string{"/cases/" + number, "/en/cases/" + number, "/cases/" + number + ".json"} {
			if status, _ := w.get(path); status != 404 {
				t.Errorf("%s of a case that is %s answers %d", path, kind, status)
			}
		}
	}
	found, err := privacy.Cards(t.Context(), w.pool, privacy.CardFilter{})
	if err != nil || found.Total != open {
		t.Fatalf("%d cards, %d cases may be shown (%v)", found.Total, open, err)
	}
	body := w.ok("/en/cases")
	if n := strings.Count(body, "data-card="); n != open {
		t.Errorf("the page shows %d cards of %d", n, open)
	}
	for _, one := range found.Cards {
		page := w.ok("/cases/" + one.Card().Number)
		for _, want := range []string{"临江区向阳街道", locale.ZH.T("cards.solved_no"), locale.ZH.T("step.reply")} {
			if !strings.Contains(page, want) {
				t.Errorf("the card %s does not say %s", one.Card().Number, want)
			}
		}
	}
}

func TestACardThatWasShownAndIsWithheldIsGone(t *testing.T) {
	w := newTown(t)
	r := w.marked(1, nil, true)
	w.catchUp()
	number := privacy.PublicNumber(w.keys, r.ID)
	w.ok("/cases/" + number)
	if err := privacy.Keep(t.Context(), w.pool, r.ID, w.now, w.now, privacy.PublicCase{}, privacy.WithheldNoConsent); err != nil {
		t.Fatal(err)
	}
	status, body := w.get("/cases/" + number)
	if status != 410 || !strings.Contains(body, locale.ZH.T("figure.withheld_no_consent")) {
		t.Errorf("a withdrawn card answers %d", status)
	}
	if status, _ := w.get("/cases/" + number + ".json"); status != 410 {
		t.Errorf("its JSON answers %d", status)
	}
	if strings.Contains(w.ok("/cases"), number) {
		t.Error("the list still shows it")
	}
}

func TestFiltersOfCasesAreLinksThatNarrow(t *testing.T) {
	w := newTown(t)
	w.fill(90)
	all, err := privacy.Cards(t.Context(), w.pool, privacy.CardFilter{})
	if err != nil || all.Total <= privacy.CardsPerPage {
		t.Fatalf("%d cards are too few (%v)", all.Total, err)
	}
	if n := strings.Count(w.ok("/cases"), "data-card="); n != privacy.CardsPerPage {
		t.Errorf("the first page shows %d cards, not %d", n, privacy.CardsPerPage)
	}
	sum := 0
	for _, d := range w.city.Districts() {
		some, err := privacy.Cards(t.Context(), w.pool, privacy.CardFilter{District: d.Code})
		if err != nil {
			t.Fatal(err)
		}
		sum += some.Total
		body := w.ok("/en/cases?district=" + d.Code)
		if !strings.Contains(body, d.Name.EN) || strings.Count(body, "data-card=") != min(some.Total, privacy.CardsPerPage) {
			t.Errorf("the page of %s shows %d cards of %d", d.Code, strings.Count(body, "data-card="), some.Total)
		}
	}
	if sum != all.Total {
		t.Errorf("%d cards by district, %d in all", sum, all.Total)
	}
	next := w.ok("/cases.json")
	if !strings.Contains(next, `"next": "/cases.json?page=2"`) {
		t.Error("the file does not name its next page")
	}
	w.ok("/cases.json?page=2")
}
