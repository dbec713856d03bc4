package supervision_test

import (
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/supervision"
	"huiyin/supervision/replycheck"
)

func TestFlagsOfRepliesAreCountedByUnit(t *testing.T) {
	s := newScene(t)
	reply := func(unit casework.UnitCode, flags ...string) {
		t.Helper()
		id := s.Send(t, "路灯不亮", unit)
		by := caseworktest.Worker(unit)
		s.do(s.Sign(s.ctx, by, casework.Ref{ID: id}))
		s.do(s.Reply(s.ctx, by, casework.Ref{ID: id}, casework.Reply{Text: "已转相关部门", Flags: flags}))
	}
	reply(caseworktest.Urban, "forwarded_only")
	s.Pass(40 * 24 * time.Hour)
	reply(caseworktest.Harbour)
	reply(caseworktest.Urban, "forwarded_only", "late")
	reply(caseworktest.Urban)
	reply(caseworktest.Urban, "late")
	list, err := supervision.CheckedReplies(s.ctx, s.Docket, caseworktest.Clerk(), s.Now().AddDate(0, 0, -30))
	s.do(err)
	if len(list) != 2 || list[0].Unit != caseworktest.Urban || list[0].Replies != 3 || list[0].Flagged != 2 || list[0].Flags[replycheck.Late] != 2 || list[0].Flags[replycheck.ForwardedOnly] != 1 ||
		list[1].Unit != caseworktest.Harbour || list[1].Replies != 1 || list[1].Flagged != 0 {
		t.Errorf("%+v", list)
	}
	if _, err := supervision.CheckedReplies(s.ctx, s.Docket, caseworktest.Worker(caseworktest.Urban), s.Now()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a unit reads what is counted of others: %v", err)
	}
}
