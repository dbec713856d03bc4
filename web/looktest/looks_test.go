package looktest

import (
	"context"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"huiyin/locale"
)

// view is one way to look at a page.
type view struct {
	name   string
	cookie string // look that the page is loaded with; the next views of the same cookie use the same load
	script string // puts on the root element what the cookie of this look would
	widths []int64
	axe    []int64 // the widths at which axe-core examines the page as well
}

// views are the modes and widths of issue 3. Loads cost most: a page is loaded twice, since only the easy view has other elements than the usual one.
// Contrast and size are attributes of the root element, as Page.attributes in web/shell writes them, and the style sheets do the rest.
var views = []view{
	{name: "standard", widths: []int64{320, 360, 1280}, axe: []int64{360, 1280}},
	{name: "contrast", script: `document.documentElement.dataset.contrast = "high"`, widths: []int64{360}, axe: []int64{360}},
	{name: "200%", script: `delete document.documentElement.dataset.contrast, document.documentElement.dataset.size = "3"`, widths: []int64{320, 1280}},
	{name: "elder", cookie: "elder", widths: []int64{320, 360}, axe: []int64{360}},
}

func (v view) least(staff bool, width int64) least {
	switch {
	case staff && width > 640:
		return least{Target: 24, Type: 13} // the density layer of people who work here all day
	case staff:
		return least{Target: 44, Type: 13}
	case v.cookie == "elder":
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

// only narrows the pages looked at, for whoever mends one of them: HUIYIN_LOOK_PAGES is a regular expression for "person /address".
func only(t testing.TB, list []leaf) []leaf {
	t.Helper()
	want, err := regexp.Compile(os.Getenv("HUIYIN_LOOK_PAGES"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(l leaf) bool { return !want.MatchString(l.name()) })
}

// everyPageInEveryMode looks at all pages in both languages: by our own rules at 320, 360 and 1280, in the easy view, in high contrast and with type of
// 200 %, and by axe-core in {360, 360 easy, 360 high contrast, 1280} × {zh, en}, every page in every combination.
func everyPageInEveryMode(t *testing.T, browser context.Context, w *town, people map[string]*caller) {
	type job struct {
		leaf
		lang locale.Lang
	}
	all := w.leaves(t, people)
	everyRouteIsLookedAt(t, w, all)
	var jobs []job
	for _, l := range only(t, all) {
		for _, lang := range locale.Langs() {
			jobs = append(jobs, job{l, lang})
		}
	}
	queue := make(chan job)
	var mu sync.Mutex
	looked, examined := 0, 0
	var wg sync.WaitGroup
	for range max(2, runtime.NumCPU()) {
		wg.Go(func() {
			b := newTab(t, browser, w.base)
			b.examining()
			for j := range queue {
				n, m := b.lookAt(people[j.who], j.lang, j.leaf)
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
	t.Logf("%d pages of %d people, %d looks by our rules, %d by axe-core", len(jobs)/2, len(people), looked, examined)
	if want := 4 * len(jobs); examined != want && !t.Failed() {
		t.Errorf("axe-core examined %d looks, %d are wanted", examined, want)
	}
}

// lookAt takes one person to one page in one language, in every mode.
func (b *tab) lookAt(who *caller, lang locale.Lang, l leaf) (looked, examined int) {
	b.t.Helper()
	b.forget()
	b.cookies(who)
	b.cookie("hy_lang", string(lang))
	staff := staffPage(l)
	for i, v := range views {
		if i == 0 || v.cookie != views[i-1].cookie {
			b.cookie("hy_look", v.cookie)
			b.size(v.widths[len(v.widths)-1])
			b.open(address(l, lang))
			if l.do != "" {
				b.press(l.do)
			}
			if !eval[bool](b, `document.querySelectorAll("details").forEach(d => d.open = true), document.documentElement.getAttribute("lang") === "`+string(lang)+`"`) {
				b.t.Errorf("%s is not in %s", l.name(), lang)
			}
		}
		if v.script != "" {
			eval[any](b, v.script)
		}
		for _, width := range slices.Backward(v.widths) {
			at := label(l.name(), lang, v.name, width)
			b.size(width)
			found := b.check(v.least(staff, width))
			looked++
			if slices.Contains(v.axe, width) {
				found = append(found, b.examine()...)
				examined++
				b.picture(at)
			}
			for _, f := range append(found, wrong(l, b.console())...) {
				b.t.Errorf("%s: %s", at, f)
			}
		}
	}
	return looked, examined
}

// wrong leaves out what the browser says of the page that is missing on purpose, and of forms that are refused on purpose.
func wrong(l leaf, console []string) []string {
	if l.do == "" && !strings.Contains(l.path, "nothing-here") {
		return console
	}
	return slices.DeleteFunc(console, func(s string) bool { return strings.Contains(s, "Failed to load resource") })
}
