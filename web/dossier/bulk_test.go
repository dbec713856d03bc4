package dossier_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/intake"
)

func TestSimilarCasesAreDispatchedTogetherAndTakenBackTogether(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	var ids []casework.CaseID
	form := url.Values{"group": {""}, "unit": {string(urban)}, "advice": {"请一并清理"}}
	for _, words := range []string{"东头", "西头", "路口"} {
		id := h.file(func(f *intake.Form) { f.Text = stalls + words + "也有。" }).ID
		ids = append(ids, id)
		form.Add("case", id.String()+":"+itoa(h.read(id).Version))
	}
	secret := h.file(func(f *intake.Form) { f.Text = stalls + "请保密，怕被报复。" }).ID
	page := b.get("/console/bulk")
	page.wants(t, 200, "相似诉求一起派", h.read(ids[0]).Number, h.read(ids[2]).Number, "3 件里有 3 件首选", "摊")
	page.lacks(t, h.read(secret).Number, phone, person)
	b.get("/console?case="+ids[0].String()).wants(t, 200, "和这一件相似的共 3 件", "/console/bulk?group=")
	b.get("/console/bulk?group=nothing").wants(t, 200, "请选别的组")
	b.post("/console/bulk", url.Values{"case": form["case"]}).leads(t, "/console/bulk?group=")
	b.get("/console/bulk").wants(t, 200, "请选择派给哪个单位")
	b.post("/console/bulk", url.Values{"unit": {string(urban)}}).leads(t, "/console/bulk?group=")
	b.get("/console/bulk").wants(t, 200, "请先选中要派的诉求")

	// Somebody else changes one of them: it stays, and the others go. A secret one that was put among them is looked at by itself.
	if err := h.docket.Accept(t.Context(), dispatcher(), casework.Ref{ID: ids[1]}); err != nil {
		t.Fatal(err)
	}
	form.Add("case", secret.String()+":"+itoa(h.read(secret).Version))
	b.post("/console/bulk", form).leads(t, "/console/bulk?group=")
	for i, want := range map[int]casework.State{0: casework.Dispatched, 1: casework.Accepted, 2: casework.Dispatched} {
		if got := h.read(ids[i]).State; got != want {
			t.Errorf("case %d is %s", i, got)
		}
	}
	if h.read(secret).State != casework.Registered {
		t.Error("a secret case went with the others")
	}
	after := b.get("/console/bulk")
	after.wants(t, 200, "有的诉求没有派出", "刚派给", "2 件", "全部撤销")
	f, err := h.docket.Dossier(t.Context(), casework.System, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	last := f.Events[len(f.Events)-1]
	if last.Step != casework.StepDispatch || !strings.Contains(string(last.Data), `"suggested": 1`) || !strings.Contains(string(last.Data), "请一并清理") {
		t.Errorf("each has its own record: %s %s", last.Step, last.Data)
	}

	b.post("/console/bulk/undo", url.Values{"case": {ids[0].String(), ids[2].String()}}).leads(t, "/console/bulk?group=")
	b.get("/console/bulk").wants(t, 200, "已全部撤销")
	if h.read(ids[0]).State != casework.Accepted || h.read(ids[2]).State != casework.Accepted {
		t.Error("what was taken back is not with the hotline")
	}
}

func TestWhatWasSentTogetherStaysAfterTenSeconds(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	id := h.file(nil).ID
	b.post("/console/bulk", url.Values{"unit": {string(urban)}, "case": {id.String() + ":" + itoa(h.read(id).Version)}}).leads(t, "/console/bulk?group=")
	h.now = h.now.Add(11 * time.Second)
	b.get("/console/bulk").lacks(t, "全部撤销")
	b.post("/console/bulk/undo", url.Values{"case": {id.String()}}).leads(t, "/console/bulk?group=")
	b.get("/console/bulk").wants(t, 200, "已经不能撤销")
	if h.read(id).State != casework.Dispatched {
		t.Error("a dispatch was taken back after its time")
	}
}

func TestCasesAreFoundByTheirTag(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	cash := h.file(func(f *intake.Form) { f.Text = "超市拒收现金，老人买不了东西。" }).Number
	other := h.file(nil).Number
	page := b.get("/console/list?tag=cash_refused")
	page.wants(t, 200, cash, "拒收现金")
	page.lacks(t, other)
	b.get("/console/list").wants(t, 200, cash, other)
}
