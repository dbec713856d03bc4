package console

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/web/dossier"
)

// Merging many at once, and taking that back.
var (
	actGather  = dossier.Act{Name: "gather", Do: gather, Done: "console.done_gather"}
	actScatter = dossier.Act{Name: "scatter", Do: scatter, Done: "console.done_scatter"}
)

// dupView is what may be the same matter as the open case, and what was merged into it.
type dupView struct {
	Own       []casework.Duplicate // the same person's
	Said      []casework.Duplicate // the one that the resident named
	Others    []casework.Duplicate // of the same place and matter
	Free      int                  // of all these, how many can be merged into the open case
	Followers []casework.Case
	Affected  int
	key       string // the chord that merges with the first
}

// duplicates fills in what may be the same matter, for a case that waits for the hotline, and who follows it, for any.
func (x *Pages) duplicates(ctx context.Context, by casework.Actor, v dossier.View, k chords) (dupView, error) {
	d := dupView{Followers: v.Followers, key: k.Of("merge")}
	id := v.F.Case.ID
	var err error
	if len(d.Followers) > 0 {
		if d.Affected, err = x.Docket.Affected(ctx, by, id); err != nil {
			return d, err
		}
	}
	if !v.Can(casework.StepMerge) {
		return d, nil
	}
	found, err := x.Docket.DuplicatesOf(ctx, by, v.F.Case)
	if err != nil {
		return d, err
	}
	for _, one := range found {
		if one.Free {
			d.Free++
		}
		switch {
		case one.Own:
			d.Own = append(d.Own, one)
		case one.Said:
			d.Said = append(d.Said, one)
		default:
			d.Others = append(d.Others, one)
		}
	}
	return d, nil
}

// all are the duplicates in the order in which they are shown.
func (d dupView) all() []casework.Duplicate {
	return append(append(append([]casework.Duplicate{}, d.Own...), d.Said...), d.Others...)
}

// keyOf is the chord of a duplicate's button: the first has one.
func (d dupView) keyOf(one casework.Duplicate) string {
	if all := d.all(); len(all) > 0 && all[0].ID == one.ID {
		return d.key
	}
	return ""
}

// into reports whether the open case is to be merged into the other one: it came later, or the other has left the queue. Nothing is merged by
// someone whom others follow already.
func (d dupView) into(open casework.Case, one casework.Duplicate) bool {
	earlier := cmp.Or(one.FiledAt.Compare(open.FiledAt), strings.Compare(one.Number, open.Number)) < 0
	return len(d.Followers) == 0 && (!one.Free || earlier)
}

// gather merges the cases named into the open one.
func gather(ctx context.Context, r dossier.Request) error {
	var ids []casework.CaseID
	for _, s := range r.All("ids") {
		id, err := uuid.Parse(s)
		if err != nil {
			return fault.Wrap(fault.Invalid, "fault.no_such_case", err)
		}
		ids = append(ids, id)
	}
	_, err := r.Docket.MergeAll(ctx, r.By, r.Ref, ids)
	return err
}

func scatter(ctx context.Context, r dossier.Request) error {
	_, err := r.Docket.UnmergeAll(ctx, r.By, r.Ref)
	return err
}
