package main

import (
	"context"
	"fmt"
	"io"

	"huiyin/privacy"
	"huiyin/spans"
)

// mask answers, for each line of standard input or of the files, with the masked copy of its text and what was masked.
func mask(ctx context.Context, env *Env, args []string) error {
	f := env.flags("mask", "[--model DIR] [FILE…]")
	dir := f.String("model", "", "also use what train --spans learned: the model's `DIR`")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	masker, err := loadMasker(*dir)
	if err != nil {
		return err
	}
	t := lineTool{env: env, command: "mask"}
	return t.run(f.Args(), "were not masked", func(name string, in io.Reader) error {
		if _, err := masker.Lines(ctx, in, env.Stdout, func(line int, why error) { t.complain(name, line, why) }); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}

// loadMasker masks by the rules and by the model in a directory; by the rules alone where none is named.
func loadMasker(dir string) (privacy.Masker, error) {
	if dir == "" {
		return privacy.Masker{}, nil
	}
	model, err := spans.Load(dir)
	return privacy.Masker{Model: model}, err
}

func (c Config) masker() (privacy.Masker, error) {
	k, err := loadMasker(c.MaskModel)
	if err != nil {
		err = fmt.Errorf("%w (see HUIYIN_MASK_MODEL)", err)
	}
	return k, err
}
