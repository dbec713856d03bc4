package casework_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/seal"
)

// parting takes the lamps out of a case about lamps and noise.
func parting(town *Town) casework.Parting {
	p := casework.Parting{Part: town.Filing("路灯不亮"), Title: "噪音", Body: "半夜施工，噪音很大。"}
	p.Part.Person, p.Part.RealName, p.Part.Channel = casework.Person{}, false, casework.API
	return p
}

func TestASplitGivesBothTheirOwnCourse(t *testing.T) {
	t.Parallel()
	town := New(t)
	f := town.Filing("路灯不亮，还有噪音")
	f.Files = []casework.Attachment{{Name: "夜里.jpg", Type: "image/jpeg", Data: []byte("photo")}}
	whole, err := town.Docket.Open(ctx, f)
	must(t, err)
	town.Pass(2 * time.Hour)
	part, err := town.Split(ctx, Clerk(), refOf(whole.ID), parting(town))
	must(t, err)
	if part.Number == whole.Number || part.Code == whole.Code || part.Code == "" {
		t.Fatalf("number %s and code of the part", part.Number)
	}
	a, b := state(t, town, whole.ID), state(t, town, part.ID)
	if a.Body != "半夜施工，噪音很大。" || a.Title != "噪音" || !strings.HasPrefix(b.Body, "路灯不亮") {
		t.Errorf("left %q, taken %q", a.Body, b.Body)
	}
	if !b.FiledAt.Equal(a.FiledAt) || b.Channel != casework.Web || b.State != casework.Registered || b.Owner != casework.Hotline || !b.HasIdentity || b.Files != 1 || a.Files != 1 {
		t.Errorf("the part: %+v", b)
	}
	own, err := town.Reveal(ctx, casework.Resident(part.ID), part.ID, []casework.PersonalField{casework.FieldPhone, casework.FieldName, casework.FieldCode}, casework.Use{Purpose: casework.ForOwn})
	must(t, err)
	if own[casework.FieldPhone] != f.Person.Phone || own[casework.FieldName] != f.Person.Name || own[casework.FieldCode] != part.Code {
		t.Error("the part belongs to another resident")
	}
	words, err := town.Reveal(ctx, casework.Resident(whole.ID), whole.ID, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForOwn})
	must(t, err)
	if words[casework.FieldBody] != f.Body.Original {
		t.Error("what the resident wrote is no longer entire")
	}
	page, err := town.List(ctx, Clerk(), casework.Query{Contact: town.Keys.Hash(seal.Phone, f.Person.Phone)})
	must(t, err)
	if len(page.Cases) != 2 {
		t.Errorf("%d cases of this number", len(page.Cases))
	}
	for _, id := range []casework.CaseID{whole.ID, part.ID} {
		d, err := town.Dossier(ctx, Clerk(), id)
		must(t, err)
		last := d.Events[len(d.Events)-1]
		other := part.Number
		if id == part.ID {
			other = whole.Number
		}
		if last.Step != casework.StepSplit || !strings.Contains(string(last.Data), other) {
			t.Errorf("the history ends with %s %s", last.Step, last.Data)
		}
		_, files, err := town.RevealFile(ctx, Clerk(), id, d.Files[0].ID, casework.Use{Purpose: casework.ForTriage})
		must(t, err)
		if sha256.Sum256(files) != sha256.Sum256([]byte("photo")) {
			t.Error("the file is another one")
		}
	}

	// Each goes its own way, and erasing one leaves the other.
	must(t, town.Dispatch(ctx, Clerk(), refOf(part.ID), casework.Order{Lead: Urban, Clocks: town.Clocks()}))
	must(t, town.Decline(ctx, Clerk(), refOf(whole.ID), "beyond_duty", "请向法院起诉"))
	must(t, town.Erase(ctx, casework.System, whole.ID, casework.Erasure{Reason: "right"}))
	if got, err := town.Reveal(ctx, casework.Resident(part.ID), part.ID, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForOwn}); err != nil || got[casework.FieldPhone] != f.Person.Phone {
		t.Errorf("the part lost its resident with the whole: %v", err)
	}
	gone, err := town.Siblings(ctx, casework.Resident(part.ID), part.ID)
	must(t, err)
	if len(gone) != 1 || gone[0].Code != "" {
		t.Errorf("siblings after erasure: %d", len(gone))
	}
}

func TestWhoMaySplitAndWhen(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Open(t, "两件事").ID
	p := parting(town)
	_, err := town.Split(ctx, Worker(River), refOf(id), p)
	wants(t, err, fault.NotFound, "fault.no_such_case")
	_, err = town.Split(ctx, Caller(), refOf(id), p)
	wants(t, err, fault.Forbidden, "fault.not_your_step")
	_, err = town.Split(ctx, Clerk(), casework.Ref{ID: id, Version: 9}, p)
	wants(t, err, fault.Conflict, "fault.stale_case")
	empty := p
	empty.Part.Body = casework.Masked{}
	_, err = town.Split(ctx, Clerk(), refOf(id), empty)
	wants(t, err, fault.Invalid, "fault.split_empty")
	all := p
	all.Body = " "
	_, err = town.Split(ctx, Clerk(), refOf(id), all)
	wants(t, err, fault.Invalid, "fault.split_all")

	sent := town.Send(t, "已派", River)
	_, err = town.Split(ctx, Clerk(), refOf(sent), p)
	wants(t, err, fault.Conflict, "fault.step_not_now")
	must(t, town.AskReturn(ctx, Worker(River), refOf(sent), "R1", "两件事", "清单", Urban))
	must(t, town.DecideReturn(ctx, Clerk(), refOf(sent), true, ""))
	if _, err = town.Split(ctx, Clerk(), refOf(sent), p); err != nil {
		t.Errorf("a case that came back is not split: %v", err)
	}

	// Split long after its promise ended, the part is late as well: a split wins no time.
	old := town.Open(t, "拖久了").ID
	overdue := parting(town)
	town.Pass(9 * 24 * time.Hour)
	r, err := town.Split(ctx, Clerk(), refOf(old), overdue)
	must(t, err)
	if c := state(t, town, r.ID); !c.Due.Before(town.Docket.Now()) {
		t.Error("the part has won time")
	}
}

func TestASplitIsTakenBackWhileNobodyTouchedEither(t *testing.T) {
	t.Parallel()
	town := New(t)
	whole := town.Open(t, "路灯和噪音").ID
	before := state(t, town, whole)
	first, err := town.Split(ctx, Clerk(), refOf(whole), parting(town))
	must(t, err)
	second, err := town.Split(ctx, Clerk(), refOf(whole), parting(town))
	must(t, err)
	codes, err := town.Siblings(ctx, casework.Resident(whole), whole)
	must(t, err)
	if len(codes) != 2 || codes[0].Code != first.Code || !codes[0].Part {
		t.Fatalf("the resident sees %d siblings", len(codes))
	}
	seen, err := town.Siblings(ctx, Clerk(), first.ID)
	must(t, err)
	if len(seen) != 1 || seen[0].ID != whole || seen[0].Code != "" || seen[0].Part {
		t.Fatalf("the hotline sees %+v", seen)
	}
	wants(t, town.Unsplit(ctx, Clerk(), refOf(first.ID)), fault.Conflict, "fault.split_touched")
	must(t, town.Unsplit(ctx, Clerk(), refOf(second.ID)))
	wants(t, town.Unsplit(ctx, Clerk(), refOf(second.ID)), fault.Conflict, "fault.not_split")
	wants(t, town.Unsplit(ctx, Clerk(), refOf(whole)), fault.Conflict, "fault.not_split")
	if c := state(t, town, second.ID); c.State != casework.Merged || *c.MergedInto != whole || c.Met == nil {
		t.Errorf("the part: %s", c.State)
	}
	if c := state(t, town, whole); c.Body == before.Body {
		t.Error("the words of the first split came back with the second")
	}
	must(t, town.Unsplit(ctx, Clerk(), refOf(first.ID)))
	if c := state(t, town, whole); c.Body != before.Body {
		t.Error("after both were taken back the words are not as they were")
	}

	again := town.Open(t, "又是两件").ID
	was := state(t, town, again)
	r, err := town.Split(ctx, Clerk(), refOf(again), parting(town))
	must(t, err)
	_, err = town.Reveal(ctx, Clerk(), r.ID, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForTriage})
	must(t, err) // looking is not touching
	must(t, town.Unsplit(ctx, Clerk(), refOf(r.ID)))
	if c := state(t, town, again); c.Body != was.Body || c.Title != was.Title || !c.Due.Equal(was.Due) || c.State != was.State {
		t.Errorf("the whole is not as it was: %q", c.Body)
	}

	master := town.Open(t, "主件").ID
	r, err = town.Split(ctx, Clerk(), refOf(master), parting(town))
	must(t, err)
	must(t, town.Merge(ctx, Clerk(), refOf(town.Open(t, "重复件").ID), r.ID))
	wants(t, town.Unsplit(ctx, Clerk(), refOf(r.ID)), fault.Conflict, "fault.split_touched")
	r, err = town.Split(ctx, Clerk(), refOf(master), parting(town))
	must(t, err)
	must(t, town.Dispatch(ctx, Clerk(), refOf(r.ID), casework.Order{Lead: Urban, Clocks: town.Clocks()}))
	if got, err := town.Siblings(ctx, Worker(Urban), r.ID); err != nil || len(got) != 0 {
		t.Errorf("the unit sees %d siblings: %v", len(got), err)
	}
	must(t, town.Recall(ctx, Clerk(), refOf(r.ID)))
	wants(t, town.Unsplit(ctx, Clerk(), refOf(r.ID)), fault.Conflict, "fault.split_touched")

	var clear int
	must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "case", "huiyin.case": second.ID.String()}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from split where $1 not in (part, whole)`, second.ID).Scan(&clear)
	}))
	if clear != 0 {
		t.Errorf("a resident's scope holds %d splits of others", clear)
	}
}
