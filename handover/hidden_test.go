package handover

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"huiyin/privacy"
)

// What never goes to another city is taken out of every text of a package; what the resident agreed to stays.
func TestAPackageHidesWhatNeverGoesToAnotherCity(t *testing.T) {
	table := privacy.Exits().Exits
	rule := table[slices.IndexFunc(table, func(e privacy.ExitRule) bool { return e.Code == privacy.OtherCities })]
	for kind, value := range map[string]string{"identity": "110101 19900307 7758", "card": "6222021234567894", "phone": "138 0013 8000"} {
		text := "本人" + value + "，请办理"
		raw, err := json.Marshal(Content{Number: "261122000901", Title: text, Text: text, Place: text, Reason: text}.hidden())
		if err != nil {
			t.Fatal(err)
		}
		want := 4
		if slices.Contains(rule.Refused, kind) {
			want = 0
		}
		if n := strings.Count(string(raw), value); n != want {
			t.Errorf("%s: %d times of %d in %s", kind, n, want, raw)
		}
	}
}
