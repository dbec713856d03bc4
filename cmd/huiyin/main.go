// Command huiyin runs the hotline: the mail door, the pages, the workers, the timers, and the command-line tools.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	env := &Env{Getenv: os.LookupEnv, Environ: os.Environ, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	status := dispatch(ctx, env, os.Args[1:])
	stop()
	os.Exit(status)
}
