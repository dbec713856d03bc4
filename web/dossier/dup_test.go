package dossier_test

import (
	"net/url"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/intake"
)

func TestTheSameMatterIsShownAndMergedWithOneKey(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	first := h.file(nil)
	second := h.file(nil)
	a := b.get("/console?case=" + second.ID.String())
	a.wants(t, 200, "可能是同一件事", "同一人于", first.Number, "并入 "+first.Number, `data-key="Alt+B"`)
	a.lacks(t, phone, person)
	b.act("/console/case/", second.ID, "merge?from=queue", url.Values{"merge_number": {first.Number}})
	if c := h.read(second.ID); c.State != casework.Merged || *c.MergedInto != first.ID {
		t.Fatalf("%s", c.State)
	}
	b.get("/console/case/"+first.ID.String()).wants(t, 200, "已并入 1 件，涉及 1 人", second.Number)
}

func TestAMassComplaintIsOneMatterWithEverybody(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	var ids []casework.CaseID
	for _, number := range []string{"19900000011", "19900000012", "19900000013", "19900000014"} {
		ids = append(ids, h.file(func(f *intake.Form) { f.Phone, f.Name = number, "" }).ID)
	}
	page := b.get("/console?case=" + ids[0].String())
	page.wants(t, 200, "另有 3 件", "全部并入本件（3 件）")
	form := url.Values{}
	for _, id := range ids[1:] {
		if !strings.Contains(page.Body, `name="gather_ids" value="`+id.String()+`"`) {
			t.Errorf("%s is not in the form", id)
		}
		form.Add("gather_ids", id.String())
	}
	b.act("/console/case/", ids[0], "gather?from=queue", form).leads(t, "/console?case="+ids[0].String())
	b.get("/console?case="+ids[0].String()).wants(t, 200, "已并入 3 件，涉及 4 人", "撤销批量并单")
	b.act("/console/case/", ids[0], "gather", form).wants(t, 409)
	b.act("/console/case/", ids[0], "scatter", nil).leads(t, "/console/case/"+ids[0].String())
	for _, id := range ids {
		if c := h.read(id); c.State == casework.Merged {
			t.Error("still merged")
		}
	}
}
