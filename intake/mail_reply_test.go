package intake

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/notify/postmark"
)

var operator = casework.Actor{Kind: casework.ByStaff, StaffID: 7, Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}}

// issued opens a case by mail whose letters carry a token.
func (d desk) issued(t *testing.T) (id casework.CaseID, token string) {
	t.Helper()
	d.deliver(t, complaint)
	id = d.cases(t)[0].ID
	if err := postmark.Issue(t.Context(), d.docket.DB, d.docket.Keys, id); err != nil {
		t.Fatal(err)
	}
	return id, postmark.Token(d.docket.Keys, id)
}

func answerFrom(from, to string, n int, more string) string {
	return fmt.Sprintf("From: <%s>\nTo: %s\nSubject: Re: case\nMessage-ID: <a%d@mail.example>\n%sContent-Type: text/plain; charset=utf-8\n\nAddition number %d.\n", from, to, n, more, n)
}

func (d desk) notes(t *testing.T, id casework.CaseID) int {
	t.Helper()
	f, err := d.docket.Dossier(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	return len(f.Messages)
}

// An attacker knows the resident's address, the case's number, and everything but the token.
func TestNeitherAForgedSenderNorAGuessedNumberReachesACase(t *testing.T) {
	d := open(t)
	id, token := d.issued(t)
	number := d.cases(t)[0].Number
	for i, raw := range []string{
		answerFrom("zhang@mail.example", "12345@linlan.example", 1, ""),
		answerFrom("zhang@mail.example", "12345@linlan.example", 2, "In-Reply-To: <"+number+"@letters.linlan.example>\n"),
		strings.Replace(answerFrom("zhang@mail.example", "12345@linlan.example", 3, "References: <"+id.String()+"@letters.linlan.example>\n"), "Re: case", "Re: "+number, 1),
		answerFrom("zhang@mail.example", "12345+"+number+"@linlan.example", 4, ""),
		answerFrom("zhang@mail.example", "12345+"+id.String()+"@linlan.example", 5, ""),
		answerFrom("zhang@mail.example", "12345+"+token[:25]+"@linlan.example", 6, ""),
		answerFrom("zhang@mail.example", "12345+"+strings.Repeat("a", 26)+"@linlan.example", 7, "X-Huiyin-Case: "+number+"\n"),
		answerFrom("zhang@mail.example", "12345@linlan.example", 8, "In-Reply-To: <"+token+".0191d7a0-0000-7000-8000-000000000000@letters.other.example>\n"),
		answerFrom("zhang@mail.example", "12345@linlan.example", 9, "In-Reply-To: <"+postmark.StopToken(d.docket.Keys, id)+"@letters.linlan.example>\n"),
	} {
		d.deliver(t, raw)
		if n := d.notes(t, id); n != 0 {
			t.Fatalf("attempt %d reached the case", i+1)
		}
		if n := len(d.cases(t)); n != i+2 {
			t.Errorf("attempt %d: %d cases, want %d: what cannot be attached is for a person", i+1, n, i+2)
		}
	}
}

// Who was sent the letter by the resident holds its token. What he writes waits for a person.
func TestAnOutsidersReplyWaitsForAPerson(t *testing.T) {
	d := open(t)
	id, token := d.issued(t)
	to := "12345+" + token + "@linlan.example"
	for range 2 {
		d.deliver(t, answerFrom("neighbour@other.example", to, 1, ""))
	}
	d.deliver(t, strings.Replace(answerFrom("x", to, 2, ""), "From: <x>", "From:", 1))
	if n := d.notes(t, id); n != 0 || len(d.cases(t)) != 1 {
		t.Fatalf("%d additions, %d cases", n, len(d.cases(t)))
	}
	kept, err := d.docket.KeptList(t.Context(), operator, 10)
	if err != nil || len(kept) != 2 || kept[0].Reason != "outsider" || kept[0].Verdict != "reply" || kept[0].About == nil || *kept[0].About != id || kept[0].AboutNo == "" {
		t.Fatalf("%+v %v", kept, err)
	}
	stranger := casework.Actor{Kind: casework.ByStaff, StaffID: 8, Unit: "c-chengguan", Roles: []casework.Role{casework.Handler}, Units: []casework.UnitCode{"c-chengguan"}}
	if err := d.Attach(t.Context(), stranger, kept[0].Key, id); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a unit attaches: %v", err)
	}
	if err := d.Attach(t.Context(), operator, kept[0].Key, casework.CaseID{1}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("attached to nothing: %v", err)
	}
	for range 2 {
		if err := d.Attach(t.Context(), operator, kept[0].Key, id); err != nil {
			t.Fatal(err)
		}
	}
	if n := d.notes(t, id); n != 1 {
		t.Errorf("%d additions after it was attached", n)
	}
	if kept, _ = d.docket.KeptList(t.Context(), operator, 10); len(kept) != 1 {
		t.Errorf("%d still wait", len(kept))
	}
}

// The reopen limiter: a machine that answers every letter of a finished case opens two cases a day, and then waits.
func TestAFinishedCaseIsReopenedTwiceADay(t *testing.T) {
	d := open(t)
	id, token := d.issued(t)
	if err := d.docket.Withdraw(t.Context(), casework.Resident(id), casework.Ref{ID: id}); err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		d.deliver(t, answerFrom("zhang@mail.example", "12345+"+token+"@linlan.example", n, ""))
	}
	if n := len(d.cases(t)); n != 1+mostReopened {
		t.Errorf("%d cases", n)
	}
	if n := d.count(t, `select count(*) from submission where reason = 'too_many_reopened' and about = $1`, id); n != 4 {
		t.Errorf("%d wait for a person", n)
	}
	if n := d.count(t, `select count(*) from cases where $1 = any (tags)`, postmark.SameTag+id.String()); n != mostReopened {
		t.Errorf("%d of the new cases name the old one", n)
	}
}

func TestOneCaseTakesTwentyRepliesADay(t *testing.T) {
	d := open(t)
	id, token := d.issued(t)
	for n := range mostReplies + 3 {
		d.deliver(t, answerFrom("zhang@mail.example", "12345+"+token+"@linlan.example", n, ""))
	}
	if n := d.notes(t, id); n != mostReplies || len(d.cases(t)) != 1 {
		t.Errorf("%d additions, %d cases", n, len(d.cases(t)))
	}
}

func TestInARushMailIsDurableFirstAndACaseSoon(t *testing.T) {
	d := open(t)
	d.spool.mu.Lock()
	d.spool.tokens, d.spool.at, d.spool.draining = -1000, time.Now(), true // no mail is a case at once, and nothing drains by itself
	d.spool.mu.Unlock()
	for range 2 {
		d.deliver(t, complaint)
	}
	d.deliver(t, strings.NewReplacer("<1@", "<2@", "每天深夜", "周末深夜").Replace(complaint))
	if n := d.count(t, `select count(*) from mail_spool`); n != 2 || len(d.cases(t)) != 0 {
		t.Fatalf("%d in the spool, %d cases", n, len(d.cases(t)))
	}
	if n := d.count(t, `select count(*) from mail_spool where position('mail.example'::bytea in raw) + position('mail.example'::bytea in envelope) > 0`); n != 0 {
		t.Error("the spool is not sealed")
	}
	big := strings.Replace(complaint, "<1@", "<3@", 1) + strings.Repeat("大件附言。\n", rushBytes/10)
	d.deliver(t, big)
	if n := len(d.cases(t)); n != 1 {
		t.Errorf("a large mail is written twice: %d cases", n)
	}
	if n, err := d.Drain(t.Context()); err != nil || n != 2 {
		t.Fatalf("%d drained, %v", n, err)
	}
	d.deliver(t, complaint)
	if _, err := d.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := d.count(t, `select count(*) from mail_spool`); n != 0 || len(d.cases(t)) != 3 {
		t.Errorf("%d in the spool, %d cases", n, len(d.cases(t)))
	}
}
