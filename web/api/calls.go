package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/calls"
	"huiyin/intake/transcript"
)

// callEvent is the body of POST /api/v1/calls/{id}/events.
type callEvent struct {
	Event  string    `json:"event"`
	At     time.Time `json:"at"`
	Caller string    `json:"caller"`
	Called string    `json:"called"` // the hotline's own number; read and not kept
	Agent  string    `json:"agent"`
}

// callTurn is one turn in the body of POST /api/v1/calls/{id}/turns.
type callTurn struct {
	Turn  *int            `json:"turn"`
	Role  transcript.Role `json:"role"`
	Text  string          `json:"text"`
	Final *bool           `json:"final"` // absent: yes
	Rev   int             `json:"rev"`
	Start float64         `json:"start_s"` // read and not kept
	End   float64         `json:"end_s"`   // seconds from the answer to the end of the words
	At    time.Time       `json:"at"`      // when the words ended
}

// callTurns is the same with several turns at once.
type callTurns struct {
	Turns []callTurn `json:"turns"`
}

// callState answers both.
type callState struct {
	Call  string      `json:"call"`
	State calls.State `json:"state"`
	New   *int        `json:"new,omitempty"` // turns that said something not known before
}

// mostTurns bounds one request.
const mostTurns = 200

// bearer is the account whose token the program shows.
func (x *Service) bearer(c *fiber.Ctx) (casework.Actor, error) {
	token, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="call centre"`)
		return casework.Actor{}, fault.New(fault.Unauthorized, "fault.token")
	}
	return x.Staff.ByToken(c.UserContext(), strings.TrimSpace(token))
}

// tellCall takes an event of the telephone exchange.
func (x *Service) tellCall(c *fiber.Ctx) error {
	by, err := x.bearer(c)
	if err != nil {
		return err
	}
	var e callEvent
	if err := decodeStrict(c.Body(), &e); err != nil {
		return err
	}
	call, err := x.Calls.Tell(c.UserContext(), by, callID(c), calls.Event{Kind: e.Event, At: e.At, Caller: e.Caller, Agent: e.Agent})
	if err != nil {
		return err
	}
	return c.JSON(callState{Call: call.ExternalID, State: call.State})
}

// hearCall takes one turn or several of a call under way. Sending again is safe.
func (x *Service) hearCall(c *fiber.Ctx) error {
	by, err := x.bearer(c)
	if err != nil {
		return err
	}
	turns, err := turnsOf(c.Body())
	if err != nil {
		return err
	}
	taken, err := x.Calls.Hear(c.UserContext(), by, callID(c), turns)
	if err != nil {
		return err
	}
	return c.JSON(callState{Call: taken.Call.ExternalID, State: taken.Call.State, New: &taken.New})
}

// callID is the exchange's own number of the call.
func callID(c *fiber.Ctx) string {
	id, err := url.PathUnescape(c.Params("id"))
	if err != nil {
		return ""
	}
	return strings.Clone(id)
}

// turnsOf reads the body: one turn, or an object with several.
func turnsOf(body []byte) ([]calls.Turn, error) {
	var many map[string]json.RawMessage
	_ = json.Unmarshal(body, &many) // what is no object is told below
	list := callTurns{Turns: make([]callTurn, 1)}
	var err error
	if _, several := many["turns"]; several {
		err = decodeStrict(body, &list)
	} else {
		err = decodeStrict(body, &list.Turns[0])
	}
	if err != nil {
		return nil, err
	}
	if len(list.Turns) > mostTurns {
		return nil, fault.New(fault.TooLarge, "fault.call_too_long").At("turns").With("Limit", mostTurns)
	}
	turns := make([]calls.Turn, len(list.Turns))
	for i, t := range list.Turns {
		if t.Turn == nil {
			return nil, fault.New(fault.Invalid, "fault.turn_needed").At("turn")
		}
		if t.Role == "" {
			t.Role = transcript.Unknown
		}
		turns[i] = calls.Turn{N: *t.Turn, Role: t.Role, Text: strings.TrimSpace(t.Text), Final: t.Final == nil || *t.Final, Rev: t.Rev, SaidAt: t.At, End: t.End}
	}
	return turns, nil
}

// decodeStrict refuses members it does not know, so that a misspelt one is not silently lost.
func decodeStrict(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return fault.Wrap(fault.Invalid, "fault.invalid", err).At(kind.Field)
	}
	if name, ok := strings.CutPrefix(err.Error(), `json: unknown field "`); ok {
		return fault.New(fault.Invalid, "fault.unknown_field").At(strings.TrimSuffix(name, `"`))
	}
	return fault.Wrap(fault.Invalid, "fault.json_form", err)
}
