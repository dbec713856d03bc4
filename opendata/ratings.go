package opendata

import (
	"context"
	"encoding/json"

	"huiyin/casework"
	"huiyin/rating"
	closing "huiyin/supervision/months"
)

// ratings are counts of ratings by unit and levels: of cases from the rows of closed months, of services from the ratings given in the same months. What is told of which unit
// is decided by rating.Decide, as it is for the pages; the units that are told together have no code here.
var ratings = Set{Key: "ratings", Every: "MONTHLY", Monthly: true, Columns: []Column{
	{Name: "month", Type: Text},
	{Name: "source", Type: Text},
	{Name: "unit", Type: Text, Mean: "rated_unit", Empty: "rest"},
	{Name: "level", Type: Text, Unit: "level"},
	{Name: "n", Type: Integer, Unit: "ratings"},
}, list: closedMonths, rows: func(ctx context.Context, r *Reading, give each) error {
	return r.closed(ctx, func(c closing.Closed) error {
		said := rating.Sheet{Period: c.Month.String()}
		err := closing.Rows(ctx, r.tx, c.Month, c.Revision, func(_ json.RawMessage, k closing.Row) error {
			if k.Rated && k.Satisfaction > 0 && !k.Doubtful {
				said.Counts = append(said.Counts, rating.Count{Unit: k.Unit, Level: rating.Level(k.Satisfaction), N: 1})
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := r.rated("case", "", said, give); err != nil {
			return err
		}
		start := c.Month.Start(r.Ratings.Zone)
		if r.Ratings.Now().Before(rating.Settled(start)) {
			return nil
		}
		book := *r.Ratings
		book.DB = r.tx
		sheet, err := book.Load(ctx, start)
		if err != nil {
			return err
		}
		return r.rated("service", "walk_by", sheet, give)
	})
}}

// rated gives the published rows of a sheet: source names the ratings of items, walkBy those without one.
func (r *Reading) rated(source, walkBy string, s rating.Sheet, give each) error {
	var units []casework.UnitCode
	for _, u := range r.City.Units() {
		units = append(units, u.Code)
	}
	table := rating.Decide(s, units)
	rows := func(unit casework.UnitCode, source string, cells []rating.Cell) error {
		for _, k := range cells {
			if k.N == 0 {
				continue
			}
			if err := give(Row{s.Period, source, orNil(string(unit)), k.Label, k.N}, nil); err != nil {
				return err
			}
		}
		return nil
	}
	both := func(unit casework.UnitCode, one rating.Report) error {
		if err := rows(unit, source, one.Levels); err != nil {
			return err
		}
		return rows(unit, walkBy, one.WalkBy)
	}
	for _, u := range table.Alone() {
		if err := both(u, table.Of(func(code casework.UnitCode) bool { return code == u })); err != nil {
			return err
		}
	}
	return both("", table.Rest())
}
