package dossier_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/supervision"
)

// Many calls on one fault stand in one line of the hotline's page, and on the supervisors' wall; one press makes one case of them, another takes that back.
func TestManyCallsOnOneFaultBecomeOneCase(t *testing.T) {
	h := newHouse(t)
	words := strings.Fields("家里停水了什么时候来水 停水一整天老人小孩没法做饭 请问为什么突然停水 早上起来就停水没有通知 我们这里停水了麻烦派人来看 从凌晨开始停水 自来水公司电话打不通一直停水")
	for i := range 9 {
		h.file(func(f *intake.Form) {
			f.Text, f.Place, f.Phone = fmt.Sprintf("石榴湾%d栋%s", i+1, words[i%len(words)]), fmt.Sprintf("石榴湾%d栋", i+1), fmt.Sprintf("1390000%04d", i)
		})
	}
	if n, err := supervision.SweepTopics(t.Context(), h.docket, h.city); err != nil || n != 1 {
		t.Fatalf("%d topics: %v", n, err)
	}
	clerk := h.clerk()
	page := clerk.get("/console/topics")
	page.wants(t, 200, "热点事项", "石榴湾", "突增", `>9<`)
	h.worker(urban).get("/console/topics").wants(t, 403)
	link := regexp.MustCompile(`/console/topics/[0-9a-f-]{36}`).FindString(page.Body)
	h.as("boss", casework.Hotline, casework.Supervisor).get("/console/wall").wants(t, 200, link, "共 9 人")
	topic := clerk.get(link)
	topic.wants(t, 200, "并入 8 件", "最近一天来了 9 件")
	var ids []string
	for _, m := range regexp.MustCompile(`name="gather_ids" value="([^"]+)"`).FindAllStringSubmatch(topic.Body, -1) {
		ids = append(ids, m[1])
	}
	action := regexp.MustCompile(`action="(/console/case/[^"]+/gather)"`).FindStringSubmatch(topic.Body)
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(topic.Body)
	if len(ids) != 8 || action == nil || version == nil {
		t.Fatalf("%d cases to merge, %v", len(ids), action)
	}
	master := strings.TrimSuffix(action[1], "/gather")
	clerk.post(action[1], url.Values{"version": {version[1]}, "gather_ids": ids}).leads(t, master)
	clerk.get(master).wants(t, 200, "scatter")
	clerk.get(link).wants(t, 200, "已并单")
	clerk.get("/console/topics/00000000-0000-4000-8000-000000000000").wants(t, 404, "这个热点已经没有了")
}

func TestSupervisorsSeeWhatTheCheckPointedAt(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.act("/inbox/", id, "signoff", nil).leads(t, "/inbox/"+id.String())
	b.act("/inbox/", id, "reply", url.Values{"reply_text": {"您反映的问题已转相关部门处理。"}}).leads(t, "/inbox")
	h.as("boss", casework.Hotline, casework.Supervisor).get("/console/replies").wants(t, 200, "答复检查", "只说转交", "100")
	h.clerk().get("/console/replies").wants(t, 403)
}
