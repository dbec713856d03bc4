package months

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
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
func Make(month supervision.Month, revision int, rows []Row, house []Unit) (Report, error) {
	return remake(month, revision, rows, house, supervision.Definitions)
}

// Again is Make with the figures of retired definitions too, for months that were closed by them.
func Again(month supervision.Month, revision int, rows []Row, house []Unit) (Report, error) {
	return remake(month, revision, rows, house, every())
}

// every lists all definitions that anything was ever published by.
func every() []supervision.Definition {
	return slices.Concat(supervision.Definitions, supervision.Retired)
}

func remake(month supervision.Month, revision int, rows []Row, house []Unit, by []supervision.Definition) (Report, error) {
	out := Report{Month: month.String(), Revision: revision, Rows: len(rows), House: house, Units: []Line{}, Districts: []Line{}}
	all := make([]supervision.Row, 0, len(rows))
	for _, r := range rows {
		c, err := r.counts()
		if err != nil || r.Month != out.Month || r.Revision != revision {
			return out, errors.Join(fmt.Errorf("row %s is of another month", r.ID), err)
		}
		all = append(all, c)
	}
	out.fold(month, all, by, func(d supervision.Definition) bool { return !d.Now })
	return out, nil
}

// fold makes the figures by the definitions that tells chooses, of the city, each unit and each district.
func (r *Report) fold(month supervision.Month, all []supervision.Row, by []supervision.Definition, tells func(supervision.Definition) bool) {
	above := map[casework.UnitCode][]casework.UnitCode{}
	parents := parentsOf(r.House)
	byUnit, byDistrict := map[string][]supervision.Row{}, map[string][]supervision.Row{}
	for _, c := range all {
		if c.District != "" {
			byDistrict[c.District] = append(byDistrict[c.District], c)
		}
		if above[c.Unit] == nil {
			above[c.Unit] = chain(c.Unit, parents)
		}
		for _, u := range above[c.Unit] {
			byUnit[string(u)] = append(byUnit[string(u)], c)
		}
	}
	p := supervision.One(month)
	r.Identity = supervision.Balance(p, all)
	r.City = line("", p, all, false, by, tells)
	for _, code := range sorted(byUnit) {
		r.Units = append(r.Units, line(code, p, byUnit[code], true, by, tells))
	}
	for _, code := range sorted(byDistrict) {
		r.Districts = append(r.Districts, line(code, p, byDistrict[code], true, by, tells))
	}
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

func sorted(m map[string][]supervision.Row) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func line(code string, p supervision.Period, rows []supervision.Row, part bool, by []supervision.Definition, tells func(supervision.Definition) bool) Line {
	l := Line{Code: code, Figures: []supervision.Figure{}}
	for _, d := range by {
		if !tells(d) {
			continue
		}
		f := supervision.Fold(d, p, rows)
		f.State = supervision.Proven
		if part {
			f = f.Small()
		}
		l.Figures = append(l.Figures, f)
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
