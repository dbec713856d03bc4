package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// measureWorkdays holds every day of every year against the official list.
func measureWorkdays(huiyin tool, name string) error {
	rows, err := table(name)
	if err != nil {
		return err
	}
	work, perYear := map[string]bool{}, map[int]int{}
	for _, row := range rows {
		work[row["date"]] = row["kind"] == "makeup_workday"
		year, err := strconv.Atoi(row["date"][:4])
		if err != nil {
			return err
		}
		perYear[year]++
	}
	days, wrong := 0, 0
	for _, year := range slices.Sorted(maps.Keys(perYear)) {
		if perYear[year] < 10 { // a neighbour of the first year
			continue
		}
		answers, err := ask[string, struct {
			Date string
			Work bool
		}](huiyin, nil, "workdays", fmt.Sprintf("%d-01-01", year), fmt.Sprintf("%d-12-31", year))
		if err != nil {
			return err
		}
		off := 0
		for _, a := range answers {
			days++
			want, listed := work[a.Date]
			if !listed {
				day, err := time.Parse(time.DateOnly, a.Date)
				if err != nil {
					return err
				}
				want = day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
			}
			if a.Work != want {
				off++
			}
		}
		if off > 0 {
			fmt.Printf("  %d: %d of %d days wrong\n", year, off, len(answers))
		}
		wrong += off
	}
	fmt.Printf("workdays: %d days, %d wrong\n", days, wrong)
	return measureDeadlines(huiyin)
}
