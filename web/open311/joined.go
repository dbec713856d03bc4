package open311

import (
	"cmp"
	"context"
	"slices"

	"huiyin/casework"
	"huiyin/privacy"
)

// dossier reads a case as its own resident sees it. Where it was merged into another, it stands as that one does, and what the offices did and
// answered there follows its own history: whoever brought the request hears the course as before, and nothing of the other residents.
func (x *Service) dossier(ctx context.Context, id casework.CaseID) (casework.Dossier, error) {
	by := casework.Resident(id)
	f, err := x.Docket.Dossier(ctx, by, id)
	if err != nil {
		return f, err
	}
	m, merged, err := x.Docket.Master(ctx, by, id)
	if err != nil || !merged {
		return f, err
	}
	f.Case.State, f.Case.Owner, f.Case.Lead, f.Case.Due, f.Case.Met = m.Case.State, m.Case.Owner, m.Case.Lead, m.Case.Due, m.Case.Met
	for _, said := range m.Messages {
		said.Body, _ = privacy.Mask(said.Body)
		f.Messages = append(f.Messages, said)
	}
	for i, e := range f.Events {
		if e.Step == casework.StepMerge {
			f.Events[i].To = m.Case.State // the request is not over with its merge
		}
	}
	f.Events = append(f.Events, m.Events...)
	slices.SortStableFunc(f.Events, func(a, b casework.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq)) })
	return f, nil
}
