package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"huiyin/routing/address"
	"huiyin/spans"
)

// addressParts is one line of the answer: the parts of an address, and the code of the narrowest area that its names agree on.
type addressParts struct {
	ID    json.RawMessage `json:"id"`
	Spans []address.Part  `json:"spans"`
	Code  string          `json:"code"`
}

// parseAddresses answers, for each line of standard input or of the files, with the parts of the address in its text and the area it lies in.
// Without a model the parts are found by rules; with one, by what train --spans has learned.
func parseAddresses(ctx context.Context, env *Env, args []string) error {
	f := env.flags("parse address", "[--model DIR] [FILE…]")
	dir := f.String("model", "", "find the parts by what train --spans learned: the model's `DIR`")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	parts := address.China().Parts
	if *dir != "" {
		model, err := spans.Load(*dir)
		if err != nil {
			return err
		}
		parts = func(text string) []address.Part { return learnedParts(model, text) }
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
			var said any = unanswered{given.ID, notATextLine}
			if err == nil && given.Text != nil {
				found := parts(*given.Text)
				if found == nil {
					found = []address.Part{}
				}
				said = addressParts{given.ID, found, address.China().Resolve(*given.Text).Code}
			} else if wrong++; wrong <= maxComplaints {
				fmt.Fprintf(env.Stderr, "huiyin parse address: %s line %d: %s\n", name, n, notATextLine)
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

// learnedParts are the parts that a model finds, under the names that the rules give them.
func learnedParts(model *spans.Model, text string) []address.Part {
	var parts []address.Part
	for _, s := range model.Mark(text) {
		parts = append(parts, address.Part{Start: s.Start, End: s.End, Type: address.TypeName(s.Kind)})
	}
	return parts
}
