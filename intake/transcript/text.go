package transcript

import (
	"strconv"
	"strings"
)

// fromText reads plain text: a turn begins at a line with a speaker's label; lines without one go on. Without any label each line is a turn of nobody known.
func fromText(s string) (Transcript, error) {
	start := strings.TrimSpace(s)
	for _, foreign := range []string{"<", "[Script Info]", "%PDF", "{"} {
		if strings.HasPrefix(start, foreign) {
			return Transcript{}, ErrUnknown
		}
	}
	lines := strings.Split(s, "\n")
	trusted := repeated(lines)
	t := Transcript{Format: FormText}
	spoken := false
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		label, rest, ok := cutLabel(line, trusted)
		switch last := len(t.Turns) - 1; {
		case ok:
			spoken = true
			t.Turns = append(t.Turns, Turn{Speaker: label, Text: rest})
		case spoken:
			t.Turns[last].Text += "\n" + line
		default:
			t.Turns = append(t.Turns, Turn{Text: line})
		}
	}
	return t, nil
}

// fromTSV reads the table that Whisper writes: milliseconds, milliseconds, words.
func fromTSV(s string) (Transcript, error) {
	t := Transcript{Format: FormWhisper}
	for line := range strings.Lines(s) {
		part := strings.SplitN(line, "\t", 3)
		if len(part) < 3 {
			continue
		}
		start, err := strconv.ParseFloat(part[0], 64)
		end, err2 := strconv.ParseFloat(part[1], 64)
		if err == nil && err2 == nil {
			t.Turns = append(t.Turns, Turn{Start: millis(&start), End: millis(&end), Text: part[2]})
		}
	}
	return t, nil
}

// repeated are the labels of a text in which one begins at least two lines: names of people, which no list knows.
func repeated(lines []string) map[string]bool {
	count := map[string]int{}
	for _, line := range lines {
		if m := labelled.FindStringSubmatch(line); m != nil {
			count[strings.TrimSpace(m[1])]++
		}
	}
	trusted, again := map[string]bool{}, false
	for label, n := range count {
		trusted[label] = true
		again = again || n > 1
	}
	if !again || len(count) < 2 {
		return nil
	}
	return trusted
}
