package months

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"huiyin/casework"
	"huiyin/supervision"
)

// Unit names a unit of a report and the one above it, whose figures hold its own.
type Unit struct {
	Code   casework.UnitCode `json:"code"`
	ZH     string            `json:"name_zh"`
	EN     string            `json:"name_en"`
	Parent casework.UnitCode `json:"parent,omitempty"`
}

// Line is the figures of the city, a unit or a district.
type Line struct {
	Code    string               `json:"code"`
	Figures []supervision.Figure `json:"figures"`
}

// Report is the figures of a closed month, all of them made from its published rows; or of a day of a month under way, made from all that was told by then.
type Report struct {
	Month     string               `json:"month"`
	Day       string               `json:"day,omitempty"` // the last whole day that a day's report tells of
	Revision  int                  `json:"revision"`
	Rows      int                  `json:"rows"`
	Identity  supervision.Identity `json:"identity"`
	City      Line                 `json:"city"`
	Units     []Line               `json:"units"`
	Districts []Line               `json:"districts"`
	House     []Unit               `json:"house"`
}

// Make computes the report of a month from its rows: the one fold that pages, the log and verification share. Figures of parts of the city with fewer than
// supervision.MinShown cases are suppressed; figures of what stands now belong to no month and are left out.
func Make(month supervision.Month, revision int, rows *Kinds, house []Unit) (Report, error) {
	return remake(month, revision, rows, house, supervision.Definitions)
}

// Again is Make with the figures of retired definitions too, for months that were closed by them.
func Again(month supervision.Month, revision int, rows *Kinds, house []Unit) (Report, error) {
	return remake(month, revision, rows, house, every())
}

// every lists all definitions that anything was ever published by.
func every() []supervision.Definition {
	return slices.Concat(supervision.Definitions, supervision.Retired)
}

func remake(month supervision.Month, revision int, rows *Kinds, house []Unit, by []supervision.Definition) (Report, error) {
	out := Report{Month: month.String(), Revision: revision, Rows: rows.Rows(), House: house}
	f := out.begin(month, by, func(d supervision.Definition) bool { return !d.Now })
	for i := range rows.list {
		r := &rows.list[i]
		c, err := r.counts()
		if err != nil || r.Month != out.Month || r.Revision != revision {
			return out, errors.Join(fmt.Errorf("a row of %s is of another month", r.Unit), err)
		}
		c.N = r.n
		f.add(&c)
	}
	f.end()
	return out, nil
}

// folding makes the figures of the city, each unit and each district for a report.
type folding struct {
	*Report
	by        []supervision.Definition
	period    supervision.Period
	parents   map[casework.UnitCode]casework.UnitCode
	above     map[casework.UnitCode][]casework.UnitCode // each unit and those above it
	city      *supervision.Folding
	units     map[string]*supervision.Folding
	districts map[string]*supervision.Folding
}

// begin begins the figures by the definitions that tells chooses.
func (r *Report) begin(month supervision.Month, by []supervision.Definition, tells func(supervision.Definition) bool) *folding {
	by = slices.DeleteFunc(slices.Clone(by), func(d supervision.Definition) bool { return !tells(d) })
	p := supervision.One(month)
	r.Identity = supervision.NewIdentity(p)
	return &folding{Report: r, by: by, period: p, parents: parentsOf(r.House), above: map[casework.UnitCode][]casework.UnitCode{}, city: supervision.NewFolding(by, p),
		units: map[string]*supervision.Folding{}, districts: map[string]*supervision.Folding{}}
}

// add counts a row wherever it belongs.
func (f *folding) add(c *supervision.Row) {
	f.Identity.Add(c)
	f.city.Add(c)
	if c.District != "" {
		f.part(f.districts, c.District).Add(c)
	}
	if f.above[c.Unit] == nil {
		f.above[c.Unit] = chain(c.Unit, f.parents)
	}
	for _, u := range f.above[c.Unit] {
		f.part(f.units, string(u)).Add(c)
	}
}

func (f *folding) part(of map[string]*supervision.Folding, code string) *supervision.Folding {
	if of[code] == nil {
		of[code] = supervision.NewFolding(f.by, f.period)
	}
	return of[code]
}

// end writes the figures into the report.
func (f *folding) end() {
	f.City = line("", f.city, false)
	f.Units, f.Districts = lines(f.units), lines(f.districts)
}

func parentsOf(house []Unit) map[casework.UnitCode]casework.UnitCode {
	parents := map[casework.UnitCode]casework.UnitCode{}
	for _, u := range house {
		if u.Parent != casework.Hotline {
			parents[u.Code] = u.Parent
		}
	}
	return parents
}

// chain is a unit and those above it, without the hotline: its own figures are its own.
func chain(u casework.UnitCode, parents map[casework.UnitCode]casework.UnitCode) []casework.UnitCode {
	list := []casework.UnitCode{u}
	for up := parents[u]; up != "" && len(list) < 10; up = parents[up] {
		list = append(list, up)
	}
	return list
}

// lines are the figures of parts of the city, in the order of their codes.
func lines(parts map[string]*supervision.Folding) []Line {
	all := []Line{}
	for _, code := range slices.Sorted(maps.Keys(parts)) {
		all = append(all, line(code, parts[code], true))
	}
	return all
}

func line(code string, folded *supervision.Folding, part bool) Line {
	l := Line{Code: code, Figures: folded.Figures()}
	for i := range l.Figures {
		f := &l.Figures[i]
		f.State = supervision.Proven
		if part {
			*f = f.Small()
		}
	}
	return l
}

// Closing is what the log says in clear when a month is closed.
type Closing struct {
	Month    string `json:"m"`
	Revision int    `json:"rev"`
	Rows     int    `json:"rows"`
	Report   string `json:"report"` // SHA-256 of the report's bytes, in hexadecimal
	House    string `json:"house"`  // the same of its house: what a unit's figures hold is promised too
	Why      string `json:"why,omitempty"`
}

// Encode gives the bytes of a report, as they are published and digested.
func (r Report) Encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(r)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// Digest is the SHA-256 of some bytes in hexadecimal.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (r Report) closing(why string) (Closing, error) {
	doc, err := r.Encode()
	if err != nil {
		return Closing{}, err
	}
	house, err := json.Marshal(r.House)
	return Closing{Month: r.Month, Revision: r.Revision, Rows: r.Rows, Report: Digest(doc), House: Digest(house), Why: why}, err
}

// Get is a figure of a line by the code of its definition.
func (l Line) Get(code string) (supervision.Figure, bool) {
	for _, f := range l.Figures {
		if name, _, _ := strings.Cut(f.Definition, "@"); name == code {
			return f, true
		}
	}
	return supervision.Figure{}, false
}
