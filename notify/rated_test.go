package notify_test

import (
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
)

// A rating in the plain words of a letter is confirmed by a letter that says how it was read, in both languages, with the way to put it right; one given on the page is not written about.
func TestARatingByLetterIsConfirmedAsItWasRead(t *testing.T) {
	o := open(t, nil)
	rate := func(title string, channel casework.Channel) {
		t.Helper()
		id := o.Send(t, title, caseworktest.Urban)
		ref, worker := casework.Ref{ID: id}, caseworktest.Worker(caseworktest.Urban)
		for _, err := range []error{o.Sign(t.Context(), worker, ref), o.Contact(t.Context(), worker, ref, casework.ContactResult{Means: "phone", Reached: true}), o.Reply(t.Context(), worker, ref, casework.Reply{Text: "已修好。"})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := o.Rate(t.Context(), casework.Resident(id), ref, casework.Rating{Round: 1, Solved: casework.SolvedYes, Satisfaction: 4, Channel: channel}); err != nil {
			t.Fatal(err)
		}
	}
	rate("路灯不亮", casework.Email)
	rate("井盖响", casework.Web)
	o.settle(t)
	confirmed := 0
	letters, _ := o.letters(t)
	for _, l := range letters {
		text, page := parts(t, l)
		if !strings.Contains(text, "您来信的评价已经记下") {
			continue
		}
		confirmed++
		for _, want := range []string{"已经记下：已解决，满意。", "24 小时内可以修改", "修改评价: https://linlan.example/rate/", "?change=1", "We have read your letter as this rating: solved, satisfied."} {
			if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
				t.Errorf("the letter does not say %q:\n%s", want, text)
			}
		}
		if !strings.Contains(page, "?change=1") {
			t.Error("the letter's page has no link to change it")
		}
	}
	if confirmed != 1 {
		t.Errorf("%d ratings are confirmed by letter, want the one that came by letter", confirmed)
	}
}
