package supervision

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// joined is what the resident of a case that was merged into another said of the answer that stands there. It counts once, for the unit that answered the other case.
type joined struct {
	seq      int64 // of the rating's event
	master   casework.CaseID
	at       time.Time
	round    int
	said     told
	own      bool // the resident rated; a call-back does not overwrite that
	doubtful bool
	sentBack bool // the case was taken out of the other one again after this word
}

// join notes a word of the resident of a merged case; in a round the own rating stands, else the newest.
func (c *course) join(e casework.Event, d told, own bool) {
	j := c.joinedIn(e.Round)
	if j == nil {
		j = &joined{}
		c.joined = append(c.joined, j)
	} else if j.own && !own {
		return
	}
	*j = joined{seq: e.Seq, master: c.master, at: e.At, round: e.Round, said: d, own: own, doubtful: len(d.Doubts) > 0}
}

// joinedIn finds the word that the resident of a merged case said in a round; nil: none.
func (c *course) joinedIn(round int) *joined {
	for _, j := range c.joined {
		if j.round == round {
			return j
		}
	}
	return nil
}

// joinedOrd is where the numbers of the rows of such words begin, behind those of a case's own answers.
const joinedOrd = 1000

// joinedRows gives a row to each word of the resident of a merged case: an answer that was neither opened nor given here, and was rated. units names by the event of the word who answered.
func (c *course) joinedRows(base Row, units map[int64]casework.UnitCode, month func(time.Time) Month) []counted {
	var rows []counted
	for i, j := range c.joined {
		unit, known := units[j.seq]
		if !known {
			continue
		}
		r := counted{Row: base, Ord: joinedOrd + i}
		r.Part, r.Unit, r.Round, r.First, r.Hours = PartAnswer, unit, i+1, i == 0, -1
		r.Rated, r.Verdict, r.Satisfaction, r.Doubtful, r.SentBack = month(j.at), j.said.Solved, j.said.Satisfaction, j.doubtful, j.sentBack
		rows = append(rows, r)
	}
	return rows
}

// answerers names, for each rating and call-back of a merged case in the files, who gave the answer that it is about: the last one of the other case before it. Scope must be system.
func answerers(ctx context.Context, q pg.Querier, files []casework.Dossier) (map[int64]casework.UnitCode, error) {
	var masters []casework.CaseID
	var seqs []int64
	for _, f := range files {
		var master casework.CaseID
		for _, e := range f.Events {
			switch {
			case e.Step == casework.StepMerge:
				var d told
				if err := json.Unmarshal(e.Data, &d); err != nil {
					return nil, fmt.Errorf("event %d: %w", e.Seq, err)
				}
				master = d.Master
			case e.From == casework.Merged && (e.Step == casework.StepRate || e.Step == casework.StepFollowUp):
				masters, seqs = append(masters, master), append(seqs, e.Seq)
			}
		}
	}
	units := map[int64]casework.UnitCode{}
	if len(seqs) == 0 {
		return units, nil
	}
	rows, err := q.Query(ctx, `select w.seq, a.unit from unnest($1::uuid[], $2::bigint[]) as w (master, seq)
		cross join lateral (select case e.step when 'answer' then $3 else coalesce((select k.unit from clock k where k.case_id = e.case_id and k.leg = e.leg and k.name = 'handle'), e.unit) end as unit
			from event e where e.case_id = w.master and e.step in ('reply','answer') and e.seq < w.seq order by e.seq desc limit 1) a`, masters, seqs, casework.Hotline)
	if err != nil {
		return nil, fmt.Errorf("read who answered merged cases: %w", err)
	}
	var seq int64
	var unit casework.UnitCode
	if _, err := pgx.ForEachRow(rows, []any{&seq, &unit}, func() error { units[seq] = unit; return nil }); err != nil {
		return nil, fmt.Errorf("read who answered merged cases: %w", err)
	}
	return units, nil
}
