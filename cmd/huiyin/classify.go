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
	wrong := 0
	answer := func(name string, in io.Reader) error {
		err := m.Answers(ctx, in, env.Stdout, func(line int, why error) {
			if wrong++; wrong <= maxComplaints {
				fmt.Fprintf(env.Stderr, "huiyin classify: %s line %d: %s\n", name, line, oneLine(why.Error()))
			}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	if f.NArg() == 0 {
		err = answer("standard input", env.Stdin)
	}
	for _, name := range f.Args() {
		if err = answerFile(name, answer); err != nil {
			break
		}
	}
	if err == nil && wrong > 0 {
		err = usage{fmt.Sprintf("lines that are wrongly written and have no answer: %d", wrong)}
	}
	return err
}
