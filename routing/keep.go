package routing

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// ReadProposal reads what AppendJSON and AppendGrounds wrote. A proposal that was kept before reasons stood apart holds its own; its grounds are empty.
func ReadProposal(kept []byte, grounds string) (Proposal, error) {
	var p Proposal
	if err := json.Unmarshal(kept, &p); err != nil || grounds == "" {
		return p, err
	}
	return p, p.readGrounds([]byte(grounds))
}

// AppendJSON writes the proposal as it is kept with its case: as json.Marshal would, but without what is empty and without its reasons, which
// AppendGrounds writes. The database counts with this part and leaves the other as it is. Every case carries both, so their size and the time to write them count.
func (p Proposal) AppendJSON(b []byte) []byte {
	w := writer{b: append(b, '{')}
	w.text("kind", string(p.Kind))
	w.text("urgency", string(p.Urgency))
	w.text("version", p.Version)
	if p.Model != "" {
		w.text("model", p.Model)
	}
	if p.Category != (CategoryRef{}) {
		w.open("category", '{')
		w.text("code", p.Category.Code)
		w.text("path", p.Category.Path)
		w.close('}')
	}
	if p.Territory != (TerritoryRef{}) {
		w.open("territory", '{')
		w.text("code", p.Territory.Code)
		w.text("name", p.Territory.Name)
		w.close('}')
	}
	if p.Emergency != (EmergencyRef{}) {
		w.open("emergency", '{')
		w.text("number", p.Emergency.Number)
		w.text("word", p.Emergency.Word)
		w.close('}')
	}
	w.yes("secret", p.Secret)
	w.yes("auto", p.Auto)
	if p.Preselect != "" {
		w.text("preselect", string(p.Preselect))
	}
	texts(&w, "tags", p.Tags)
	texts(&w, "helpers", p.Helpers)
	if len(p.Candidates) > 0 {
		w.open("candidates", '[')
		for _, c := range p.Candidates {
			w.open("", '{')
			w.text("unit", string(c.Unit))
			w.number("p", c.P)
			w.close('}')
		}
		w.close(']')
	}
	w.open("sure", '{')
	for _, one := range p.Sure.named() {
		w.open(one.name, '{')
		w.number("p", one.b.P)
		w.text("source", string(one.b.Source))
		w.close('}')
	}
	w.close('}')
	w.close('}')
	return w.since(len(b))
}

// UnmarshalJSON reads a name in every language, or the one word that was kept for all of them.
func (n *Name) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		err := json.Unmarshal(b, &n.ZH)
		n.EN = n.ZH
		return err
	}
	type plain Name
	return json.Unmarshal(b, (*plain)(n))
}

// writer writes JSON without looking at types.
type writer struct{ b []byte }

// name begins a member, or an element where the name is empty.
func (w *writer) name(name string) {
	if last := w.b[len(w.b)-1]; last != '{' && last != '[' {
		w.b = append(w.b, ',')
	}
	if name != "" {
		w.b = append(append(append(w.b, '"'), name...), '"', ':')
	}
}

func (w *writer) open(name string, bracket byte) {
	w.name(name)
	w.b = append(w.b, bracket)
}

func (w *writer) close(bracket byte) { w.b = append(w.b, bracket) }

func (w *writer) text(name, s string) {
	w.name(name)
	w.quote(s)
}

func (w *writer) number(name string, f float64) {
	w.name(name)
	w.b = strconv.AppendFloat(w.b, f, 'g', -1, 64)
}

func (w *writer) yes(name string, v bool) {
	if v {
		w.name(name)
		w.b = append(w.b, "true"...)
	}
}

func texts[T ~string](w *writer, name string, list []T) {
	if len(list) == 0 {
		return
	}
	w.open(name, '[')
	for _, s := range list {
		w.text("", string(s))
	}
	w.close(']')
}

// since is what was written, as valid text: what no character begins with is one mark.
func (w *writer) since(from int) []byte {
	if !utf8.Valid(w.b[from:]) {
		return append(w.b[:from], bytes.ToValidUTF8(w.b[from:], []byte("\ufffd"))...)
	}
	return w.b
}

const hexDigits = "0123456789abcdef"

// stands is, by byte, whether JSON's texts hold it as it is.
var stands = func() (stands [256]bool) {
	for c := range stands {
		stands[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return stands
}()

func (w *writer) quote(s string) {
	w.b = append(w.b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if stands[c] {
			continue
		}
		w.b = append(w.b, s[from:i]...)
		from = i + 1
		if c >= ' ' {
			w.b = append(w.b, '\\', c)
		} else {
			w.b = append(w.b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	w.b = append(append(w.b, s[from:]...), '"')
}
