package transcript

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"slices"
	"strings"
	"time"
)

// indexes are parties of a dialog: one number, a list, or a list of lists.
type indexes []int

// UnmarshalJSON never fails: what is no index is left out.
func (x *indexes) UnmarshalJSON(raw []byte) error {
	var one int
	var list []indexes
	switch {
	case json.Unmarshal(raw, &one) == nil:
		*x = indexes{one}
	case json.Unmarshal(raw, &list) == nil:
		for _, more := range list {
			*x = append(*x, more...)
		}
	}
	return nil
}

type vconParty struct {
	Name string `json:"name"`
	Tel  string `json:"tel"`
	Role string `json:"role"`
}

func (p vconParty) speaker() string {
	for _, s := range []string{p.Name, p.Role, p.Tel} {
		if s != "" {
			return s
		}
	}
	return ""
}

type vconDialog struct {
	Type       string          `json:"type"`
	Start      string          `json:"start"`
	Duration   *float64        `json:"duration"`
	Parties    indexes         `json:"parties"`
	Originator *int            `json:"originator"`
	Mimetype   string          `json:"mimetype"`
	Mediatype  string          `json:"mediatype"`
	Encoding   string          `json:"encoding"`
	Body       json.RawMessage `json:"body"`
}

// speaker is the party who says a dialog: the originator, else the first.
func (d vconDialog) speaker() int {
	switch {
	case d.Originator != nil:
		return *d.Originator
	case len(d.Parties) > 0:
		return d.Parties[0]
	}
	return -1
}

// fromVCon reads a vCon (draft-ietf-vcon-vcon-core): its text dialogs, and where it has none the transcripts among its analyses. A signed one is read
// without checking the signature, since nothing here trusts it; an encrypted one, and one that has only a recording, has no words.
func fromVCon(m map[string]json.RawMessage, depth int) (Transcript, error) {
	t := Transcript{Format: FormVCon}
	if _, encrypted := m["ciphertext"]; encrypted {
		return t, nil
	}
	if payload, ok := into[string](m["payload"]); ok {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
		if err != nil {
			return t, ErrUnknown
		}
		return fromJSON(raw, depth+1)
	}
	parties, _ := into[[]vconParty](m["parties"])
	dialogs, _ := into[[]vconDialog](m["dialog"])
	var first, last time.Time
	for _, d := range dialogs {
		at, err := time.Parse(time.RFC3339Nano, d.Start)
		if err == nil && (first.IsZero() || at.Before(first)) {
			first, t.StartedAt = at, &d.Start
		}
		end := at
		if d.Duration != nil {
			end = at.Add(time.Duration(min(max(*d.Duration, 0), 1e6) * float64(time.Second)))
		}
		if err == nil && end.After(last) {
			last = end
		}
	}
	if last.After(first) {
		t.Duration = seconds(last.Sub(first).Seconds())
	}
	for _, d := range dialogs {
		if text, ok := d.words(); ok {
			one := Turn{Text: text}
			name(&one, parties, d.speaker())
			if at, err := time.Parse(time.RFC3339Nano, d.Start); err == nil {
				one.Start = seconds(at.Sub(first).Seconds())
				if d.Duration != nil && one.Start != nil {
					one.End = seconds(*one.Start + *d.Duration)
				}
			}
			t.Turns = append(t.Turns, one)
		}
	}
	if len(t.Turns) == 0 {
		t.analyses(m["analysis"], parties, depth)
	}
	return t, nil
}

// name gives a turn the name and part of a party.
func name(one *Turn, parties []vconParty, i int) {
	if i < 0 || i >= len(parties) {
		return
	}
	one.Speaker, one.Role = parties[i].speaker(), roleOf(parties[i].Role)
}

// words are the text of a text dialog.
func (d vconDialog) words() (string, bool) {
	kind := strings.ToLower(d.Mimetype + d.Mediatype)
	if d.Type != "text" || kind != "" && !strings.HasPrefix(kind, "text/") {
		return "", false
	}
	body, ok := into[string](d.Body)
	if !ok {
		return "", false
	}
	if d.Encoding == "base64url" {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(body, "="))
		if err != nil {
			return "", false
		}
		body = string(raw)
	}
	if strings.HasPrefix(kind, "text/html") {
		body = html.UnescapeString(anyTag.ReplaceAllString(body, " "))
	}
	return body, true
}

// analyses adds the turns of the transcripts that were made of the recordings.
func (t *Transcript) analyses(raw json.RawMessage, parties []vconParty, depth int) {
	list, _ := into[[]struct {
		Type string          `json:"type"`
		Body json.RawMessage `json:"body"`
	}](raw)
	for _, a := range list {
		if !strings.HasPrefix(a.Type, "transcript") { // also transcript-redacted
			continue
		}
		body := []byte(a.Body)
		if text, ok := into[string](a.Body); ok {
			body = []byte(text)
		}
		var found Transcript
		var err error
		if start := bytes.TrimSpace(body); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
			found, err = fromDialogue(body, parties)
			if err != nil {
				found, err = fromParagraphs(body, parties)
			}
			if err != nil {
				found, err = fromJSON(body, depth+1)
			}
		} else {
			found, err = fromText(string(body))
		}
		if err == nil {
			t.Turns = append(t.Turns, found.Turns...)
			if t.Language == "" {
				t.Language = found.Language
			}
		}
	}
}

// fromDialogue reads a list of what each party said, as the drafts' examples have it: the number of a party, and text, body or message.
func fromDialogue(raw []byte, parties []vconParty) (Transcript, error) {
	type line struct {
		Party   *int     `json:"party"`
		Parties indexes  `json:"parties"`
		Speaker flexible `json:"speaker"`
		Text    string   `json:"text"`
		Body    string   `json:"body"`
		Message string   `json:"message"`
	}
	list, ok := into[[]line](raw)
	if !ok || !slices.ContainsFunc(list, func(l line) bool { return l.Party != nil || len(l.Parties) > 0 }) {
		return Transcript{}, ErrUnknown
	}
	var t Transcript
	for _, l := range list {
		one := Turn{Speaker: string(l.Speaker), Text: l.Text + l.Body + l.Message}
		switch {
		case l.Party != nil:
			name(&one, parties, *l.Party)
		case len(l.Parties) > 0:
			name(&one, parties, l.Parties[0])
		}
		t.Turns = append(t.Turns, one)
	}
	return t, nil
}

// fromParagraphs reads an object that holds the words alone. Where it has labels they tell who speaks; else, of two parties, an empty line stands where the other begins, and the one
// who greets like an agent is the agent.
func fromParagraphs(raw []byte, parties []vconParty) (Transcript, error) {
	m, ok := members(raw)
	if !ok || m["segments"] != nil {
		return Transcript{}, ErrUnknown
	}
	words, ok := into[string](m["transcript"])
	if !ok {
		return Transcript{}, ErrUnknown
	}
	t, err := fromText(words)
	if err != nil || len(parties) != 2 || slices.ContainsFunc(t.Turns, func(one Turn) bool { return one.Speaker != "" }) {
		return t, err
	}
	t.Turns = nil
	for part := range strings.SplitSeq(words, "\n\n") {
		if strings.TrimSpace(part) != "" {
			t.Turns = append(t.Turns, Turn{Text: part})
		}
	}
	agent := slices.IndexFunc(parties, func(p vconParty) bool { return roleOf(p.Role) == Agent })
	if agent < 0 || len(t.Turns) == 0 || !greets(t.Turns[0].Text) {
		return t, nil
	}
	for i := range t.Turns {
		name(&t.Turns[i], parties, (agent+i)%2)
	}
	return t, nil
}

// byStart puts turns of several channels into the order in which they were said.
func byStart(turns []Turn) {
	slices.SortStableFunc(turns, func(a, b Turn) int {
		switch {
		case a.Start == nil || b.Start == nil || *a.Start == *b.Start:
			return 0
		case *a.Start < *b.Start:
			return -1
		}
		return 1
	})
}
