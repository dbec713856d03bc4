package looktest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"huiyin/locale"
)

// view is one way to look at a page.
type view struct {
	name   string
	look   string // cookie of the mode
	widths []int64
}

// views are the modes and widths of issue 3: each loads the page once and then changes the width.
var views = []view{
	{name: "standard", look: "", widths: []int64{320, 360, 1280}},
	{name: "elder", look: "elder", widths: []int64{320, 360}},
	{name: "contrast", look: "contrast", widths: []int64{360}},
	{name: "200%", look: "3", widths: []int64{320, 1280}},
}

func (v view) least(staff bool, width int64) least {
	switch {
	case staff && width > 640:
		return least{Target: 24, Type: 13} // the density layer of people who work here all day
	case staff:
		return least{Target: 44, Type: 13}
	case v.look == "elder":
		return least{Target: 60, Type: 24}
	}
	return least{Target: 44, Type: 16}
}

// TestLooks shares one town and one browser among all that is looked at.
func TestLooks(t *testing.T) {
	browser, w := chromium(t), newTown(t)
	people := w.people(t)
	t.Run("keys", func(t *testing.T) { keysOfTheInputMethod(t, browser, w, people) })
	t.Run("few keys", func(t *testing.T) { jobsTakeFewKeys(t, browser, w, people) })
	t.Run("every key", func(t *testing.T) { everyKeyActs(t, browser, w, people) })
	t.Run("call", func(t *testing.T) { theHelpFollowsTheCall(t, browser, w, people) })
	t.Run("live", func(t *testing.T) { pagesHearWhatOthersDo(t, browser, w, people) })
	t.Run("wall", func(t *testing.T) { theWallRenewsItself(t, browser, w, people) })
	t.Run("draft", func(t *testing.T) { aDraftOutlivesThePage(t, browser, w) })
	t.Run("no scripts", func(t *testing.T) { theLookWorksWithoutScripts(t, browser, w) })
	t.Run("weight", func(t *testing.T) { pagesStayLight(t, browser, w, people) })
	t.Run("print", func(t *testing.T) { pagesPrint(t, browser, w, people) })
	t.Run("pages", func(t *testing.T) { everyPageInEveryMode(t, browser, w, people) })
}

// everyPageInEveryMode looks at all pages in both languages: by our own rules at 320, 360 and 1280 and in the easy view, in high contrast and
// with type of 200 % by turns, and by axe-core: key pages in {360, 360 elder, 360 high contrast, 1280} × {zh, en}, the others so that each page
// is seen in each mode in one of the two languages.
func everyPageInEveryMode(t *testing.T, browser context.Context, w *town, people map[string]*caller) {
	type job struct {
		who  string
		lang locale.Lang
		list []leaf
	}
	var jobs []job
	byWho := map[string][]leaf{}
	var order []string
	for _, l := range w.leaves(t, people) {
		if byWho[l.who] == nil {
			order = append(order, l.who)
		}
		byWho[l.who] = append(byWho[l.who], l)
	}
	for _, who := range order {
		for _, lang := range locale.Langs() {
			for part := range slices.Chunk(byWho[who], 8) {
				jobs = append(jobs, job{who, lang, part})
			}
		}
	}
	var mu sync.Mutex
	looked, examined := 0, 0
	queue := make(chan job)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for j := range queue {
				n, m := w.lookAt(t, browser, people[j.who], j.lang, j.list)
				mu.Lock()
				looked, examined = looked+n, examined+m
				mu.Unlock()
			}
		})
	}
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	wg.Wait()
	t.Logf("%d looks at pages by our rules, %d by axe-core", looked, examined)
}

// lookAt takes one person through their pages in one language.
func (w *town) lookAt(t testing.TB, browser context.Context, who *caller, lang locale.Lang, list []leaf) (looked, examined int) {
	ctx, cancel := context.WithCancel(browser)
	defer cancel()
	b := newTab(t, ctx, w.base)
	b.cookies(who)
	b.cookie("hy_lang", string(lang))
	for i, l := range list {
		for k, v := range views {
			staff := staffPage(l)
			if staff && v.look != "" && v.look != "contrast" {
				continue // staff pages have no elder mode and sizes of their own
			}
			if k > 1 && !l.key && !covered(i, k, 360, lang) {
				continue
			}
			b.cookie("hy_look", v.look)
			b.size(v.widths[len(v.widths)-1])
			b.open(address(l, lang))
			if l.do != "" {
				b.press(l.do)
			}
			eval[bool](b, `document.querySelectorAll("details").forEach(d => d.open = true), document.documentElement.getAttribute("lang") === "`+string(lang)+`"`)
			for _, width := range slices.Backward(v.widths) {
				at := label(l.name(), lang, v.name, width)
				b.size(width)
				found := b.check(v.least(staff, width))
				looked++
				if width != 320 && v.name != "200%" && (l.key || covered(i, k, width, lang)) {
					found = append(found, b.examine()...)
					examined++
				}
				if width != 320 {
					b.picture(at)
				}
				for _, f := range append(found, wrong(l, b.console())...) {
					t.Errorf("%s: %s", at, f)
				}
			}
		}
	}
	return looked, examined
}

// covered chooses for axe-core: every page in every mode, in one of the two languages by turns.
func covered(page, view int, width int64, lang locale.Lang) bool {
	turn := page + view
	if width == 1280 {
		turn++
	}
	return (turn%2 == 0) == (lang == locale.ZH)
}

// wrong leaves out what the browser says of the page that is missing on purpose, and of forms that are refused on purpose.
func wrong(l leaf, console []string) []string {
	if l.do == "" && !strings.Contains(l.path, "nothing-here") {
		return console
	}
	return slices.DeleteFunc(console, func(s string) bool { return strings.Contains(s, "Failed to load resource") })
}
