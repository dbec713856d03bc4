package opendata

import (
	"context"
	"fmt"
	"slices"
	"time"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/supervision"
)

// keepRanges is how long the digests of a range of months are kept after they were last asked for.
const keepRanges = 30 * 24 * time.Hour

// Known gives the digests that are known of the rows as they stand in this reading, by format.
func (r *Reading) Known(ctx context.Context) (map[string]File, error) {
	all, err := r.Files(ctx, r.Set.Key)
	if err != nil {
		return nil, err
	}
	known := map[string]File{}
	for _, f := range all {
		if f.Period == r.Name() && f.Snapshot == r.Snapshot {
			known[f.Format] = f
		}
	}
	return known, nil
}

// Digests gives size and digest of every format of this reading. What is not known yet is made, which takes as long as writing the files, and kept.
// Errors: fault.NotFound where the reading holds a month that is not over, so that its files change from day to day.
func (r *Reading) Digests(ctx context.Context) ([]File, error) {
	if !r.over() {
		return nil, fault.New(fault.NotFound, "fault.months_not_over")
	}
	known, err := r.Known(ctx)
	if err != nil {
		return nil, err
	}
	if len(known) < len(Formats) {
		if _, err := r.DB.Exec(ctx, `delete from data_file where period like '%..%' and looked_at < $1`, r.Now().UTC().Add(-keepRanges)); err != nil {
			return nil, pg.Classify(fmt.Errorf("forget digests of ranges: %w", err))
		}
		return r.tally(ctx)
	}
	if _, err := r.DB.Exec(ctx, `update data_file set looked_at = $3 where set_key = $1 and period = $2 and period like '%..%'`, r.Set.Key, r.Name(), r.Now().UTC()); err != nil {
		return nil, pg.Classify(fmt.Errorf("look at files: %w", err))
	}
	var all []File
	for _, f := range Formats {
		all = append(all, known[f.Name])
	}
	return slices.Clip(all), nil
}

// over tells whether the reading holds whole months that are over, both ends named, or a table without months.
func (r *Reading) over() bool {
	if !r.Set.Monthly {
		return true
	}
	return r.Period.From > 0 && r.Period.To > 0 && r.Period.To < supervision.MonthOf(r.Now(), r.City.TZ)
}
