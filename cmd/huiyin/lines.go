package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// longestLine bounds one line of JSON that a tool reads, in bytes.
const longestLine = 4 << 20

// maxComplaints is how many wrong lines are explained on stderr; each also has its reason on standard output.
const maxComplaints = 20

// lineTool is a command that answers each line of standard input or of files with a line.
type lineTool struct {
	env     *Env
	command string // as it is called
	wrong   int    // lines that are wrongly written
}

// complain says why a line is wrongly written, of the first maxComplaints.
func (t *lineTool) complain(name string, line int, why error) {
	if t.wrong++; t.wrong <= maxComplaints {
		fmt.Fprintf(t.env.Stderr, "huiyin %s: %s line %d: %s\n", t.command, name, line, oneLine(why.Error()))
	}
}

// run lets answer read standard input, or the files where some are named. Wrong lines are wrong usage; undone says what was not done with them.
func (t *lineTool) run(files []string, undone string, answer func(name string, in io.Reader) error) (err error) {
	if len(files) == 0 {
		err = answer("standard input", t.env.Stdin)
	}
	for _, name := range files {
		if err = answerFile(name, answer); err != nil {
			break
		}
	}
	if err == nil && t.wrong > 0 {
		err = usage{fmt.Sprintf("lines that are wrongly written and %s: %d", undone, t.wrong)}
	}
	return err
}

// each answers every line that is not blank by what one says of it, also where it says that the line is wrong.
func (t *lineTool) each(ctx context.Context, name string, in io.Reader, one func(line []byte) (said any, why error)) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	out := json.NewEncoder(t.env.Stdout)
	out.SetEscapeHTML(false)
	for n := 1; lines.Scan() && ctx.Err() == nil; n++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		said, why := one(line)
		if why != nil {
			t.complain(name, n, why)
		}
		if err := out.Encode(said); err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return ctx.Err()
}

// textLine is a line with a text, as several tools read it.
func textLine(line []byte) (id json.RawMessage, text string, err error) {
	var given struct {
		ID   json.RawMessage `json:"id"`
		Text *string         `json:"text"`
	}
	err = json.Unmarshal(line, &given)
	if given.ID == nil {
		given.ID = json.RawMessage("null")
	}
	if err != nil || given.Text == nil {
		return given.ID, "", errNoTextLine
	}
	return given.ID, *given.Text, nil
}

func answerFile(name string, answer func(string, io.Reader) error) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	return answer(name, in)
}
