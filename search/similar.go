package search

import (
	"context"
	"slices"
	"strings"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/search/words"
)

// likeWords is how many words of a case others are compared with it by.
const likeWords = 8

// Similar finds cases in the actor's scope that are about the like of one, the best first, without itself. Errors: fault.NotFound where the actor does not see it.
func (s *Service) Similar(ctx context.Context, by casework.Actor, id casework.CaseID, limit int) (Result, error) {
	seen, err := s.Docket.Seen(ctx, by, []casework.CaseID{id})
	if err != nil {
		return Result{}, err
	}
	if len(seen) == 0 {
		return Result{}, fault.New(fault.NotFound, "fault.no_such_case")
	}
	q := Query{Text: strings.Join(s.telling(seen[0].Case), " "), Limit: limit + 1}.within()
	if q.Text == "" {
		return Result{By: ByWords}, nil
	}
	found, err := s.Engine.Find(ctx, q, by.Sight())
	if err != nil {
		return Result{}, err
	}
	hits, err := s.seen(ctx, by, q, found)
	if err != nil {
		return Result{}, err
	}
	hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Case.ID == id })
	return Result{Hits: hits[:min(limit, len(hits))], By: ByWords, Standby: found.Standby}, nil
}

// telling are the words of a case that say what it is about: those of the title first.
func (s *Service) telling(c casework.Case) []string {
	list := s.Lexicon.Known(c.Title)
	for _, w := range s.Lexicon.Known(c.Body) {
		if len(list) >= likeWords {
			break
		}
		if !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	if len(list) == 0 && c.Title != "" {
		return []string{words.Fold(c.Title)}
	}
	return list[:min(len(list), likeWords)]
}
