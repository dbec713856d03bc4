package console

import (
	"context"
	"strings"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/search"
	"huiyin/web/dossier"
)

// How far back similar cases are looked for, how many of them, from how many that one unit had on they are a reason, and how many of these are named.
const (
	pastMonths = 6
	pastShown  = 12
	pastLeast  = 2
	pastNamed  = 3
)

// answeredStates are those in which the unit that had a case turned out to be the right one.
var answeredStates = []casework.State{casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated, casework.Closed, casework.Archived}

// past adds to the reasons of each candidate how many similar cases it answered of late: what was done before is a reason that a person can check.
func (x *Pages) past(ctx context.Context, by casework.Actor, v dossier.View, pane *paneView) error {
	words := []rune(v.F.Case.Title + " " + v.F.Case.Body)
	words = words[:min(len(words), wordsForSimilar)]
	if len(pane.Candidates) == 0 || len(words) < 4 {
		return nil
	}
	found, err := x.finder.Engine.Find(ctx, search.Query{Text: string(words), States: answeredStates, Since: v.P.Now.AddDate(0, -pastMonths, 0), Limit: pastShown + 1}, by.Sight())
	if err != nil {
		return err
	}
	var ids []casework.CaseID
	for _, h := range found.Hits {
		if h.Case != v.F.Case.ID {
			ids = append(ids, h.Case)
		}
	}
	seen, err := x.Docket.Seen(ctx, by, ids[:min(len(ids), pastShown)])
	if err != nil {
		return err
	}
	had := map[string][]string{}
	for _, s := range seen {
		had[string(s.Case.Lead)] = append(had[string(s.Case.Lead)], s.Case.Number)
	}
	for i, c := range pane.Candidates {
		if codes := had[c.Code]; len(codes) >= pastLeast {
			named := strings.Join(codes[:min(len(codes), pastNamed)], v.P.T("console.past_comma"))
			pane.Candidates[i].Reasons = append(pane.Candidates[i].Reasons, v.P.T("console.past", locale.Args{"N": len(codes), "All": len(seen), "Cases": named}))
		}
	}
	return nil
}
