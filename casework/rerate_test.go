package casework_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
)

func TestALaterWordOfTheDayCountsAndTheEarlierStaysInTheHistory(t *testing.T) {
	t.Parallel()
	town := New(t)
	ctx := t.Context()
	id := town.Answered(t, "路灯不亮", Urban)
	by, ref := casework.Resident(id), casework.Ref{ID: id}
	r := casework.Rating{Round: 1, Solved: casework.SolvedYes, Satisfaction: 5, Tags: []string{"531"}, TagSet: "2026.1", Channel: casework.Web}
	if _, err := town.ChangeRating(ctx, by, ref, r); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a word that was not said is changed: %v", err)
	}
	if _, err := town.Rate(ctx, by, ref, r); err != nil {
		t.Fatal(err)
	}
	bad := casework.Rating{Round: 1, Solved: casework.SolvedYes, Satisfaction: 2, TagSet: "2026.1", Channel: casework.Web, RedoClocks: town.Clocks(), Rectify: true}
	if _, err := town.ChangeRating(ctx, by, ref, bad); fault.KeyOf(err) != "fault.tag_needed" {
		t.Errorf("a bad rating says nothing: %v", err)
	}
	if _, err := town.ChangeRating(ctx, Worker(Urban), ref, r); err == nil {
		t.Error("the unit changes what the resident said")
	}
	town.Pass(23 * time.Hour)
	bad.Tags = []string{"233"}
	effect, err := town.ChangeRating(ctx, by, ref, bad)
	if err != nil || !effect.Redone {
		t.Fatalf("a bad rating under a name does not go back: %+v %v", effect, err)
	}
	f, err := town.Dossier(ctx, casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	kept := f.Ratings[0]
	if kept.Satisfaction != 2 || kept.Changed == nil || len(kept.Before) != 1 || kept.Before[0].Satisfaction != 5 || !slices.Equal(kept.Before[0].Tags, []string{"531"}) {
		t.Errorf("kept %+v", kept)
	}
	if f.Case.Round != 2 || f.Case.State != casework.Dispatched || !f.Case.Designated {
		t.Errorf("the case is %s in round %d", f.Case.State, f.Case.Round)
	}
	if _, err := town.ChangeRating(ctx, by, ref, r); err != nil {
		t.Errorf("back to the good word, in the day: %v", err)
	}
	town.Pass(2 * time.Hour)
	if _, err := town.ChangeRating(ctx, by, ref, bad); fault.KeyOf(err) != "fault.rating_final" {
		t.Errorf("after a day: %v", err)
	}
}

// Once for a round; what counts is the last word within a day of the first; every word said is in the history.
func TestOneWordARoundChangesWithinADay(t *testing.T) {
	town := New(t)
	rapid.Check(t, func(r *rapid.T) {
		ctx := context.Background()
		id := town.Answered(t, "井盖松动", Urban)
		by, ref := casework.Resident(id), casework.Ref{ID: id}
		var last casework.Satisfaction
		var since time.Duration
		said := 0
		for range rapid.IntRange(1, 6).Draw(r, "words") {
			w := casework.Rating{Round: 1, Solved: casework.SolvedYes, Satisfaction: casework.Satisfaction(rapid.IntRange(1, 5).Draw(r, "level")), Channel: casework.Web}
			if rapid.Bool().Draw(r, "as new") || said == 0 {
				_, err := town.Rate(ctx, by, ref, w)
				if (err == nil) != (said == 0) {
					r.Fatalf("rated again: %v", err)
				}
				if said == 0 {
					last, said = w.Satisfaction, 1
				}
			} else {
				_, err := town.ChangeRating(ctx, by, ref, w)
				if (err != nil) != (since > casework.ChangeRatingWithin) {
					r.Fatalf("changed %s after the first word: %v", since, err)
				}
				if err == nil && w.Satisfaction != last {
					last = w.Satisfaction
					said++
				}
			}
			pass := time.Duration(rapid.IntRange(0, 12*60).Draw(r, "minutes")) * time.Minute
			town.Pass(pass)
			since += pass
		}
		f, err := town.Dossier(ctx, casework.System, id)
		if err != nil {
			r.Fatal(err)
		}
		steps := 0
		for _, e := range f.Events {
			if e.Step == casework.StepRate || e.Step == casework.StepRerate {
				steps++
			}
		}
		if len(f.Ratings) != 1 || f.Ratings[0].Satisfaction != last || len(f.Ratings[0].Before) != said-1 || steps != said {
			r.Fatalf("%d words, %d steps, kept %+v", said, steps, f.Ratings)
		}
	})
}
