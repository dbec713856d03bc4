package resident

import (
	"context"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/fault"
)

func TestNotSolvedGoesBackOnceAndThenToASupervisor(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "流动摊贩占道"))
	first := "/rate/" + o.Docket.RatingLink(id, 1)
	b.get(first).shows("这个评价链接不对")
	o.reply(t, id)
	b.get("/t").shows("已清理并加派巡查", "给您的答复", first+"?solved=no", "/t/file/")

	guest := o.browser(t) // the link alone opens the form, and nothing else
	guest.get(first+"?solved=no").shows(`value="no" checked`, "已清理并加派巡查")
	guest.post(first, "solved", "no", "satisfaction", "2").shows(`href="#text"`, `value="2" checked`, `value="no" checked`)
	if guest.status != 422 {
		t.Errorf("no new facts: answered by %d", guest.status)
	}
	guest.post(first).shows(`href="#solved"`, `href="#satisfaction"`)
	guest.post(first, "solved", "no", "satisfaction", "2", "text", "人走了又回来了").wants(303, first)
	guest.get(first).shows("谢谢，记下了", "未解决", "重新办理", "再答复您")
	guest.post(first, "solved", "yes", "satisfaction", "5").wants(303, first) // a second time changes nothing
	guest.get("/t").hides("流动摊贩")
	b.get("/t").shows("按您的意见，发回重新办理", "人走了又回来了", "重新办理的期限")

	o.work(t, id)
	b.get(first).shows("谢谢，记下了")
	second := "/rate/" + o.Docket.RatingLink(id, 2)
	b.get(second).post(second, "solved", "no", "satisfaction", "1", "text", "还是老样子").wants(303, second)
	b.get(second).shows("督办人员会看")
	c, err := o.Docket.Case(context.Background(), casework.System, id)
	must(t, err)
	if c.State != casework.Rated || c.Round != 2 {
		t.Errorf("the case is %s in round %d", c.State, c.Round)
	}
	b.get("/en" + second).shows("A supervisor reads")
}

func TestRatingLinksEnd(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "流动摊贩占道"))
	o.reply(t, id)
	link := "/rate/" + o.Docket.RatingLink(id, 1)
	must(t, o.Desk.Redo(context.Background(), clerk(), casework.Ref{ID: id}, "答复不实"))
	if b.get(link).shows("现在不能评价"); b.status != 409 {
		t.Errorf("a link of a former round is answered by %d", b.status)
	}
	o.now = o.now.Add(31 * 24 * time.Hour)
	if b.get(link).shows("评价链接过期了"); b.status != 410 {
		t.Errorf("an old link is answered by %d", b.status)
	}
	if _, _, err := o.Docket.ByRatingLink(context.Background(), "nothing"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no link: %v", err)
	}
}

func TestADatabaseThatIsAwayKeepsTheForm(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "路灯不亮"})
	b.get("/report/2").post("/report/2", "place", "解放路")
	b.get("/report/3")
	closeDB(o)
	b.post("/report/3", "name", "林小舟", "phone", "138 0000 0009")
	if b.status != 503 || b.header.Get("Retry-After") == "" {
		t.Errorf("answered by %d", b.status)
	}
	b.shows("林小舟", "138 0000 0009", "还没有保存")
	b.upload("/report/1", map[string]string{"text": "路灯还是不亮"}).shows("路灯还是不亮", "还没有保存")
	if b.get("/t"); b.status != 200 {
		t.Errorf("the code form is answered by %d", b.status)
	}
	if b.post("/t", "code", "ABCD-2345"); b.status != 503 {
		t.Errorf("a code is answered by %d", b.status)
	}
}
