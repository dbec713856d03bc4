package board

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/shell"
)

// proof is what the public log proves of the figures of a month: those of the closed month, or those told on the newest day of a month under way.
type proof struct {
	months.Report
	At     time.Time // when the rows were read, or the month was closed
	Entry  int64     // of the closing in the log
	Closed bool
}

// proofs keeps the newest reports read, by the entry that promises them: they never change.
type proofs struct {
	mu   sync.Mutex
	kept map[int64]*months.Report
}

// mostProofs bounds how many reports are kept.
const mostProofs = 24

func (p *proofs) report(entry int64, read func() ([]byte, error)) (*months.Report, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r := p.kept[entry]; r != nil {
		return r, nil
	}
	doc, err := read()
	if err != nil {
		return nil, err
	}
	r := &months.Report{}
	if err := json.Unmarshal(doc, r); err != nil {
		return nil, fault.Wrap(fault.Internal, "fault.internal", err)
	}
	if p.kept == nil || len(p.kept) >= mostProofs {
		p.kept = map[int64]*months.Report{}
	}
	p.kept[entry] = r
	return r, nil
}

// proof reads what is proven of a month; nil where nothing is yet.
func (x *Pages) proof(ctx context.Context, m supervision.Month) (*proof, error) {
	out := &proof{}
	err := x.DB.QueryRow(ctx, `select entry_idx, at, closed from (
			select entry_idx, closed_at as at, true as closed from month_report where month = $1
			union all
			select entry_idx, at, false from month_day where month = $1 and not exists (select 1 from month_report where month = $1)) f
		order by entry_idx desc limit 1`, m).Scan(&out.Entry, &out.At, &out.Closed)
	if pg.IsNoRows(err) {
		return nil, nil //nolint:nilnil // nothing is proven yet
	}
	if err != nil {
		return nil, fmt.Errorf("read what is proven: %w", err)
	}
	r, err := x.proofs.report(out.Entry, func() ([]byte, error) {
		if out.Closed {
			_, doc, err := months.Read(ctx, x.DB, m, 0)
			return doc, err
		}
		_, doc, err := months.ReadDay(ctx, x.DB, m, time.Time{})
		return doc, err
	})
	if err != nil {
		return nil, err
	}
	out.Report = *r
	return out, nil
}

// proofLine finds the proven figures of a unit or district; no figures where it was not told of.
func proofLine(lines []months.Line, code string) months.Line {
	i, ok := slices.BinarySearchFunc(lines, code, func(l months.Line, code string) int { return cmp.Compare(l.Code, code) })
	if !ok {
		return months.Line{Code: code}
	}
	return lines[i]
}

// proven is the line of what the sheet shows.
func (s sheet) proven() months.Line {
	switch {
	case s.Proof == nil:
		return months.Line{}
	case s.Filter.Unit != "":
		return proofLine(s.Proof.Units, string(s.Filter.Unit))
	case s.Filter.District != "":
		return proofLine(s.Proof.Districts, s.Filter.District)
	}
	return s.Proof.City
}

// publishedProof is the same for programs.
type publishedProof struct {
	Month  string    `json:"month"`
	Day    string    `json:"day,omitempty"` // the last whole day told; empty of a closed month
	Closed bool      `json:"closed"`
	At     time.Time `json:"at"`
	Entry  int64     `json:"entry"` // of the closing in the public log
	Report string    `json:"report"`
	figuresPart
}

type figuresPart struct {
	Figures figures `json:"figures"`
}

func provenFigures(l months.Line) figures {
	all := figures{}
	for _, f := range l.Figures {
		code, _, _ := strings.Cut(f.Definition, "@")
		all[code] = f
	}
	return all
}

func (s sheet) publishProof() *publishedProof {
	p := s.Proof
	if p == nil {
		return nil
	}
	out := &publishedProof{Month: p.Month, Day: p.Day, Closed: p.Closed, At: p.At.In(s.Rules.TZ).Truncate(time.Second), Entry: p.Entry, figuresPart: figuresPart{provenFigures(s.proven())}}
	out.Report = "/reports/" + p.Month + ".json"
	if !p.Closed {
		out.Report = "/days/" + p.Month + "/" + p.Day + ".json"
	}
	return out
}

// prove adds to the entries of a list what is proven of each.
func (s sheet) prove(list []entry, lines func(*proof) []months.Line) []entry {
	if s.Proof == nil {
		return list
	}
	for i := range list {
		if f := provenFigures(proofLine(lines(s.Proof), list[i].Code)); len(f) > 0 {
			list[i].Proven = f
		}
	}
	return list
}

func unitLines(p *proof) []months.Line     { return p.Units }
func districtLines(p *proof) []months.Line { return p.Districts }

// provenCodes are the figures of the short table on a page.
var provenCodes = []string{"received", "dispatched", "response", "on_time", "promise", "solved", "satisfied", "redo"}

// provenTable sets what is proven beside what is live.
func (v view) provenTable() shell.Grid {
	g := shell.Grid{Caption: v.T("board.proven"), Hidden: true, Columns: []shell.Column{{Title: v.T("board.figure")}, {Title: v.T("board.proven_column"), Numeric: true}, {Title: v.T("board.live_column"), Numeric: true}}}
	line := v.proven()
	for _, code := range provenCodes {
		f, ok := line.Get(code)
		d, known := supervision.Define(code)
		if !ok || !known {
			continue
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.T(d.Name)}, {View: rate(v.Lang, f)}, {View: rate(v.Lang, v.Whole.Get(code))}})
	}
	return g
}

// provenPage is where all proven figures of the month stand.
func (v view) provenPage() string {
	if v.Proof != nil && v.Proof.Closed {
		return v.Href("/reports/" + v.Month.String())
	}
	return v.Href("/proven?month=" + v.Month.String())
}

// frozenPage is the page of this unit or district in the closed report of the month; empty for the whole city, and while the month is not closed.
func (v view) frozenPage() string {
	code := string(v.Filter.Unit) + v.Filter.District
	if code == "" || v.Proof == nil || !v.Proof.Closed {
		return ""
	}
	return v.Href("/reports/" + v.Month.String() + "/" + code)
}
