package transcript

import (
	"encoding/csv"
	"errors"
	"io"
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
	if table, ok := fromCSV(s); ok {
		return table, nil
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

// fromCSV reads the tables that programs around Whisper write: the words before or behind their two times, in seconds, or in milliseconds below a head. ok is false where a line is otherwise.
func fromCSV(s string) (Transcript, bool) {
	t := Transcript{Format: FormWhisper}
	body, ofMillis := strings.CutPrefix(s, "start,end,text\n")
	in := csv.NewReader(strings.NewReader(body))
	in.FieldsPerRecord = 3
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return t, len(t.Turns) > 0
		}
		if err != nil {
			return t, false
		}
		one, ok := csvTurn(row[0], row[1], row[2])
		if !ok {
			one, ok = csvTurn(row[1], row[2], row[0])
		}
		if !ok {
			return t, false
		}
		if ofMillis {
			one.Start, one.End = millis(one.Start), millis(one.End)
		}
		t.Turns = append(t.Turns, one)
	}
}

func csvTurn(start, end, words string) (Turn, bool) {
	from, err := strconv.ParseFloat(start, 64)
	to, err2 := strconv.ParseFloat(end, 64)
	return Turn{Start: seconds(from), End: seconds(to), Text: words}, err == nil && err2 == nil
}
