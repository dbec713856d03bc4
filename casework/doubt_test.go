package casework_test

import (
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/fault"
)

// A doubt stands in the history and beside the rating, whose words stay; a supervisor clears it once and for all, with a reason.
func TestADoubtfulRatingIsKeptAndMayBeCleared(t *testing.T) {
	town := caseworktest.New(t)
	id := town.Answered(t, "路灯不亮", caseworktest.Urban)
	ref, ctx := casework.Ref{ID: id}, t.Context()
	said := casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5, Channel: casework.Web, Doubts: []string{"too_fast"}}
	if _, err := town.Rate(ctx, casework.Resident(id), ref, said); err != nil {
		t.Fatal(err)
	}
	rating := func() casework.RatingView {
		t.Helper()
		f, err := town.Dossier(ctx, casework.System, id)
		if err != nil || len(f.Ratings) != 1 {
			t.Fatalf("%d ratings, %v", len(f.Ratings), err)
		}
		return f.Ratings[0]
	}
	if r := rating(); !r.Doubtful() || r.Satisfaction != 5 {
		t.Fatalf("%+v", r)
	}
	if err := town.DoubtRating(ctx, casework.System, ref, 1, []string{"closing"}, ""); err != nil {
		t.Fatal(err)
	}
	if r := rating(); len(r.Suspect) != 2 {
		t.Fatalf("%v", r.Suspect)
	}
	for name, try := range map[string]struct {
		by     casework.Actor
		doubts []string
		reason string
		want   fault.Kind
	}{
		"the same doubt again":       {casework.System, []string{"closing"}, "", fault.Conflict},
		"a round that was not rated": {casework.System, []string{"late"}, "", fault.Conflict},
		"the program clears":         {casework.System, nil, "好", fault.Forbidden},
		"a supervisor doubts":        {caseworktest.Clerk(), []string{"late"}, "疑", fault.Forbidden},
		"cleared without a reason":   {caseworktest.Clerk(), nil, " ", fault.Invalid},
		"the unit clears":            {caseworktest.Worker(caseworktest.Urban), nil, "好", fault.Forbidden},
	} {
		round := 1
		if name == "a round that was not rated" {
			round = 2
		}
		if err := town.DoubtRating(ctx, try.by, ref, round, try.doubts, try.reason); fault.KindOf(err) != try.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := town.DoubtRating(ctx, caseworktest.Clerk(), ref, 1, nil, "本人电话确认"); err != nil {
		t.Fatal(err)
	}
	if r := rating(); r.Doubtful() || len(r.Suspect) != 2 {
		t.Errorf("cleared: %+v", r)
	}
	if err := town.DoubtRating(ctx, casework.System, ref, 1, []string{"same_device"}, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("doubted again after it was cleared: %v", err)
	}
	f, err := town.Dossier(ctx, casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range f.Events {
		if e.Step == casework.StepDoubt {
			n++
		}
	}
	if n != 2 || f.Case.State != casework.Rated {
		t.Errorf("%d doubts in the history, the case is %s", n, f.Case.State)
	}
}
