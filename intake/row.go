package intake

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"huiyin/casework"
	"huiyin/intake/table"
	"huiyin/locale"
)

// Reasons for which a row is rejected. They are stable words, followed by a colon and what was found.
var (
	errNoNumber = errors.New("number missing")
	errNoText   = errors.New("text missing")
	errTooLong  = fmt.Errorf("text longer than %d characters", casework.MaxBody)
	errNoDate   = errors.New("date missing")
)

// earliest is the first time a row may carry: before it there was no hotline, only a broken column.
var earliest = time.Date(1983, 9, 18, 0, 0, 0, 0, time.UTC) // the first mayor's hotline of China, Shenyang

// value reads one of our fields from a row.
func (m *Mapping) value(r table.Row, field string) string {
	names, given := m.Columns[field]
	if !given {
		for _, name := range usual.Columns[field] {
			if v := r.Get(name); v != "" {
				return v
			}
		}
		return ""
	}
	var parts []string
	for _, name := range names {
		if v := r.Get(name); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " ")
}

// word is a field whose values are words of ours; empty where the value is none, and the rules decide.
func (m *Mapping) word(r table.Row, field string) string {
	v := m.value(r, field)
	if v == "" {
		return ""
	}
	return m.words[field][evened(v)]
}

// submission makes the common record of a row, or says why the row is rejected.
func (m *Mapping) submission(r table.Row, names placeNames, now time.Time, serial bool) (Submission, error) {
	var s Submission
	if r.Err != nil {
		return s, r.Err
	}
	s = Submission{
		By: casework.System, Channel: casework.Channel(or(m.word(r, "channel"), string(casework.File))), ExternalNo: wholeNumber(m.value(r, "number")),
		Kind: casework.Kind(m.word(r, "kind")), Urgency: casework.Urgency(m.word(r, "urgency")),
		Category:  names.category(or(m.words["category"][evened(m.value(r, "category"))], m.value(r, "category"))),
		Territory: names.territory(or(m.words["territory"][evened(m.value(r, "territory"))], m.value(r, "territory"))),
		Title:     m.value(r, "title"), Text: m.value(r, "text"), Place: m.value(r, "place"),
		Person: casework.Person{Name: m.value(r, "name"), Phone: wholeNumber(m.value(r, "phone")), Email: m.value(r, "email"), Address: m.value(r, "address")},
		Secret: m.word(r, "secret") == "true", Publish: m.word(r, "publish") == "true", Language: locale.Lang(m.word(r, "language")), Reason: importReason(m.Source),
	}
	s.tidy()
	if said := line(m.value(r, "category"), maxTitle); said != "" && s.Category == "" && s.Text != "" {
		s.Text += "\n\n" + said // no matter of ours: the rules decide, and a person reads what the other system called it
	}
	switch {
	case s.ExternalNo == "":
		return s, errNoNumber
	case s.Text == "" && s.Title == "":
		return s, errNoText
	case utf8.RuneCountInString(s.Text) > casework.MaxBody:
		return s, errTooLong
	}
	var err error
	if s.At, err = m.date(m.value(r, "filed_at"), now, serial); err != nil {
		return s, err
	}
	s.Key = sha256.Sum256([]byte("import\n" + m.Source + "\n" + s.ExternalNo))
	return s, nil
}

// date reads a time in the mapping's layouts; one without an offset is the city's time, a day without a time its first moment.
func (m *Mapping) date(v string, now time.Time, serial bool) (time.Time, error) {
	if v == "" {
		return time.Time{}, errNoDate
	}
	t, err := m.parse(v, serial)
	switch {
	case err != nil:
		return t, err
	case t.Before(earliest):
		return t, fmt.Errorf("date too early: %.40q", v)
	case t.After(now):
		return t, fmt.Errorf("date in the future: %.40q", v)
	}
	return t, nil
}

func (m *Mapping) parse(v string, serial bool) (time.Time, error) {
	if serial {
		if days, err := strconv.ParseFloat(v, 64); err == nil && days > 1 && days < 100000 {
			t, err := excelize.ExcelDateToTime(days, false)
			if err != nil {
				return t, fmt.Errorf("date not understood: %.40q", v)
			}
			t = t.Round(time.Second)
			return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, m.zone), nil
		}
	}
	for _, layout := range m.Dates {
		if t, err := time.ParseInLocation(layout, v, m.zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("date not understood: %.40q", v)
}

// wholeNumber writes a number that a spreadsheet made short (2.01712E+13) with all its digits; anything else stays as it is.
func wholeNumber(v string) string {
	if !strings.ContainsAny(v, "eE.") || strings.ContainsFunc(v, func(r rune) bool { return !strings.ContainsRune("0123456789.eE+", r) }) {
		return v
	}
	f, _, err := big.ParseFloat(v, 10, 200, big.ToNearestEven)
	if err != nil || f.IsInf() {
		return v
	}
	if whole, exact := f.Int(nil); exact == big.Exact && whole.IsUint64() && whole.Uint64() < math.MaxInt64 {
		return whole.String()
	}
	return v
}

func importReason(source string) string { return "import:" + source }
