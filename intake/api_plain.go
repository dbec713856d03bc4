package intake

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// plainCase reads the body of POST /api/v1/cases where it is of the common form: an object of texts and truth values, among them the person, another of texts. What it reads
// is what encoding/json would read, from one copy of the body. Whatever else stands in a body, and whatever is wrong with one, is for encoding/json: then ok is false.
func plainCase(body []byte) (c apiCase, ok bool) {
	if !utf8.Valid(body) {
		return c, false
	}
	r := jsonReader{text: string(body)}
	ok = r.object(func(name string) bool {
		switch name {
		case "kind":
			return r.word((*string)(&c.Kind))
		case "category":
			return r.word(&c.Category)
		case "territory":
			return r.word(&c.Territory)
		case "title":
			return r.word(&c.Title)
		case "text":
			return r.word(&c.Text)
		case "place":
			return r.word(&c.Place)
		case "person":
			return r.object(func(name string) bool {
				switch name {
				case "name":
					return r.word(&c.Person.Name)
				case "phone":
					return r.word(&c.Person.Phone)
				case "email":
					return r.word(&c.Person.Email)
				case "address":
					return r.word(&c.Person.Address)
				}
				return false
			})
		case "language":
			return r.word(&c.Language)
		case "publish":
			return r.truth(&c.Publish)
		case "secret":
			return r.truth(&c.Secret)
		case "external_no":
			return r.word(&c.ExternalNo)
		}
		return false
	})
	return c, ok && r.next() == 0 && r.at == len(r.text)
}

// jsonReader reads JSON that is valid UTF-8 from its beginning on. Each method tells whether what it reads stands there; after a no the rest is not to be read.
type jsonReader struct {
	text string
	at   int
}

// next passes over white space and tells the sign behind it, 0 at the end.
func (r *jsonReader) next() byte {
	for ; r.at < len(r.text); r.at++ {
		switch b := r.text[r.at]; b {
		case ' ', '\n', '\r', '\t':
		default:
			return b
		}
	}
	return 0
}

// sign passes over one sign.
func (r *jsonReader) sign(b byte) bool {
	if r.next() != b {
		return false
	}
	r.at++
	return true
}

// object calls member with each name, for it to read the value.
func (r *jsonReader) object(member func(name string) bool) bool {
	if !r.sign('{') {
		return false
	}
	if r.sign('}') {
		return true
	}
	for {
		var name string
		if !r.word(&name) || !r.sign(':') || !member(name) {
			return false
		}
		if !r.sign(',') {
			return r.sign('}')
		}
	}
}

// word reads a text. Where nothing is escaped in it, it is a part of what is read.
func (r *jsonReader) word(into *string) bool {
	if !r.sign('"') {
		return false
	}
	from, escaped := r.at, false
	for ; r.at < len(r.text); r.at++ {
		switch b := r.text[r.at]; {
		case b == '\\':
			escaped = true
			r.at++
		case b < ' ':
			return false
		case b == '"':
			*into = r.text[from:r.at]
			r.at++
			return !escaped || unescape(r.text[from-1:r.at], into)
		}
	}
	return false
}

// unescape reads a text with its quotation marks.
func unescape(quoted string, into *string) bool {
	var s string
	err := json.Unmarshal([]byte(quoted), &s)
	*into = s
	return err == nil
}

// truth reads true or false.
func (r *jsonReader) truth(into *bool) bool {
	first := r.next()
	rest, ok := strings.CutPrefix(r.text[r.at:], "true")
	if !ok {
		rest, ok = strings.CutPrefix(r.text[r.at:], "false")
	}
	r.at = len(r.text) - len(rest)
	*into = first == 't'
	return ok
}
