package intake

import (
	"strings"
	"testing"

	"huiyin/casework"
)

func TestTheSameWordsComeIntoOneCase(t *testing.T) {
	d := open(t)
	d.deliver(t, complaint)
	d.deliver(t, strings.Replace(complaint, "<1@mail.example>", "<2@mail.example>", 1)) // sent again by hand: other bytes, the same words
	all := d.cases(t)
	if len(all) != 1 {
		t.Fatalf("%d cases of the same words", len(all))
	}
	if n := d.count(t, `select count(*) from submission where case_id = $1`, all[0].ID); n != 2 {
		t.Errorf("%d messages are kept", n)
	}
	if n := d.count(t, `select count(*) from event where case_id = $1 and step = 'add' and (data ->> 'again')::boolean`, all[0].ID); n != 1 {
		t.Errorf("%d additions", n)
	}
	d.deliver(t, strings.NewReplacer("<1@mail.example>", "<3@mail.example>", "From: =?utf-8?B?5byg5Lyf?= <zhang@mail.example>", "From: <li@mail.example>").Replace(complaint))
	if all = d.cases(t); len(all) != 2 {
		t.Errorf("%d cases of the same words by two people", len(all))
	}
	form := Form{Nonce: "0123456789abcdef-1", Text: "向阳路小学东门早市占道", Place: "向阳路", Phone: "19900000001"}
	var receipts []casework.Receipt
	for _, nonce := range []string{"0123456789abcdef-1", "0123456789abcdef-1", "0123456789abcdef-2"} {
		form.Nonce = nonce
		s, err := form.Submission()
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.File(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, r)
	}
	if receipts[0].Code != receipts[1].Code || receipts[0].ID != receipts[1].ID {
		t.Error("the same form sent twice is two requests")
	}
	again, err := d.docket.Case(t.Context(), casework.System, receipts[2].ID)
	if err != nil {
		t.Fatal(err)
	}
	if receipts[2].Code == receipts[0].Code || again.State != casework.Registered {
		t.Errorf("another form with the same words is %s", again.State)
	}
	found, err := d.docket.Duplicates(t.Context(), casework.System, again.ID)
	if err != nil || len(found) != 1 || found[0].ID != receipts[0].ID || !found[0].Own || found[0].Like != 1 {
		t.Errorf("the operator is shown %+v, %v", found, err)
	}
}
