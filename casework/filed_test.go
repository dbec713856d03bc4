package casework

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Followers of other programs read these names; they are what a struct with these tags would be.
func TestTheHistoryTellsAFilingInTheFormOfItsMembers(t *testing.T) {
	word := rapid.OneOf(rapid.SampledFrom([]string{"", "help", "010501", "路灯", "a\"b\\c", "<&>", "\x00\u2028\xff\x7f"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		f := Filing{Channel: Channel(word.Draw(t, "channel")), Kind: Kind(word.Draw(t, "kind")), Category: word.Draw(t, "category"), Territory: word.Draw(t, "territory"),
			Urgency: Urgency(word.Draw(t, "urgency")), Tags: rapid.SliceOfN(word, 0, 3).Draw(t, "tags"), Unreadable: rapid.Bool().Draw(t, "unreadable"),
			Total: Promise{Due: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "due"), 999).In(time.FixedZone("CST", 8*3600))}}
		want, err := json.Marshal(struct {
			Channel    Channel  `json:"channel"`
			Kind       Kind     `json:"kind"`
			Category   string   `json:"category,omitempty"`
			Territory  string   `json:"territory,omitempty"`
			Urgency    Urgency  `json:"urgency"`
			Due        string   `json:"due"`
			Tags       []string `json:"tags,omitempty"`
			Unreadable bool     `json:"unreadable,omitempty"`
		}{f.Channel, f.Kind, f.Category, f.Territory, f.Urgency, f.Total.Due.UTC().Format(time.RFC3339), f.Tags, f.Unreadable})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.appendFiled([]byte("{}")); string(got) != "{}"+string(want) {
			t.Fatalf("%s\nnot %s", got, want)
		}
	})
}
