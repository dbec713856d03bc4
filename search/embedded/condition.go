package embedded

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huiyin/casework"
	"huiyin/search"
	"huiyin/search/words"
)

// statement is SQL under construction with its arguments.
type statement struct{ args []any }

// arg adds an argument and returns its place.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

// onText is the condition that a word stands in the document d, decided by reading the text; cheap on few rows, and needs no tokens.
func (s *statement) onText(w words.Word) string {
	var any []string
	for _, f := range w.Forms {
		if f.Text == "" {
			any = append(any, "d.sounds @> "+s.arg(f.Tokens)+"::integer[]")
		} else {
			any = append(any, s.occurs(f))
		}
	}
	return "(" + strings.Join(any, " or ") + ")"
}

// occurs is the condition that a text stands in the document, elsewhere than across two other words.
func (s *statement) occurs(f words.Form) string {
	body := "d.body"
	for _, not := range f.Not {
		body = fmt.Sprintf("replace(%s, %s, %s)", body, s.arg(not), s.arg(f.Broken(not)))
	}
	return fmt.Sprintf("strpos(%s, %s) > 0", body, s.arg(f.Text))
}

// labels are the filters of a question that are tokens too, for the inverted index: of each list a document has one.
type labels struct {
	properties [][]words.Token
	days       [][]words.Token // of a span of time that is not too long
	span       float64         // part of all documents that are in it, about
}

func (l labels) none() bool { return len(l.properties)+len(l.days) == 0 }

func (e *Engine) labels(q search.Query, sight casework.Sight) (l labels) {
	if !q.Since.IsZero() {
		until := e.Now().Add(2 * day) // clocks of machines differ
		if !q.Until.IsZero() {
			until = q.Until
		}
		if tokens := between(q.Since, until); tokens != nil {
			l.days, l.span = [][]words.Token{tokens}, e.known.span(q)
		}
	}
	overlap := func(name string, values []string) {
		tokens := make([]words.Token, len(values))
		for i, v := range values {
			tokens[i] = words.Label(name, v)
		}
		l.properties = append(l.properties, tokens)
	}
	if !sight.All {
		overlap("unit", texts(sight.Units))
	}
	if len(q.Units) > 0 {
		overlap("unit", texts(q.Units))
	}
	matter := len(q.Category) > 0 && len(q.Category)%2 == 0
	switch {
	case len(q.Districts) > 0 && matter:
		tokens := make([]words.Token, len(q.Districts))
		for i, d := range q.Districts {
			tokens[i] = areaLabel(d, q.Category)
		}
		l.properties = append(l.properties, tokens)
	case len(q.Districts) > 0:
		overlap("district", q.Districts)
	}
	if matter && (len(q.Districts) == 0 || len(q.Category) > 2) {
		overlap("category", []string{q.Category})
	}
	return l
}

// filters are the conditions on plain columns, without the dates.
func (s *statement) filters(q search.Query, sight casework.Sight) []string {
	var all []string
	add := func(format string, v any) { all = append(all, fmt.Sprintf(format, s.arg(v))) }
	if !sight.All {
		add("d.parties && %s::text[]", texts(sight.Units))
	}
	if len(q.Units) > 0 {
		add("d.parties && %s::text[]", texts(q.Units))
	}
	if len(q.Districts) > 0 {
		add("d.district = any (%s::text[])", q.Districts)
	}
	if q.Category != "" {
		add("starts_with(d.category, %s)", q.Category)
	}
	if len(q.States) > 0 {
		add("d.state = any (%s::text[])", texts(q.States))
	}
	if len(q.Kinds) > 0 {
		add("d.kind = any (%s::text[])", texts(q.Kinds))
	}
	return all
}

// dates are the conditions on the time of filing; with plain, in a form that no index answers.
func (s *statement) dates(q search.Query, plain bool) []string {
	var all []string
	if !q.Since.IsZero() {
		all = append(all, "d.filed_at >= "+s.arg(q.Since))
	}
	if !q.Until.IsZero() {
		all = append(all, "d.filed_at < "+s.arg(q.Until))
	}
	for i := range all {
		if plain {
			all[i] = "(" + all[i] + ") is true"
		}
	}
	return all
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func where(conds ...[]string) string {
	all := slices.Concat(conds...)
	if len(all) == 0 {
		return ""
	}
	return " where " + strings.Join(all, " and ")
}
