package admin_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/routing/model"
	models "huiyin/routing/register"
)

func TestAnAdministratorSwitchesAModelOnAndStopsIt(t *testing.T) {
	h := newHouse(t)
	ann := h.as("ann", casework.Hotline, casework.Admin)
	if a := ann.get("/admin/models"); a.Status != 200 || !strings.Contains(a.Body, "train --from-cases") {
		t.Fatalf("without a model: %d", a.Status)
	}
	var examples []model.Example
	for i := range 300 {
		filler := []rune("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏")
		said := [][2]string{{"车辆违停占道", "c-jiaojing"}, {"小区停电", "c-gongdian"}}[i%2]
		examples = append(examples, model.Example{Text: said[0] + string(filler[i%20:i%20+4]) + string(filler[(i*7)%20:(i*7)%20+4]), Label: said[1]})
	}
	m, card, err := model.Learn(t.Context(), examples, model.Plan{Wrong: 0.1}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	card.Made = h.now
	r := &models.Register{DB: h.pool, Now: func() time.Time { return h.now }}
	if _, err := r.Add(t.Context(), m, card, models.Comparison{Cases: 100, Rules: 60, Current: 60, Learned: 90}, 0); err != nil {
		t.Fatal(err)
	}
	page := ann.get("/admin/models")
	if !strings.Contains(page.Body, "M1") || !strings.Contains(page.Body, "90.0 %") {
		t.Error("the comparison is not on the page")
	}
	send := func(act, alone, reason string) answer {
		return ann.post("/admin/models", url.Values{"model": {"1"}, "alone": {alone}, "reason": {reason}, "act": {act}})
	}
	for _, step := range []struct {
		act, alone, reason string
		status             int
		model              int64
		goesAlone          bool
	}{
		{"", "no", "", 422, 0, false},
		{"", "yes", "试用", 422, 0, false}, // first seen at work
		{"", "no", "试用", 303, 1, false},
		{"", "yes", "试用很好", 303, 1, true},
		{"stop", "", "", 303, 1, false},
	} {
		if a := send(step.act, step.alone, step.reason); a.Status != step.status {
			t.Errorf("%+v: %d", step, a.Status)
		}
		if d, err := r.InForce(t.Context()); err != nil || d.Model != step.model || d.Alone != step.goesAlone {
			t.Errorf("%+v: %+v %v", step, d, err)
		}
	}
	if a := h.as("bob", casework.Hotline, casework.Operator).get("/admin/models"); a.Status == 200 {
		t.Error("an operator sees the register")
	}
}
