package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"huiyin/calendar"
	"huiyin/routing/sla"
)

// due answers, for each line of standard input or of the files, by when a unit must sign, contact and handle.
func due(ctx context.Context, env *Env, args []string) error {
	f := env.flags("due", "[--policy FILE] [FILE…]")
	policy := f.String("policy", "", "the city's policy `file`; without it the limits shipped with the program apply")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	terms, err := termsOf(*policy)
	if err != nil {
		return err
	}
	t := lineTool{env: env, command: "due"}
	return t.run(f.Args(), "have no deadline", func(name string, in io.Reader) error {
		n, err := terms.Answers(ctx, in, env.Stdout, func(line int, why error) { t.complain(name, line, why) })
		if err != nil {
			return fmt.Errorf("%s: after %d wrong lines: %w", name, n, err)
		}
		return nil
	})
}

// termsOf puts a policy file, or the shipped policy, in force with the shipped calendar.
func termsOf(file string) (*sla.Terms, error) {
	if file == "" {
		return sla.Standard()
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, usage{err.Error()}
	}
	defer in.Close()
	p, err := sla.Read(in)
	if err != nil {
		return nil, usage{fmt.Sprintf("%s: %v", file, err)}
	}
	c, err := calendar.Official(p.Zone.Location)
	if err != nil {
		return nil, err
	}
	terms, err := sla.With(p, c)
	if err != nil {
		return nil, usage{fmt.Sprintf("%s: %v", file, err)}
	}
	return terms, nil
}
