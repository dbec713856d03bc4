package casework

import (
	"encoding/json"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// drafts are buffers in which documents are written before they get their own size.
var drafts = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// appender writes itself as JSON, and its reasons apart from it: faster than can be found out from its type.
type appender interface {
	AppendJSON(b []byte) []byte
	AppendGrounds(b []byte) []byte
}

// documents writes what is kept of a filing as JSON: the proposal, an empty object where there is none; the reasons beside it; and what the history tells of the filing.
func (b *bound) documents() error {
	draft := drafts.Get().(*[]byte)
	defer drafts.Put(draft)
	all, reasons := (*draft)[:0], 0
	switch p := b.f.Proposal.(type) {
	case nil:
		all = append(all, "{}"...)
		reasons = len(all)
	case appender:
		all = p.AppendJSON(all)
		reasons = len(all)
		all = p.AppendGrounds(all)
	default:
		kept, err := json.Marshal(p)
		if err != nil {
			return err
		}
		all = append(all, kept...)
		reasons = len(all)
	}
	told := len(all)
	all = b.f.appendFiled(all)
	text := string(all)
	b.proposal, b.grounds, b.data = text[:reasons], text[reasons:told], text[told:]
	clear(all)
	*draft = all
	return nil
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
