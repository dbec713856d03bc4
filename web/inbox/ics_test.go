package inbox

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestACalendarFileIsReadAsItWasWritten(t *testing.T) {
	at := time.Date(2026, 11, 27, 16, 0, 0, 0, time.UTC)
	got := writeICS("期限, 全部", at, []icsEvent{{UID: "a-1@linlan.example", Summary: `工单; "一"\二` + "\n三", URL: "https://linlan.example/inbox/a", Start: at.Add(-time.Hour), End: at}})
	want := strings.Join([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//huiyin//limits//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", `X-WR-CALNAME:期限\, 全部`, "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
		"BEGIN:VEVENT", "UID:a-1@linlan.example", "DTSTAMP:20261127T160000Z", "DTSTART:20261127T150000Z", "DTEND:20261127T160000Z", `SUMMARY:工单\; "一"\\二\n三`, "URL:https://linlan.example/inbox/a",
		"END:VEVENT", "END:VCALENDAR", ""}, "\r\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLinesAreFoldedBetweenCharactersAndUnfoldToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zA-Z一-龥😀\\;, \r\n\t]{0,300}`).Draw(t, "text")
		file := writeICS(text, time.Unix(0, 0), []icsEvent{{UID: "1", Summary: text}})
		for line := range strings.SplitSeq(strings.TrimSuffix(file, "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("%d bytes: %q", len(line), line)
			}
		}
		unfolded := strings.ReplaceAll(file, "\r\n ", "")
		if !strings.Contains(unfolded, "SUMMARY:"+escapeICS(text)+"\r\n") || strings.Count(unfolded, "BEGIN:VEVENT") != 1 {
			t.Fatalf("%q", unfolded)
		}
	})
}
