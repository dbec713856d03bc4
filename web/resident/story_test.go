package resident

import (
	"slices"
	"testing"

	"huiyin/casework"
	"huiyin/locale"
)

// hidden are the steps of which the resident's story says nothing.
var hidden = []casework.Step{casework.StepClassify, casework.StepCoReport, casework.StepArchive, casework.StepUse, casework.StepRemind}

func TestEveryStateAndEveryStepHasItsWords(t *testing.T) {
	for _, lang := range locale.Langs() {
		for _, s := range casework.States {
			for _, key := range []string{"state.", "track.now_", "track.then_"} {
				if !lang.Has(key + string(s)) {
					t.Errorf("%s: no text %s%s", lang, key, s)
				}
			}
		}
		for s := range casework.Lifecycle {
			if slices.Contains(hidden, s) != inside[s] {
				t.Errorf("%s is told, or is not", s)
			}
			if !inside[s] && !lang.Has("story."+string(s)) {
				t.Errorf("%s: no text for %s", lang, s)
			}
		}
		for _, key := range []string{"contact_missed", "follow_up_missed", "redo_own", "urge_hotline", "breach_total", "file_phone"} {
			if !lang.Has("story." + key) {
				t.Errorf("%s: no text story.%s", lang, key)
			}
		}
		for _, r := range casework.DeclineReasons {
			if !lang.Has("decline." + string(r)) {
				t.Errorf("%s: no text for %s", lang, r)
			}
		}
	}
}

func TestAValueIsShownOnlyInPart(t *testing.T) {
	for value, want := range map[string]string{
		"13800000009": "138******09", "林小舟": "林**", "王": "*", "lin@example.org": "l***@example.org", "解放路一二三号四室": "解放路****四室",
	} {
		if got := partly(value); got != want {
			t.Errorf("%s is shown as %s, want %s", value, got, want)
		}
	}
}
