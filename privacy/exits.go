package privacy

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"huiyin/fault"
)

// Exit is a way by which something leaves. Each has its own list of what is forbidden there; Exits gives the lists.
type Exit string

// The exits.
const (
	PublicPages   Exit = "pages"
	OpenData      Exit = "data"
	Feeds         Exit = "feeds"
	OpenAPI       Exit = "api"      // answers to programs that brought no token
	OfficeLetters Exit = "offices"  // letters to departments, leaders and the privacy officer
	StaffTables   Exit = "exports"  // lists that staff take as a file
	OtherCities   Exit = "handover" // cases given to another city's installation
)

// FieldKind is one kind of personal data, as the table of the exits names it.
type FieldKind struct {
	Code  string `json:"code"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
	Found bool   `json:"found"` // by its form, wherever it stands; the others are kept out by what an exit is made of
}

// ExitRule is the list of one exit. Kinds in none of the two lists may be there, as Why says.
type ExitRule struct {
	Code    Exit     `json:"code"`
	ZH      string   `json:"zh"`
	EN      string   `json:"en"`
	Stop    string   `json:"stop"`    // refuse: nothing leaves; hide: the value is taken out and the rest leaves
	Refused []string `json:"refused"` // kinds that are looked for in all that leaves, and stopped
	Absent  []string `json:"absent"`  // kinds that nothing puts there: no field of theirs is read for this exit
	WhyZH   string   `json:"why_zh,omitempty"`
	WhyEN   string   `json:"why_en,omitempty"`
}

// ExitTable is what may not leave where: the data that the exits work by, as the public reads it.
type ExitTable struct {
	Kinds []FieldKind `json:"kinds"`
	Exits []ExitRule  `json:"exits"`
}

//go:embed exits.json
var exitsFile []byte

var exitTable, forbidden = readExits()

// Exits is the table of what may not leave where.
func Exits() ExitTable { return exitTable }

func readExits() (t ExitTable, lists map[Exit]kindSet) {
	if err := json.Unmarshal(exitsFile, &t); err != nil {
		panic(fmt.Errorf("exits.json: %w", err)) // the file is embedded
	}
	lists = map[Exit]kindSet{}
	for _, e := range t.Exits {
		for _, code := range e.Refused {
			at := slices.Index(found, code)
			if at < 0 {
				panic("exits.json: nothing finds " + code)
			}
			lists[e.Code] |= 1 << at
		}
	}
	return t, lists
}

// found are the kinds that are known by their form.
var found = []string{"phone", "identity", "card", "plate", "email", "number"}

// kindSet holds one bit for each of found.
type kindSet uint8

const (
	phoneKind kindSet = 1 << iota
	identityKind
	cardKind
	plateKind
	emailKind
	numberKind
)

// Check looks through what is about to leave, and refuses what the exit's list forbids, whoever wrote it. The error is fault.Internal and names the kind, never the value.
func (e Exit) Check(body []byte) error {
	if one := find(body, forbidden[e]); one.kind != "" {
		return fault.Wrap(fault.Internal, "fault.internal", fmt.Errorf("what leaves by %s holds what never leaves there: %s", e, one.kind))
	}
	return nil
}

// Hide takes out of a text what the exit's list forbids.
func (e Exit) Hide(text string) string {
	b := []byte(text)
	for {
		left := hideOnce(b, forbidden[e])
		if left == nil {
			return string(b)
		}
		b = left // what was hidden is a border: beside it something may have become a number
	}
}
