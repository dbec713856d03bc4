package meilitest

import (
	"net/http"
	"strconv"
	"strings"
)

// holds tells whether a document meets a condition.
type holds func(doc map[string]any) bool

func always(map[string]any) bool { return true }

// condition reads a filter: a text, or a list of conditions that must all hold, each of them a text or a list of which one must.
func (x *index) condition(filter any) (holds, *problem) {
	switch f := filter.(type) {
	case nil:
		return always, nil
	case string:
		return x.parse(f)
	case []any:
		var all []holds
		for _, one := range f {
			h, p := x.either(one)
			if p != nil {
				return nil, p
			}
			all = append(all, h)
		}
		return both(all...), nil
	}
	return nil, badFilter("Invalid syntax for the filter parameter: expected String, Array.")
}

func (x *index) either(one any) (holds, *problem) {
	list, many := one.([]any)
	if !many {
		return x.condition(one)
	}
	var some []holds
	for _, f := range list {
		h, p := x.condition(f)
		if p != nil {
			return nil, p
		}
		some = append(some, h)
	}
	return func(d map[string]any) bool {
		for _, h := range some {
			if h(d) {
				return true
			}
		}
		return false
	}, nil
}

func both(list ...holds) holds {
	return func(d map[string]any) bool {
		for _, h := range list {
			if !h(d) {
				return false
			}
		}
		return true
	}
}

func badFilter(format string, args ...any) *problem {
	return wrong(http.StatusBadRequest, "invalid_search_filter", format, args...)
}

// parser reads the words of a filter.
type parser struct {
	x     *index
	words []string // quoted ones begin with a quotation mark
	at    int
}

func (x *index) parse(filter string) (holds, *problem) {
	words, ok := cutFilter(filter)
	if !ok {
		return nil, badFilter("Expression `%s` is missing a closing delimiter.", filter)
	}
	if len(words) == 0 {
		return always, nil
	}
	p := &parser{x: x, words: words}
	h, bad := p.or()
	if bad == nil && p.at < len(p.words) {
		bad = badFilter("Found unexpected characters at the end of the filter: `%s`.", strings.Join(p.words[p.at:], " "))
	}
	return h, bad
}

func cutFilter(s string) (words []string, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\n' || c == '\t':
			i++
		case c == '"' || c == '\'':
			var b strings.Builder
			b.WriteByte('"')
			j := i + 1
			for ; j < len(s) && s[j] != c; j++ {
				if s[j] == '\\' && j+1 < len(s) {
					j++
				}
				b.WriteByte(s[j])
			}
			if j == len(s) {
				return nil, false
			}
			words, i = append(words, b.String()), j+1
		case strings.IndexByte("()[],", c) >= 0:
			words, i = append(words, string(c)), i+1
		case strings.IndexByte("=<>!", c) >= 0:
			j := i + 1
			if j < len(s) && s[j] == '=' {
				j++
			}
			words, i = append(words, s[i:j]), j
		default:
			j := i
			for j < len(s) && strings.IndexByte(" \n\t()[],=<>!\"'", s[j]) < 0 {
				j++
			}
			words, i = append(words, s[i:j]), j
		}
	}
	return words, true
}

func (p *parser) peek() string {
	if p.at < len(p.words) {
		return p.words[p.at]
	}
	return ""
}

func (p *parser) next() string {
	w := p.peek()
	p.at++
	return w
}

func (p *parser) keyword(name string) bool {
	if p.peek() == name {
		p.at++
		return true
	}
	return false
}

func (p *parser) or() (holds, *problem) {
	left, bad := p.and()
	for bad == nil && p.keyword("OR") {
		var right holds
		if right, bad = p.and(); bad == nil {
			a, b := left, right
			left = func(d map[string]any) bool { return a(d) || b(d) }
		}
	}
	return left, bad
}

func (p *parser) and() (holds, *problem) {
	left, bad := p.not()
	for bad == nil && p.keyword("AND") {
		var right holds
		if right, bad = p.not(); bad == nil {
			left = both(left, right)
		}
	}
	return left, bad
}

func (p *parser) not() (holds, *problem) {
	if p.keyword("NOT") {
		h, bad := p.not()
		return func(d map[string]any) bool { return !h(d) }, bad
	}
	if p.keyword("(") {
		h, bad := p.or()
		if bad == nil && !p.keyword(")") {
			bad = badFilter("Expression is missing the following closing delimiter: `)`.")
		}
		return h, bad
	}
	return p.compare()
}

func (p *parser) compare() (holds, *problem) {
	name := strings.TrimPrefix(p.next(), `"`)
	equal, ordered := p.x.filterable(name)
	if !equal {
		return nil, badFilter("Attribute `%s` is not filterable.", name)
	}
	op := p.next()
	switch op {
	case "EXISTS":
		return func(d map[string]any) bool { _, there := d[name]; return there }, nil
	case "NOT", "IN":
		if op == "NOT" && !p.keyword("IN") || !p.keyword("[") {
			return nil, badFilter("Expected `IN[` after `%s`.", name)
		}
		var list []string
		for p.peek() != "]" {
			if p.at >= len(p.words) {
				return nil, badFilter("Expected only comma-separated field names inside `IN[]`.")
			}
			if w := p.next(); w != "," {
				list = append(list, strings.TrimPrefix(w, `"`))
			}
		}
		p.at++
		in := func(d map[string]any) bool {
			for _, v := range list {
				if hasValue(d[name], v) {
					return true
				}
			}
			return false
		}
		if op == "NOT" {
			return func(d map[string]any) bool { return !in(d) }, nil
		}
		return in, nil
	}
	if p.at >= len(p.words) {
		return nil, badFilter("Was expecting a value but instead got nothing.")
	}
	value := strings.TrimPrefix(p.next(), `"`)
	switch op {
	case "=":
		return func(d map[string]any) bool { return hasValue(d[name], value) }, nil
	case "!=":
		return func(d map[string]any) bool { return !hasValue(d[name], value) }, nil
	case ">", ">=", "<", "<=":
		limit, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, badFilter("`%s` is not a number.", value)
		}
		if !ordered {
			return nil, badFilter("Comparison operators are not activated for the attribute `%s`.", name)
		}
		return func(d map[string]any) bool {
			n, isNumber := d[name].(float64)
			return isNumber && (op == ">" && n > limit || op == ">=" && n >= limit || op == "<" && n < limit || op == "<=" && n <= limit)
		}, nil
	}
	return nil, badFilter("Was expecting an operation `=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `EXISTS` at `%s %s`.", name, op)
}

// hasValue tells whether an attribute is a value, or a list with it; texts compare without regard to case.
func hasValue(attribute any, value string) bool {
	switch v := attribute.(type) {
	case string:
		return strings.EqualFold(v, value)
	case bool:
		return strconv.FormatBool(v) == value
	case float64:
		n, err := strconv.ParseFloat(value, 64)
		return err == nil && n == v
	case []any:
		for _, one := range v {
			if hasValue(one, value) {
				return true
			}
		}
	}
	return false
}
