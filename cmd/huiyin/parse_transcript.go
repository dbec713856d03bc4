package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"huiyin/intake/transcript"
)

// parseTranscripts answers for each file of a call who said what. A file of no known form gets no line, and the other files are answered all the same.
func parseTranscripts(ctx context.Context, env *Env, files []string) error {
	if len(files) == 0 {
		return usage{"name at least one file with a transcript in it"}
	}
	failed := false
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		t, err := readTranscript(name)
		if err != nil {
			fmt.Fprintf(env.Stderr, "huiyin parse: %s: %s\n", name, oneLine(err.Error()))
			failed = true
			continue
		}
		if _, err := fmt.Fprintf(env.Stdout, "%s\n", transcript.Line(name, t)); err != nil {
			return err
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// readTranscript reads one byte more than the parser takes, so that a larger file is known to be too large without being read whole.
func readTranscript(name string) (transcript.Transcript, error) {
	in, err := os.Open(name)
	if err != nil {
		return transcript.Transcript{}, err
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, transcript.MaxBytes+1))
	if err != nil {
		return transcript.Transcript{}, err
	}
	return transcript.Parse(raw)
}
