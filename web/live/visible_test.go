package live

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
)

func TestWhatYouDidBeforeThePageIsNoNewsToYou(t *testing.T) {
	opened := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	by := caseworktest.Clerk()
	keep := visible(by, opened)
	for _, one := range []struct {
		what string
		m    Message
		want bool
	}{
		{"one's own step before the page", Message{Case: uuid.New(), By: by.StaffID, At: opened.Add(-time.Second)}, false},
		{"one's own step in another window, later", Message{Case: uuid.New(), By: by.StaffID, At: opened.Add(time.Second)}, true},
		{"another's step, told late", Message{Case: uuid.New(), By: by.StaffID + 1, At: opened.Add(-time.Second)}, true},
		{"a resident's letter", Message{Case: uuid.New(), At: opened.Add(-time.Second)}, true},
		{"a message to somebody else alone", Message{Staff: by.StaffID + 1, At: opened.Add(time.Second)}, false},
		{"a message to oneself alone", Message{Staff: by.StaffID, At: opened.Add(time.Second)}, true},
	} {
		if got := keep(one.m); got != one.want {
			t.Errorf("%s: kept %t", one.what, got)
		}
	}
	unit := visible(caseworktest.Worker(caseworktest.Urban), opened)
	if unit(Message{Units: []casework.UnitCode{caseworktest.Harbour}}) || !unit(Message{Units: []casework.UnitCode{caseworktest.Harbour, caseworktest.Urban}}) {
		t.Error("a unit hears of the cases in which it takes part, and of no others")
	}
}
