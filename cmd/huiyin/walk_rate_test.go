package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/locale"
	"huiyin/rating"
)

// rates is the resident again, on another device: by the code to the answer, by the letter to the rating.
func (w *walk) rates(t *testing.T, solved string) {
	p := w.person(t, "resident, "+solved)
	p.visit(w.public("/t"))
	p.write("#code", strings.ToLower(strings.ReplaceAll(w.code, "-", " ")))
	p.leave()
	p.enter()
	p.arrive(w.public("/t") + "$")
	w.promised(p)
	page := p.read("main")
	for _, s := range []string{w.say("track.answer"), w.City.UnitName(w.lead, w.lang), w.say("track.story"), w.matter.answer} {
		if !strings.Contains(page, s) {
			t.Errorf("the resident's page lacks %q:\n%s", s, page)
		}
	}
	p.count("sees the answer by the code")

	round := map[string]int{"no": 1, "yes": 2}[solved]
	link := w.ratingLink(t, round, solved)
	p.visit(link)
	p.clicks++ // on the link in the letter
	if solved == "no" {
		p.click(`input[name="satisfaction"][value="1"]`)
		p.write("#text", w.matter.more)
	} else {
		p.click(`input[name="satisfaction"][value="5"]`)
	}
	time.Sleep(rating.LeastSeconds * time.Second) // whoever reads takes as long: what is sent sooner is counted apart
	p.follow(`form[action*="/rate/"] button`, `/rate/[^/]+$`)
	if clicks, _ := p.count("rates from the letter"); clicks > 3 {
		t.Errorf("rating took %d clicks", clicks)
	}
	then := map[string]string{"no": w.say("rate.redone", locale.Args{"Unit": w.City.UnitName(w.lead, w.lang)}), "yes": w.say("rate.solved_end")}[solved]
	if page := p.read("main"); !strings.Contains(page, then) {
		t.Errorf("the page after rating does not say %q:\n%s", then, page)
	}
}

// ratingLink waits for the letter that brings the answer of a round, and takes the link for an opinion from it.
func (w *walk) ratingLink(t *testing.T, round int, solved string) string {
	t.Helper()
	link := ""
	until(t, fmt.Sprintf("a letter brought the link to rate answer %d", round), func() bool {
		seen := map[string]bool{}
		for _, e := range w.letters(t) {
			if !strings.Contains(e.GetHeader("To"), residentMail) {
				continue
			}
			for _, m := range rateAddress.FindAllStringSubmatch(e.Text, -1) {
				seen[m[1]] = true
				if m[2] == solved {
					link = m[0]
				}
			}
		}
		return len(seen) == round
	})
	return link
}

// looksBack is the resident asking who read what.
func (w *walk) looksBack(t *testing.T) {
	p := w.person(t, "resident, who asks who read")
	p.visit(w.public("/t/" + w.code + "/access"))
	page := p.read("main")
	unit := w.City.UnitName(w.lead, w.lang)
	for _, s := range []string{
		unit, w.say("role." + string(casework.Liaison)), w.say("mydata.machine"),
		first(w.say(datause.ActionNames[casework.ForContact])), first(w.say(datause.ActionNames[casework.ForHandling])),
		w.say(datause.FieldName(casework.FieldPhone)),
	} {
		if !strings.Contains(page, s) && !strings.Contains(page, strings.ToLower(s)) {
			t.Errorf("the page of uses lacks %q:\n%s", s, page)
		}
	}
	if strings.Contains(page, residentPhone) {
		t.Error("the page of uses shows the whole telephone number")
	}
	p.follow(`a[href$="/t"].govuk-back-link`, w.public("/t")+"$")
}
