package resident

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"huiyin/casework"
)

func TestAMatterWrittenWithoutANetworkArrivesOnce(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/")
	p.kept()
	p.online(false)

	p.visit("/report")
	p.await(`document.querySelector("[data-outbox-form]:not([hidden])")`)
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-mistake]:not([hidden])").textContent.length > 3`)
	p.write("#text", "向阳路小学门口的路灯坏了三天")
	p.do("choose a photo", chromedp.SetUploadFiles(chromedp.CSS("#photos"), []string{p.photo()}))
	p.write("#place", "向阳路小学东门")
	p.write("#phone", "138 0000 0009")
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-count]").textContent.includes("没有网络，已存好，连上网自动发送（1 件）")`)

	p.visit("/t") // another page, still without a network
	p.await(`document.body.innerText.includes("现在没有网络") && document.querySelector("[data-outbox] [data-list] li")`)
	if n := o.cases(t); n != 0 {
		t.Fatalf("%d cases without a network", n)
	}

	p.online(true)
	code := p.code()
	id := o.caseOf(t, code)
	f, err := o.Docket.Dossier(context.Background(), casework.System, id)
	must(t, err)
	if len(f.Files) != 1 || f.Case.Channel != casework.Web || !f.Case.HasIdentity {
		t.Errorf("filed with %d photos, by %s, identity %v", len(f.Files), f.Case.Channel, f.Case.HasIdentity)
	}
	p.visit("/help") // the code stays until it is deleted
	if again := p.code(); again != code {
		t.Errorf("the code was %s and is %s", code, again)
	}
	p.visit("/report/done")
	p.await(`document.querySelector("#code").textContent === "` + code + `"`)
	p.visit("/")
	p.await(`document.querySelector("[data-outbox] [data-drop]")`)
	p.click(`[data-drop]`)
	p.await(`document.querySelector("[data-outbox] [data-list] li") === null && !localStorage.getItem("outbox")`)
	if n := o.cases(t); n != 1 {
		t.Errorf("%d cases", n)
	}
}

func TestTheLastStepWithoutANetworkIsSentByItself(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.kept()
	p.write("#text", "井盖松动，车过很响")
	p.do("choose a photo", chromedp.SetUploadFiles(chromedp.CSS("#photos"), []string{p.photo()}))
	p.await(`document.querySelectorAll("[data-photos] li").length === 1 && document.querySelector("#photos").files.length === 0`)
	p.click(`form[action="/report/1"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/report/2" && document.readyState === "complete"`)
	p.write("#place", "解放路")
	p.click(`form[action="/report/2"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/report/3" && document.readyState === "complete"`)

	p.wire.loseAnswers() // the matter arrives, its answer does not
	p.click(`form[action="/report/3"] button`)
	p.await(`location.pathname === "/report/offline" && document.querySelector("[data-outbox] [data-list] li")`)
	p.wire.cut()
	p.online(true)
	code := p.code()
	f, err := o.Docket.Dossier(context.Background(), casework.System, o.caseOf(t, code))
	must(t, err)
	if n := o.cases(t); n != 1 || len(f.Files) != 1 {
		t.Errorf("%d cases, %d photos", n, len(f.Files))
	}
}

func TestAStepWithoutANetworkKeepsWhatWasTyped(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/en/report/1")
	p.kept()
	p.write("#text", "A manhole cover is loose")
	p.online(false)
	p.click(`form[action="/en/report/1"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/en/report/offline" && document.querySelector("#text").value === "A manhole cover is loose"`)
	p.click(`#unclear`)
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-count]").textContent.includes("waiting: 1")`)
	p.online(true)
	p.code()
	if n := o.cases(t); n != 1 {
		t.Errorf("%d cases", n)
	}
}

func TestWhatIsRefusedComesBackToBeCorrected(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/offline")
	p.kept()
	p.await(`document.querySelector("[data-outbox-form]:not([hidden])")`)
	p.write("#text", "有人乱倒垃圾")
	p.write("#place", "桥下")
	p.write("#email", "a b")
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-list] [data-state]") && document.querySelector("[data-list] [data-state]").textContent.includes("要改一下")`)
	p.click(`[data-edit]`)
	p.await(`document.querySelector("#text").value === "有人乱倒垃圾" && !document.querySelector("[data-mistake]").hidden`)
	p.do("correct the address", chromedp.Evaluate[chromedp.Void](`document.querySelector("#email").value = ""`))
	p.click(`[data-outbox-form] button[type=submit]`)
	p.code()
	if n := o.cases(t); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// Nothing of a person, no code and no token may lie in the caches of a device.
func TestTheDeviceKeepsNothingPersonal(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.kept()
	code := o.browser(t).file("", "路灯不亮，林小舟")
	p.visit("/t/" + code)
	p.await(`location.pathname === "/t" && document.body.innerText.includes("路灯不亮")`)
	p.visit("/report/1")
	p.visit("/")
	kept, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`(async () => {
		let all = "";
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) all += new URL(request.url).pathname + "\n" + await (await cache.match(request)).text() + "\n";
		}
		return all;
	})()`, chromedp.EvalAwaitPromise))
	must(t, err)
	for _, s := range []string{code, "路灯不亮，林", "林小舟", `name="_token" value="[\w-]{20}`, `name="_key" value="[\w-]{20}`} {
		if found := regexp.MustCompile(s).FindString(kept); found != "" {
			t.Errorf("the device keeps %q", found)
		}
	}
	paths := regexp.MustCompile(`(?m)^/\S*$`).FindAllString(kept, -1)
	slices.Sort(paths)
	for _, path := range []string{"/", "/en", "/report/offline", "/en/report/offline", "/offline", "/en/offline"} {
		if !slices.Contains(paths, path) {
			t.Errorf("the device does not keep %s: %s", path, fmt.Sprint(paths))
		}
	}
}

func TestAPhotoThatWasNotSentIsTriedAgainAlone(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.write("#text", "井盖松动，车过很响")
	p.await(`!document.querySelector("[data-draft-note]").hidden && document.body.innerText.includes("草稿已存在这台手机上")`)
	p.wire.cut()
	p.do("choose a photo", chromedp.SetUploadFiles(chromedp.CSS("#photos"), []string{p.photo()}))
	p.await(`document.body.innerText.includes("照片没有传上去") && document.querySelector("#photos").files.length === 1 && document.querySelector("#text").value.length > 3`)
	p.wire.mend()
	p.click(`[data-upload] button`)
	p.await(`document.querySelectorAll("[data-photos] li").length === 1 && document.querySelector("[data-upload]").hidden`)
	p.click(`form[action="/report/1"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/report/2"`)

	p.visit("/report")
	p.await(`document.body.innerText.includes("1 张")`)
	p.visit("/report/1")
	p.click(`[data-draft-clear]`) // the words of the device; those at the service are deleted on the page before
	p.await(`document.querySelector("#text").value === "" && document.querySelector("[data-draft-note]").hidden`)
}

func TestDangerousWordsShowTheLinesWhileTyping(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.write("#text", "楼下有浓烟")
	p.await(`!document.querySelector("[data-danger]").hidden && document.querySelector("[data-danger] a").getAttribute("href") === "tel:119"`)
	p.write("#text", "。")
	p.do("write of the past", chromedp.Evaluate[chromedp.Void](`(() => { const t = document.querySelector("#text"); t.value = "去年楼下着火了"; t.dispatchEvent(new Event("input")); })()`))
	p.await(`document.querySelector("[data-danger]").hidden`)
}

// The form's first page stays within the budget of a cheap phone: 50 kB, six requests, 6 kB of script; what works without a network comes after it.
func TestTheFormIsLight(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.await(`document.readyState === "complete"`)
	sizes, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]float64](`(() => {
		const own = performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource")).filter(e => e.responseEnd > 0);
		const first = own.filter(e => e.startTime <= performance.getEntriesByType("navigation")[0].loadEventStart);
		const sum = list => list.reduce((n, e) => n + e.transferSize, 0);
		return [first.length, sum(first), sum(first.filter(e => /\.js$/.test(e.name)))];
	})()`))
	must(t, err)
	t.Logf("%v requests, %v bytes, %v of script", sizes[0], sizes[1], sizes[2])
	if sizes[0] > 6 || sizes[1] > 50<<10 || sizes[2] > 6<<10 || sizes[1] < 5<<10 {
		t.Errorf("%v requests, %v bytes, %v of script", sizes[0], sizes[1], sizes[2])
	}
}

func TestWhatScriptsShowIsAccessible(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.kept()
	p.write("#text", "楼下有浓烟")
	p.await(`!document.querySelector("[data-draft-note]").hidden && !document.querySelector("[data-danger]").hidden`)
	p.online(false)
	p.do("choose a photo", chromedp.SetUploadFiles(chromedp.CSS("#photos"), []string{p.photo()}))
	p.await(`!document.querySelector("[data-upload] button").hidden`)
	p.axe()
	p.click(`form[action="/report/1"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/report/offline" && !document.querySelector("[data-photos-kept]").hidden`)
	p.click(`#unclear`)
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-list] li")`)
	p.axe()
	p.visit("/")
	p.online(true)
	p.code()
	p.axe()
}
