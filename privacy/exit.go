package privacy

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"

	"huiyin/fault"
)

// Never is one line of the negative list (负面清单): what is never collected, or never leaves in public.
type Never struct {
	Code    string   `json:"code"`
	What    string   `json:"what"`             // collect, publish or use: what never happens
	ZH      string   `json:"zh"`               // in plain words
	EN      string   `json:"en"`               // the same
	Refused bool     `json:"refused_at_exits"` // Exit looks for it in everything that leaves in public
	Law     string   `json:"law"`              // the article it stands on
	Fields  []string `json:"fields,omitempty"` // personal fields that it covers
}

//go:embed never.json
var neverFile []byte

// NegativeList reads the list; it is the one that the public reads and that Exit holds.
func NegativeList() ([]Never, error) {
	var all []Never
	if err := json.Unmarshal(neverFile, &all); err != nil {
		return nil, fmt.Errorf("never.json: %w", err)
	}
	return all, nil
}

// Exit looks through what is about to leave in public, and refuses what the negative list forbids: whole mobile and identity numbers in the ways people write them, whoever wrote the page. It is the one place that every public
// page, file and feed passes. The error is fault.Internal and names the line of the list, never the number.
func Exit(body []byte) error {
	if item := leaves(body); item != "" {
		return fault.Wrap(fault.Internal, "fault.internal", fmt.Errorf("the answer holds what never leaves: %s", item))
	}
	return nil
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// fullStop tells whether the byte ends a sentence: a point behind which no word goes on.
func fullStop(body []byte, at int) bool {
	return body[at] == '.' && (at+1 == len(body) || !wordByte(body[at+1]))
}

// wordByte tells whether a byte makes a run of digits a part of something else: a digest, a path, a fraction.
func wordByte(b byte) bool {
	return digit(b) || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || bytes.IndexByte([]byte("._-/+="), b) >= 0
}
