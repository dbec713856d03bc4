package casework_test

import (
	"strings"
	"testing"

	"huiyin/casework"

	. "huiyin/casework/caseworktest"
)

// What an answer stood on is kept in the history of the case, with the title as it was.
func TestAnAnswerKeepsWhatItStandsOn(t *testing.T) {
	t.Parallel()
	town := New(t)
	cite := casework.Cite{Code: "water-bill", Version: 2, ZH: "水费怎么交", EN: "Paying a water bill"}
	answered, replied := town.Open(t, "水费在哪里交").ID, town.Send(t, "水费怎么交", Urban)
	must(t, town.Accept(ctx, Clerk(), casework.Ref{ID: answered}))
	must(t, town.Answer(ctx, Clerk(), casework.Ref{ID: answered}, "到供水营业厅，收现金。", cite))
	must(t, town.Sign(ctx, Worker(Urban), casework.Ref{ID: replied}))
	must(t, town.Reply(ctx, Worker(Urban), casework.Ref{ID: replied}, casework.Reply{Text: "到供水营业厅，收现金。", With: []casework.Cite{cite}}))
	for id, step := range map[casework.CaseID]casework.Step{answered: casework.StepAnswer, replied: casework.StepReply} {
		f, err := town.Dossier(ctx, casework.Resident(id), id)
		must(t, err)
		kept := false
		for _, e := range f.Events {
			kept = kept || e.Step == step && strings.Contains(string(e.Data), `"answered_with"`) && strings.Contains(string(e.Data), `"water-bill"`)
		}
		if !kept {
			t.Errorf("%s does not say what it stands on: %+v", step, f.Events)
		}
	}
}
