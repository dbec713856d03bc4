package supervision

import (
	"context"
	"fmt"

	"huiyin/pg"
)

// TagLine counts the received cases whose words were found to say something beside their matter, such as that cash was refused or that a thing can be
// done by telephone only. A case may have several tags.
type TagLine struct {
	Tag        string
	Received   int // in the period
	Before     int // in the period of the same length before
	Suppressed bool
}

// shownTags suppresses what fewer than MinShown cases have: its numbers are 0.
func shownTags(list []TagLine) []TagLine {
	for i := range list {
		l := &list[i]
		if l.Received > 0 && l.Received < MinShown {
			l.Received, l.Suppressed = 0, true
		}
		if l.Before < MinShown {
			l.Before = 0
		}
	}
	return list
}

// tags counts the tags of the cases received in a period by the rows, the most frequent first.
func tags(ctx context.Context, q pg.Querier, p Period) ([]TagLine, error) {
	before := p.before()
	rows, err := q.Query(ctx, `select t.tag, count(*) filter (where filed between $1 and $2) as n, count(*) filter (where filed between $3 and $4)
		from figure_row r cross join unnest(r.tags) t (tag) where r.part = 'case' and r.filed between $3 and $2 and t.tag !~ ':' group by t.tag order by n desc, t.tag`, p.From, p.To, before.From, before.To)
	if err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	defer rows.Close()
	var list []TagLine
	for rows.Next() {
		var l TagLine
		if err := rows.Scan(&l.Tag, &l.Received, &l.Before); err != nil {
			return nil, fmt.Errorf("read tags: %w", err)
		}
		list = append(list, l)
	}
	return list, rows.Err()
}
