package routing

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// named lists the beliefs by the names under which they are kept.
func (b *Beliefs) named() [4]struct {
	name string
	b    *Belief
} {
	return [4]struct {
		name string
		b    *Belief
	}{{"kind", &b.Kind}, {"category", &b.Category}, {"territory", &b.Territory}, {"urgency", &b.Urgency}}
}

// AppendGrounds writes the reasons of a proposal (理由) as they are kept beside it, in every language: {"names":[["zh","en"]],"units":[[reason]],"kind":[reason],…}
// with a reason as ["key",{"Arg":"word"}]. A name that differs between the languages stands in names once and is told by its place there, since most
// reasons speak of the same place and the same matter.
func (p Proposal) AppendGrounds(b []byte) []byte {
	var room [8]Name
	names := room[:0]
	w := writer{b: append(b, '{')}
	if len(p.Candidates) > 0 {
		w.open("units", '[')
		for _, c := range p.Candidates {
			names = w.reasons("", c.Reasons, names)
		}
		w.close(']')
	}
	for _, one := range p.Sure.named() {
		if len(one.b.Reasons) > 0 {
			names = w.reasons(one.name, one.b.Reasons, names)
		}
	}
	if len(names) > 0 {
		w.open("names", '[')
		for _, n := range names {
			w.open("", '[')
			w.text("", n.ZH)
			w.text("", n.EN)
			w.close(']')
		}
		w.close(']')
	}
	w.close('}')
	return w.since(len(b))
}

// reasons writes reasons, and remembers the names in them that differ between the languages.
func (w *writer) reasons(name string, reasons []Reason, names []Name) []Name {
	w.open(name, '[')
	for _, r := range reasons {
		w.open("", '[')
		w.text("", r.Key)
		if len(r.Args) > 0 {
			w.open("", '{')
			for _, a := range r.Args {
				if a.Is.ZH == a.Is.EN {
					w.text(a.Key, a.Is.ZH)
					continue
				}
				i := slices.Index(names, a.Is)
				if i < 0 {
					i = len(names)
					names = append(names, a.Is)
				}
				w.name(a.Key)
				w.b = strconv.AppendInt(w.b, int64(i), 10)
			}
			w.close('}')
		}
		w.close(']')
	}
	w.close(']')
	return names
}

// keptReason is a key and its arguments, where it has any.
type keptReason [2]json.RawMessage

// readGrounds gives a proposal its reasons back. Errors: what is kept is not of the form that AppendGrounds writes.
func (p *Proposal) readGrounds(kept []byte) error {
	var in struct {
		Names     [][2]string    `json:"names"`
		Units     [][]keptReason `json:"units"`
		Kind      []keptReason   `json:"kind"`
		Category  []keptReason   `json:"category"`
		Territory []keptReason   `json:"territory"`
		Urgency   []keptReason   `json:"urgency"`
	}
	if err := json.Unmarshal(kept, &in); err != nil {
		return fmt.Errorf("read grounds: %w", err)
	}
	read := func(from []keptReason, into *[]Reason) error {
		for _, k := range from {
			r, err := k.reason(in.Names)
			if err != nil {
				return fmt.Errorf("read grounds: %w", err)
			}
			*into = append(*into, r)
		}
		return nil
	}
	errs := []error{read(in.Kind, &p.Sure.Kind.Reasons), read(in.Category, &p.Sure.Category.Reasons), read(in.Territory, &p.Sure.Territory.Reasons), read(in.Urgency, &p.Sure.Urgency.Reasons)}
	for i := range min(len(in.Units), len(p.Candidates)) {
		errs = append(errs, read(in.Units[i], &p.Candidates[i].Reasons))
	}
	return errors.Join(errs...)
}

func (k keptReason) reason(names [][2]string) (Reason, error) {
	r := Reason{Args: Args{}}
	if err := json.Unmarshal(k[0], &r.Key); err != nil || k[1] == nil {
		return r, err
	}
	var args map[string]json.RawMessage
	if err := json.Unmarshal(k[1], &args); err != nil {
		return r, err
	}
	named := make(map[string]Name, len(args))
	for name, told := range args {
		var n Name
		if err := json.Unmarshal(told, &n); err == nil { // one word for every language
			named[name] = n
			continue
		}
		at, err := strconv.Atoi(string(told))
		if err != nil || at < 0 || at >= len(names) {
			return r, fmt.Errorf("%s of %s is the name %s of %d", name, r.Key, told, len(names))
		}
		named[name] = Name{names[at][0], names[at][1]}
	}
	r.Args = inOrder(named)
	return r, nil
}
