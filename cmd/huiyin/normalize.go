package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"huiyin/intake/normalize"
)

// longestLine bounds one line of JSON that a tool reads, in bytes.
const longestLine = 4 << 20

// normalized is one line of the answer.
type normalized struct {
	ID json.RawMessage `json:"id"`
	normalize.Result
}

// unanswered is the line for a line that could not be read: each input line gets one.
type unanswered struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
}

const notATextLine = "the line is no JSON object with a text"

// normalizeLines answers, for each line of standard input or of the files, with its text in the one form, what was repaired and what could not be.
func normalizeLines(ctx context.Context, env *Env, args []string) error {
	f := env.flags("normalize", "[--simplified] [FILE…]")
	simplified := f.Bool("simplified", false, "also change traditional characters into simplified ones")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	wrong := 0
	answer := func(name string, in io.Reader) error {
		lines := bufio.NewScanner(in)
		lines.Buffer(make([]byte, 64<<10), longestLine)
		out := json.NewEncoder(env.Stdout)
		out.SetEscapeHTML(false)
		for n := 1; lines.Scan() && ctx.Err() == nil; n++ {
			line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
			if len(line) == 0 {
				continue
			}
			var given struct {
				ID   json.RawMessage `json:"id"`
				Text *string         `json:"text"`
			}
			err := json.Unmarshal(line, &given)
			if given.ID == nil {
				given.ID = json.RawMessage("null")
			}
			if err != nil || given.Text == nil {
				if wrong++; wrong <= maxComplaints {
					fmt.Fprintf(env.Stderr, "huiyin normalize: %s line %d: %s\n", name, n, notATextLine)
				}
				if err := out.Encode(unanswered{given.ID, notATextLine}); err != nil {
					return fmt.Errorf("write the answer: %w", err)
				}
				continue
			}
			if err := out.Encode(normalized{given.ID, normalize.Text(*given.Text, *simplified)}); err != nil {
				return fmt.Errorf("write the answer: %w", err)
			}
		}
		if err := lines.Err(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return ctx.Err()
	}
	var err error
	if f.NArg() == 0 {
		err = answer("standard input", env.Stdin)
	}
	for _, name := range f.Args() {
		if err = answerFile(name, answer); err != nil {
			break
		}
	}
	if err == nil && wrong > 0 {
		err = usage{fmt.Sprintf("lines that are wrongly written and were not read: %d", wrong)}
	}
	return err
}
