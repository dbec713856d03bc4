package transcript

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// fromLines reads JSON Lines: dialogues, or turns, one a line.
func fromLines(s string) (Transcript, error) {
	t := Transcript{Format: FormDialogue}
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		turns, ok := exchange([]byte(line))
		if !ok {
			return t, ErrUnknown
		}
		t.Turns = append(t.Turns, turns...)
	}
	return t, nil
}

// exchange reads one dialogue, or one turn, in the ways that collections of dialogues and chat programs write them: a list under turns, messages, dialogue, conversation, utterances or
// content, of objects with a part and words, or with one member for each speaker.
func exchange(raw []byte) ([]Turn, bool) {
	m, ok := members(raw)
	if !ok {
		return nil, false
	}
	for _, name := range []string{"turns", "messages", "dialogue", "conversation", "utterances", "content"} {
		list, ok := into[[]json.RawMessage](m[name])
		if !ok {
			continue
		}
		var turns []Turn
		for _, one := range list {
			more, ok := utterance(one)
			if !ok {
				return nil, false
			}
			turns = append(turns, more...)
		}
		return turns, true
	}
	turns, ok := utterance(raw)
	return turns, ok && turns[0].Speaker != "" // words of nobody may be any message of a machine
}

// utterance reads who says what. An object such as {"[SPEAKER 1]": …, "[SPEAKER 2]": …} holds what each said, in the order of their names.
func utterance(raw []byte) ([]Turn, bool) {
	m, ok := members(raw)
	if !ok {
		return nil, false
	}
	text, found := first(m, "text", "content", "utterance", "sentence", "message", "body")
	if found {
		who, _ := first(m, "role", "speaker", "party", "from", "participant")
		one := Turn{Speaker: who, Text: text}
		start, okStart := into[float64](m["start_s"])
		end, okEnd := into[float64](m["end_s"])
		if okStart {
			one.Start = seconds(start)
		}
		if okEnd {
			one.End = seconds(end)
		}
		return []Turn{one}, true
	}
	var turns []Turn
	for _, name := range slices.Sorted(maps.Keys(m)) {
		label := strings.Trim(name, "[]() ")
		if words, ok := into[string](m[name]); ok && (numbered(label) || roleOf(label) != Unknown) {
			turns = append(turns, Turn{Speaker: label, Text: words})
		}
	}
	return turns, len(turns) > 0
}

// first is the first of some members that is a text or, for who speaks, a number.
func first(m map[string]json.RawMessage, names ...string) (string, bool) {
	for _, name := range names {
		if v, ok := into[flexible](m[name]); ok && v != "" {
			return string(v), true
		}
	}
	return "", false
}

// fromCues reads WebVTT that a program has taken apart: cues with their times in seconds, and their words with the marks still in them.
func fromCues(raw json.RawMessage) (Transcript, error) {
	list, ok := into[[]struct {
		Start *float64 `json:"startTime"`
		End   *float64 `json:"endTime"`
		Text  string   `json:"text"`
	}](raw)
	if !ok {
		return Transcript{}, ErrUnknown
	}
	t := Transcript{Format: FormWebVTT}
	for _, c := range list {
		cue := Turn{}
		if c.Start != nil {
			cue.Start = seconds(*c.Start)
		}
		if c.End != nil {
			cue.End = seconds(*c.End)
		}
		voices(cue, c.Text, &t)
	}
	return t, nil
}

// isLines tells JSON Lines from one JSON value on several lines.
func isLines(s string) bool {
	line, rest, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(rest) != "" && json.Valid([]byte(line)) && bytes.HasPrefix([]byte(line), []byte("{"))
}
