package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/calls"
	"huiyin/intake/transcript"
)

// MaxCallBody bounds the request that brings one call: its transcript, and what is known of the caller.
const MaxCallBody = transcript.MaxBytes + 1<<16

// apiCall is the body of POST /api/v1/transcripts. Unknown members are refused, so that a misspelt one is not silently lost.
type apiCall struct {
	CallID     string          `json:"call_id"`
	StartedAt  string          `json:"started_at"`
	Name       string          `json:"name"`
	Phone      string          `json:"phone"`
	Place      string          `json:"place"`
	Kind       casework.Kind   `json:"kind"`
	Publish    bool            `json:"publish"`
	Secret     bool            `json:"secret"`
	Transcript json.RawMessage `json:"transcript"`
}

// oldest is how long ago a call may have begun: a call centre that was cut off delivers late, and the promise runs from the call.
const oldest = 72 * time.Hour

// Call decodes what a call centre sends: a JSON object around the transcript, or, where it is none, the bare transcript of any form. The caller's turns become the words
// of the case; where nobody's part is known, all turns do. What the agent said stays in the raw submission. It is pure but for now, by which a start in the future or long ago
// is not believed. Errors: fault.Invalid with the member at fault, fault.TooLarge.
func Call(body []byte, now time.Time) (Submission, error) {
	if len(body) > MaxCallBody {
		return Submission{}, fault.New(fault.TooLarge, "fault.transcript_too_large").At("transcript")
	}
	c, err := envelope(body)
	if err != nil {
		return Submission{}, err
	}
	raw := []byte(c.Transcript)
	var words string
	if json.Unmarshal(raw, &words) == nil {
		raw = []byte(words)
	}
	t, err := transcript.Parse(raw)
	if err != nil {
		return Submission{}, fault.Wrap(fault.Invalid, "fault.transcript_form", err).At("transcript")
	}
	s := Submission{Channel: casework.Phone, ExternalNo: c.CallID, Kind: c.Kind, Text: t.Words(transcript.Caller), Place: c.Place,
		Person: casework.Person{Name: c.Name, Phone: c.Phone}, Publish: c.Publish, Secret: c.Secret, Raw: body}
	if s.Text == "" {
		s.Text = t.Words(transcript.Unknown)
	}
	started := c.StartedAt
	if started == "" && t.StartedAt != nil {
		started = *t.StartedAt
	}
	if started != "" {
		at, err := time.Parse(time.RFC3339Nano, started)
		switch {
		case err != nil && c.StartedAt != "":
			return s, fault.Wrap(fault.Invalid, "fault.invalid", err).At("started_at")
		case err == nil && at.Before(now) && now.Sub(at) < oldest:
			s.At = at
		}
	}
	s.tidy()
	if s.Text == "" {
		return s, fault.New(fault.Invalid, "fault.transcript_empty").At("transcript")
	}
	return s, s.check()
}

// Recorded tells the exchange's own number of the call in the body of POST /api/v1/transcripts, and its turns. The number is empty where the body names none or cannot be read.
func Recorded(body []byte) (callID string, turns []calls.Turn) {
	if len(body) > MaxCallBody {
		return "", nil
	}
	c, err := envelope(body)
	if err != nil || c.CallID == "" {
		return "", nil
	}
	raw := []byte(c.Transcript)
	var words string
	if json.Unmarshal(raw, &words) == nil {
		raw = []byte(words)
	}
	t, err := transcript.Parse(raw)
	if err != nil {
		return "", nil
	}
	for i, one := range t.Turns {
		turn := calls.Turn{N: i, Role: one.Role, Text: cut(one.Text, calls.MostText), Final: true}
		if one.End != nil {
			turn.End = *one.End
		}
		if turn.Text != "" {
			turns = append(turns, turn)
		}
	}
	return c.CallID, turns
}

// envelope tells the object around a transcript from a transcript that is an object itself.
func envelope(body []byte) (apiCall, error) {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(body, &m) // what is no object is a transcript
	_, wrapped := m["transcript"]
	if _, segments := m["segments"]; !wrapped || segments { // the World Transcription Format has both
		return apiCall{Transcript: body}, nil
	}
	var c apiCall
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, jsonFault(err)
	}
	return c, nil
}

// FileCall files the body of POST /api/v1/transcripts for the person whose token the call centre's program carries. Errors: those of Call, and of FileAPI for the key.
func (d *Door) FileCall(ctx context.Context, by casework.Actor, idempotencyKey string, body []byte) (casework.Receipt, error) {
	if !by.Has(casework.Operator) {
		return casework.Receipt{}, fault.New(fault.Forbidden, "fault.not_your_step")
	}
	s, err := Call(body, d.now())
	if err != nil {
		return casework.Receipt{}, err
	}
	s.By = by
	return d.once(ctx, "call", strconv.FormatInt(by.StaffID, 10), idempotencyKey, body, s)
}

// Beside keeps the body of POST /api/v1/transcripts with the case that the operator made of the call. Errors: those of FileAPI for the key, and of casework.Enclose.
func (d *Door) Beside(ctx context.Context, by casework.Actor, idempotencyKey string, body []byte, id casework.CaseID) (casework.Receipt, error) {
	key, reason, err := onceKey("call", strconv.FormatInt(by.StaffID, 10), idempotencyKey, body)
	if err != nil {
		return casework.Receipt{}, err
	}
	return d.docket.Enclose(ctx, by, id, casework.Enclosure{Key: key, Channel: casework.Phone, Reason: reason, Raw: body})
}
