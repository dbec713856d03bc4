package dossier_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/intake"
)

func TestASearchIsNarrowedSavedAndTakenAway(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	first := h.file(func(f *intake.Form) { f.Text = "夜市摊贩占道，晚上太吵" })
	h.file(func(f *intake.Form) { f.Text = "摊贩把人行道占满了" })
	h.indexed()
	q := url.QueryEscape("摊贩")
	page := b.get("/console/search?q=" + q)
	page.wants(t, 200, "一共 2 件", "按状态", "最新的在前", "找相似的", "把结果存成表格", "保存这个搜索")
	b.get("/console/search?q="+q+"&sort=newest").wants(t, 200, "一共 2 件", first.Number)
	b.get("/console/search?q="+q+"&month=2020-01").wants(t, 200, "没有找到")
	b.get("/console/search?like="+first.ID.String()).wants(t, 200, "与 "+first.Number+" 相似的诉求")

	b.post("/console/search/suggest", url.Values{"q": {"tanf"}}).wants(t, 200, `data-part="suggestions"`, "摊贩")
	b.post("/console/search/suggest", url.Values{"q": {phone}}).lacks(t, "/console/search?")

	csv := b.get("/console/search.csv?q=" + q)
	csv.wants(t, 200, first.Number, "诉求类型,事项分类")
	if strings.Contains(csv.Body, phone) || strings.Contains(csv.Body, person) {
		t.Error("a file with what names somebody")
	}
	b.get("/console/search.csv?q="+url.QueryEscape(phone)).wants(t, 422)

	for _, odd := range []string{"%00", "%FF", "a%00b", "%ED%A0%80", "%0A"} { // what no database keeps as text
		for _, name := range []string{"q", "unit", "district", "category", "kind", "state", "since", "month", "sort", "like"} {
			b.get("/console/search?q="+q+"&"+name+"="+odd).wants(t, 200)
			b.get("/console/search.csv?"+name+"="+odd).wants(t, 200)
		}
	}
	b.post("/console/search/save", url.Values{"q": {"a\x00b"}, "name": {"\x00\xff"}}).leads(t, "/console/search?q=a+b")

	b.post("/console/search/save", url.Values{"q": {"摊贩"}, "name": {""}}).leads(t, "/console/search?q="+q)
	b.post("/console/search/save", url.Values{"q": {phone}, "name": {"某人"}}).wants(t, 422)
	b.post("/console/search/save", url.Values{"q": {"摊贩"}, "name": {"夜市"}, "alert": {"daily"}, "kind": {"complaint"}}).leads(t, "/console/search?kind=complaint&q="+q)
	page = b.get("/console/search")
	page.wants(t, 200, "我的搜索", "夜市", "“夜市”有新的诉求时", `<option value="daily" selected>`, "收邮件的工作邮箱")
	link := regexp.MustCompile(`href="(/console/search\?[^"]*saved=[0-9]+)"`).FindStringSubmatch(page.Body)
	if link == nil {
		t.Fatal("no link to the saved search")
	}
	b.get(html.UnescapeString(link[1])).wants(t, 200, "一共 2 件", first.Number)
	id := link[1][strings.LastIndex(link[1], "=")+1:]
	b.get("/console/search?saved="+id).leads(t, html.UnescapeString(link[1])) // as a letter does, which says nothing of what is looked for
	h.as("other", casework.Hotline, casework.Operator).get("/console/search?saved="+id).wants(t, 200)
	b.post("/console/search/saved/"+id+"/alert", url.Values{"alert-" + id: {""}}).leads(t, "/console/search")
	b.get("/console/search").lacks(t, `<option value="daily" selected>`)
	b.post("/console/search/saved/"+id+"/alert", url.Values{"alert-" + id: {"hourly"}}).wants(t, 422)
	b.post("/console/search/address", url.Values{"address": {"lin@linlan.example"}}).leads(t, "/console/search")
	b.get("/console/search").wants(t, 200, `value="lin@linlan.example"`)
	b.post("/console/search/address", url.Values{"address": {"no address"}}).leads(t, "/console/search")
	b.get("/console/search").wants(t, 200, "这个邮箱地址不对", `value="lin@linlan.example"`)
	forget := regexp.MustCompile(`action="(/console/search/saved/[0-9]+/forget)"`).FindStringSubmatch(page.Body)
	if forget == nil {
		t.Fatal("no way to forget it")
	}
	b.post(forget[1], nil).leads(t, "/console/search")
	b.get("/console/search").lacks(t, "夜市")
	h.worker(urban).post("/console/search/suggest", url.Values{"q": {"tan"}}).wants(t, 403)
}
