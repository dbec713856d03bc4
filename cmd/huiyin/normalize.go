package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"huiyin/intake/normalize"
)

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

var errNoTextLine = errors.New("the line is no JSON object with a text")

// normalizeLines answers, for each line of standard input or of the files, with its text in the one form, what was repaired and what could not be.
func normalizeLines(ctx context.Context, env *Env, args []string) error {
	f := env.flags("normalize", "[--simplified] [FILE…]")
	simplified := f.Bool("simplified", false, "also change traditional characters into simplified ones")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	t := lineTool{env: env, command: "normalize"}
	return t.run(f.Args(), "were not read", func(name string, in io.Reader) error {
		return t.each(ctx, name, in, func(line []byte) (any, error) {
			id, text, err := textLine(line)
			if err != nil {
				return unanswered{id, err.Error()}, err
			}
			return normalized{id, normalize.Text(text, *simplified)}, nil
		})
	})
}
