// Command corpus sends every file of a directory of e-mails through SMTP to a running service, and compares what was acknowledged with what stands
// in the database: each message must be there once, as a case, as an addition to one, or in the list of kept submissions.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:2525", "where the service takes mail")
	mailbox := flag.String("mailbox", "12345@localhost", "whom to write to")
	data := flag.String("data", "var", "the service's HUIYIN_DATA, to compare with its private database")
	list := flag.String("list", "", "CSV whose column `file` names the messages below the directory, and whose column tags (a|b) sorts them; without it every file is one")
	conns := flag.Int("conns", 4, "connections at once")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: corpus [flags] DIRECTORY")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Arg(0), *list, *data, post{addr: *addr, mailbox: *mailbox, conns: *conns}); err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, list, data string, p post) error {
	all, err := gather(dir, list)
	if err != nil {
		return err
	}
	begun := time.Now()
	p.send(ctx, all)
	if err := ctx.Err(); err != nil {
		return err
	}
	took := time.Since(begun)
	answers, taken := map[string]int{}, map[key]*message{}
	for _, m := range all {
		answers[m.answer]++
		if m.answer == "250" {
			taken[m.key] = m
		}
	}
	fmt.Printf("%d files, %d distinct by SHA-256, in %v (%.0f a second, %d connections)\n", len(all), distinct(all), took.Round(10*time.Millisecond), float64(len(all))/took.Seconds(), p.conns)
	for _, a := range slices.Sorted(maps.Keys(answers)) {
		fmt.Printf("  %6d  %s\n", answers[a], a)
	}
	for _, m := range all {
		if m.answer != "250" {
			fmt.Printf("          %s: %s\n", filepath.ToSlash(m.name), m.answer)
		}
	}
	return compare(ctx, data, taken)
}

func distinct(all []*message) int {
	keys := map[key]bool{}
	for _, m := range all {
		keys[m.key] = true
	}
	return len(keys)
}
