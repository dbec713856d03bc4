package mail

import (
	"bytes"
	"strings"
	"time"
)

// maxEvents of a calendar that are put into words.
const maxEvents = 20

// calendarText puts the events of an iCalendar file (RFC 5545) into words, a line each for what, when, where and the description:
// an invitation says nothing else.
func (p *parser) calendarText(b []byte, charset string) string {
	if charset == "" {
		charset = "utf-8"
	}
	var out []string
	event := map[string]string{}
	inside, events := false, 0
	for _, line := range unfolded(b) {
		name, value, ok := strings.Cut(p.decode(line, charset), ":")
		if !ok {
			continue
		}
		name, params, _ := strings.Cut(name, ";")
		name = strings.ToUpper(name)
		switch {
		case name == "BEGIN" && isEvent(value):
			inside, event = true, map[string]string{}
		case name == "END" && isEvent(value):
			inside = false
			if words := eventWords(event); words != "" {
				out = append(out, words)
			}
			if events++; events >= maxEvents {
				return strings.Join(out, "\n\n")
			}
		case inside && event[name] == "":
			event[name] = calendarValue(name, params, value)
		}
	}
	return strings.Join(out, "\n\n")
}

func isEvent(s string) bool {
	s = strings.ToUpper(strings.TrimSpace(s))
	return s == "VEVENT" || s == "VTODO" || s == "VJOURNAL"
}

// unfolded joins the lines that RFC 5545 section 3.1 folds.
func unfolded(b []byte) [][]byte {
	var out [][]byte
	for len(b) > 0 && len(out) < maxLines {
		line, rest := nextLine(b)
		b = rest
		if n := len(out); n > 0 && len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && len(out[n-1]) < maxValue {
			out[n-1] = append(bytes.Clone(out[n-1]), line[1:]...)
			continue
		}
		out = append(out, line)
	}
	return out
}

func calendarValue(name, params, value string) string {
	value = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(strings.TrimSpace(value))
	if !strings.HasPrefix(name, "DT") && name != "DUE" {
		return value
	}
	for _, form := range []struct{ from, to string }{{"20060102T150405Z", "2006-01-02 15:04 UTC"}, {"20060102T150405", "2006-01-02 15:04"}, {"20060102", "2006-01-02"}} {
		if t, err := time.Parse(form.from, value); err == nil {
			value = t.Format(form.to)
			break
		}
	}
	if _, zone, ok := strings.Cut(params, "TZID="); ok {
		zone, _, _ = strings.Cut(zone, ";")
		value += " (" + strings.Trim(zone, `"`) + ")"
	}
	return value
}

func eventWords(event map[string]string) string {
	var lines []string
	when := event["DTSTART"]
	if end := event["DTEND"]; when != "" && end != "" {
		when += " – " + end
	}
	for _, s := range []string{event["SUMMARY"], when, event["DUE"], event["LOCATION"], event["DESCRIPTION"]} {
		if s != "" {
			lines = append(lines, s)
		}
	}
	return strings.Join(lines, "\n")
}
