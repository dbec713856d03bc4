package opendata

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"huiyin/fault"
	"huiyin/supervision"
	closing "huiyin/supervision/months"
)

func flag(name, mean string) Column { return Column{Name: name, Type: YesNo, Mean: mean} }

func said(name, mean, empty string) Column {
	return Column{Name: name, Type: Text, Mean: mean, Empty: empty}
}

// counts are the count rows of closed months, as they stand in the public log.
var counts = Set{Key: "rows", Every: "MONTHLY", Monthly: true, Sealed: true, Columns: []Column{
	{Name: "m", Type: Text, Mean: "month"},
	{Name: "rev", Type: Integer, Unit: "order", Mean: "edition"},
	{Name: "id", Type: Text},
	{Name: "part", Type: Text},
	{Name: "unit", Type: Text, Mean: "row_unit"},
	said("district", "row_district", "few"),
	said("category", "row_category", "few"),
	flag("filed", ""), flag("opened", ""), flag("due", ""), flag("replied", ""), flag("rated", ""),
	said("way", "", "other_month"),
	flag("dispatched", ""),
	said("signed", "", "no_limit"), said("contacted", "", "no_limit"), said("handled", "", "no_limit"), said("original", "", "no_limit"),
	said("verdict", "", "unsaid"),
	{Name: "satisfaction", Type: Integer, Unit: "level", Empty: "unsaid"},
	flag("sent_back", ""),
	said("returned", "", "not_asked"),
	{Name: "extensions", Type: Integer, Unit: "times", Empty: "nil"},
	said("excluded", "", "counted"), said("waived", "", "counted"),
	{Name: "hours", Type: Integer, Unit: "hours", Empty: "unanswered"},
	flag("not_reached", ""), flag("first", ""),
	{Name: "hops", Type: Integer, Unit: "order", Empty: "unanswered"},
	said("flags", "", "unflagged"),
	flag("doubtful", ""),
}, list: closedMonths, state: closedState, rows: func(ctx context.Context, r *Reading, give each) error {
	return r.closed(ctx, func(c closing.Closed) error {
		return closing.Some(ctx, r.tx, c.Month, c.Revision, r.most, func(raw json.RawMessage, k closing.Row) error { return give(countRow(k), raw) })
	})
}}

func countRow(k closing.Row) Row {
	some := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	var hours any
	if k.Hours != nil {
		hours = *k.Hours
	}
	return Row{k.Month, k.Revision, k.ID, string(k.Part), string(k.Unit), orNil(k.District), orNil(k.Category), k.Filed, k.Opened, k.Due, k.Replied, k.Rated, orNil(k.Way), k.Dispatched, orNil(k.Signed), orNil(k.Contacted), orNil(k.Handled),
		orNil(k.Original), orNil(k.Verdict), some(int(k.Satisfaction)), k.SentBack, orNil(k.Returned), some(k.Extensions), orNil(k.Excluded), orNil(k.Waived), hours, k.NotReached, k.First, some(k.Hops), orNil(k.Flags), k.Doubtful}
}

// closings lists the closings of the period: of each month the edition that is asked for, the newest month first.
func (r *Reading) closings(ctx context.Context) ([]closing.Closed, error) {
	all, err := closing.List(ctx, r.tx)
	if err != nil {
		return nil, err
	}
	seen := map[supervision.Month]bool{}
	all = slices.DeleteFunc(all, func(c closing.Closed) bool {
		if !holds(r.Period, c.Month) || seen[c.Month] || r.Revision > 0 && c.Revision != r.Revision {
			return true
		}
		seen[c.Month] = true
		return false
	})
	if len(all) == 0 && r.Period.From != 0 && r.Period.From == r.Period.To {
		return nil, fault.New(fault.NotFound, "fault.no_month")
	}
	return all, nil
}

func (r *Reading) closed(ctx context.Context, take func(closing.Closed) error) error {
	all, err := r.closings(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := take(c); err != nil {
			return err
		}
	}
	return nil
}

func closedMonths(ctx context.Context, r *Reading) ([]supervision.Month, error) {
	var list []supervision.Month
	err := r.closed(ctx, func(c closing.Closed) error { list = append(list, c.Month); return nil })
	return list, err
}

func closedState(ctx context.Context, r *Reading) (state, error) {
	var st state
	h := sha256.New()
	err := r.closed(ctx, func(c closing.Closed) error {
		_, err := fmt.Fprintln(h, c.Month, c.Revision, c.Rows, c.Entry)
		if c.At.After(st.modified) {
			st.modified = c.At
		}
		return err
	})
	st.name = hex.EncodeToString(h.Sum(nil))
	return st, err
}

// figures are the figures of closed months, all of them; of a month that is not closed yet, those that the public log proves so far.
var figures = Set{Key: "figures", Every: "DAILY", Monthly: true, Sealed: true, Columns: []Column{
	{Name: "month", Type: Text},
	{Name: "day", Type: Date, Mean: "figure_day", Empty: "closed"},
	{Name: "edition", Type: Integer, Unit: "order", Empty: "open"},
	{Name: "scope", Type: Text},
	{Name: "code", Type: Text, Mean: "scope_code"},
	{Name: "name_zh", Type: Text}, {Name: "name_en", Type: Text, Empty: "untranslated"},
	{Name: "figure", Type: Text},
	{Name: "definition", Type: Text},
	{Name: "measure", Type: Text},
	{Name: "value", Type: Number, Unit: "measure", Empty: "few_or_none"},
	{Name: "numerator", Type: Number, Unit: "cases", Empty: "hidden"},
	{Name: "denominator", Type: Integer, Unit: "cases", Empty: "hidden"},
	{Name: "excluded", Type: Text, Mean: "left_out", Empty: "nil"},
	{Name: "suppressed", Type: YesNo},
}, list: provenMonths, state: provenState, rows: func(ctx context.Context, r *Reading, give each) error {
	return r.reports(ctx, func(doc closing.Report) error { return r.reportRows(doc, give) })
}}

// proven is a month of which something is proven: by its closing, or by the last of its days.
type proven struct {
	month    supervision.Month
	revision int       // 0: not closed
	day      time.Time // of a month that is not closed
	entry    int64
	at       time.Time
}

func (r *Reading) provens(ctx context.Context) ([]proven, error) {
	closed, err := closing.List(ctx, r.tx)
	if err != nil {
		return nil, err
	}
	days, err := closing.ListDays(ctx, r.tx)
	if err != nil {
		return nil, err
	}
	var all []proven
	add := func(p proven) {
		if holds(r.Period, p.month) && !slices.ContainsFunc(all, func(k proven) bool { return k.month == p.month }) {
			all = append(all, p)
		}
	}
	for _, c := range closed {
		if r.Revision == 0 || r.Revision == c.Revision {
			add(proven{month: c.Month, revision: c.Revision, entry: c.Entry, at: c.At})
		}
	}
	for _, d := range days {
		if r.Revision == 0 {
			add(proven{month: d.Month, day: d.Day, entry: d.Entry, at: d.At})
		}
	}
	slices.SortFunc(all, func(a, b proven) int { return int(b.month - a.month) })
	return all, nil
}

func (r *Reading) reports(ctx context.Context, take func(closing.Report) error) error {
	all, err := r.provens(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		var raw []byte
		if p.revision > 0 {
			_, raw, err = closing.Read(ctx, r.tx, p.month, p.revision)
		} else {
			_, raw, err = closing.ReadDay(ctx, r.tx, p.month, p.day)
		}
		if err != nil {
			return err
		}
		var doc closing.Report
		if err := json.Unmarshal(raw, &doc); err != nil {
			return fmt.Errorf("read report of %s: %w", p.month, err)
		}
		if err := take(doc); err != nil {
			return err
		}
	}
	return nil
}

func provenMonths(ctx context.Context, r *Reading) ([]supervision.Month, error) {
	all, err := r.provens(ctx)
	var list []supervision.Month
	for _, p := range all {
		list = append(list, p.month)
	}
	return list, err
}

func provenState(ctx context.Context, r *Reading) (state, error) {
	all, err := r.provens(ctx)
	if err == nil && len(all) == 0 && r.Period.From != 0 && r.Period.From == r.Period.To {
		err = fault.New(fault.NotFound, "fault.no_month")
	}
	var st state
	h := sha256.New()
	for _, p := range all {
		_, _ = fmt.Fprintln(h, p.month, p.revision, p.day.Unix(), p.entry)
		if p.at.After(st.modified) {
			st.modified = p.at
		}
	}
	st.name = hex.EncodeToString(h.Sum(nil))
	return st, err
}

func (r *Reading) reportRows(doc closing.Report, give each) error {
	names := map[string]closing.Unit{}
	for _, u := range doc.House {
		names[string(u.Code)] = u
	}
	line := func(scope, code, zh, en string, l closing.Line) error {
		for _, f := range l.Figures {
			name, _, _ := strings.Cut(f.Definition, "@")
			var edition, value, part, all any
			if doc.Revision > 0 && doc.Day == "" {
				edition = doc.Revision
			}
			if v, ok := f.Value(); ok {
				value = v
			}
			if !f.Suppressed {
				part, all = f.Numerator.Float(), f.Denominator
			}
			if err := give(Row{doc.Month, orNil(doc.Day), edition, scope, code, orNil(zh), orNil(en), name, f.Definition, string(f.Measure), value, part, all, orNil(leftOut(f)), f.Suppressed}, nil); err != nil {
				return err
			}
		}
		return nil
	}
	if err := line("city", r.City.Code, r.City.Name.ZH, r.City.Name.EN, doc.City); err != nil {
		return err
	}
	for _, l := range doc.Districts {
		t, _ := r.City.Territory(l.Code)
		if err := line("district", l.Code, t.Name.ZH, t.Name.EN, l); err != nil {
			return err
		}
	}
	for _, l := range doc.Units {
		if err := line("unit", l.Code, names[l.Code].ZH, names[l.Code].EN, l); err != nil {
			return err
		}
	}
	return nil
}

// leftOut tells the rows that a figure leaves out, as reason=number, by reason.
func leftOut(f supervision.Figure) string {
	if f.Suppressed {
		return ""
	}
	var list []string
	for why, n := range f.Excluded {
		if n > 0 {
			list = append(list, fmt.Sprintf("%s=%d", why, n))
		}
	}
	slices.Sort(list)
	return strings.Join(list, ";")
}
