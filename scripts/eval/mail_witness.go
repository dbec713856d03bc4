package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/htmlindex"
)

// zammadStates reads what a help desk made of a message: its body is text, or HTML that the help desk has cleaned.
func zammadStates(data []byte) (stated, error) {
	var e struct {
		Subject     string
		FromEmail   string `json:"from_email"`
		Body        string
		ContentType string `json:"content_type"`
		Attachments []struct{ Filename string }
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return stated{}, err
	}
	s := stated{subject: e.Subject, hasSubject: true, from: e.FromEmail, hasFrom: true, body: e.Body}
	if e.ContentType == "text/html" {
		s.body = withoutTags(e.Body)
	}
	if s.body == nothing {
		s.body = ""
	}
	for _, a := range e.Attachments {
		if a.Filename != "message.html" { // the HTML form of the text, which the help desk hangs on
			s.files = append(s.files, a.Filename)
		}
	}
	return s, nil
}

// nothing is what the help desk writes where a message has no words.
const nothing = "no visible content"

// withoutTags is the text of HTML, every tag a blank.
func withoutTags(src string) string {
	z := html.NewTokenizer(strings.NewReader(src))
	var out strings.Builder
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			out.Write(z.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			if name, _ := z.TagName(); !inWord[string(name)] {
				out.WriteByte(' ')
			}
		}
	}
}

// inWord are tags that may stand within a word.
var inWord = map[string]bool{"a": true, "b": true, "i": true, "u": true, "em": true, "strong": true, "span": true, "font": true}

type stalwartMessage struct {
	TextBody []int `json:"text_body"`
	HTMLBody []int `json:"html_body"`
	Parts    []struct {
		Headers []struct {
			Name  any
			Value json.RawMessage
		}
		Body json.RawMessage
	}
}

// stalwartStates reads a parser's tree: the header of the first part and the parts it calls the text.
func stalwartStates(data []byte) (stated, error) {
	var m stalwartMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return stated{}, err
	}
	if len(m.Parts) == 0 {
		return stated{}, errors.New("no parts")
	}
	var s stated
	for _, h := range m.Parts[0].Headers {
		switch h.Name {
		case "subject":
			var v struct{ Text string }
			if json.Unmarshal(h.Value, &v) == nil {
				s.subject, s.hasSubject = v.Text, true
			}
		case "from":
			var v struct {
				Address struct{ List []struct{ Address string } }
			}
			if json.Unmarshal(h.Value, &v) == nil && len(v.Address.List) > 0 && v.Address.List[0].Address != "" {
				s.from, s.hasFrom = v.Address.List[0].Address, true
			}
		}
	}
	var body strings.Builder
	for _, i := range m.TextBody {
		var v struct{ Text, HTML string }
		if i < len(m.Parts) && json.Unmarshal(m.Parts[i].Body, &v) == nil {
			body.WriteString(v.Text + "\n" + withoutTags(v.HTML) + "\n")
		}
	}
	s.body = body.String()
	return s, nil
}

// mime4jStates reads the fields of the outermost header. The bodies of that corpus are not with it.
func mime4jStates(data []byte) (stated, error) {
	dec := xml.NewDecoder(strings.NewReader(string(data)))
	dec.Strict = false
	var s stated
	depth := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) || depth > 1 {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		start, ok := token.(xml.StartElement)
		switch {
		case ok && start.Name.Local == "header":
			depth++
		case ok && start.Name.Local == "field" && depth == 1:
			var field string
			if err := dec.DecodeElement(&field, &start); err != nil {
				return s, err
			}
			name, value, _ := strings.Cut(strings.TrimSpace(field), ":")
			switch strings.ToLower(name) {
			case "subject":
				if !s.hasSubject {
					s.subject, s.hasSubject = decodeHeader(value), true
				}
			case "from":
				if a, err := parser.ParseList(strings.TrimSpace(value)); err == nil && !s.hasFrom {
					s.from, s.hasFrom = a[0].Address, true
				}
			}
		}
	}
}

var (
	decoder = &mime.WordDecoder{CharsetReader: func(charset string, in io.Reader) (io.Reader, error) {
		e, err := htmlindex.Get(charset)
		if err != nil {
			return nil, err
		}
		return e.NewDecoder().Reader(in), nil
	}}
	parser = mail.AddressParser{WordDecoder: decoder}
)

func decodeHeader(s string) string {
	if out, err := decoder.DecodeHeader(s); err == nil {
		return out
	}
	return s
}

var (
	tnefSubject = regexp.MustCompile(`(?m)^\(MESS\) Subject .*='(.*)'$`)
	tnefFile    = regexp.MustCompile(`(?m)^WRITING\s*\|\s*(\S.*?)\s*\|`)
)

// tnefStates reads the log of an unpacker: the subject, where the file states one of its own, and the names it wrote.
func tnefStates(data []byte) stated {
	var s stated
	if m := tnefSubject.FindSubmatch(data); m != nil {
		s.subject, s.hasSubject = string(m[1]), true
	}
	for _, m := range tnefFile.FindAllSubmatch(data, -1) {
		if !strings.HasSuffix(string(m[1]), "-body.rtf") { // the text, which the unpacker leaves as it is
			s.files = append(s.files, string(m[1]))
		}
	}
	return s
}
