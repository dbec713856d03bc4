package looktest

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keysOfTheInputMethod types pinyin in the console: until the words are chosen no shortcut may act and no list may
// narrow, and afterwards exactly one search happens.
func keysOfTheInputMethod(t *testing.T, browser context.Context, w *town, people map[string]*caller) {
	b := newTab(t, browser, w.base)
	b.cookies(people["operator"])
	b.size(1280)
	b.open("/console")
	if !eval[bool](b, `document.querySelector("[data-filter]") !== null && document.querySelector("form [data-key~='Ctrl+Enter']") !== null`) {
		t.Fatal("the console has no list to narrow or nothing to dispatch")
	}
	eval[bool](b, `window.seen = {typed: 0, sent: 0}, document.addEventListener("typed", () => seen.typed++), document.addEventListener("submit", e => { seen.sent++; e.preventDefault() }), document.querySelector("[data-filter]").focus(), true`)
	shown := func() int {
		return eval[int](b, `Array.from(document.querySelector(document.querySelector("[data-filter]").dataset.filter).children).filter(e => !e.hidden).length`)
	}
	all := shown()
	for _, text := range []string{"c", "ch", "che", "cheng", "cheng guan"} {
		n := int64(len(text))
		_, err := chromedp.Call(b.ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: n, SelectionEnd: n})
		b.must(err, "compose")
	}
	if n := eval[int](b, `seen.typed`); n != 0 || shown() != all {
		t.Errorf("while the input method composes the list narrowed %d times to %d of %d", n, shown(), all)
	}
	// A keyboard sends these with isComposing or keyCode 229 while the input method is open.
	for _, event := range []string{`{code: "Enter", key: "Enter", ctrlKey: true, isComposing: true}`, `{code: "Enter", key: "Process", keyCode: 229, ctrlKey: true}`, `{code: "Digit1", key: "1", altKey: true, isComposing: true}`, `{code: "Enter", key: "Enter", isComposing: true}`} {
		eval[bool](b, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", Object.assign({bubbles: true, cancelable: true}, `+event+`)))`)
	}
	if n := eval[int](b, `seen.sent`); n != 0 {
		t.Errorf("keys of the input method sent %d forms", n)
	}
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: "城管"})
	b.must(err, "choose the words")
	if n := eval[int](b, `seen.typed`); n != 1 {
		t.Errorf("choosing the words searched %d times", n)
	}
	if n := shown(); n == 0 || n >= all {
		t.Errorf("the chosen words leave %d of %d units", n, all)
	}
	said := `document.querySelector("[data-filter-none]").textContent`
	if words := eval[string](b, said); words != "" {
		t.Errorf("units are left, and the page says %q", words)
	}
	_, err = chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: "火星"})
	b.must(err, "write on")
	if words := eval[string](b, said); shown() != 0 || words == "" {
		t.Errorf("%d units are called so, and the page says %q", shown(), words)
	}
	b.do("press the chord", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)))
	if n := eval[int](b, `seen.sent`); n != 1 {
		t.Errorf("after composing the chord sent %d forms", n)
	}
}

// aDraftOutlivesThePage closes the page while somebody writes, and finds the words again; in another browser there are none.
func aDraftOutlivesThePage(t *testing.T, browser context.Context, w *town) {
	b := newTab(t, browser, w.base)
	b.size(360)
	b.open("/report/1")
	eval[bool](b, `document.getElementById("text").focus(), true`)
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: "路灯坏了"})
	b.must(err, "type")
	eval[bool](b, `new Promise(done => setTimeout(() => done(true), 700))`)
	b.open("/help")
	b.open("/report/1")
	if got := eval[string](b, `document.getElementById("text").value`); got != "路灯坏了" {
		t.Errorf("the draft is %q", got)
	}
	other := newTab(t, browser, w.base)
	other.open("/report/1")
	if got := eval[string](other, `document.getElementById("text").value`); got != "" {
		t.Errorf("another browser has the draft %q", got)
	}
}

// theLookWorksWithoutScripts presses the first button of the page in a browser whose scripts are off.
func theLookWorksWithoutScripts(t *testing.T, browser context.Context, w *town) {
	b := newTab(t, browser, w.base)
	b.scriptsOff()
	b.size(360)
	press := func(want string) {
		t.Helper()
		at := eval[[]float64](b, `(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector("button").getBoundingClientRect())`)
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		defer cancel()
		_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, func(page.EventLoadEventFired) bool { return true }, chromedp.MouseClickXY(at[0], at[1])))
		b.must(err, "press the first button")
		if !eval[bool](b, `document.querySelector('`+want+`') !== null`) {
			t.Errorf("after the first button there is no %s", want)
		}
	}
	b.open("/")
	press(`html[data-mode="elder"] .hy-callbar a`)
	b.open("/en/report/1")
	if !eval[bool](b, `document.querySelector('html[data-mode="elder"][lang="en"]') !== null`) {
		t.Error("the easy view is forgotten")
	}
	press(`html[lang="en"]:not([data-mode]) #text`)
}
