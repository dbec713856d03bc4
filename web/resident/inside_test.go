package resident

import (
	"context"
	"testing"

	"huiyin/casework"
	"huiyin/pg/pgtest"
)

func TestTheWayInsideAUnitIsToldToWhoeverAsks(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "流动摊贩占道"))
	ctx, ref := context.Background(), casework.Ref{ID: id}
	must(t, o.Desk.Dispatch(ctx, clerk(), ref, casework.Order{Lead: lead}))
	b.get("/t").hides("inside=1")
	var colleague int64
	must(t, pgtest.OwnerPool(t).QueryRow(ctx, `insert into account (login, name, password_hash, unit, roles, created_at) values ('hand', '某经办', 'none', $1, '{handler}', now()) returning id`, lead).Scan(&colleague))
	must(t, o.Docket.Assign(ctx, worker(), ref, casework.Task{Unit: lead, Staff: colleague, Advice: "给同事的话"}))
	b.get("/t").shows("inside=1", "看看单位内部由谁具体办理").hides("具体办理，主办单位不变")
	b.get("/t?inside=1").shows("安排了具体办理的人").hides("某经办", "给同事的话", "看看单位内部")
	b.get("/en/t?inside=1").shows("named who works on it")
}
