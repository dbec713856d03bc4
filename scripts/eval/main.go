// Command eval runs the pure tools of huiyin over a directory of real data and tells in figures, without a word of the data, how often they are right.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	huiyin := flag.String("huiyin", "bin/huiyin", "the program to ask")
	cost := flag.Bool("cost", false, "measure only how long learning from 20,000 orders takes on one core")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: eval [--huiyin PROGRAM] [--cost] DIRECTORY")
		os.Exit(2)
	}
	if err := run(tool(*huiyin), flag.Arg(0), *cost); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

// run measures whatever the directory has data for.
func run(huiyin tool, dir string, cost bool) error {
	if cost {
		return measureCost(huiyin, filepath.Join(dir, "haikou12345", "tickets_dev.csv"))
	}
	measured := 0
	for _, one := range []struct {
		needs   string
		measure func(tool, string) error
	}{
		{"email/index.csv", measureMail},
		{"haikou12345/tickets_dev.csv", measureRouting},
		{"haikou12345/tickets_dev.csv", measureTrained},
		{"tipdm2020c/q1_messages_dev.csv", measureMessages},
		{"haikou12345/pii_spans_dev.jsonl", measureMasking},
		{"pii_zh/cluener_dev.jsonl", measureNames},
		{"pii_zh/address_parsing_dev.jsonl", measureAddresses},
		{"cn_divisions/streets.csv", measureStreets},
		{"tipdm2020c/q3_messages_dev.csv", measureTopics},
		{"tipdm2020c/q4_replies_dev.csv", measureReplies},
		{"cn_holidays/cn_holidays_2007_2026.csv", measureWorkdays},
	} {
		name := filepath.Join(dir, filepath.FromSlash(one.needs))
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			fmt.Printf("%s is not there: not measured\n", one.needs)
			continue
		}
		if err := one.measure(huiyin, name); err != nil {
			return fmt.Errorf("%s: %w", one.needs, err)
		}
		measured++
	}
	if measured == 0 {
		return fmt.Errorf("%s holds nothing that can be measured", dir)
	}
	return nil
}

// percent is a share in words.
func percent(n, of int) string {
	if of == 0 {
		return "none"
	}
	return fmt.Sprintf("%d of %d, %.1f %%", n, of, 100*float64(n)/float64(of))
}
