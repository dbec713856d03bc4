package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"huiyin/locale"
)

// spoken is what a caller says, in the language of the walk, and where it is.
var spoken = map[locale.Lang]struct{ text, place string }{
	locale.ZH: {text: "来电人反映和平路菜市场门口公交站牌倒了，压在盲道上，老人看不见会绊倒，要求尽快扶起。", place: "和平路菜市场门口"},
	locale.EN: {text: "The caller says that the bus stop sign at the market on Heping Road has fallen onto the tactile paving and people trip over it.", place: "Heping Road 3, market"},
}

const callerPhone = "13900000028"

// calls is the third door: somebody telephones, and the operator types while they speak. The caller hears a number, a code and a date.
func (w *walk) calls(t *testing.T, p *person) {
	call := spoken[w.lang]
	p.secret = append(p.secret, callerPhone)
	p.visit("/console/call")
	p.clicks, p.keys = 0, 0
	p.write("#phone", callerPhone)
	p.write("#place", call.place)
	p.write("#text", call.text)
	p.click(`input[name="publish"][value="no"]`)
	p.send(`#call button[type="submit"]:not([name])`, `^/console/call`)
	if clicks, keys := p.count("takes down a call"); clicks+keys > 2 {
		t.Errorf("taking down a call took %d clicks and %d keys beside the typing", clicks, keys)
	}
	code := p.read("#code")
	page := p.read("main")
	if w.callNumber = numberIn(page); code == "" || w.callNumber == "" {
		t.Fatalf("the operator has no code or number to read out:\n%s", page)
	}
	p.secret = append(p.secret, code, strings.ReplaceAll(code, "-", ""))
	if strings.Contains(page, callerPhone) {
		t.Error("the page after the call shows the whole telephone number")
	}
	switch {
	case w.lang != locale.ZH: // the rules read Chinese: nothing is proposed for these words
		w.finds(p, "c-jiaojing", "j", "j", "z")
	case !p.has(`input[name="dispatch_unit"]:checked`) && p.device.scripts:
		p.press("1", kb.ModifierAlt)
	case !p.has(`input[name="dispatch_unit"]:checked`):
		p.click("#dispatch_unit")
	}
	p.send(`#form-dispatch button[type="submit"]`, `^/console`)
	if clicks, keys := p.count("dispatches the call"); clicks+keys > 2 && w.lang == locale.ZH {
		t.Errorf("dispatching the call took %d clicks and %d keys", clicks, keys)
	}

	caller := w.person(t, "caller, by the code that was read out")
	caller.secret = append(caller.secret, callerPhone, code)
	caller.visit(w.public("/t"))
	caller.write("#code", strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	caller.leave()
	caller.enter()
	caller.arrive(w.public("/t") + "$")
	if seen := caller.read("main"); !strings.Contains(seen, w.callNumber) {
		t.Errorf("the caller's page lacks %s:\n%s", w.callNumber, seen)
	}
	caller.count("sees the progress by the code")
}
