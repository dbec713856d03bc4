package resident

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/web/shell"
)

const (
	draftCookie = "hy_draft"
	trapField   = "website" // no person sees it; programs that fill in every field do
)

// reportView is what the three pages of the form show.
type reportView struct {
	Draft   draft
	Then    string // "3" where the page was opened from the summary, to go straight back
	City    *routing.City
	Danger  string            // the emergency number that the words call for
	Near    []alike           // what others reported that may be the same
	Answers []knowledge.Found // articles that may answer it
	Clear   bool              // what the browser itself kept of the words is removed too
	Handle  string            // names the draft to the browser
	Waits   waits             // how long answers took

	Work      int    // bits of work that the form asks of the browser; 0: none
	Challenge string // what it works on
}

// view begins what a page of the form shows.
func (x *Pages) view(c *fiber.Ctx, d draft) reportView {
	return reportView{Draft: d, Then: then(c), City: x.City, Danger: d.Warned, Handle: handle(c.Cookies(draftCookie)), Work: x.Work, Challenge: x.challenge(c.Cookies(draftCookie))}
}

// begin offers to go on with a draft, or starts the form.
func (x *Pages) begin(c *fiber.Ctx) error {
	d, ok, err := x.drafts.load(c.UserContext(), c.Cookies(draftCookie))
	if err != nil {
		return err
	}
	if !ok || !d.begun() {
		return shell.SeeOther(c, "/report/1")
	}
	page := x.page(c, "report.found", "report")
	page.Back = page.Href("/")
	next := "/report/2"
	if d.Placed {
		next = "/report/3"
	}
	if d.Text == "" {
		next = "/report/1"
	}
	return shell.Render(c, fiber.StatusOK, foundPage(page, d, page.Href(next)))
}

// page begins a page of ours: never indexed, its address in the other language without anything personal.
func (x *Pages) page(c *fiber.Ctx, titleKey, section string) shell.Page {
	page := shell.NewPage(c, shell.Lang(c).T(titleKey))
	page.Section, page.Private = section, true
	return page
}

// open finds the draft of this browser; one that was sent counts as none.
func (x *Pages) open(c *fiber.Ctx) (string, draft, error) {
	token := c.Cookies(draftCookie)
	d, ok, err := x.drafts.load(c.UserContext(), token)
	if err != nil {
		return "", d, err
	}
	if !ok || d.filed() {
		return "", draft{}, nil
	}
	return token, d, nil
}

func then(c *fiber.Ctx) string {
	if c.Query("then") == "3" || c.FormValue("then") == "3" {
		return "3"
	}
	return ""
}

func (x *Pages) showWhat(c *fiber.Ctx) error {
	_, d, err := x.open(c)
	if err != nil {
		return err
	}
	return x.drawWhat(c, fiber.StatusOK, nil, d)
}

func (x *Pages) drawWhat(c *fiber.Ctx, status int, mistakes shell.Errors, d draft) error {
	page := x.page(c, "report.what", "report")
	page.Errors = mistakes
	page.Back = page.Href("/")
	v := x.view(c, d)
	v.Clear, v.Waits = c.Query("cleared") != "", x.waits(c.UserContext())
	if !d.begun() {
		v.Handle = "" // the cookie is of a matter that was sent
	}
	if v.Then != "" {
		page.Back = page.Href("/report/3")
	}
	return shell.Render(c, status, whatPage(page, v))
}

// saveWhat keeps the words and pictures. What can be kept is kept even where something else is wrong.
func (x *Pages) saveWhat(c *fiber.Ctx) error {
	ctx, lang := c.UserContext(), shell.Lang(c)
	text := strings.TrimSpace(strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n"))
	token, d, err := x.open(c)
	if err != nil {
		return x.away(c, err, func(status int, e shell.Errors) error { return x.drawWhat(c, status, e, draft{Text: text}) })
	}
	d.Text = text
	if gone, err := uuid.Parse(c.FormValue("remove")); err == nil {
		d.Photos = slices.DeleteFunc(d.Photos, func(p photo) bool { return p.ID == gone })
	}
	var mistakes shell.Errors
	switch {
	case utf8.RuneCountInString(text) > casework.MaxBody:
		mistakes.Add("text", lang.T("report.text_long", locale.Args{"Limit": casework.MaxBody}))
		d.Text = string([]rune(text)[:casework.MaxBody])
	case c.FormValue(trapField) != "":
		mistakes.Add("text", lang.T("report.trapped"))
	case text == "" && c.FormValue("remove") == "":
		mistakes.Add("text", lang.T("report.text_missing"))
	}
	fresh, err := takePhotos(c, &d, &mistakes, lang)
	if err != nil {
		return err
	}
	if token == "" {
		token = newDraftToken()
	}
	if d.begun() || len(mistakes) == 0 {
		if err := x.drafts.save(ctx, token, d, fresh); err != nil {
			return x.away(c, err, func(status int, e shell.Errors) error { return x.drawWhat(c, status, e, draft{Text: text}) })
		}
		x.setCookie(c, draftCookie, token, draftLife)
	}
	switch {
	case len(mistakes) > 0:
		return x.drawWhat(c, fiber.StatusUnprocessableEntity, mistakes, d)
	case c.FormValue("remove") != "":
		return shell.SeeOther(c, "/report/1"+query(c))
	}
	danger := routing.Propose(x.City, routing.Input{Text: d.Text, At: x.Now()}).Emergency.Number
	if danger != "" && d.Warned != danger {
		d.Warned = danger
		if err := x.drafts.save(ctx, token, d, nil); err != nil {
			return err
		}
		return shell.SeeOther(c, "/report/danger"+query(c))
	}
	if then(c) == "3" {
		return shell.SeeOther(c, "/report/3")
	}
	return shell.SeeOther(c, "/report/2")
}

func query(c *fiber.Ctx) string {
	if then(c) == "" {
		return ""
	}
	return "?then=3"
}

// away shows the form again, filled in, where the database did not answer; other failures are returned.
func (x *Pages) away(c *fiber.Ctx, err error, again func(int, shell.Errors) error) error {
	err = pg.Classify(err)
	if fault.KindOf(err) != fault.Unavailable {
		return err
	}
	c.Set(fiber.HeaderRetryAfter, "30")
	return again(fiber.StatusServiceUnavailable, shell.Errors{{Text: shell.Lang(c).T("report.away")}})
}

// showDanger puts the emergency lines first; going on is still possible.
func (x *Pages) showDanger(c *fiber.Ctx) error {
	_, d, err := x.open(c)
	if err != nil {
		return err
	}
	if d.Text == "" || d.Warned == "" {
		return shell.SeeOther(c, "/report/1")
	}
	page := x.page(c, "report.danger", "report")
	page.Back = page.Href("/report/1" + query(c))
	next := "/report/2"
	if then(c) == "3" {
		next = "/report/3"
	}
	return shell.Render(c, fiber.StatusOK, dangerPage(page, d.Warned, page.Href(next)))
}

func (x *Pages) showWhere(c *fiber.Ctx) error {
	_, d, err := x.open(c)
	if err != nil {
		return err
	}
	if d.Text == "" {
		return shell.SeeOther(c, "/report/1")
	}
	return x.drawWhere(c, fiber.StatusOK, nil, d)
}

func (x *Pages) drawWhere(c *fiber.Ctx, status int, mistakes shell.Errors, d draft) error {
	page := x.page(c, "report.where", "report")
	page.Errors = mistakes
	v := x.view(c, d)
	var err error
	if status == fiber.StatusOK { // a page with mistakes asks for nothing else
		if v.Near, err = x.near(c.UserContext(), d); err != nil {
			return err
		}
		if v.Answers, err = x.answers(c.UserContext(), d); err != nil {
			return err
		}
	}
	page.Back = page.Href("/report/1")
	if v.Then != "" {
		page.Back = page.Href("/report/3")
	}
	return shell.Render(c, status, wherePage(page, v))
}

const maxPlace = 300 // runes

// place reads the second page: where it happened.
func (d *draft) place(c *fiber.Ctx) {
	d.Place, d.District, d.Unclear, d.Point, d.Placed = strings.TrimSpace(c.FormValue("place")), c.FormValue("district"), c.FormValue("unclear") != "", pointOf(c), true
	d.Same, d.SameNumber, d.SameStreet = "", "", ""
}

// knowDistrict drops a district that is none of the city's.
func (x *Pages) knowDistrict(d *draft) {
	if _, known := x.City.Territory(d.District); !known && d.District != "unknown" {
		d.District = ""
	}
}

func (x *Pages) saveWhere(c *fiber.Ctx) error {
	lang := shell.Lang(c)
	token, d, err := x.open(c)
	if err != nil {
		return x.away(c, err, func(status int, e shell.Errors) error {
			d.place(c)
			return x.drawWhere(c, status, e, d)
		})
	}
	if token == "" {
		return shell.SeeOther(c, "/report/1")
	}
	d.place(c)
	var mistakes shell.Errors
	x.knowDistrict(&d)
	if utf8.RuneCountInString(d.Place) > maxPlace {
		mistakes.Add("place", lang.T("report.place_long", locale.Args{"Limit": maxPlace}))
	}
	if c.FormValue("drop") == "point" {
		if err := x.drafts.save(c.UserContext(), token, d, nil); err != nil {
			return err
		}
		return shell.SeeOther(c, "/report/2"+query(c))
	}
	if d.Place == "" && !d.Unclear && d.Point == nil {
		mistakes.Add("place", lang.T("report.place_missing"))
	}
	if len(mistakes) > 0 {
		return x.drawWhere(c, fiber.StatusUnprocessableEntity, mistakes, d)
	}
	if err := x.drafts.save(c.UserContext(), token, d, nil); err != nil {
		return x.away(c, err, func(status int, e shell.Errors) error { return x.drawWhere(c, status, e, d) })
	}
	list, err := x.near(c.UserContext(), d)
	if err != nil {
		return err
	}
	if len(list) > 0 && c.FormValue("seen") != numbers(list) {
		return shell.SeeOther(c, "/report/near")
	}
	return shell.SeeOther(c, "/report/3")
}

// forget removes the draft and every trace of a case from this browser: for shared computers.
func (x *Pages) forget(c *fiber.Ctx) error {
	if err := x.dropDraft(c.UserContext(), c.Cookies(draftCookie)); err != nil {
		return err
	}
	x.setCookie(c, draftCookie, "", 0)
	x.setCookie(c, caseCookie, "", 0)
	shell.Flash(c, shell.Good, "report.forgotten")
	if c.FormValue("again") != "" {
		return shell.SeeOther(c, "/report/1?cleared=1")
	}
	return shell.SeeOther(c, "/t?cleared=1")
}

func (x *Pages) dropDraft(ctx context.Context, token string) error {
	if len(token) != 32 {
		return nil
	}
	return x.drafts.drop(ctx, token)
}

// districtName is the district chosen in a language, empty where none was.
func (v reportView) districtName(lang locale.Lang) string {
	if t, ok := v.City.Territory(v.Draft.District); ok {
		return t.Name.In(lang)
	}
	return ""
}

func (v reportView) districts(p shell.Page) []shell.Choice {
	var list []shell.Choice
	for _, t := range v.City.Districts() {
		list = append(list, shell.Choice{Value: t.Code, Label: t.Name.In(p.Lang)})
	}
	return append(list, shell.Choice{Value: "unknown", Label: p.T("report.district_unknown")})
}
