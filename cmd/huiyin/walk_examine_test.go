package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"huiyin/locale"
)

// TestWalkSeesWhatIsWrong shows the walk a page with every fault it looks for.
func TestWalkSeesWhatIsWrong(t *testing.T) {
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'nonce-x'")
		switch r.URL.Path {
		case "/good":
			fmt.Fprint(w, `<!DOCTYPE html><html lang="en"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Good</title><h1>Good</h1><p>Write to 12345@board.example or see board.json and board.town.example.`)
		case "/bad":
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `<!DOCTYPE html><html lang="zh-CN"><meta name="viewport" content="width=device-width"><title>Of 13800000009</title><h1>One</h1><h1>Two</h1><p>board.no_such_text</p>
				<img src="/none.png"><pre>`+strings.Repeat("wide", 200)+`</pre><p style="color:red">styled</p><script nonce="x">console.error("broken"); undefinedName()</script>`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer bad.Close()
	p := newPerson(t, chromium(t), "examiner", device{name: "phone", width: 360, height: 740, touch: true, scripts: true}, locale.EN, bad.URL)
	p.secret = []string{residentPhone}
	p.visit("/good")
	p.leave()
	p.navigate(bad.URL + "/bad")
	page := p.await("")
	var found string
	until(t, "the browser complained", func() bool {
		found += strings.Join(p.faults(page), "\n") + "\n"
		return strings.Contains(found, "Content Security Policy") && strings.Contains(found, "undefinedName") && strings.Contains(found, "/none.png")
	})
	for _, fault := range []string{"status 409", `lang="zh-CN"`, "2 h1", "wide on a screen of 360", "tells", "pictures that did not come", "without translation", "error: broken"} {
		if !strings.Contains(found, fault) {
			t.Errorf("%q was not seen:\n%s", fault, found)
		}
	}
}
