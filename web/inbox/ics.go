package inbox

import (
	"strings"
	"time"
	"unicode/utf8"
)

// icsEvent is one entry of a calendar file.
type icsEvent struct {
	UID     string
	Summary string
	URL     string
	Start   time.Time
	End     time.Time
}

const icsTime = "20060102T150405Z"

// writeICS writes a calendar file (RFC 5545): lines end with CRLF and are folded at 75 bytes, texts are escaped, times are in UTC.
func writeICS(name string, made time.Time, events []icsEvent) string {
	var b strings.Builder
	line := func(property, value string) { fold(&b, property+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//huiyin//limits//ZH")
	line("CALSCALE", "GREGORIAN")
	line("METHOD", "PUBLISH")
	line("X-WR-CALNAME", escapeICS(name))
	line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	for _, e := range events {
		line("BEGIN", "VEVENT")
		line("UID", escapeICS(e.UID))
		line("DTSTAMP", made.UTC().Format(icsTime))
		line("DTSTART", e.Start.UTC().Format(icsTime))
		line("DTEND", e.End.UTC().Format(icsTime))
		line("SUMMARY", escapeICS(e.Summary))
		line("URL", strings.Map(dropControl, e.URL))
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return b.String()
}

// escapeICS writes a TEXT value: backslash, comma, semicolon and line ends are escaped (RFC 5545, 3.3.11), other control characters dropped.
func escapeICS(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, ""))
	s = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
	return strings.Map(dropControl, s)
}

func dropControl(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// fold writes one content line in pieces of at most 75 bytes, never inside a character; the pieces after the first begin with a space.
func fold(b *strings.Builder, line string) {
	room := 75
	for len(line) > room {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut])
		b.WriteString("\r\n ")
		line, room = line[cut:], 74
	}
	b.WriteString(line)
	b.WriteString("\r\n")
}
