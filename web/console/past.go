package console

import (
	"context"
	"strings"
	"sync"
	"time"

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

// How long the cases like one that is open are known, and of how many: many have the first of the queue open at the same time, and each page asks for them.
const (
	alikeFor  = 5 * time.Second
	alikeMost = 500
)

// recent knows, for some seconds, which cases are like an open one: identifiers only, of which each reader sees those in scope. It is safe for concurrent use.
type recent struct {
	mu    sync.Mutex
	lists map[casework.CaseID]recentList
}

type recentList struct {
	at  time.Time
	ids []casework.CaseID
}

func (r *recent) of(id casework.CaseID, now time.Time) ([]casework.CaseID, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one, ok := r.lists[id]
	return one.ids, ok && now.Sub(one.at) < alikeFor
}

func (r *recent) keep(id casework.CaseID, now time.Time, ids []casework.CaseID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lists == nil || len(r.lists) >= alikeMost {
		r.lists = map[casework.CaseID]recentList{}
	}
	r.lists[id] = recentList{now, ids}
}

// past adds to the reasons of each candidate how many similar cases it answered of late: what was done before is a reason that a person can check.
func (x *Pages) past(ctx context.Context, by casework.Actor, v dossier.View, pane *paneView) error {
	words := []rune(v.F.Case.Title + " " + v.F.Case.Body)
	words = words[:min(len(words), wordsForSimilar)]
	if len(pane.Candidates) == 0 || len(words) < 4 {
		return nil
	}
	ids, known := x.alike.of(v.F.Case.ID, v.P.Now)
	if !known {
		found, err := x.finder.Engine.Find(ctx, search.Query{Text: string(words), States: answeredStates, Since: v.P.Now.AddDate(0, -pastMonths, 0), Limit: pastShown + 1, Sentence: true}, by.Sight())
		if err != nil {
			return err
		}
		for _, h := range found.Hits {
			if h.Case != v.F.Case.ID {
				ids = append(ids, h.Case)
			}
		}
		ids = ids[:min(len(ids), pastShown)]
		x.alike.keep(v.F.Case.ID, v.P.Now, ids)
	}
	seen, err := x.Docket.Seen(ctx, by, ids)
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
