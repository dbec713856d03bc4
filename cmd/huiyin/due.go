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
	wrong := 0
	answer := func(name string, in io.Reader) error {
		n, err := terms.Answers(ctx, in, env.Stdout, func(line int, why error) {
			if wrong++; wrong <= maxComplaints {
				fmt.Fprintf(env.Stderr, "huiyin due: %s line %d: %s\n", name, line, oneLine(why.Error()))
			}
		})
		if err != nil {
			return fmt.Errorf("%s: after %d wrong lines: %w", name, n, err)
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
		err = usage{fmt.Sprintf("lines that are wrongly written and have no deadline: %d", wrong)}
	}
	return err
}

// maxComplaints is how many wrong lines are explained on stderr; each also has its reason on standard output.
const maxComplaints = 20

func answerFile(name string, answer func(string, io.Reader) error) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	return answer(name, in)
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
