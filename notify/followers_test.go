package notify_test

import (
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
)

// joinedTown is a master and two more residents of the same matter, one of whom writes English.
func joinedTown(t *testing.T, o *office) (master casework.CaseID, follow [2]casework.CaseID) {
	t.Helper()
	for i, who := range []struct{ name, phone, mail, lang string }{
		{"林小舟", "13800001111", "lin@mail.example", "zh-CN"}, {"高远山", "13800002222", "gao@mail.example", "zh-CN"}, {"Ann Lee", "13800003333", "ann@mail.example", "en"},
	} {
		f := o.Filing("路灯不亮")
		f.Person = casework.Person{Name: who.name, Phone: who.phone, Email: who.mail, Address: "柳街八号三单元"}
		f.Language = who.lang
		r, err := o.Docket.Open(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			master = r.ID
		} else {
			follow[i-1] = r.ID
		}
	}
	return master, follow
}

func (o *office) sent(t *testing.T, id casework.CaseID, kind string) int {
	t.Helper()
	return o.count(t, `select count(*) from letter where case_id = $1 and kind = $2 and state = 'sent'`, id, kind)
}

func TestEveryoneOfAMergedMatterGetsTheAnswer(t *testing.T) {
	o := open(t, nil)
	ctx := t.Context()
	master, follow := joinedTown(t, o)
	clerk := caseworktest.Clerk()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	o.settle(t)
	check(o.Merge(ctx, clerk, casework.Ref{ID: follow[0]}, master))
	check(o.Merge(ctx, clerk, casework.Ref{ID: follow[1]}, master))
	check(o.Dispatch(ctx, clerk, casework.Ref{ID: master}, casework.Order{Lead: caseworktest.River, Clocks: o.Clocks()}))
	o.Work(t, master, caseworktest.River)
	o.settle(t)
	check(o.Review(ctx, clerk, casework.Ref{ID: master}))
	check(o.Close(ctx, clerk, casework.Ref{ID: master}))
	o.settle(t)
	for _, id := range follow {
		for _, kind := range []string{"filed", "joined", "dispatched", "replied", "closed"} {
			if n := o.sent(t, id, kind); n != 1 {
				t.Errorf("%d letters %s to a merged resident", n, kind)
			}
		}
	}
	answers := map[string]string{}
	all, _ := o.letters(t)
	for _, l := range all {
		to, _ := l.Header.AddressList("To")
		subject, _ := l.Header.Subject()
		text, _ := parts(t, l)
		if strings.Contains(text, "已清理并加派巡查") {
			answers[to[0].Address] = text
			if l.Header.Get("In-Reply-To") == "" {
				t.Errorf("the answer to %s is in no thread", to[0].Address)
			}
		}
		for _, other := range []string{"林小舟", "高远山", "Ann Lee", "13800001111", "13800002222", "路灯"} {
			if strings.Contains(subject+text, other) {
				t.Errorf("the letter to %s says %q", to[0].Address, other)
			}
		}
	}
	for id, mail := range map[casework.CaseID]string{master: "lin@mail.example", follow[0]: "gao@mail.example", follow[1]: "ann@mail.example"} {
		if !strings.Contains(answers[mail], o.RatingLink(id, 1)) {
			t.Errorf("%s cannot rate:\n%s", mail, answers[mail])
		}
	}
	if !strings.Contains(answers["ann@mail.example"], "answers your case") {
		t.Errorf("the answer is not in the resident's language:\n%s", answers["ann@mail.example"])
	}
}

func TestAMergeTakenBackTellsNobodyTwice(t *testing.T) {
	o := open(t, nil)
	ctx, clerk := t.Context(), caseworktest.Clerk()
	master, follow := joinedTown(t, o)
	ref := casework.Ref{ID: follow[0]}
	must := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	// Undone before anybody heard of it: nobody hears of either.
	must(o.Merge(ctx, clerk, ref, master), o.Unmerge(ctx, clerk, ref))
	o.settle(t)
	if j, p := o.sent(t, ref.ID, "joined"), o.sent(t, ref.ID, "parted"); j != 0 || p != 0 {
		t.Errorf("%d letters of the merge, %d of its end", j, p)
	}
	must(o.Answer(ctx, clerk, casework.Ref{ID: master}, "高远山同志反映的路灯已修好"))
	must(o.Merge(ctx, clerk, ref, master))
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where case_id = $1 and kind = 'answered'`, ref.ID); n != 0 {
		t.Errorf("%d letters of an answer that the letter of the merge has", n)
	}
	must(o.Unmerge(ctx, clerk, ref))
	o.settle(t)
	must(o.Merge(ctx, clerk, ref, master))
	o.settle(t)
	if j, p := o.sent(t, ref.ID, "joined"), o.sent(t, ref.ID, "parted"); j != 2 || p != 1 {
		t.Errorf("%d letters of merges, %d of an end", j, p)
	}
	said := 0
	all, _ := o.letters(t)
	for _, l := range all {
		to, _ := l.Header.AddressList("To")
		text, _ := parts(t, l)
		if to[0].Address == "gao@mail.example" && strings.Contains(text, "反映的路灯已修好") {
			said++
		}
	}
	if said != 1 {
		t.Errorf("the same answer was told %d times", said)
	}
	must(o.Close(ctx, clerk, casework.Ref{ID: master}))
	o.settle(t)
	if n := o.sent(t, ref.ID, "closed"); n != 1 {
		t.Errorf("%d letters of the end", n)
	}
}

func TestTheSameMailAgainIsToldOnceWithItsNumber(t *testing.T) {
	o := open(t, nil)
	for i := range 3 {
		o.deliver(t, "lin@mail.example", mailbox, "小区漏水", "X-Try: "+string(rune('a'+i))+"\r\n", "柳街8号楼道漏水，一直没有人来修")
	}
	o.settle(t)
	number := ""
	if err := o.owner.QueryRow(t.Context(), `select number from cases`).Scan(&number); err != nil {
		t.Fatal(err)
	}
	if n := o.count(t, `select count(*) from cases`); n != 1 {
		t.Errorf("%d cases", n)
	}
	all, _ := o.letters(t)
	if len(all) != 2 {
		t.Fatalf("%d letters", len(all))
	}
	if text, _ := parts(t, all[1]); !strings.Contains(text, "与诉求 "+number+" 相同") {
		t.Errorf("%s", text)
	}
}
