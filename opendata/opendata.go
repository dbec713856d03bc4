// Package opendata gives what the city publishes as tables, row by row, in the formats that programs read.
//
// A table holds nothing that a public page does not tell. Rows of a set are read inside one snapshot of the database, whose name the file bears: the same name, the same bytes.
package opendata

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"huiyin/calendar"
	"huiyin/pg"
	"huiyin/rating"
	"huiyin/routing"
	"huiyin/rulebook"
	"huiyin/supervision"
)

// Type is what a column holds.
type Type string

// The types. In CSV a yes is 1 and a no is empty, a date is yyyy-mm-dd.
const (
	Text    Type = "text"
	Integer Type = "integer"
	Number  Type = "number"
	YesNo   Type = "yes_no"
	Date    Type = "date"
)

// Column is one column of a set, as the data dictionary tells of it.
type Column struct {
	Name  string
	Type  Type
	Unit  string // of what a number counts, as in the locale key data.unit_UNIT; empty for others
	Empty string // why it may be empty, as in the locale key data.empty_EMPTY; empty where it never is
	Mean  string // what it means, as in the locale key data.column_MEAN; the name where it is empty
}

// Meaning is the locale key of what the column means.
func (c Column) Meaning() string {
	if c.Mean != "" {
		return "data.column_" + c.Mean
	}
	return "data.column_" + c.Name
}

// Row is the values of a row in the order of the columns: string, int, float64 or bool, and nil where it is empty. A date is a string, yyyy-mm-dd.
type Row []any

// Set is one table that is published.
type Set struct {
	Key     string // in addresses, and of its texts: data.KEY, data.KEY_text
	Every   string // how often it changes, as a code of the EU's list of frequencies
	Monthly bool   // there is a file for each month
	Sealed  bool   // a month never changes but by another edition, and follows from the public log
	Columns []Column

	rows  func(ctx context.Context, r *Reading, each each) error
	state func(ctx context.Context, r *Reading) (state, error)               // nil: what the rows say
	list  func(ctx context.Context, r *Reading) ([]supervision.Month, error) // of a monthly set, the newest first
}

// each takes a row; raw is the row as the public log has it, nil where the log has none.
type each func(row Row, raw json.RawMessage) error

// state names the rows of a period as they stand.
type state struct {
	name     string
	modified time.Time // zero where nobody knows
}

// Source is where the tables come from. Every field is needed.
type Source struct {
	DB      pg.DB
	City    *routing.City
	Holiday *calendar.Calendar
	Book    *rulebook.Book
	Ratings *rating.Book
	BaseURL string // of the service as the world reaches it, without a slash at the end
	Now     func() time.Time
}

// Licence is under which all of it may be used.
const Licence = "https://creativecommons.org/licenses/by/4.0/"

// Sets lists the tables in the order of pages.
var Sets = []Set{figures, counts, cases, events, ratings, uses, definitions, codes, calendars, policies}

// Find finds a set by its key.
func Find(key string) (Set, bool) {
	i := slices.IndexFunc(Sets, func(s Set) bool { return s.Key == key })
	if i < 0 {
		return Set{}, false
	}
	return Sets[i], true
}

// months lists what lies between two months, the newest first.
func months(from, to supervision.Month) []supervision.Month {
	var all []supervision.Month
	for m := to; m >= from && from > 0; m = m.Add(-1) {
		all = append(all, m)
	}
	return all
}

// holds tells whether a month lies in a period; an end of 0 is open.
func holds(p supervision.Period, m supervision.Month) bool {
	return (p.From == 0 || m >= p.From) && (p.To == 0 || m <= p.To)
}

// orNil is a text, or nil where it is empty.
func orNil[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}
