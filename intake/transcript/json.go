package transcript

import (
	"encoding/json"
	"strconv"
	"strings"
)

// flexible takes a text, a number or null as text: recognisers disagree about the type of speakers and channels.
type flexible string

// UnmarshalJSON never fails: what is neither text nor number is empty.
func (f *flexible) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*f = flexible(s)
		return nil
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		*f = flexible(n)
	}
	return nil
}

// segment is a stretch of speech in Whisper's form and in those that follow it; times in seconds.
type segment struct {
	Start   *float64 `json:"start"`
	End     *float64 `json:"end"`
	Text    string   `json:"text"`
	Speaker flexible `json:"speaker"`
	Channel flexible `json:"channel"`
}

// deepest bounds how far a transcript may be wrapped in another: a signed vCon whose analysis holds the text of a JSON transcript.
const deepest = 4

// members reads an object with the exact spelling of its names: encoding/json would take Transcript for transcript.
func members(raw []byte) (map[string]json.RawMessage, bool) {
	var m map[string]json.RawMessage
	return m, json.Unmarshal(raw, &m) == nil && m != nil
}

func into[T any](raw json.RawMessage) (v T, ok bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return v, false
	}
	return v, json.Unmarshal(raw, &v) == nil
}

func fromJSON(raw []byte, depth int) (Transcript, error) {
	if depth > deepest {
		return Transcript{}, ErrUnknown
	}
	if list, ok := into[[]json.RawMessage](raw); ok {
		return fromList(list)
	}
	m, ok := members(raw)
	if !ok {
		return Transcript{}, ErrUnknown
	}
	has := func(name string) bool { _, ok := m[name]; return ok }
	switch {
	case has("parties") || has("dialog") && has("vcon"), has("payload") && has("signatures"), has("ciphertext") && has("recipients"):
		return fromVCon(m, depth)
	case has("Transcript") || has("Participants"):
		return fromAWS(m)
	case has("Result"), has("transcripts"):
		return fromAliyun(m)
	case has("sentence_info"):
		return fromFunASR(m)
	case has("results"):
		return fromDeepgram(m)
	case has("segments"):
		return fromSegments(m)
	case has("cues"):
		return fromCues(m["cues"])
	}
	if turns, ok := exchange(raw); ok {
		return Transcript{Format: FormDialogue, Turns: turns}, nil
	}
	if text, ok := into[string](m["text"]); ok && text != "" { // Whisper asked for the words alone
		return Transcript{Format: FormWhisper, Turns: []Turn{{Text: text}}}, nil
	}
	return Transcript{}, ErrUnknown
}

// fromList reads a bare list: FunASR's results, segments, or dialogues.
func fromList(list []json.RawMessage) (Transcript, error) {
	t := Transcript{}
	for _, raw := range list {
		m, ok := members(raw)
		if !ok {
			return t, ErrUnknown
		}
		if _, ok := m["sentence_info"]; ok {
			one, err := fromFunASR(m)
			if err != nil {
				return t, err
			}
			t.Format, t.Turns = FormFunASR, append(t.Turns, one.Turns...)
			continue
		}
		s, ok := into[segment](raw)
		if !ok || s.Text == "" || s.Start == nil {
			if text, words := into[string](m["text"]); words && m["key"] != nil { // FunASR without times
				t.Format, t.Turns = FormFunASR, append(t.Turns, Turn{Text: text})
				continue
			}
			turns, ok := exchange(raw)
			if !ok {
				return t, ErrUnknown
			}
			t.Format, t.Turns = FormDialogue, append(t.Turns, turns...)
			continue
		}
		t.Format, t.Turns = FormWhisper, append(t.Turns, s.turn())
	}
	if t.Format == "" {
		return t, ErrUnknown
	}
	return t, nil
}

func (s segment) turn() Turn {
	one := Turn{Speaker: string(s.Speaker), Text: s.Text}
	if one.Speaker == "" {
		one.Speaker = string(s.Channel)
	}
	if s.Start != nil {
		one.Start = seconds(*s.Start)
	}
	if s.End != nil {
		one.End = seconds(*s.End)
	}
	if label, rest, ok := cutLabel(s.Text, nil); ok && one.Speaker == "" {
		one.Speaker, one.Text = label, rest
	}
	return one
}

// fromSegments reads Whisper and its followers, and the World Transcription Format, in which "transcript" is an object.
func fromSegments(m map[string]json.RawMessage) (Transcript, error) {
	list, ok := into[[]segment](m["segments"])
	if !ok {
		return Transcript{}, ErrUnknown
	}
	t := Transcript{Format: FormWhisper}
	t.Language, _ = into[string](m["language"])
	if d, ok := into[float64](m["duration"]); ok {
		t.Duration = seconds(d)
	}
	if whole, ok := into[struct {
		Language string   `json:"language"`
		Duration *float64 `json:"duration"`
	}](m["transcript"]); ok {
		t.Format, t.Language = FormWTF, whole.Language
		if whole.Duration != nil {
			t.Duration = seconds(*whole.Duration)
		}
	}
	for _, s := range list {
		t.Turns = append(t.Turns, s.turn())
	}
	if whole, _ := into[string](m["text"]); len(list) == 0 && whole != "" {
		t.Turns = []Turn{{Text: whole}}
	}
	return t, nil
}

// fromAWS reads Amazon Transcribe Call Analytics; times in milliseconds.
func fromAWS(m map[string]json.RawMessage) (Transcript, error) {
	list, ok := into[[]struct {
		Content         string
		ParticipantRole string
		Begin           *float64 `json:"BeginOffsetMillis"`
		End             *float64 `json:"EndOffsetMillis"`
	}](m["Transcript"])
	if !ok {
		return Transcript{}, ErrUnknown
	}
	t := Transcript{Format: FormAWS}
	t.Language, _ = into[string](m["LanguageCode"])
	if c, ok := into[struct {
		Total *float64 `json:"TotalConversationDurationMillis"`
	}](m["ConversationCharacteristics"]); ok && c.Total != nil {
		t.Duration = seconds(*c.Total / 1000)
	}
	for _, s := range list {
		t.Turns = append(t.Turns, Turn{Speaker: s.ParticipantRole, Start: millis(s.Begin), End: millis(s.End), Text: s.Content})
	}
	return t, nil
}

func millis(n *float64) *float64 {
	if n == nil {
		return nil
	}
	return seconds(*n / 1000)
}

// fromFunASR reads FunASR's sentences; times in milliseconds.
func fromFunASR(m map[string]json.RawMessage) (Transcript, error) {
	list, ok := into[[]struct {
		Start    *float64 `json:"start"`
		End      *float64 `json:"end"`
		Text     string   `json:"text"`
		Sentence string   `json:"sentence"`
		Speaker  flexible `json:"spk"`
	}](m["sentence_info"])
	if !ok {
		return Transcript{}, ErrUnknown
	}
	t := Transcript{Format: FormFunASR}
	for _, s := range list {
		t.Turns = append(t.Turns, Turn{Speaker: string(s.Speaker), Start: millis(s.Start), End: millis(s.End), Text: s.Text + s.Sentence})
	}
	return t, nil
}

// aliyunSentence is one sentence in both of Aliyun's forms, of which the newer writes small letters; times in milliseconds.
type aliyunSentence struct {
	Begin    *float64 `json:"BeginTime"`
	End      *float64 `json:"EndTime"`
	Channel  flexible `json:"ChannelId"`
	Text     string   `json:"Text"`
	NewBegin *float64 `json:"begin_time"`
	NewEnd   *float64 `json:"end_time"`
	Speaker  flexible `json:"speaker_id"`
}

func (s aliyunSentence) turn(channel string) Turn {
	one := Turn{Speaker: string(s.Speaker), Text: s.Text, Start: millis(s.Begin), End: millis(s.End)}
	if one.Start == nil {
		one.Start, one.End = millis(s.NewBegin), millis(s.NewEnd)
	}
	if one.Speaker == "" {
		one.Speaker = string(s.Channel)
	}
	if one.Speaker == "" {
		one.Speaker = channel
	}
	return one
}

// fromAliyun reads Aliyun's file transcription: Result.Sentences, or transcripts[].sentences.
func fromAliyun(m map[string]json.RawMessage) (Transcript, error) {
	t := Transcript{Format: FormAliyun}
	if old, ok := into[struct{ Sentences []aliyunSentence }](m["Result"]); ok && old.Sentences != nil {
		for _, s := range old.Sentences {
			t.Turns = append(t.Turns, s.turn(""))
		}
		return t, nil
	}
	lists, ok := into[[]struct {
		Channel   flexible         `json:"channel_id"`
		Text      string           `json:"text"`
		Sentences []aliyunSentence `json:"sentences"`
	}](m["transcripts"])
	if !ok {
		return t, ErrUnknown
	}
	for _, l := range lists {
		channel := string(l.Channel)
		if len(lists) < 2 {
			channel = ""
		}
		for _, s := range l.Sentences {
			t.Turns = append(t.Turns, s.turn(channel))
		}
		if len(l.Sentences) == 0 {
			t.Turns = append(t.Turns, Turn{Speaker: channel, Text: l.Text})
		}
	}
	byStart(t.Turns)
	return t, nil
}

// fromDeepgram reads Deepgram: its utterances where there are any, else the whole of each channel.
func fromDeepgram(m map[string]json.RawMessage) (Transcript, error) {
	r, ok := into[struct {
		Utterances []struct {
			Start   float64  `json:"start"`
			End     float64  `json:"end"`
			Text    string   `json:"transcript"`
			Speaker flexible `json:"speaker"`
			Channel flexible `json:"channel"`
		} `json:"utterances"`
		Channels []struct {
			Alternatives []struct {
				Text string `json:"transcript"`
			} `json:"alternatives"`
			Language string `json:"detected_language"`
		} `json:"channels"`
	}](m["results"])
	if !ok || r.Channels == nil && r.Utterances == nil {
		return Transcript{}, ErrUnknown
	}
	t := Transcript{Format: FormDeepgram}
	if meta, ok := into[struct {
		Duration *float64 `json:"duration"`
	}](m["metadata"]); ok && meta.Duration != nil {
		t.Duration = seconds(*meta.Duration)
	}
	for _, u := range r.Utterances {
		t.Turns = append(t.Turns, Turn{Speaker: strings.Trim(string(u.Speaker)+"/"+string(u.Channel), "/"), Start: seconds(u.Start), End: seconds(u.End), Text: u.Text})
	}
	for i, c := range r.Channels {
		if t.Language == "" {
			t.Language = c.Language
		}
		if len(r.Utterances) == 0 && len(c.Alternatives) > 0 {
			t.Turns = append(t.Turns, Turn{Speaker: strconv.Itoa(i), Text: c.Alternatives[0].Text})
		}
	}
	return t, nil
}
