package main

import (
	"context"

	"huiyin/calendar"
	"huiyin/locale"
)

// workdays tells for each day from one date to another, both included, whether it is a working day and why.
func workdays(ctx context.Context, env *Env, args []string) error {
	f := env.flags("workdays", "FROM TO")
	if err := parse(f, args, 2, 2); err != nil {
		return err
	}
	from, err := calendar.ParseDate(f.Arg(0))
	if err != nil {
		return usage{err.Error()}
	}
	to, err := calendar.ParseDate(f.Arg(1))
	if err != nil {
		return usage{err.Error()}
	}
	if to < from {
		return usage{f.Arg(1) + " is before " + f.Arg(0) + ": give the earlier day first"}
	}
	c, err := calendar.Official(locale.Zone)
	if err != nil {
		return err
	}
	return c.WriteDays(ctx, env.Stdout, from, to)
}
