package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"huiyin/intake/mail"
)

// parseFiles reads files as the intake reads what reaches the hotline, and answers with one JSON line for each.
func parseFiles(ctx context.Context, env *Env, args []string) error {
	f := env.flags("parse", "mail FILE… | transcript FILE… | address [--model DIR] [FILE…]")
	if err := parse(f, args, 1, -1); err != nil {
		return err
	}
	switch kind := f.Arg(0); kind {
	case "mail":
		return parseMail(ctx, env, f.Args()[1:])
	case "transcript":
		return parseTranscripts(ctx, env, f.Args()[1:])
	case "address":
		return parseAddresses(ctx, env, f.Args()[1:])
	default:
		return usage{fmt.Sprintf("there is nothing called %q to parse: say huiyin parse mail FILE…, huiyin parse transcript FILE… or huiyin parse address", kind)}
	}
}

// parseMail answers for each e-mail file what it is, who wrote it and what is new in it. A message that nobody can read is answered
// with the verdict quarantine; only a file that cannot be opened is a failure, and the other files are answered all the same.
func parseMail(ctx context.Context, env *Env, files []string) error {
	if len(files) == 0 {
		return usage{"name at least one file with an e-mail in it"}
	}
	failed := false
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		raw, err := readMail(name)
		if err != nil {
			fmt.Fprintf(env.Stderr, "huiyin parse: %s\n", oneLine(err.Error()))
			failed = true
			continue
		}
		if _, err := fmt.Fprintf(env.Stdout, "%s\n", mail.Line(name, mail.Parse(raw))); err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// readMail reads one byte more than the parser takes, so that a larger file is known to be too large without being read whole.
func readMail(name string) ([]byte, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, mail.MaxBytes+1))
}
