package casework_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
)

func TestTheSamePersonsOtherRequestIsFound(t *testing.T) {
	t.Parallel()
	town := New(t)
	mail := someone(t, town, "柳街八号的路灯坏了三天，晚上看不见路", "林小舟", "", "lin@mail.example")
	town.Pass(2 * 24 * time.Hour)
	f := town.Filing("路灯坏了三天没人修，晚上看不见")
	f.Person, f.Place = casework.Person{Phone: "13800001111", Email: "LIN@mail.example"}, casework.Masked{}
	web, err := town.Docket.Open(ctx, f)
	must(t, err)
	f = town.Filing("想问医保卡怎么补办")
	f.Person, f.Place, f.Category = casework.Person{Phone: "13800001111"}, casework.Masked{}, "health"
	_, err = town.Docket.Open(ctx, f)
	must(t, err)
	found, err := town.Duplicates(ctx, Clerk(), web.ID)
	must(t, err)
	if len(found) != 1 || found[0].ID != mail || !found[0].Own || !found[0].Free || found[0].Like < 0.4 {
		t.Errorf("%+v", found)
	}
	if _, err := town.Duplicates(ctx, Worker(River), web.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a unit learns who stands behind a case: %v", err)
	}
	town.Pass(13 * 24 * time.Hour)
	late := someone(t, town, "柳街八号的路灯坏了三天，晚上看不见路", "林小舟", "", "lin@mail.example")
	if found, err = town.Duplicates(ctx, Clerk(), late); err != nil || len(found) != 1 || found[0].ID != web.ID {
		t.Errorf("after fifteen days: %+v, %v", found, err)
	}
}

func TestAMassComplaintIsMergedAndTakenBackAtOnce(t *testing.T) {
	t.Parallel()
	town := New(t)
	var ids []casework.CaseID
	for i := range 5 {
		ids = append(ids, someone(t, town, fmt.Sprintf("工地夜里施工太吵第%d次", i), fmt.Sprintf("居民%d", i), fmt.Sprintf("1380000%04d", i), ""))
	}
	f := town.Filing("工地夜里施工太吵")
	f.Secret, f.Person = true, casework.Person{Phone: "13800009999"}
	_, err := town.Docket.Open(ctx, f)
	must(t, err)
	found, err := town.Duplicates(ctx, Clerk(), ids[0])
	must(t, err)
	if len(found) != 4 {
		t.Fatalf("%d of the same place and matter", len(found))
	}
	must(t, town.Merge(ctx, Clerk(), refOf(ids[4]), ids[3])) // another operator was there: both stay as they are
	n, err := town.MergeAll(ctx, Clerk(), refOf(ids[0]), ids)
	must(t, err)
	if n != 2 {
		t.Errorf("%d merged", n)
	}
	if n, err := town.Affected(ctx, Clerk(), ids[0]); err != nil || n != 3 {
		t.Errorf("%d people, %v", n, err)
	}
	_, err = town.MergeAll(ctx, Clerk(), refOf(ids[0]), ids)
	wants(t, err, fault.Conflict, "fault.nothing_to_merge")
	extra := someone(t, town, "工地夜里施工太吵", "居民", "13800007777", "")
	must(t, town.Merge(ctx, Clerk(), refOf(extra), ids[0]))
	if n, err = town.UnmergeAll(ctx, Clerk(), refOf(ids[0])); err != nil || n != 2 {
		t.Errorf("%d taken back, %v", n, err)
	}
	if c := state(t, town, extra); c.State != casework.Merged {
		t.Errorf("what was merged by itself is %s", c.State)
	}
	for _, id := range ids[1:3] {
		if c := state(t, town, id); c.State != casework.Accepted || c.Met != nil {
			t.Errorf("%s, promise met %v", c.State, c.Met)
		}
	}
	_, err = town.UnmergeAll(ctx, Clerk(), refOf(ids[0]))
	wants(t, err, fault.Conflict, "fault.nothing_to_unmerge")
}

func TestTheSameWordsAgainAreOneRequest(t *testing.T) {
	t.Parallel()
	town := New(t)
	f := town.Filing("楼道积水")
	first, err := town.Docket.Open(ctx, f)
	must(t, err)
	again := func(change func(*casework.Filing)) (casework.Receipt, bool) {
		t.Helper()
		g := town.Filing("楼道积水")
		g.Raw = []byte("as it came")
		change(&g)
		r, ok, err := town.AddSame(ctx, g)
		must(t, err)
		return r, ok
	}
	town.Pass(time.Hour)
	key := town.Filing("").Key
	for range 2 { // the same bytes twice are kept once
		r, ok := again(func(g *casework.Filing) { g.Key = key })
		if ok != (r.ID == first.ID) || r.Code != "" || ok && (r.Number != first.Number || !r.Existing) {
			t.Errorf("%v %+v", ok, r)
		}
	}
	dossier, err := town.Dossier(ctx, casework.Resident(first.ID), first.ID)
	must(t, err)
	if len(dossier.Messages) != 1 || dossier.Messages[0].Purpose != "note" {
		t.Errorf("%+v", dossier.Messages)
	}
	g := town.Filing("楼道积水")
	g.Key = key
	if r, err := town.Docket.Open(ctx, g); err != nil || r.ID != first.ID || r.Code != "" {
		t.Errorf("the words sent again open the code of the first: %+v, %v", r, err)
	}
	for name, change := range map[string]func(*casework.Filing){
		"another person":  func(g *casework.Filing) { g.Person = casework.Person{Phone: "13800002222"} },
		"a new number":    func(g *casework.Filing) { g.Person.Phone = "13800002222" },
		"nobody":          func(g *casework.Filing) { g.Person = casework.Person{} },
		"another word":    func(g *casework.Filing) { g.Body.Original += "。" },
		"another place":   func(g *casework.Filing) { g.Place.Original = "柳街 9 号" },
		"a wish":          func(g *casework.Filing) { g.Secret = true },
		"not published":   func(g *casework.Filing) { g.Publish = false },
		"by the hotline":  func(g *casework.Filing) { g.By = Clerk() },
		"unreadable":      func(g *casework.Filing) { g.Unreadable = true },
		"another request": func(g *casework.Filing) { g.Kind = casework.Praise },
	} {
		if r, ok := again(change); ok {
			t.Errorf("%s: lost in %s", name, r.Number)
		}
	}
	town.Pass(25 * time.Hour)
	if _, ok := again(func(*casework.Filing) {}); ok {
		t.Error("after a day the words were taken for the same")
	}
	must(t, town.Answer(ctx, Clerk(), refOf(first.ID), "已抽水"))
}

// TestNoOrderOfMergesLosesAnybody takes merges, their ends, answers, words and ratings in random order: every message stays on its case, and from
// every complainant's case the way leads to one that is worked on or was answered.
func TestNoOrderOfMergesLosesAnybody(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	for seed := range uint64(6) {
		town := New(t)
		r := rand.New(rand.NewPCG(seed, 7))
		var ids []casework.CaseID
		for i := range 6 {
			ids = append(ids, someone(t, town, fmt.Sprintf("路灯不亮%d", i), "", fmt.Sprintf("1380000%04d", i), ""))
		}
		said := map[casework.CaseID]int{}
		for range 90 {
			id, other := ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]
			name := []string{"merge", "merge", "all", "unmerge", "scatter", "answer", "send", "rate", "rate", "add", "withdraw", "close"}[r.IntN(12)]
			var err error
			switch name {
			case "merge":
				err = town.Merge(ctx, Clerk(), refOf(id), other)
			case "all":
				_, err = town.MergeAll(ctx, Clerk(), refOf(id), []casework.CaseID{other, ids[0], ids[1]})
			case "unmerge":
				err = town.Unmerge(ctx, Clerk(), refOf(id))
			case "scatter":
				_, err = town.UnmergeAll(ctx, Clerk(), refOf(id))
			case "answer":
				if r.IntN(3) == 0 {
					err = town.Answer(ctx, Clerk(), refOf(id), "已修好")
				}
			case "send":
				if err = town.Dispatch(ctx, Clerk(), refOf(id), casework.Order{Lead: River, Clocks: town.Clocks()}); err == nil {
					town.Work(t, id, River)
				}
			case "rate":
				solved := []casework.Solved{casework.SolvedYes, casework.SolvedNo}[r.IntN(2)]
				text := casework.Masked{}
				if solved == casework.SolvedNo {
					text = casework.Masked{Original: "还是不亮", Clear: "还是不亮"}
				}
				if _, err = town.Rate(ctx, casework.Resident(id), refOf(id), casework.Rating{Solved: solved, Satisfaction: 2, Text: text, RedoClocks: town.Clocks()}); err == nil && solved == casework.SolvedNo {
					said[id]++
				}
			case "add":
				if err = town.Add(ctx, casework.Resident(id), refOf(id), casework.Addition{Text: casework.Masked{Original: "补充", Clear: "补充"}}); err == nil {
					said[id]++
				}
			case "withdraw":
				if id == ids[5] && r.IntN(4) == 0 {
					err = town.Withdraw(ctx, casework.Resident(id), refOf(id))
				}
			case "close":
				err = town.Close(ctx, Clerk(), refOf(id))
			}
			if err == nil {
				done[name]++
			} else if k := fault.KindOf(err); k != fault.Conflict && k != fault.Invalid {
				t.Fatalf("seed %d, %s: %v", seed, name, err)
			}
			town.Pass(time.Minute)
		}
		nobodyLost(t, town, ids, said)
	}
	for _, name := range []string{"merge", "all", "unmerge", "scatter", "answer", "send", "rate", "add"} {
		if done[name] == 0 {
			t.Errorf("nothing was tried of %s: %v", name, done)
		}
	}
}

func nobodyLost(t *testing.T, town *Town, ids []casework.CaseID, said map[casework.CaseID]int) {
	t.Helper()
	ends := []casework.State{casework.Merged, casework.Withdrawn, casework.Declined, casework.Redirected, casework.Terminated}
	for _, id := range ids {
		own, err := town.Dossier(ctx, casework.Resident(id), id)
		must(t, err)
		words := 0
		for _, m := range own.Messages {
			if m.Author == "resident" {
				words++
			}
		}
		if words != said[id] {
			t.Errorf("%d messages of %d", words, said[id])
		}
		if rated, spoke := len(own.Ratings), 0; rated > 0 {
			for _, e := range own.Events {
				if e.Step == casework.StepRate {
					spoke++
				}
			}
			if spoke != rated {
				t.Errorf("%d ratings, %d in the history", rated, spoke)
			}
		}
		if own.Case.State == casework.Merged {
			master := state(t, town, *own.Case.MergedInto)
			if slices.Contains(ends, master.State) {
				t.Errorf("a case follows one that is %s", master.State)
			}
			if _, ok, err := town.Master(ctx, casework.Resident(id), id); err != nil || !ok {
				t.Errorf("its resident does not see the course: %v", err)
			}
			list, err := town.Followers(ctx, Clerk(), master.ID)
			must(t, err)
			if !slices.ContainsFunc(list, func(c casework.Case) bool { return c.ID == id }) {
				t.Error("the operator does not find it from its master")
			}
		} else if own.Case.MergedInto != nil {
			t.Errorf("%s, and merged", own.Case.State)
		}
		n := 0
		must(t, pg.InTx(context.Background(), town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from person where case_id = $1 and phone_hash is not null`, id).Scan(&n)
		}))
		if n != 1 {
			t.Error("a complainant is gone")
		}
	}
}
