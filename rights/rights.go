// Package rights answers what residents ask of their own data: by when, what they are given, what is destroyed with a certificate, and what the public is told of it.
package rights

import (
	"context"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/routing/sla"
)

// Office takes requests about data and keeps their limits. Its fields are needed; it is safe for concurrent use.
type Office struct {
	Docket *casework.Docket
	Terms  *sla.Terms
}

// Ask files a request. A copy and a withdrawn consent are granted at once: there is nothing to weigh (PIPL 15, 45). Errors: as casework.AskRight.
func (o *Office) Ask(ctx context.Context, by casework.Actor, id casework.CaseID, a casework.RightAsk) (casework.RightRequest, error) {
	a.Due = o.Terms.Right(a.Kind, o.Docket.Now())
	r, err := o.Docket.AskRight(ctx, by, id, a)
	if err != nil {
		return r, err
	}
	if a.Kind == casework.RightCopy || a.Kind == casework.RightWithdraw {
		if err := o.Docket.DecideRight(ctx, casework.System, r.ID, casework.RightDecision{Grant: true, Basis: Basis[a.Kind]}); err != nil {
			return r, err
		}
		return o.Docket.Right(ctx, by, r.ID)
	}
	return r, nil
}

// Basis names the article of the Personal Information Protection Law that each right stands on, as locale keys are made of it.
var Basis = map[casework.RightKind]string{
	casework.RightCopy: "pipl_45", casework.RightCorrect: "pipl_46", casework.RightDelete: "pipl_47", casework.RightRestrict: "pipl_44", casework.RightExplain: "pipl_48",
	casework.RightObject: "pipl_24", casework.RightTakedown: "pipl_25", casework.RightWithdraw: "pipl_15",
}

// Refusals are the grounds on which a request may be refused, as locale keys are made of them: still needed for the duty, kept by law, not the holder's data, nothing of the kind kept, decided by a person already.
var Refusals = []string{"duty", "archive", "not_theirs", "not_kept", "by_person"}

// Sweep raises requests whose limit is over and counts provisional limits anew; it tells how many moved. It is safe to run twice, late, or on two machines at once.
func (o *Office) Sweep(ctx context.Context) (int, error) {
	moved, err := o.Docket.RecountRights(ctx, o.Terms.Calendar.Version(), o.Terms.Right)
	if err != nil {
		return moved, err
	}
	late, err := o.Docket.SweepRights(ctx, 200)
	return moved + late, err
}

// Find is the resident's own request of a case. Errors: fault.NotFound.
func (o *Office) Find(ctx context.Context, by casework.Actor, id string) (casework.RightRequest, error) {
	request, err := uuid.Parse(id)
	if err != nil {
		request = uuid.Nil
	}
	return o.Docket.Right(ctx, by, request)
}
