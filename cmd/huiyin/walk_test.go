package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/locale"
)

// TestWalk is the README's five minutes in a real browser: two residents and a caller, the operator, the
// department and the public, by all three doors: real HTTP, real SMTP and a call typed in, with real clicks and keys.
func TestWalk(t *testing.T) {
	browser := chromium(t)
	phone := device{name: "phone", width: 360, height: 740, touch: true, scripts: true}
	desk := device{name: "desk", width: 1280, height: 900, scripts: true}
	plain := device{name: "phone without scripts", width: 360, height: 740, touch: true}
	for _, w := range []struct {
		device device
		lang   locale.Lang
	}{{phone, locale.ZH}, {desk, locale.ZH}, {phone, locale.EN}, {desk, locale.EN}, {plain, locale.ZH}} {
		t.Run(fmt.Sprintf("%s %s", w.device.name, w.lang), func(t *testing.T) {
			t.Parallel()
			newWalk(t, browser, w.device, w.lang).tour(t)
		})
	}
}

// matter is what a resident reports, in the language of the walk.
type matter struct{ text, place, more, answer, subject, mail string }

var matters = map[locale.Lang]matter{
	locale.ZH: {
		text:  "每天放学时向阳路小学东门流动摊贩占道经营，孩子只能走机动车道，希望管一管。",
		place: "向阳路小学东门", more: "昨天放学时摊贩又来了，一共五个摊位。",
		answer:  "情况属实。今天已劝离摊贩五处，放学时段安排两名队员值守。",
		subject: "江滨路红绿灯坏了", mail: "江滨路路口的红绿灯从昨晚起不亮，早高峰很乱，请尽快修好。",
	},
	locale.EN: {
		text:  "Every afternoon street vendors block the pavement at the east gate of the school, and children walk on the road.",
		place: "Xiangyang Road 12, east gate", more: "They came back yesterday after school, five stalls.",
		answer:  "It was as you described. Five stalls were moved today, and two officers stay there after school.",
		subject: "Traffic light out of order", mail: "The traffic light at the Jiangbin Road crossing has been dark since last night. Please repair it.",
	},
}

// walk is one walk through a town of its own.
type walk struct {
	*town
	browser context.Context
	device  device
	lang    locale.Lang
	matter  matter
	people  []*person

	code, number string // of the case filed on the web
	promise      string // until when it is to be answered, as every page must say it
	mailNumber   string // of the case that came by mail
	callNumber   string // of the case that was telephoned
	lead         casework.UnitCode
	login        string
}

const (
	residentName  = "林小舟"
	residentPhone = "13800000009"
	residentMail  = "lin.xiaozhou@example.org"
	writerMail    = "zhou.yuan@example.org"
)

func newWalk(t *testing.T, browser context.Context, d device, lang locale.Lang) *walk {
	return &walk{town: newTown(t), browser: browser, device: d, lang: lang, matter: matters[lang]}
}

// person opens a window for somebody.
func (w *walk) person(t *testing.T, who string) *person {
	t.Helper()
	p := newPerson(t, w.browser, who, w.device, w.lang, w.Config.BaseURL)
	p.secret = []string{residentName, residentPhone, residentMail, writerMail, callerPhone, strings.ReplaceAll(w.code, "-", ""), w.code}
	w.people = append(w.people, p)
	return p
}

// public is an address of the residents' pages, which have their language in it.
func (w *walk) public(path string) string { return w.lang.Path(path) }

func (w *walk) say(key string, args ...locale.Args) string { return w.lang.T(key, args...) }

// tour is the whole story, in the order of the README.
func (w *walk) tour(t *testing.T) {
	board := w.published(t, "/board.json")
	uses := w.published(t, "/data-use.json")

	w.files(t)
	w.writes(t)
	operator := w.signIn(t, "operator", "operator")
	w.dispatches(t, operator)
	w.calls(t, operator)
	unit := w.signIn(t, "department", w.login)
	w.answers(t, unit, 1)
	w.rates(t, "no")
	w.answers(t, unit, 2)
	w.rates(t, "yes")

	w.moved(t, "/board.json", board, w.done)
	w.moved(t, "/data-use.json", uses, w.used)
	w.looksBack(t)
	w.everybody(t)
	w.letterbox(t)
	pages := 0
	for _, p := range w.people {
		pages += p.pages
	}
	t.Logf("%d pages seen and examined", pages)
}

// done is what the walk must have moved on the board.
func (w *walk) done(*testing.T) map[string]figure {
	return map[string]figure{
		"received": {3, 3}, "dispatched": {3, 3}, // the redo is another turn of the same dispatch
		"solved": {1, 2}, // the first answer was rated not solved, the second solved
		"redo":   {1, 2}, // and so one of two answers was sent back
		"open":   {2, 2}, // the matters that came by mail and by telephone
	}
}

// used is what the walk must have added to the uses of residents' data: the department's two, and one for each letter sent.
func (w *walk) used(t *testing.T) map[string]figure {
	letters := len(w.letters(t))
	return map[string]figure{"people": {2, 2}, "machine": {float64(letters), letters}, "unassigned": {0, 2 + letters}}
}

// files is the resident's way: three pages, no account.
func (w *walk) files(t *testing.T) {
	p := w.person(t, "resident")
	p.visit(w.public("/"))
	p.follow(`a[href$="/report"]`, `/report/1$`)
	p.write("#text", w.matter.text)
	p.attach("#photos", "gate.png", photo())
	if p.device.scripts {
		p.in("send the photo", chromedp.WaitVisible(chromedp.CSS("[data-photos] li"))) // it goes up at once, and moves the button
	}
	p.follow(`form[action$="/report/1"] button:not([name])`, `/report/2$`)
	p.write("#place", w.matter.place)
	p.click(`input[name="district"][value="990101"]`)
	p.follow(`form[action$="/report/2"] button:not([name]):not([type="button"])`, `/report/3$`)
	p.write("#phone", residentPhone)
	p.write("#name", residentName)
	p.write("#email", residentMail)
	p.click(`input[name="publish"][value="yes"]`)
	p.follow(`form[action$="/report/3"] button`, `/report/done$`)
	if clicks, _ := p.count("files with photo, telephone and e-mail"); clicks > 9 {
		t.Errorf("filing took %d clicks", clicks)
	}
	w.code = p.read("#code")
	if !regexp.MustCompile(`^[0-9A-Z]{4}-[0-9A-Z]{4}$`).MatchString(w.code) {
		t.Fatalf("the code is %q", w.code)
	}
	until(t, "the QR code is drawn", func() bool {
		return look[bool](p, `(i => !!i && i.complete && i.naturalWidth > 100)(document.querySelector('img[src$="/report/qr.png"]'))`)
	})
	id, err := w.Docket.ByCode(t.Context(), w.code)
	if err != nil {
		t.Fatal(err)
	}
	filed, err := w.Docket.Case(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	w.number, w.promise = filed.Number, w.lang.Deadline(filed.Due)
	w.promised(p)
	if !look[bool](p, `Object.keys(localStorage).length === 0`) {
		t.Error("what was typed is still kept in the browser after sending")
	}
	if works := look[bool](p, `!document.querySelector("[data-copy]").hidden`); works != p.device.scripts {
		t.Errorf("the button that copies the code shows itself: %v, and scripts run: %v", works, p.device.scripts)
	}
}

// promised sees that a page names the matter and the one date that was promised to the resident.
func (w *walk) promised(p *person) {
	p.t.Helper()
	if page := p.read("main"); !strings.Contains(page, w.number) || !strings.Contains(page, w.promise) {
		p.t.Errorf("%s: the page does not name %s and the promise %q:\n%s", p.who, w.number, w.promise, page)
	}
}

var caseNumber = regexp.MustCompile(`\b\d{8,}-?\d+\b|\b[A-Z]*\d{4}[0-9-]{6,}\b`)

func numberIn(text string) string { return caseNumber.FindString(text) }

// writes is the other resident, with nothing but a mail program.
func (w *walk) writes(t *testing.T) {
	w.mailIn(t, writerMail, mime.QEncoding.Encode("utf-8", w.matter.subject), w.matter.mail)
	letter := w.letter(t, writerMail)
	if !regexp.MustCompile(`/t/[0-9A-Z]{4}-?[0-9A-Z]{4}`).MatchString(letter.Text) {
		t.Errorf("the acknowledgement has no code:\n%s", letter.Text)
	}
	if w.mailNumber = numberIn(letter.GetHeader("Subject") + "\n" + letter.Text); w.mailNumber == "" {
		t.Errorf("the acknowledgement has no number: %s\n%s", letter.GetHeader("Subject"), letter.Text)
	}
}

// signIn opens the staff pages in the language of the walk.
func (w *walk) signIn(t *testing.T, who, login string) *person {
	p := w.person(t, who)
	p.lang = locale.ZH
	p.visit("/login")
	if w.lang != locale.ZH {
		p.lang = w.lang
		p.follow(`button[name="lang"]`, `^/login$`)
	}
	p.write("#login", login)
	p.write("#password", demo.Password)
	p.leave()
	p.enter()
	p.arrive(`^/(console|inbox)$`)
	p.count("signs in")
	return p
}

// dispatches is the operator's desk: one matter by one key, the other by a few letters of the unit's name.
func (w *walk) dispatches(t *testing.T, p *person) {
	if list := p.read(".hy-rows"); !strings.Contains(list, w.number) || !strings.Contains(list, w.mailNumber) {
		t.Fatalf("the queue lacks %s or %s:\n%s", w.number, w.mailNumber, list)
	}
	p.follow(rowOf(p, w.number), `^/console$`)
	p.count("opens the matter")
	w.promised(p)
	for _, s := range []string{residentName, residentPhone, residentMail, w.code} {
		if strings.Contains(p.read("main"), s) {
			t.Errorf("the operator sees %q without having asked", s)
		}
	}
	ready := `input[name="dispatch_unit"]:checked`
	if !p.has(ready) {
		if p.device.scripts {
			p.press("1", kb.ModifierAlt)
		} else {
			p.click("#dispatch_unit")
		}
	}
	w.lead = casework.UnitCode(p.read(ready))
	if w.login = signInOf(t, w.lead); w.login == "" {
		t.Fatalf("the matter is proposed to %s, which has no sign-in", w.lead)
	}
	p.send(`#form-dispatch button[type="submit"]`, `^/console$`)
	if clicks, keys := p.count("dispatches by what is proposed"); clicks+keys > 2 {
		t.Errorf("dispatch took %d clicks and %d keys", clicks, keys)
	}
	if strings.Contains(p.read(".hy-rows"), w.number) {
		t.Error("the dispatched matter still waits in the queue")
	}
	p.follow(rowOf(p, w.mailNumber), `^/console$`)
	w.finds(p, "c-jiaojing", "j", "j", "z")
	p.send(`#form-dispatch button[type="submit"]`, `^/console$`)
	if clicks, keys := p.count("opens another and dispatches it by initials"); clicks > 3 || keys > 6 {
		t.Errorf("dispatch by initials took %d clicks and %d keys", clicks, keys)
	}
}

// finds chooses a unit by the initials of its name; without scripts from the list.
func (w *walk) finds(p *person, unit string, initials ...string) {
	p.t.Helper()
	if p.device.scripts {
		p.press(kb.F4)
		for _, letter := range initials {
			p.press(letter)
		}
		p.enter()
	} else {
		p.click(`#units input[value="` + unit + `"], input[name="dispatch_unit"][value="` + unit + `"]`)
	}
	if found := p.read(`input[name="dispatch_unit"]:checked`); found != unit {
		p.t.Fatalf("the initials %q found %q", initials, found)
	}
}

// answers is the department's desk, in the first round with everything that belongs to it.
func (w *walk) answers(t *testing.T, p *person, round int) {
	p.visit("/inbox")
	p.follow(rowOf(p, w.number), `^/inbox/[0-9a-f-]+$`)
	w.promised(p)
	p.send(`#form-signoff button`, `^/inbox/`)
	if round == 1 {
		w.asksForContact(t, p)
		p.click(`input[name="contact_reached"][value="yes"]`)
		p.follow(`#form-contact button`, `^/inbox/`)
		p.follow(`#form-begin button`, `^/inbox/`)
		p.count("signs, contacts and begins")
	}
	if p.device.scripts {
		p.click(`[data-fill="#reply_text"]`)
	} else {
		p.follow(`[data-fill="#reply_text"]`, `^/inbox/`)
	}
	if p.read("#reply_text") == "" {
		t.Fatal("the standard text did not come")
	}
	if round == 1 {
		p.refused(`#form-reply button`, "#reply_text") // the standard text has gaps
	}
	p.correct("#reply_text", w.matter.answer)
	p.attach("#reply_files", "after.png", photo())
	p.follow(`#form-reply button`, `^/inbox$`)
	p.count(fmt.Sprintf("answers with a standard text and a photo, round %d", round))
	if round == 1 && strings.Contains(p.read("main"), w.number) {
		t.Error("the answered matter still stands in the inbox")
	}
}

// asksForContact opens the contact details and the photo, each with its purpose.
func (w *walk) asksForContact(t *testing.T, p *person) {
	if strings.Contains(p.read("main"), residentPhone) {
		t.Error("the department sees the telephone number without having asked")
	}
	p.choose("#purpose", string(casework.ForContact))
	p.follow(`button[name="what"][value="contact"]`, `/reveal$`)
	if shown := p.read(".hy-revealed"); !strings.Contains(shown, residentPhone) || !strings.Contains(shown, residentName) {
		t.Errorf("the contact details are not shown:\n%s", shown)
	}
	p.choose("#purpose", string(casework.ForHandling))
	p.follow(`button[name="what"][value="files"]`, `/reveal$`)
	until(t, "the photo is drawn", func() bool {
		return look[bool](p, `(i => !!i && i.complete && i.naturalWidth > 0)(document.querySelector(".hy-photos img"))`)
	})
}

var rateAddress = regexp.MustCompile(`https?://[^\s]+/rate/([^\s?]+)\?solved=(\w+)`)

// first is the beginning of a sentence as it stands on the page.
func first(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// everybody looks at what everybody sees, and finds nobody in it.
func (w *walk) everybody(t *testing.T) {
	p := w.person(t, "the public")
	for _, path := range []string{"/board", "/departments", "/departments/" + string(w.lead), "/districts", "/districts/990101", "/cases", "/data-use", "/privacy", "/help"} {
		p.visit(w.public(path))
		if strings.Contains(path, "/privacy") || strings.Contains(path, "/help") {
			continue
		}
		html := look[string](p, `document.documentElement.outerHTML`)
		for _, s := range []string{residentName, residentPhone, residentMail, writerMail, callerPhone, w.code} {
			if strings.Contains(html, s) {
				t.Errorf("%s shows %q", path, s)
			}
		}
	}
	p.visit(w.public("/board"))
	received := w.published(t, "/board.json")["received"]
	if page := p.read("main"); !strings.Contains(page, w.lang.Number(int(received.Numerator))) {
		t.Errorf("the board does not show the %v cases of its file:\n%s", received.Numerator, page)
	}
}

// letterbox reads every letter and the log: personal data in no subject and in no log line.
func (w *walk) letterbox(t *testing.T) {
	letters := w.letters(t)
	if len(letters) < 4 {
		t.Errorf("only %d letters", len(letters))
	}
	private := []string{residentName, residentPhone, residentMail, writerMail, callerPhone, spoken[w.lang].text, spoken[w.lang].place, w.code, strings.ReplaceAll(w.code, "-", ""), w.matter.subject, w.matter.text, w.matter.place}
	for _, e := range letters {
		for _, s := range private {
			if strings.Contains(e.GetHeader("Subject"), s) {
				t.Errorf("the subject %q tells %q", e.GetHeader("Subject"), s)
			}
		}
	}
	log := w.log.String()
	for _, s := range private {
		if strings.Contains(log, s) {
			t.Errorf("the log tells %q", s)
		}
	}
	for line := range strings.Lines(log) {
		var entry struct{ Level, Msg string }
		if json.Unmarshal([]byte(line), &entry) != nil || entry.Level == "ERROR" || entry.Level == "WARN" {
			t.Errorf("the log complains: %s", line)
		}
	}
}

// rowOf is the link to a case in a list of the staff pages.
func rowOf(p *person, number string) string {
	p.t.Helper()
	href := look[string](p, `(a => a ? a.getAttribute("href") : "")(Array.from(document.querySelectorAll("main a")).find(a => (a.closest("tr, li") || a).innerText.includes(`+quote(number)+`)))`)
	if href == "" {
		p.t.Fatalf("%s finds no %s:\n%s", p.who, number, p.shows())
	}
	return `main :is(tr, li) a[href=` + quote(href) + `]`
}

// signInOf is the demonstration city's sign-in of a unit.
func signInOf(t *testing.T, unit casework.UnitCode) string {
	people, err := demo.People()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range people {
		if one.Unit == unit {
			return one.Login
		}
	}
	return ""
}

// photo is a small picture.
func photo() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 120, 80))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	img.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}
