package privacy

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"

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

// Exit looks through what is about to leave in public, and refuses what the negative list forbids: whole mobile and identity numbers, whoever wrote the page. It is the one place that every public
// page, file and feed passes. The error is fault.Internal and names the line of the list, never the number.
func Exit(body []byte) error {
	if item := leaves(body); item != "" {
		return fault.Wrap(fault.Internal, "fault.internal", fmt.Errorf("the answer holds what never leaves: %s", item))
	}
	return nil
}

// leaves finds the line of the negative list that a body breaks. It looks at every eleventh byte only: a number of eleven digits has a digit at one of them.
func leaves(body []byte) string {
	for i := 10; i < len(body); i += 11 {
		if !digit(body[i]) {
			continue
		}
		from, to := i, i+1
		for from > 0 && digit(body[from-1]) {
			from--
		}
		for to < len(body) && digit(body[to]) {
			to++
		}
		run := body[from:to]
		i = to - 1 // goes on eleven bytes behind: the next run begins after to
		if from > 0 && wordByte(body[from-1]) || to < len(body) && wordByte(body[to]) && !fullStop(body, to) && !(len(run) == 17 && (body[to] == 'X' || body[to] == 'x')) {
			continue
		}
		switch {
		case len(run) == 11 && run[0] == '1' && run[1] >= '3':
			return "phone"
		case len(run) == 18 && identityNumber.Match(run), len(run) == 17 && to < len(body) && identityNumber.Match(bytes.ToUpper(body[from:to+1])):
			return "identity"
		}
	}
	return ""
}

// identityNumber is the form of an identity number: area, day of birth, order, check digit.
var identityNumber = regexp.MustCompile(`^[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]$`)

func digit(b byte) bool { return b >= '0' && b <= '9' }

// fullStop tells whether the byte ends a sentence: a point behind which no word goes on.
func fullStop(body []byte, at int) bool {
	return body[at] == '.' && (at+1 == len(body) || !wordByte(body[at+1]))
}

// wordByte tells whether a byte makes a run of digits a part of something else: a digest, a path, a fraction.
func wordByte(b byte) bool {
	return digit(b) || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || bytes.IndexByte([]byte("._-/+="), b) >= 0
}
