// Package fault classifies failures, so that the edges (HTTP, SMTP, command line) answer any error without knowing who raised it.
package fault

import (
	"errors"
	"fmt"
	"maps"
)

// Kind says what sort of failure an error is; each edge maps a kind once to its own status.
type Kind int

// The kinds, and what the caller can do about each.
const (
	Internal     Kind = iota // our fault: retry later, tell the operator of the service
	Invalid                  // the input is wrong: correct it and send again
	Unauthorized             // not signed in, or the credential is wrong
	Forbidden                // signed in, but not allowed
	NotFound                 // no such thing, or not visible to the caller
	Conflict                 // somebody else acted first, or the step is not allowed in this state
	Gone                     // it existed, and was lawfully removed or has expired
	TooLarge                 // the input exceeds a stated limit
	TooMany                  // slow down: a rate limit was reached
	Unavailable              // a part we need is away: the same request may succeed later
)

// Error is a failure with two texts: Key names the sentence for the person (locale catalogue), Err is the cause for the log.
type Error struct {
	Kind  Kind
	Key   string         // message key, such as "fault.stale_form"
	Field string         // name of the form field or JSON member at fault, empty if none
	Args  map[string]any // values for the sentence; never personal data
	Err   error          // cause, for the log only
}

// New returns a failure of a kind with the key of its sentence.
func New(kind Kind, key string) *Error { return &Error{Kind: kind, Key: key} }

// Wrap returns a failure of a kind with the key of its sentence and its cause.
func Wrap(kind Kind, key string, err error) *Error { return &Error{Kind: kind, Key: key, Err: err} }

// At returns a copy of e that names the field at fault.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// With returns a copy of e that carries a value for its sentence.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Args = make(map[string]any, len(e.Args)+1)
	maps.Copy(c.Args, e.Args)
	c.Args[name] = value
	return &c
}

// Error is the text for the log.
func (e *Error) Error() string {
	s := e.Key
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf tells the kind of any error; Internal where nobody classified it.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// KeyOf tells the message key of any error; "fault.internal" where nobody classified it.
func KeyOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Key
	}
	return "fault.internal"
}

var names = [...]string{"internal", "invalid", "unauthorized", "forbidden", "not_found", "conflict", "gone", "too_large", "too_many", "unavailable"}

// String is the kind's name in logs and in machine-readable answers.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("kind(%d)", int(k))
	}
	return names[k]
}
