package transcript

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

// times of SRT, as programs write them: a comma or point, one to three digits of a fraction or none.
var srtTimes = regexp.MustCompile(`(?m)^[ \t]*(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:[,.](\d{1,3}))?[ \t]*-->[ \t]*(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:[,.](\d{1,3}))?`)

// times of WebVTT: hours of two or more digits or none, exactly three digits of a fraction (W3C WebVTT, 6.3).
var vttTimes = regexp.MustCompile(`^[ \t\f]*(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t\f]*-->[ \t\f]*(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})(?:[ \t\f]|$)`)

func clock(m []string) *float64 {
	n := func(s string) float64 { v, _ := strconv.ParseFloat("0"+s, 64); return v }
	fraction := 0.0
	if m[3] != "" {
		fraction, _ = strconv.ParseFloat("0."+m[3], 64)
	}
	return seconds(n(m[0])*3600 + n(m[1])*60 + n(m[2]) + fraction)
}

// fromWebVTT reads the cues of a file as the W3C's parser takes them: what is no cue is passed over, never a reason to give up.
func fromWebVTT(s string) (Transcript, error) {
	lines := strings.Split(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\n")
	if first := strings.TrimPrefix(lines[0], "WEBVTT"); first != "" && first[0] != ' ' && first[0] != '\t' {
		return Transcript{}, ErrUnknown
	}
	t := Transcript{Format: FormWebVTT}
	at := 1
	for at < len(lines) && lines[at] != "" && !strings.Contains(lines[at], "-->") { // the rest of the header
		at++
	}
	for at < len(lines) {
		if lines[at] == "" {
			at++
			continue
		}
		at = vttBlock(lines, at, &t)
	}
	return t, nil
}

// vttBlock reads one block of lines and tells where the next begins.
func vttBlock(lines []string, at int, t *Transcript) int {
	var cue *Turn
	var body []string
	seen := false
	first := at
	for ; at < len(lines) && lines[at] != ""; at++ {
		line := lines[at]
		if strings.Contains(line, "-->") {
			if seen || at-first > 1 {
				break
			}
			seen, body = true, nil
			if m := vttTimes.FindStringSubmatch(line); m != nil {
				cue = &Turn{Start: clock(m[1:5]), End: clock(m[5:9])}
			}
			continue
		}
		body = append(body, line)
	}
	if cue != nil {
		voices(*cue, strings.Join(body, "\n"), t)
	}
	return at
}

var (
	voice   = regexp.MustCompile(`<v(?:\.[^\s>]*)?[ \t]+([^>]*)>`)
	anyTag  = regexp.MustCompile(`<[^>]*>?`)
	styling = regexp.MustCompile(`\{\\[^}]*\}`)
)

// voices splits a cue where another voice begins.
func voices(cue Turn, body string, t *Transcript) {
	add := func(speaker, part string) {
		one := cue
		one.Speaker, one.Text = speaker, html.UnescapeString(anyTag.ReplaceAllString(part, ""))
		if label, rest, ok := cutLabel(strings.ReplaceAll(one.Text, "\n", " "), nil); ok && speaker == "" {
			one.Speaker, one.Text = label, rest
		}
		t.Turns = append(t.Turns, one)
	}
	found := voice.FindAllStringSubmatchIndex(body, -1)
	if len(found) == 0 {
		add("", body)
		return
	}
	if before := body[:found[0][0]]; strings.TrimSpace(before) != "" {
		add("", before)
	}
	for i, m := range found {
		end := len(body)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		add(html.UnescapeString(body[m[2]:m[3]]), body[m[1]:end])
	}
}

// fromSRT reads SubRip: a number, a line of times, and words until the next.
func fromSRT(s string) (Transcript, error) {
	t := Transcript{Format: FormSRT}
	found := srtTimes.FindAllStringSubmatchIndex(s, -1)
	for i, m := range found {
		part := func(n int) string {
			if m[2*n] < 0 {
				return ""
			}
			return s[m[2*n]:m[2*n+1]]
		}
		end := len(s)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		_, body, _ := strings.Cut(s[m[1]:end], "\n") // behind the times may stand a position
		if i+1 < len(found) {
			body = withoutNumber(body)
		}
		cue := Turn{Start: clock([]string{part(1), part(2), part(3), part(4)}), End: clock([]string{part(5), part(6), part(7), part(8)})}
		voices(cue, styling.ReplaceAllString(body, ""), &t)
	}
	return t, nil
}

// withoutNumber takes the number of the next cue off the end of this one.
func withoutNumber(body string) string {
	body = strings.TrimRight(body, " \t\n")
	at := strings.LastIndexByte(body, '\n')
	if _, err := strconv.Atoi(strings.TrimSpace(body[at+1:])); err == nil {
		return body[:max(at, 0)]
	}
	return body
}
