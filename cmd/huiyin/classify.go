package main

import (
	"context"
	"fmt"
	"io"

	trained "huiyin/routing/model"
)

// classify answers, for each line of standard input or of the files, which labels its text may have by a model that train made.
func classify(ctx context.Context, env *Env, args []string) error {
	f := env.flags("classify", "--model DIR [FILE…]")
	dir := f.String("model", "", "the model's `DIR`, as train --text wrote it")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	if *dir == "" {
		return usage{"give the model's directory with --model DIR"}
	}
	m, err := trained.Load(*dir)
	if err != nil {
		return err
	}
	t := lineTool{env: env, command: "classify"}
	return t.run(f.Args(), "have no answer", func(name string, in io.Reader) error {
		if err := m.Answers(ctx, in, env.Stdout, func(line int, why error) { t.complain(name, line, why) }); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}
