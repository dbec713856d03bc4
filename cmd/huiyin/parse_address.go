package main

import (
	"context"
	"encoding/json"
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
	t := lineTool{env: env, command: "parse address"}
	return t.run(f.Args(), "were not read", func(name string, in io.Reader) error {
		return t.each(ctx, name, in, func(line []byte) (any, error) {
			id, text, err := textLine(line)
			if err != nil {
				return unanswered{id, err.Error()}, err
			}
			found := parts(text)
			if found == nil {
				found = []address.Part{}
			}
			return addressParts{id, found, address.China().Resolve(text).Code}, nil
		})
	})
}

// learnedParts are the parts that a model finds, under the names that the rules give them.
func learnedParts(model *spans.Model, text string) []address.Part {
	var parts []address.Part
	for _, s := range model.Mark(text) {
		parts = append(parts, address.Part{Start: s.Start, End: s.End, Type: address.TypeName(s.Kind)})
	}
	return parts
}
