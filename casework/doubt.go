package casework

import (
	"context"
	"fmt"
	"slices"

	"huiyin/fault"
	"huiyin/pg"
)

// doubtData is what the history says when a rating is counted apart, or counts again: then without doubts and with a reason.
type doubtData struct {
	Of     int      `json:"of"` // the round that was rated
	Doubts []string `json:"doubts"`
	Reason string   `json:"reason,omitempty"`
}

// DoubtRating has the rating of a round counted apart, for reasons that package rating names; or, with no reasons, lets it count again, which a supervisor does and
// says why. Nothing is deleted. What was cleared is never doubted again. Errors: fault.Conflict "fault.rating_settled" where it changes nothing, fault.Forbidden,
// fault.Invalid without a reason.
func (d *Docket) DoubtRating(ctx context.Context, by Actor, ref Ref, round int, doubts []string, reason string) error {
	return d.step(ctx, by, ref, StepDoubt, func(ctx context.Context, w *work) (any, error) {
		clears := len(doubts) == 0
		if clears != (by.Kind == ByStaff) {
			return nil, fault.New(fault.Forbidden, "fault.not_your_step")
		}
		if clears {
			if err := need(!blank(reason), "fault.reason_needed", "reason"); err != nil {
				return nil, err
			}
		}
		var all []string
		err := w.tx.QueryRow(ctx, `select suspect from rating where case_id = $1 and round = $2 and cleared_at is null for update`, w.c.ID, round).Scan(&all)
		if err != nil && !pg.IsNoRows(err) {
			return nil, fmt.Errorf("read rating: %w", err)
		}
		was := len(all)
		for _, one := range doubts {
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
		if err != nil || clears && was == 0 || !clears && len(all) == was {
			return nil, fault.New(fault.Conflict, "fault.rating_settled")
		}
		said := doubtData{Of: round, Doubts: all, Reason: clean(reason, 1000)}
		if clears {
			said.Doubts = []string{}
			_, err = w.tx.Exec(ctx, `update rating set cleared_at = $3, cleared_why = $4 where case_id = $1 and round = $2`, w.c.ID, round, w.at, said.Reason)
		} else {
			_, err = w.tx.Exec(ctx, `update rating set suspect = $3 where case_id = $1 and round = $2`, w.c.ID, round, all)
		}
		if err != nil {
			return nil, fmt.Errorf("settle doubts: %w", err)
		}
		return said, nil
	})
}

// Doubtful reports whether the rating is counted apart.
func (r RatingView) Doubtful() bool { return len(r.Suspect) > 0 && r.Cleared == nil }
