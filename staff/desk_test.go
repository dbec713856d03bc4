package staff

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"huiyin/casework"
)

func TestKeysAreKeptForEachPerson(t *testing.T) {
	h, ctx := open(t)
	a, err := h.Add(ctx, 0, NewAccount{Login: "yan", Name: "严", Password: NewPassword(), Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}})
	if err != nil {
		t.Fatal(err)
	}
	none, err := h.Keys(ctx, a.ID)
	if err != nil || none.Mode != EveryKey || len(none.Chords) != 0 {
		t.Fatalf("%v, %v", none, err)
	}
	for _, own := range []OwnKeys{{Mode: NoLetters, Chords: map[string]string{"dispatch": "F8", "search": ""}}, {Mode: EveryKey, Chords: map[string]string{}}} {
		if err := h.SetKeys(ctx, a.ID, own); err != nil {
			t.Fatal(err)
		}
		got, err := h.Keys(ctx, a.ID)
		if err != nil || !cmp.Equal(got, own) {
			t.Errorf("%v became %v, %v", own, got, err)
		}
	}
	if err := h.SetKeys(ctx, a.ID, OwnKeys{Mode: "loud"}); err == nil {
		t.Error("a mode that is none is kept")
	}
}

func TestTwoAtOneCaseSeeEachOther(t *testing.T) {
	h, ctx := open(t)
	var ids []int64
	for _, login := range []string{"yan", "meng"} {
		a, err := h.Add(ctx, 0, NewAccount{Login: login, Name: "员" + login, Password: NewPassword(), Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	one, other := uuid.New(), uuid.New()
	sees := func(who int, id casework.CaseID, names ...string) []Attention {
		t.Helper()
		all, err := h.Attend(ctx, ids[who], id)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range all {
			got = append(got, a.Name)
		}
		if !cmp.Equal(got, names) {
			t.Errorf("%d sees %v, not %v", who, got, names)
		}
		return all
	}
	began := h.Now()
	sees(0, one)
	h.now = h.now.Add(time.Minute)
	if got := sees(1, one, "员yan"); len(got) == 1 && !got[0].Since.Equal(began) {
		t.Errorf("since %v", got[0].Since)
	}
	sees(0, one, "员meng")
	sees(1, other)
	sees(0, one)
	sees(1, one, "员yan")
	if err := h.LookAway(ctx, ids[0]); err != nil {
		t.Fatal(err)
	}
	sees(1, one)
	sees(0, one, "员meng")
	h.now = h.now.Add(attentive)
	sees(0, one)
}
