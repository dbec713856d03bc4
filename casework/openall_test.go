package casework_test

import (
	"crypto/sha256"
	"strconv"
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
)

func TestManyFiledAtOnceAreAsIfFiledOneByOne(t *testing.T) {
	t.Parallel()
	town := New(t)
	now := town.Now()
	filing := func(n int) casework.Filing {
		return casework.Filing{Key: sha256.Sum256([]byte(strconv.Itoa(n))), By: casework.System, Channel: casework.File, ExternalNo: strconv.Itoa(n), At: now, Kind: casework.Help, Urgency: casework.Normal,
			Title: casework.Masked{Original: "路灯", Clear: "路灯"}, Body: casework.Masked{Original: "联系13800001111", Clear: "联系1**********"}, Person: casework.Person{Name: "林小舟", Phone: "13800001111"},
			Tags: []string{"a", "b"}[:n%3%2+n%2], Proposal: map[string]int{"n": n}, Raw: []byte("raw"), Files: []casework.Attachment{{Name: "a.txt", Type: "text/plain", Data: []byte("a")}},
			Total: casework.Promise{Name: casework.ClockTotal, Due: now.Add(time.Hour), WorkingDays: 5, Policy: "p", Calendar: "c"}}
	}
	one, err := town.Docket.Open(ctx, filing(1))
	must(t, err)
	all, err := town.OpenAll(ctx, []casework.Filing{filing(1), filing(2), filing(3), filing(2)})
	must(t, err)
	if all[0].ID != one.ID || !all[0].Existing || all[1].Existing || all[2].Existing || !all[3].Existing || all[3].ID != all[1].ID || all[1].ID == all[2].ID {
		t.Fatalf("%+v", all)
	}
	a, b := state(t, town, one.ID), state(t, town, all[2].ID)
	if a.Number == b.Number || b.ExternalNo != "3" || b.Title != a.Title || b.Body != a.Body || !b.Due.Equal(a.Due) || len(b.Tags) != 1 || b.Files != 1 || !b.HasIdentity || string(b.Proposal) != `{"n": 3}` {
		t.Fatalf("%+v", b)
	}
	got, err := town.Reveal(ctx, casework.Resident(b.ID), b.ID, []casework.PersonalField{casework.FieldPhone, casework.FieldBody, casework.FieldCode}, casework.Use{Purpose: casework.ForOwn})
	must(t, err)
	if got[casework.FieldPhone] != "13800001111" || got[casework.FieldBody] != "联系13800001111" || got[casework.FieldCode] != all[2].Code {
		t.Fatal("not what was filed")
	}
	if id, err := town.ByCode(ctx, all[1].Code); err != nil || id != all[1].ID {
		t.Fatal(err)
	}
	if _, err := town.OpenAll(ctx, []casework.Filing{filing(7), {Key: casework.Key{9}}}); err == nil {
		t.Fatal("an empty filing was taken")
	}
	if again, err := town.OpenAll(ctx, []casework.Filing{filing(7)}); err != nil || again[0].Existing {
		t.Fatal("part of a refused list was filed")
	}
	if none, err := town.OpenAll(ctx, nil); err != nil || len(none) != 0 {
		t.Fatal(err)
	}
}
