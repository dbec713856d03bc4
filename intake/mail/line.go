package mail

import (
	"bytes"
	"encoding/json"
	"time"
)

type lineFile struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size"`
}

// Line is the answer of `huiyin parse mail` for one file: one JSON object without a line end.
func Line(file string, m Message) []byte {
	out := struct {
		File        string     `json:"file"`
		Verdict     Verdict    `json:"verdict"`
		Reason      string     `json:"reason"`
		From        Address    `json:"from"`
		To          []Address  `json:"to"`
		Subject     string     `json:"subject"`
		Date        *string    `json:"date"` // null when the message states none
		Text        string     `json:"text"`
		Quoted      string     `json:"quoted"`
		HTMLToText  bool       `json:"html_to_text"`
		Attachments []lineFile `json:"attachments"`
		MessageID   string     `json:"message_id"`
		InReplyTo   []string   `json:"in_reply_to"`
		Repaired    []string   `json:"repaired"`
		MayAnswer   bool       `json:"may_answer"`        // whether an automatic letter may answer
		Failure     *Failure   `json:"failure,omitempty"` // of a bounce
	}{
		File: file, Verdict: m.Verdict, Reason: m.Reason, From: m.From, To: append([]Address{}, m.To...), Subject: m.Subject, Text: m.Text, Quoted: m.Quoted,
		HTMLToText: m.HTMLToText, Attachments: []lineFile{}, MessageID: m.MessageID, InReplyTo: append([]string{}, m.InReplyTo...), Repaired: append([]string{}, m.Repaired...),
		MayAnswer: m.MayAnswer(), Failure: m.Failure,
	}
	if !m.Date.IsZero() {
		s := m.Date.Format(time.RFC3339)
		out.Date = &s
	}
	for _, a := range m.Attachments {
		out.Attachments = append(out.Attachments, lineFile{a.Name, a.Type, a.Size})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil { // only a time outside years 0-9999 can do this, and parseDate refuses those
		return []byte(`{"verdict":"quarantine","reason":"not_encodable"}`)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
