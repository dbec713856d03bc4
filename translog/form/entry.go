// Package form holds the public forms of the transparency log: entries, commitments, tiles and checkpoints, as anybody reads and checks them.
package form

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Type says what an entry of the log is about.
type Type string

// The types of entries.
const (
	// Event is one step of one case, as a salted commitment: only whoever is given the salt can tell which step it is. Uses of personal data and ratings are steps too.
	Event Type = "event"
	// Row is one count row of a month, in clear: the row itself is public.
	Row Type = "row"
	// Month closes a month: how many rows it has, their digest, and the figures made of them.
	Month Type = "month"
	// Rules is a version of the city's rules, policies or calendars that came into force: its digest.
	Rules Type = "rules"
	// Use is one use of a resident's personal data, as a salted commitment.
	Use Type = "use"
	// Rating is one rating of a service, as a salted commitment.
	Rating Type = "rating"
	// Model is a model that was trained, or a decision on which one helps, in clear.
	Model Type = "model"
	// Tombstone says what became of a public card that is shown no more: in clear, or as a salted commitment where the case never had a public number.
	Tombstone Type = "tombstone"
	// Change is what a day's figures add to, and take from, the count rows of one unit in one district, in clear.
	Change Type = "change"
	// Day closes the changes of a day: the figures made of all changes so far.
	Day Type = "day"
	// Certificate says that data was destroyed: the digest of a signed certificate, which names cases by commitments.
	Certificate Type = "certificate"
)

// MaxEntry bounds an entry in bytes (C2SP tlog-tiles: a 16-bit length).
const MaxEntry = 1<<16 - 1

// Entry is one leaf of the log.
type Entry struct {
	V          int             `json:"v"`
	Type       Type            `json:"t"`
	Day        string          `json:"day"` // on which it was entered, UTC
	Commitment []byte          `json:"c,omitempty"`
	Body       json.RawMessage `json:"body,omitempty"`
}

// Encode gives the bytes of the leaf.
func (e Entry) Encode() ([]byte, error) {
	b, err := compact(e)
	if err == nil && len(b) > MaxEntry {
		err = fmt.Errorf("an entry of %d bytes", len(b))
	}
	return b, err
}

var errEntry = errors.New("this is no entry of a huiyin log")

// ParseEntry reads a leaf: one spelling, no unknown member.
func ParseEntry(raw []byte) (Entry, error) {
	var e Entry
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return e, errEntry
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return e, errEntry
	}
	if e.V != 1 || e.Type == "" {
		return e, errEntry
	}
	if _, err := time.Parse(time.DateOnly, e.Day); err != nil {
		return e, errEntry
	}
	if again, err := e.Encode(); err != nil || !bytes.Equal(again, raw) {
		return e, errEntry // another spelling might be read as something else by another reader
	}
	switch e.Type {
	case Event, Use, Rating:
		if len(e.Commitment) != sha256.Size || e.Body != nil {
			return e, errEntry
		}
	case Row, Month, Rules, Model, Change, Day, Certificate:
		if e.Commitment != nil || e.Body == nil {
			return e, errEntry
		}
	case Tombstone:
		if (e.Body == nil) == (len(e.Commitment) != sha256.Size) {
			return e, errEntry
		}
	}
	return e, nil
}

// Step is what the commitment of an event holds. Who it was of the staff, and what the step says beyond this, are committed by digest: shown to auditors, not to the resident.
type Step struct {
	V     int    `json:"v"`
	Case  string `json:"case"` // number
	Seq   int64  `json:"seq"`
	At    string `json:"at"` // RFC 3339, UTC, microseconds
	Step  string `json:"step"`
	From  string `json:"from"`
	To    string `json:"to"`
	Actor string `json:"actor"`
	Role  string `json:"role"`
	Unit  string `json:"unit"`
	Round int    `json:"round"`
	Leg   int    `json:"leg"`
	Staff []byte `json:"staff"` // Digest of the number of the account
	Data  []byte `json:"data"`  // Digest of the rest of the step
}

// Payload gives the bytes that are committed.
func (s Step) Payload() ([]byte, error) { return compact(s) }

// Record is what the commitment of a record beside the steps of cases holds, such as of a use of personal data. What the record says of a member of staff, or of a
// contact, is in it by digest.
type Record struct {
	V      int             `json:"v"`
	Source string          `json:"source"`
	ID     string          `json:"id"`
	Body   json.RawMessage `json:"body"`
	Hidden []byte          `json:"hidden,omitempty"` // Digest of what the record says beyond its body
}

// Payload gives the bytes that are committed, or that stand in clear.
func (r Record) Payload() ([]byte, error) { return compact(r) }

// SaltSize is the length of a salt: long enough that a commitment tells nothing without it.
const SaltSize = 32

const (
	commitContext = "huiyin log commitment v1\n"
	digestContext = "huiyin log digest v1\n"
)

// Commit is SHA-256 over a fixed line, the salt and the payload.
func Commit(salt, payload []byte) []byte {
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte(commitContext), salt, payload}, nil))
	return sum[:]
}

// Digest commits to one part inside a payload: SHA-256 over a fixed line, the salt, the part's name and the part.
func Digest(salt []byte, part string, value []byte) []byte {
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte(digestContext), salt, []byte(part + "\n"), value}, nil))
	return sum[:]
}

// Moment is how a time stands in a payload.
func Moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// compact is JSON in the order of the members, without escapes for HTML.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
