package intake

import (
	"fmt"
	"testing"

	"huiyin/casework"
)

func (d desk) answered(t *testing.T) (id casework.CaseID, to string) {
	t.Helper()
	id, token := d.issued(t)
	if err := d.docket.Answer(t.Context(), operator, casework.Ref{ID: id}, "路灯已报修，今晚亮。"); err != nil {
		t.Fatal(err)
	}
	return id, "12345+" + token + "@linlan.example"
}

func ratingMail(to string, n int, words string) string {
	return fmt.Sprintf("From: <zhang@mail.example>\nTo: %s\nSubject: Re: case\nMessage-ID: <r%d@mail.example>\nContent-Type: text/plain; charset=utf-8\n\n%s\n", to, n, words)
}

func TestAnAnswerInPlainWordsRatesTheCase(t *testing.T) {
	d := open(t)
	id, to := d.answered(t)
	mail := ratingMail(to, 1, "非常满意，谢谢！")
	d.deliver(t, mail)
	d.deliver(t, mail)
	f, err := d.docket.Dossier(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Ratings) != 1 || f.Ratings[0].Satisfaction != 5 || f.Ratings[0].Solved != "" || f.Ratings[0].Channel != casework.Email {
		t.Fatalf("%+v", f.Ratings)
	}
	d.deliver(t, ratingMail(to, 2, "不满意，路灯还没修"))
	if f, err = d.docket.Dossier(t.Context(), casework.System, id); err != nil {
		t.Fatal(err)
	}
	if r := f.Ratings[0]; r.Satisfaction != 2 || r.Solved != casework.SolvedNo || len(r.Before) != 1 || r.Before[0].Satisfaction != 5 {
		t.Fatalf("%+v", f.Ratings)
	}
	if f.Case.Round != 2 {
		t.Errorf("not solved, and the case is in round %d", f.Case.Round)
	}
	if n := len(d.cases(t)); n != 1 {
		t.Errorf("%d cases", n)
	}
}

func TestDoubtfulWordsWaitForAPersonAndRateNothing(t *testing.T) {
	d := open(t)
	id, to := d.answered(t)
	d.deliver(t, ratingMail(to, 1, "修好了我才满意"))
	d.deliver(t, ratingMail(to, 2, "满意？"))
	d.deliver(t, ratingMail(to, 3, "路口那一盏也不亮"))
	f, err := d.docket.Dossier(t.Context(), casework.System, id)
	if err != nil || len(f.Ratings) != 0 {
		t.Fatalf("%+v %v", f.Ratings, err)
	}
	kept, err := d.docket.KeptList(t.Context(), operator, 10)
	if err != nil || len(kept) != 2 || kept[0].Reason != "doubtful_rating" || kept[0].About == nil || *kept[0].About != id {
		t.Fatalf("%+v %v", kept, err)
	}
	if last := f.Messages[len(f.Messages)-1]; last.Purpose != "note" {
		t.Errorf("words that rate nothing are kept as %s", last.Purpose)
	}
}
