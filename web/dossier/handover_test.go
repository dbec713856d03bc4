package dossier_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/handover"
	"huiyin/intake"
	"huiyin/locale"
)

func TestAnOperatorHandsACaseOverToAnotherCity(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	other := h.file(func(f *intake.Form) { f.Text, f.Phone, f.Name = "望潮区路灯不亮，晚上很黑。", "", "" })
	b.get("/console?case="+r.ID.String()).lacks(t, "移送其他城市") // there is nobody to hand it to
	h.meet(t, "990200", "湖城市")
	page := b.get("/console?case=" + r.ID.String())
	page.wants(t, 200, "移送其他城市", "湖城市", "随件移送哪些个人信息")
	refused := b.act("/console/case/", r.ID, "handover?from=queue", url.Values{"handover_partner": {"990200"}, "handover_reason": {"东风路在湖城市界内"}, "handover_fields": {"phone"}})
	refused.wants(t, 422, "须有市民同意", "东风路在湖城市界内")
	b.act("/console/case/", r.ID, "handover?from=queue&then="+other.ID.String(), url.Values{"handover_partner": {"990200"}, "handover_reason": {"东风路在湖城市界内"}}).leads(t, "/console?case="+other.ID.String())
	queue := b.get("/console")
	queue.wants(t, 200, "已移送，等对方回执", other.Number)
	queue.lacks(t, "case="+r.ID.String())
	b.get("/console/case/"+r.ID.String()).wants(t, 200, "正在发出", "湖城市 · 东风路在湖城市界内", "不再排在待派列表里")
	b.act("/console/case/", r.ID, "handover", url.Values{"handover_partner": {"990200"}, "handover_reason": {"又一次"}}).wants(t, 409, "已移送")

	b.get("/console/late").lacks(t, "没有回执")
	if _, err := h.abroad.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(handover.LateAfter + time.Hour)
	if n, err := h.abroad.SweepLate(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	b = h.again("clerk")
	b.get("/console/late").wants(t, 200, "移送超过 24 小时没有回执", r.Number, "湖城市", "已试 1 次")
	b.get("/console/case/"+r.ID.String()).wants(t, 200, "回执超时未到")
}

// deadLine reaches nobody.
type deadLine struct{}

// RoundTrip fails.
func (deadLine) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("the line is down")
}

// meet enters a partner that nobody reaches.
func (h *house) meet(t *testing.T, code, name string) {
	t.Helper()
	h.abroad.Client = &http.Client{Transport: deadLine{}}
	own, err := h.abroad.MakeKey(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.abroad.AddPartner(t.Context(), handover.Partner{Code: code, Name: name, URL: "https://" + code + ".example", Key: own.Key}); err != nil {
		t.Fatal(err)
	}
}

func TestWhateverIsHeardOfAnotherCityHasItsWords(t *testing.T) {
	for _, lang := range locale.Langs() {
		for _, what := range casework.AbroadWords {
			for _, key := range []string{"abroad.", "story.abroad_"} {
				if !lang.Has(key + string(what)) {
					t.Errorf("%s: no text %s%s", lang, key, what)
				}
			}
		}
		for _, f := range handover.Fields {
			if !lang.Has("field." + string(f)) {
				t.Errorf("%s: no text for %s", lang, f)
			}
		}
		for _, how := range handover.Consents {
			if !lang.Has("handover.consent_" + how) {
				t.Errorf("%s: no text for consent by %s", lang, how)
			}
		}
	}
}
