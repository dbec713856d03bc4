package privacy

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
)

// Never is one line of the negative list (负面清单): what is never collected, or never leaves in public.
type Never struct {
	Code    string   `json:"code"`
	What    string   `json:"what"`             // collect, publish or use: what never happens
	ZH      string   `json:"zh"`               // in plain words
	EN      string   `json:"en"`               // the same
	Refused bool     `json:"refused_at_exits"` // the exits look for it: see Exits
	Law     string   `json:"law"`              // the article it stands on
	Fields  []string `json:"fields,omitempty"` // personal fields that it covers
}

//go:embed never.json
var neverFile []byte

// NegativeList reads the list; it is the one that the public reads. What each exit holds of it is in Exits.
func NegativeList() ([]Never, error) {
	var all []Never
	if err := json.Unmarshal(neverFile, &all); err != nil {
		return nil, fmt.Errorf("never.json: %w", err)
	}
	return all, nil
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
