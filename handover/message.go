package handover

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
)

// Kinds of message.
const (
	typeCase    = "case"
	typeReceipt = "receipt"
	typeNews    = "news"
	typeWord    = "word"
)

const (
	version = 1

	// freshFor is how long a message may be under way; each try is signed anew, so it need not outlive a hotline that is down.
	freshFor = time.Hour
	// skew is how far two installations' clocks may differ.
	skew = 5 * time.Minute

	// MaxMessage bounds a message as it travels, in bytes.
	MaxMessage = 12 << 20
	// maxInline bounds the files that travel in a package, in bytes together; files beyond it are named by size and SHA-256 only.
	maxInline = 5 << 20

	context1 = "huiyin handover v1\n" // what is signed begins with this, so that a signature means nothing elsewhere
)

// Head stands in every message.
type Head struct {
	Version int       `json:"version"`
	Type    string    `json:"type"` // case, receipt, news, word
	ID      uuid.UUID `json:"id"`   // of the handover
	From    string    `json:"from"`
	To      string    `json:"to"`
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
}

// head lets the code that opens messages reach what they have in common.
func (h Head) head() Head { return h }

// Package is a case on its way to the hotline it belongs to.
type Package struct {
	Head
	Case Content `json:"case"`
}

// Content is what travels of a case: the masked copy, and originals only where the resident agreed.
type Content struct {
	Number   string        `json:"number"`
	Kind     casework.Kind `json:"kind"`
	Category string        `json:"category,omitempty"` // in words
	Urgency  string        `json:"urgency"`
	Language string        `json:"language"`
	Secret   bool          `json:"secret,omitempty"`
	Title    string        `json:"title"`
	Text     string        `json:"text"`
	Place    string        `json:"place,omitempty"`
	Reason   string        `json:"reason"` // why it belongs to the receiver
	FiledAt  time.Time     `json:"filed_at"`
	Due      time.Time     `json:"due"` // what the resident was promised
	Contact  *Contact      `json:"contact,omitempty"`
	Files    []File        `json:"files,omitempty"`
}

// Contact is how to reach the resident, as far as the resident agreed.
type Contact struct {
	Name    string `json:"name,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
	Address string `json:"address,omitempty"`
}

// File is a file of the resident; one that is too large to travel has no data.
type File struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
	Data   []byte `json:"data,omitempty"`
}

// Receipt says that the case is filed there, under which number, and by when it is promised.
type Receipt struct {
	Head
	Number string    `json:"number"`
	Due    time.Time `json:"due"`
}

// Notice is one piece of news of a case that was handed over.
type Notice struct {
	Head
	Seq  int64           `json:"seq"`
	What casework.Abroad `json:"what"`
	Unit string          `json:"unit,omitempty"`
	Text string          `json:"text,omitempty"`
}

type message interface {
	Package | Receipt | Notice | Word
	head() Head
}

// envelope is a message as it travels: the canonical JSON, and the signature over it.
type envelope struct {
	Body      []byte `json:"body"`
	Signature []byte `json:"signature"`
}

// signed makes the message as it travels.
func signed[M message](m M, key ed25519.PrivateKey) ([]byte, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{Body: body, Signature: ed25519.Sign(key, append([]byte(context1), body...))})
}

var errForm = fault.New(fault.Invalid, "fault.handover_form")

// parse reads a message from its canonical JSON: no unknown member, no second spelling of the same message. It is pure.
func parse[M message](body []byte, kind string) (M, error) {
	var m M
	if err := strict(body, &m); err != nil {
		return m, errForm
	}
	again, err := json.Marshal(m)
	if err != nil || !bytes.Equal(again, body) {
		return m, errForm
	}
	if h := m.head(); h.Version != version || h.Type != kind || h.ID == uuid.Nil {
		return m, errForm
	}
	return m, nil
}

// strict decodes one JSON value of known members.
func strict(body []byte, to any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(to); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// opened is what a message must be held against.
type opened struct {
	self string                                       // how partners name us
	now  time.Time                                    // the service clock
	key  func(code string) (ed25519.PublicKey, error) // of a partner; fault.Forbidden where there is none
}

// open reads a signed message. Errors: fault.Invalid for another form, fault.Forbidden where the sender is no partner, the signature is not the partner's
// or the message is for somebody else, fault.Gone where it is too old or not yet valid.
func open[M message](raw []byte, kind string, o opened) (M, error) {
	var none M
	if len(raw) > MaxMessage {
		return none, fault.New(fault.TooLarge, "fault.handover_large")
	}
	var e envelope
	if err := strict(raw, &e); err != nil || len(e.Signature) != ed25519.SignatureSize {
		return none, errForm
	}
	m, err := parse[M](e.Body, kind)
	if err != nil {
		return none, err
	}
	h := m.head()
	key, err := o.key(h.From)
	if err != nil {
		return none, err
	}
	switch {
	case !ed25519.Verify(key, append([]byte(context1), e.Body...), e.Signature):
		return none, fault.New(fault.Forbidden, "fault.handover_forged")
	case h.To != o.self:
		return none, fault.New(fault.Forbidden, "fault.handover_not_ours")
	case h.At.After(o.now.Add(skew)), !o.now.Before(h.Expires), h.Expires.Sub(h.At) > 2*freshFor:
		return none, fault.New(fault.Gone, "fault.handover_expired")
	}
	return m, nil
}
