package casework

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// appender writes itself as JSON, and its reasons apart from it: faster than can be found out from its type.
type appender interface {
	AppendJSON(b []byte) []byte
	AppendGrounds(b []byte) []byte
}

// marshal writes a proposal that does not write itself; where it does, that waits until the rows are put together.
func (b *bound) marshal() (err error) {
	switch b.f.Proposal.(type) {
	case nil, appender:
	default:
		b.marshalled, err = json.Marshal(b.f.Proposal)
	}
	return err
}

// appendProposal writes what was proposed, as it is kept: an empty object where nothing was.
func (b *bound) appendProposal(to []byte) []byte {
	switch p := b.f.Proposal.(type) {
	case nil:
		return append(to, "{}"...)
	case appender:
		return p.AppendJSON(to)
	default:
		return append(to, b.marshalled...)
	}
}

// appendGrounds writes the reasons beside it.
func (b *bound) appendGrounds(to []byte) []byte {
	if p, ok := b.f.Proposal.(appender); ok {
		return p.AppendGrounds(to)
	}
	return to
}

// documents are what is kept of a filing as JSON.
type documents struct{ proposal, grounds, data string }

func (b *bound) documents() documents {
	return documents{string(b.appendProposal(nil)), string(b.appendGrounds(nil)), string(b.f.appendFiled(nil))}
}

// appendFiled writes what the history tells of a filing.
func (f *Filing) appendFiled(b []byte) []byte {
	b = appendText(append(b, `{"channel":`...), string(f.Channel))
	b = appendText(append(b, `,"kind":`...), string(f.Kind))
	if f.Category != "" {
		b = appendText(append(b, `,"category":`...), f.Category)
	}
	if f.Territory != "" {
		b = appendText(append(b, `,"territory":`...), f.Territory)
	}
	b = appendText(append(b, `,"urgency":`...), string(f.Urgency))
	b = append(b, `,"due":"`...)
	b = append(f.Total.Due.UTC().AppendFormat(b, time.RFC3339), '"')
	for i, tag := range f.Tags {
		if i == 0 {
			b = append(b, `,"tags":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendText(b, tag)
	}
	if len(f.Tags) > 0 {
		b = append(b, ']')
	}
	if f.Unreadable {
		b = append(b, `,"unreadable":true`...)
	}
	return append(b, '}')
}

// appendText writes a text as JSON; words of a code set need nothing but their quotes.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || strings.IndexByte(`"\<>&`, c) >= 0 {
			quoted, _ := json.Marshal(s) // a string has no error
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
