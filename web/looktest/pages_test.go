package looktest

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huiyin/locale"
	"huiyin/notify/postmark"
)

// leaf is one page as one person sees it, perhaps after pressing something.
type leaf struct {
	who  string
	path string
	do   string // script that leads on to the page meant, such as sending an empty form
}

func (l leaf) name() string {
	if l.do != "" {
		return l.who + " " + l.path + " then"
	}
	return l.who + " " + l.path
}

func submit(action string) string {
	return `document.querySelector('form[action$="` + action + `"]').submit()`
}

// people are the callers whose pages are looked at, made once.
func (w *town) people(t testing.TB) map[string]*caller {
	t.Helper()
	all := map[string]*caller{"nobody": w.newCaller(t)}

	writing := w.newCaller(t)
	writing.send("/report/1", "/report/1", map[string]string{"text": "小区门口的路灯坏了三天，晚上看不见路，老人不敢出门。"})
	writing.send("/report/2", "/report/2", map[string]string{"place": "望江街道澄江路 12 号", "district": "990102"})
	all["writing"] = writing

	danger := w.newCaller(t)
	danger.send("/report/1", "/report/1", map[string]string{"text": "楼道着火了，烟很大"})
	all["danger"] = danger

	filed := w.newCaller(t)
	filed.send("/report/1", "/report/1", map[string]string{"text": "早市占了人行道，孩子上学只能走机动车道。"})
	filed.send("/report/2", "/report/2", map[string]string{"place": "向阳路早市"})
	filed.send("/report/3", "/report/3", map[string]string{"phone": "13900000000", "publish": "yes"})
	all["filed"] = filed

	alike := w.newCaller(t)
	alike.send("/report/1", "/report/1", map[string]string{"text": "烧烤摊又占了人行道，走不过去。"})
	alike.send("/report/2", "/report/2", map[string]string{"place": "临江区向阳街道东风路"})
	all["alike"] = alike

	answered := w.newCaller(t)
	answered.send("/t", "/t", map[string]string{"code": w.code(t, `c.state in ('replied', 'reviewed') and c.kind <> 'praise'`)})
	all["answered"] = answered
	closed := w.newCaller(t)
	closed.send("/t", "/t", map[string]string{"code": w.code(t, `c.state in ('closed', 'archived') and exists (select 1 from event where case_id = c.id and step = 'use')`)})
	all["closed"] = closed
	answered.send("/t/rights?kind=explain", "/t/rights", map[string]string{"words": "为什么派给这个单位？"})
	closed.send("/t/rights?kind=copy", "/t/rights", nil)

	for _, login := range []string{"operator", "callback", "supervisor", "privacy", "admin", "chengguan", "chengguan-leader"} {
		all[login] = w.signIn(t, login)
	}
	const texts = "/admin/rules/texts.yaml/edit"
	_, content, _ := strings.Cut(all["admin"].get(texts), `id="content"`)
	_, content, _ = strings.Cut(content, ">")
	content, _, ok := strings.Cut(content, "</textarea>")
	if !ok {
		t.Fatal("the rulebook shows no text to edit")
	}
	all["admin"].send(texts, texts, map[string]string{"content": html.UnescapeString(content) + "\n# 2026-11-20 复核", "note": "复核标准用语"})
	return all
}

// leaves are the pages: those named here, and those that the bars and lists of staff pages lead to.
func (w *town) leaves(t testing.TB, people map[string]*caller) []leaf {
	t.Helper()
	rate := regexp.MustCompile(`/rate/[^"?]+`).FindString(people["answered"].get("/t"))
	if rate == "" {
		t.Fatal("the answered case offers no rating")
	}
	card := regexp.MustCompile(`href="(/cases/[^"/.?]+)"`).FindStringSubmatch(people["nobody"].get("/cases"))
	if card == nil {
		t.Fatal("no public case")
	}
	department := regexp.MustCompile(`href="(/departments/[^"/.?]+)[?"]`).FindStringSubmatch(people["nobody"].get("/departments"))
	if department == nil {
		t.Fatal("no department")
	}
	field := regexp.MustCompile(`href="(/m/inbox/[0-9a-f-]{36})"`).FindStringSubmatch(people["chengguan"].get("/m/inbox"))
	if field == nil {
		t.Fatal("nothing to do in the field")
	}
	said := func(list, links string) string {
		found := regexp.MustCompile(`href="(` + links + `)"`).FindStringSubmatch(people["supervisor"].get(list))
		if found == nil {
			t.Fatalf("%s leads nowhere", list)
		}
		return found[1]
	}
	theme, typical, bulletin := said("/themes", "/themes/[^\"/.]+"), said("/typical", "/typical/[^\"/.]+"), said("/console/bulletins", "/console/bulletins/[0-9]+")
	list := []leaf{
		{who: "nobody", path: "/themes"}, {who: "nobody", path: theme}, {who: "nobody", path: "/typical"}, {who: "nobody", path: typical}, {who: "nobody", path: "/catalogue"},
		{who: "supervisor", path: "/console/bulletins/new?kind=theme"}, {who: "supervisor", path: "/console/bulletins/new?kind=typical"}, {who: "supervisor", path: bulletin}, {who: "supervisor", path: bulletin + "/edit"},
		{who: "nobody", path: "/"}, {who: "nobody", path: "/help"}, {who: "nobody", path: "/privacy"}, {who: "nobody", path: "/accessibility"}, {who: "nobody", path: "/contact"},
		{who: "nobody", path: "/report/1"}, {who: "nobody", path: "/report/1", do: submit("/report/1")},
		{who: "danger", path: "/report/danger"},
		{who: "writing", path: "/report"}, {who: "writing", path: "/report/1"}, {who: "writing", path: "/report/2"}, {who: "writing", path: "/report/3"},
		{who: "filed", path: "/report/done"}, {who: "filed", path: "/t"}, {who: "filed", path: "/t/access"}, {who: "filed", path: "/t/change"}, {who: "filed", path: "/t/withdraw"},
		{who: "nobody", path: "/t"}, {who: "nobody", path: "/t", do: submit("/t")},
		{who: "answered", path: "/t"}, {who: "answered", path: rate}, {who: "answered", path: rate, do: submit(rate)},
		{who: "closed", path: "/t"}, {who: "closed", path: "/t/access"},
		{who: "nobody", path: "/board"}, {who: "nobody", path: "/board?month=2026-10"}, {who: "nobody", path: "/board?month=2020-01"},
		{who: "nobody", path: "/districts"}, {who: "nobody", path: "/districts/990102"}, {who: "nobody", path: "/departments"}, {who: "nobody", path: "/streets"}, {who: "nobody", path: "/topics"}, {who: "nobody", path: "/topics?district=990102"}, {who: "nobody", path: "/feeds"}, {who: "nobody", path: "/widgets"}, {who: "nobody", path: "/widgets?of=990102"}, {who: "nobody", path: "/widgets/frame/city"}, {who: "nobody", path: "/withheld"}, {who: "nobody", path: department[1]},
		{who: "nobody", path: "/channels"}, {who: "nobody", path: "/channels?month=2026-10"}, {who: "nobody", path: "/replies"}, {who: "nobody", path: "/replies?month=2026-10"}, {who: "nobody", path: "/compare"}, {who: "nobody", path: "/compare?a=990101&b=990102&c=990103&month=2026-10"}, {who: "nobody", path: "/compare?a=d-linjiang&month=2026-10&with=2026-09"},
		{who: "nobody", path: "/cases"}, {who: "nobody", path: card[1]}, {who: "nobody", path: "/data-use"}, {who: "nobody", path: "/api"},
		{who: "nobody", path: "/log"}, {who: "nobody", path: "/proven"}, {who: "nobody", path: "/watch"}, {who: "nobody", path: "/reports"}, {who: "nobody", path: "/data"}, {who: "nobody", path: "/data/rows"}, {who: "nobody", path: w.month(t, people["nobody"])}, {who: "nobody", path: w.part(t, people["nobody"])}, {who: "answered", path: "/t/proof"}, {who: "closed", path: "/t/proof"},
		{who: "nobody", path: "/letters/" + postmark.StopToken(w.docket.Keys, w.oneCase(t, "c.channel = 'email'"))}, {who: "nobody", path: "/offline"}, {who: "nobody", path: "/report/offline"}, {who: "alike", path: "/report/near"}, {who: "chengguan", path: field[1]},
		{who: "nobody", path: "/search"}, {who: "nobody", path: "/search?q=噪音"}, {who: "nobody", path: "/search?q=13900000000"}, {who: "nobody", path: "/search?q=火星"},
		{who: "operator", path: "/console/search"}, {who: "operator", path: "/console/search?q=噪音"}, {who: "operator", path: "/console/search?q=造影"},
		{who: "operator", path: "/console/bulk"}, {who: "chengguan", path: "/inbox/closed"}, {who: "nobody", path: "/board?codes=2025.1"},
		{who: "admin", path: "/admin/rules/duties.csv?q=停水"}, {who: "admin", path: "/admin/rules/duties.csv/row?line=2"}, {who: "admin", path: "/admin/rules/policy.yaml"},
		{who: "admin", path: "/admin/rules/policy.yaml/edit"}, {who: "admin", path: "/admin/rules/policy.yaml/version/0"}, {who: "admin", path: "/admin/rules/texts.yaml"}, {who: "admin", path: "/admin/rules/texts.yaml/draft"},
		{who: "nobody", path: "/help/answers"}, {who: "nobody", path: "/help/answers?q=水费怎么交"}, {who: "nobody", path: "/help/answers?q=火星车票"}, {who: "nobody", path: "/help/answers/noise-hours"},
		{who: "operator", path: "/answers/water-bill"}, {who: "operator", path: "/answers/water-bill/edit"}, {who: "operator", path: "/answers/new"}, {who: "operator", path: "/answers/new", do: submit("/answers/new")}, {who: "operator", path: "/answers/water-bill/version/2"},
		{who: "chengguan-leader", path: "/answers/waste-sort"}, {who: "chengguan-leader", path: "/answers?which=stale"}, {who: "supervisor", path: "/answers/veteran-card"},
		{who: "nobody", path: "/nothing-here"}, {who: "nobody", path: "/login"}, {who: "admin", path: "/password"},
	}
	list = append(list, w.ratingLeaves(t)...)
	list = append(list, w.rightLeaves(t, people)...)
	return append(list, w.staffLeaves(t, people)...)
}

// month is the report of a closed month.
// part is the page of a district or unit of a closed month.
func (w *town) part(t testing.TB, c *caller) string {
	t.Helper()
	found := regexp.MustCompile(`href="(/reports/[0-9]{4}-[0-9]{2}/[^"?]+)`).FindStringSubmatch(c.get(w.month(t, c)))
	if found == nil {
		t.Fatal("the closed month tells of no part of the city")
	}
	return found[1]
}

func (w *town) month(t testing.TB, c *caller) string {
	t.Helper()
	found := regexp.MustCompile(`href="(/reports/[0-9]{4}-[0-9]{2})[?"]`).FindStringSubmatch(c.get("/reports"))
	if found == nil {
		t.Fatal("no month is closed")
	}
	return found[1]
}

var (
	barLink    = regexp.MustCompile(`(?s)<nav class="hy-bar__nav".*?</nav>`)
	hrefs      = regexp.MustCompile(`href="(/[^"#]*)"`)
	caseLink   = regexp.MustCompile(`href="((?:/console/case|/inbox)/[0-9a-f-]{36})"`)
	anyArticle = regexp.MustCompile(`^/answers/[a-z0-9-]+`)
	anyID      = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
)

// staffLeaves walks from everybody's bar to lists, and from lists to a few cases in different states.
func (w *town) staffLeaves(t testing.TB, people map[string]*caller) []leaf {
	t.Helper()
	var list []leaf
	for _, login := range []string{"operator", "callback", "supervisor", "privacy", "admin", "chengguan", "chengguan-leader"} {
		had := map[string]bool{}
		add := func(path string) {
			if !had[path] {
				had[path] = true
				list = append(list, leaf{who: login, path: path})
			}
		}
		for _, m := range hrefs.FindAllStringSubmatch(barLink.FindString(people[login].get("/me")), -1) {
			path := strings.ReplaceAll(m[1], "&amp;", "&")
			add(path)
			cases := 0
			_, list, _ := strings.Cut(people[login].get(path), "<main")
			for _, one := range hrefs.FindAllStringSubmatch(list, -1) {
				switch on := one[1]; {
				case had[on] || !staffPage(leaf{path: on}) || strings.ContainsAny(on, ".?"):
				case !anyID.MatchString(on):
					add(on)
				case cases < 2:
					cases++
					add(on)
					if strings.HasPrefix(on, "/inbox/") {
						add(on + "/sheet")
					}
				}
			}
		}
	}
	return thin(list)
}

// thin keeps the first two pages of each kind: a case looks the same to the others who see it.
func thin(list []leaf) []leaf {
	count := map[string]int{}
	return slices.DeleteFunc(list, func(l leaf) bool {
		kind := anyArticle.ReplaceAllString(anyID.ReplaceAllString(l.path, "ID"), "/answers/CODE")
		count[kind]++
		return count[kind] > 2 || (kind == "/me" || strings.HasSuffix(kind, "/keys")) && count[kind] > 1
	})
}

func address(l leaf, lang locale.Lang) string {
	if staffPage(l) {
		return l.path
	}
	return lang.Path(l.path)
}

func staffPage(l leaf) bool {
	for _, prefix := range []string{"/console", "/inbox", "/me", "/login", "/password", "/admin", "/answers", "/m/"} {
		if strings.HasPrefix(l.path, prefix) {
			return true
		}
	}
	return false
}
