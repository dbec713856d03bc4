package resident

import (
	"context"
	"testing"

	"huiyin/casework"
)

func TestWhoWasJoinedSeesTheCourseAndTheAnswerAndRates(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	ctx := context.Background()
	master := o.caseOf(t, o.browser(t).file("", "东门早市占道经营，我是林小舟，住3栋502"))
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "早市把人行道占满了"))
	must(t, o.Docket.Merge(ctx, clerk(), casework.Ref{ID: id}, master))
	link := "/rate/" + o.Docket.RatingLink(id, 1)
	if b.get(link).shows("现在不能评价"); b.status != 409 {
		t.Errorf("before there is an answer the link is answered by %d", b.status)
	}
	b.get("/t").shows("已并单", "早市把人行道占满了").hides("3栋502", "东门早市", master.String())
	o.reply(t, master)
	b.get("/t").shows("已清理并加派巡查", "给您的答复", link+"?solved=no", "派给临澜市城市管理局").hides("东门早市", "内部意见", "/t/file/")
	b.get(link).shows("已清理并加派巡查").post(link, "solved", "partly", "satisfaction", "4").wants(303, link)
	b.get(link).shows("谢谢，记下了", "部分解决")
	if c, err := o.Docket.Case(ctx, casework.System, master); err != nil || c.State != casework.Replied {
		t.Errorf("the word of one resident moved the case of another: %s, %v", c.State, err)
	}
	b.get("/t").hides(link)

	// Not solved, with new facts: this case goes its own way, the answer to the others stands.
	other := o.browser(t)
	second := o.caseOf(t, other.file("", "摊子又把路占了"))
	must(t, o.Docket.Merge(ctx, clerk(), casework.Ref{ID: second}, master))
	own := "/rate/" + o.Docket.RatingLink(second, 1)
	other.get(own).post(own, "solved", "no", "satisfaction", "1", "text", "我这边一点没清").wants(303, own)
	other.get(own).shows("未解决", "重新办理")
	other.get("/t").shows("我这边一点没清").hides("给您的答复")
	c, err := o.Docket.Case(ctx, casework.System, second)
	must(t, err)
	if c.State != casework.Accepted || c.Round != 2 || c.MergedInto != nil {
		t.Errorf("%s in round %d, merged into %v", c.State, c.Round, c.MergedInto)
	}
	if c, err := o.Docket.Case(ctx, casework.System, master); err != nil || c.State != casework.Replied || c.Round != 1 {
		t.Errorf("the case of the others is %s, %v", c.State, err)
	}
}
