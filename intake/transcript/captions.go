package transcript

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// ssaTag is what stands in braces in SubStation Alpha: how a line looks, not what it says.
var ssaTag = regexp.MustCompile(`\{[^}]*\}`)

// fromSSA reads the dialogue lines of SubStation Alpha (v4, v4+); the columns stand where its Format line says.
func fromSSA(s string) (Transcript, error) {
	t := Transcript{Format: FormSSA}
	columns := strings.Split("layer,start,end,style,name,marginl,marginr,marginv,effect,text", ",")
	events := false
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "[") {
			events = strings.HasPrefix(strings.ToLower(line), "[events]")
			continue
		}
		name, rest, ok := strings.Cut(line, ":")
		switch {
		case !events || !ok:
		case name == "Format":
			columns = strings.Split(strings.ToLower(strings.ReplaceAll(rest, " ", "")), ",")
		case name == "Dialogue":
			parts := strings.SplitN(strings.TrimLeft(rest, " "), ",", len(columns))
			if len(parts) == len(columns) {
				t.Turns = append(t.Turns, ssaTurn(columns, parts))
			}
		}
	}
	if len(t.Turns) == 0 {
		return t, ErrUnknown
	}
	return t, nil
}

func ssaTurn(columns, parts []string) Turn {
	var one Turn
	for i, c := range columns {
		switch c {
		case "start":
			one.Start = clockText(parts[i])
		case "end":
			one.End = clockText(parts[i])
		case "name", "actor":
			one.Speaker = strings.TrimSpace(parts[i])
		case "text":
			one.Text = strings.NewReplacer(`\N`, "\n", `\n`, "\n", `\h`, " ").Replace(ssaTag.ReplaceAllString(parts[i], ""))
		}
	}
	return named(one)
}

// named takes the label off the words of a turn that has no speaker.
func named(one Turn) Turn {
	if label, rest, ok := cutLabel(strings.ReplaceAll(one.Text, "\n", " "), nil); ok && one.Speaker == "" {
		one.Speaker, one.Text = label, rest
	}
	return one
}

var clockForm = regexp.MustCompile(`^\s*(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:[.,:](\d{1,6}))?\s*$`)

// clockText reads h:mm:ss with a fraction; nil for anything else. A fourth group after a colon counts frames, of 25 a second.
func clockText(s string) *float64 {
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	if strings.Count(s, ":") == 3 {
		frames, _ := strconv.ParseFloat(m[4], 64)
		m[4] = ""
		whole := clock(m[1:5])
		if whole == nil {
			return nil
		}
		return seconds(*whole + frames/25)
	}
	return clock(m[1:5])
}

var offsetForm = regexp.MustCompile(`^\s*(\d{1,9}(?:\.\d{1,6})?)(h|m|s|ms)\s*$`)

// ttmlTime reads a time of TTML: a clock time or an offset with its unit (W3C TTML, 12.3.1). Ticks and frames alone are not read.
func ttmlTime(s string) *float64 {
	m := offsetForm.FindStringSubmatch(s)
	if m == nil {
		return clockText(s)
	}
	n, _ := strconv.ParseFloat(m[1], 64)
	return seconds(n * map[string]float64{"h": 3600, "m": 60, "s": 1, "ms": 0.001}[m[2]])
}

// fromTTML reads the paragraphs of Timed Text Markup (W3C TTML, and its older names); a paragraph may name its agent.
func fromTTML(s string) (Transcript, error) {
	t := Transcript{Format: FormTTML}
	dec := xml.NewDecoder(strings.NewReader(s))
	dec.Strict = false
	var one *Turn
	for depth := 0; ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) || err != nil && len(t.Turns) > 0 {
			break
		}
		if err != nil {
			return t, ErrUnknown
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 && e.Name.Local != "tt" {
				return t, ErrUnknown
			}
			switch {
			case e.Name.Local == "p":
				one = &Turn{Start: ttmlTime(attr(e, "begin")), End: ttmlTime(attr(e, "end")), Speaker: attr(e, "agent")}
			case e.Name.Local == "br" && one != nil:
				one.Text += "\n"
			case depth == 1:
				t.Language = attr(e, "lang")
			}
		case xml.CharData:
			if one != nil {
				one.Text += string(e)
			}
		case xml.EndElement:
			if depth--; e.Name.Local == "p" && one != nil {
				t.Turns, one = append(t.Turns, named(*one)), nil
			}
		}
	}
	if len(t.Turns) == 0 {
		return t, ErrUnknown
	}
	return t, nil
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
