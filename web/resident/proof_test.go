package resident

import (
	"testing"
	"time"

	"huiyin/web/shell"
)

func TestTheRecordOfACaseStandsInTheOrderOfItsTime(t *testing.T) {
	day := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	list := []shell.Happening{{Title: "closed", At: day.Add(3 * time.Hour)}, {Title: "filed", At: day}, {Title: "reminded", At: day.Add(time.Hour)}}
	inOrder(list)
	for i, want := range []string{"filed", "reminded", "closed"} {
		if list[i].Title != want {
			t.Errorf("line %d is %q, want %q", i, list[i].Title, want)
		}
	}
}

func TestANoteInTheLogIsNoUseOfData(t *testing.T) {
	for source, want := range map[string]bool{"data_use": true, "lookup_use": true, "mail_use": true, "call_use": true, "withheld": false, "tombstone": false} {
		if got := (logged{Source: source}).reads(); got != want {
			t.Errorf("%s reads personal data: %v, want %v", source, got, want)
		}
	}
}
