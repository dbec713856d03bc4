package supervision_test

import (
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/supervision"
)

// Each filed case is counted on its day by its channel, once, however often the follower stops in between.
func TestTheFollowerCountsEachCaseOnceByItsDay(t *testing.T) {
	s := newScene(t)
	days := supervision.Channels(s.Zone)
	s.Send(t, "路灯不亮", caseworktest.Urban)
	s.read(days)
	s.Send(t, "井盖缺失", caseworktest.Urban)
	s.read(days)
	s.read(days)
	list, at, err := supervision.ChannelUses(s.ctx, s.DB, s.Now(), s.Zone)
	s.do(err)
	n := 0
	for _, u := range list {
		n += u.Recent
		if u.Recent > 0 && u.Channel != casework.Web {
			t.Errorf("by %s: %d", u.Channel, u.Recent)
		}
	}
	if n != 2 || at.IsZero() {
		t.Errorf("%d cases counted, read at %v", n, at)
	}
}
