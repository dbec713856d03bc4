package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"huiyin/routing/topics"
)

// duplicate is a line of huiyin duplicates.
type duplicate struct {
	A     json.RawMessage `json:"a"` // the earlier
	B     json.RawMessage `json:"b"`
	Score float64         `json:"score"` // 0..1
	Why   string          `json:"why"`
}

// duplicates reads messages from standard input or from files, and tells which pairs may be one matter.
func duplicates(ctx context.Context, env *Env, args []string) error {
	f := env.flags("duplicates", "[FILE…]")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	ids, messages, wrong, err := readSaid(ctx, env, "duplicates", f.Args(), false)
	if err != nil {
		return err
	}
	out := json.NewEncoder(env.Stdout)
	for _, d := range topics.Duplicates(messages) {
		if err := out.Encode(duplicate{ids[d.A], ids[d.B], math.Round(d.Score*1000) / 1000, d.Why}); err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
	}
	return wrongLines(wrong)
}
