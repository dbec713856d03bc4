package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"huiyin/translog/verify"
)

// errFound ends verify with status 1 where something does not hold.
var errFound = errors.New("something does not hold, see above")

// verified is what verify --json ends with.
type verified struct {
	OK         bool           `json:"ok"`
	Origin     string         `json:"origin"`
	Entries    int64          `json:"entries"`
	SM2        bool           `json:"sm2"` // the second signature holds too
	Months     []verify.Month `json:"months"`
	Days       []verify.Day   `json:"days"`
	Mismatches []string       `json:"mismatches"`
}

// check verifies an installation from its public pages only.
func check(ctx context.Context, env *Env, args []string) error {
	f := env.flags("verify", "[--since CHECKPOINT]... [--key KEY] [--receipt FILE]... [--witness KEY]... [--save FILE] [--json] URL")
	var since, receipts, countersigned []string
	f.Func("since", "file with a checkpoint that was kept from before; may be given several times", func(v string) error { since = append(since, v); return nil })
	f.Func("receipt", "file with the proof that a resident kept of a request; may be given several times", func(v string) error { receipts = append(receipts, v); return nil })
	f.Func("witness", "public key of a witness that must have countersigned; may be given several times", func(v string) error { countersigned = append(countersigned, v); return nil })
	key := f.String("key", "", "the log's public key; empty: the one that the installation shows")
	save := f.String("save", "", "file to keep the newest checkpoint in, for --since the next time")
	asJSON := f.Bool("json", false, "end with one JSON object")
	var url string
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // the address may stand before the flags
		url, args = args[0], args[1:]
	}
	if err := parse(f, args, 0, 1); err != nil {
		return err
	}
	if url == "" {
		url = f.Arg(0)
	}
	if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return usage{"verify takes the address of an installation, such as https://12345.example.gov.cn"}
	}
	o := verify.Options{Key: *key, Witness: countersigned}
	for _, name := range since {
		raw, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read the earlier checkpoint: %w", err)
		}
		o.Since = append(o.Since, raw)
	}
	for _, name := range receipts {
		raw, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read the receipt: %w", err)
		}
		o.Receipts = append(o.Receipts, raw)
	}
	site := &verify.Site{URL: strings.TrimRight(url, "/")}
	r, err := site.Run(ctx, o, nil)
	if err != nil {
		return err
	}
	if *save != "" && r.OK() {
		if err := os.WriteFile(*save, r.Checkpoint, 0o600); err != nil {
			return fmt.Errorf("keep the checkpoint: %w", err)
		}
	}
	return env.tellVerified(r, *asJSON)
}

func (env *Env) tellVerified(r *verify.Report, asJSON bool) error {
	var err error
	if asJSON {
		out := verified{OK: r.OK(), Origin: r.Origin, Entries: r.Size, SM2: r.SM2, Months: r.Months, Days: r.Days, Mismatches: r.Mismatches}
		if out.Months == nil {
			out.Months = []verify.Month{}
		}
		if out.Days == nil {
			out.Days = []verify.Day{}
		}
		if out.Mismatches == nil {
			out.Mismatches = []string{}
		}
		err = json.NewEncoder(env.Stdout).Encode(out)
	} else {
		figures := 0
		for _, m := range r.Months {
			figures += m.Figures
			fmt.Fprintf(env.Stdout, "%s, edition %d: %d figures follow from %d public rows\n", m.Month, m.Revision, m.Figures, m.Rows)
		}
		for _, d := range r.Days {
			figures += d.Figures
			fmt.Fprintf(env.Stdout, "%s as of %s: %d figures follow from %d rows told by then\n", d.Month, d.Day, d.Figures, d.Rows)
		}
		for _, m := range r.Mismatches {
			fmt.Fprintln(env.Stdout, "NOT AS IT SHOULD BE: "+m)
		}
		if r.OK() {
			_, err = fmt.Fprintf(env.Stdout, "%s: all %d entries give the signed checkpoint, and %d published figures of closed months and of days follow from them. What is marked live is newer, and is proven with a coming day or when its month is closed.\n", r.Origin, r.Size, figures)
		}
	}
	if err == nil && !r.OK() {
		err = errFound
	}
	return err
}
