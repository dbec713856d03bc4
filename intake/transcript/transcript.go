// Package transcript reads what was said in a telephone call, in the forms that call centres and speech recognisers write, as turns with the part of who speaks.
package transcript

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// MaxBytes is the largest transcript that is read: an hour of speech with the time of every word stays well below.
const MaxBytes = 8 << 20

// ErrUnknown says that the bytes are none of the forms that are read.
var ErrUnknown = errors.New("the form of the transcript is not known: give plain text, WebVTT, SRT, SubStation Alpha, TTML, EBU STL, vCon, the JSON of Whisper, FunASR, Amazon Transcribe, Aliyun or Deepgram, or JSON of who said what")

// ErrTooLarge says that a transcript is beyond MaxBytes.
var ErrTooLarge = errors.New("the transcript is larger than 8 MB")

// Role is the part that a speaker has in the call.
type Role string

// The parts.
const (
	Caller  Role = "caller"
	Agent   Role = "agent"
	Unknown Role = "unknown"
)

// The forms that are read.
const (
	FormText     = "text"
	FormWebVTT   = "webvtt"
	FormSRT      = "srt"
	FormVCon     = "vcon"
	FormWhisper  = "whisper"
	FormFunASR   = "funasr"
	FormAWS      = "aws"
	FormAliyun   = "aliyun"
	FormDeepgram = "deepgram"
	FormWTF      = "wtf"      // World Transcription Format, an Internet draft beside vCon
	FormSSA      = "ssa"      // SubStation Alpha
	FormTTML     = "ttml"     // Timed Text Markup
	FormSTL      = "stl"      // EBU STL
	FormDialogue = "dialogue" // JSON of who said what, as chat programs and collections of dialogues write it
)

// Turn is what one speaker said without another between.
type Turn struct {
	Speaker string   `json:"speaker"` // as the transcript names them; may be empty
	Role    Role     `json:"role"`
	Start   *float64 `json:"start_s"` // seconds from the beginning of the call, nil where the transcript does not say
	End     *float64 `json:"end_s"`
	Text    string   `json:"text"`
}

// Transcript is one call.
type Transcript struct {
	Format    string   `json:"format"`
	Language  string   `json:"language"`   // as the transcript says, else zh where it has Chinese characters; empty where neither tells
	StartedAt *string  `json:"started_at"` // RFC 3339, nil where the transcript does not say
	Duration  *float64 `json:"duration_s"`
	Turns     []Turn   `json:"turns"`
}

// Parse reads a transcript of any form. It is pure and never panics. Errors: ErrUnknown, ErrTooLarge.
func Parse(raw []byte) (Transcript, error) {
	if len(raw) > MaxBytes {
		return Transcript{}, ErrTooLarge
	}
	if isSTL(raw) {
		t, err := fromSTL(raw)
		t.finish()
		return t, err
	}
	s, ok := decode(raw)
	if !ok {
		return Transcript{}, ErrUnknown
	}
	var t Transcript
	var err error
	switch start := strings.TrimLeft(s, " \t\r\n"); {
	case strings.HasPrefix(start, "{") && isLines(s):
		t, err = fromLines(s)
	case strings.HasPrefix(start, "{"), strings.HasPrefix(start, "[{"), strings.HasPrefix(start, "[") && json.Valid([]byte(s)):
		t, err = fromJSON([]byte(s), 0)
	case strings.HasPrefix(s, "WEBVTT"):
		t, err = fromWebVTT(s)
	case strings.HasPrefix(s, "start\tend\ttext\n"):
		t, err = fromTSV(s)
	case strings.HasPrefix(start, "[Script Info]"):
		t, err = fromSSA(start)
	case strings.HasPrefix(start, "<tt"), strings.HasPrefix(start, "<?xml"):
		t, err = fromTTML(start)
	case srtTimes.MatchString(s):
		t, err = fromSRT(s)
	default:
		t, err = fromText(s)
	}
	if err != nil {
		return Transcript{}, err
	}
	t.finish()
	return t, nil
}

// finish tidies the turns, gives every speaker a part, and adds what the turns tell of the whole.
func (t *Transcript) finish() {
	kept := make([]Turn, 0, len(t.Turns))
	for _, one := range t.Turns {
		if one.Text = strings.Join(strings.Fields(one.Text), " "); one.Text != "" {
			one.Speaker = strings.TrimSpace(one.Speaker)
			kept = append(kept, one)
		}
	}
	t.Turns = kept
	assign(t.Turns)
	if t.Duration == nil {
		for _, one := range t.Turns {
			if one.End != nil && (t.Duration == nil || *one.End > *t.Duration) {
				t.Duration = one.End
			}
		}
	}
	if t.Language == "" {
		t.Language = languageOf(t.Turns)
	}
}

func languageOf(turns []Turn) string {
	for _, one := range turns {
		for _, r := range one.Text {
			if unicode.Is(unicode.Han, r) {
				return "zh"
			}
		}
	}
	return ""
}

// decode brings the bytes into UTF-8: by their byte order mark, as they are, or as GB 18030, in which older Chinese systems write. ok is false for bytes that are no text.
func decode(raw []byte) (s string, ok bool) {
	var out []byte
	var err error
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE, 0, 0}), bytes.HasPrefix(raw, []byte{0, 0, 0xFE, 0xFF}):
		out, _, err = transform.Bytes(utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewDecoder(), raw)
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}), bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		out, _, err = transform.Bytes(utf.UTF16(utf.LittleEndian, utf.UseBOM).NewDecoder(), raw)
	case utf8.Valid(raw):
		out = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	default:
		out, _, err = transform.Bytes(simplifiedchinese.GB18030.NewDecoder(), raw)
	}
	if err != nil {
		return "", false
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(out))
	controls := 0
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\f' || r == utf8.RuneError {
			controls++
		}
	}
	return s, strings.HasPrefix(s, "WEBVTT") || strings.TrimSpace(s) != "" && controls*50 <= utf8.RuneCountInString(s)
}

// Line is the answer of huiyin parse transcript for one file: a JSON object without the line end.
func Line(file string, t Transcript) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		File string `json:"file"`
		Transcript
	}{file, t})
	if err != nil {
		panic(fmt.Sprintf("transcript line: %v", err)) // strings and numbers always marshal
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// Words joins what those with a part said, a line a turn.
func (t Transcript) Words(r Role) string {
	var lines []string
	for _, one := range t.Turns {
		if one.Role == r {
			lines = append(lines, one.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func seconds(n float64) *float64 {
	if math.IsNaN(n) || n < 0 || n > 1e7 {
		return nil
	}
	rounded := float64(int64(n*1000+0.5)) / 1000
	return &rounded
}
