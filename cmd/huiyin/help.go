package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"text/tabwriter"

	"huiyin/pg"
)

func help(_ context.Context, env *Env, args []string) error {
	if err := parse(env.flags("help", ""), args, 0, -1); err != nil {
		return err
	}
	out := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "huiyin COMMAND [ARGUMENT…]: the hotline and everything around it")
	fmt.Fprintln(out, "\nCommands (huiyin COMMAND --help tells more):")
	for _, c := range commands() {
		fmt.Fprintf(out, "  %s\t%s\n", c.name, c.summary)
	}
	fmt.Fprintln(out, "\nSettings, from the environment:")
	for _, s := range settings() {
		fmt.Fprintf(out, "  %s\t%s\t%s\n", s.name, s.standard, s.help)
	}
	return out.Flush()
}

func version(_ context.Context, env *Env, args []string) error {
	if err := parse(env.flags("version", ""), args, 0, 0); err != nil {
		return err
	}
	schema, err := pg.ExpectedVersion()
	if err != nil {
		return err
	}
	program, built := programVersion()
	fmt.Fprintf(env.Stdout, "huiyin %s (%s), schema version %d\n", program, built, schema)
	return nil
}

// programVersion is the version of this program and of the Go that built it.
func programVersion() (program, built string) {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version, info.GoVersion
	}
	return "unknown", ""
}
