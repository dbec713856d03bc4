package search

import (
	"context"
	"encoding/json"
	"fmt"

	"huiyin/casework"
)

// ByExport is a use of found cases as a file.
const ByExport = "export"

// used writes who found cases by something that names one, or took them away. What was looked for is kept as its keyed hash only.
func (s *Service) used(ctx context.Context, by casework.Actor, way, what string, asked *Query, found int) error {
	if by.Kind != casework.ByStaff {
		return nil // the command line of the machine's owner; it has the database itself
	}
	role := casework.Role("")
	if len(by.Roles) > 0 {
		role = by.Roles[0]
	}
	var key, query []byte
	if asked == nil {
		key = s.Docket.Keys.Hash("search", way+":"+what)
	} else {
		var err error
		if query, err = json.Marshal(asked); err != nil {
			return fmt.Errorf("note a search: %w", err)
		}
	}
	_, err := s.Docket.DB.Exec(ctx, `insert into search_use (at, staff_id, role, unit, way, key, asked, found) values ($1, nullif($2, 0), $3, $4, $5, $6, $7, $8)`,
		s.Docket.Now().UTC(), by.StaffID, role, by.Unit, way, key, query, found)
	if err != nil {
		return fmt.Errorf("note a search: %w", err)
	}
	return nil
}

// MaxExport is how many cases one file holds at most.
const MaxExport = 1000

// Export finds up to MaxExport cases in the actor's scope, to be taken away as a file, and leaves a trace of it. Words that name a person are not looked up.
func (s *Service) Export(ctx context.Context, by casework.Actor, q Query) ([]Hit, error) {
	q.Facets, q.Limit, q.Offset = false, MaxLimit, 0
	var all []Hit
	for len(all) < MaxExport {
		found, err := s.Engine.Find(ctx, q.within(), by.Sight())
		if err != nil {
			return nil, err
		}
		hits, err := s.seen(ctx, by, q, found)
		if err != nil {
			return nil, err
		}
		all = append(all, hits...)
		if !found.More || q.Offset+MaxLimit > MaxOffset {
			break
		}
		q.Offset += MaxLimit
	}
	q.Offset = 0
	return all, s.used(ctx, by, ByExport, "", &q, len(all))
}
