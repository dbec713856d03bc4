package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/handover"
)

const handoverSynopsis = "key [--code CODE] [--new] | partner add CODE NAME URL KEY [--kinds KIND[,KIND…]] | partner list | partner remove CODE | list"

// abroad exchanges cases with the hotlines of other cities.
func (p *parts) abroad() *handover.Service {
	return handover.New(handover.Settings{DB: p.Pool, Docket: p.Docket, Door: p.Door, City: p.City, Keys: p.Keys, BaseURL: p.Config.BaseURL, Now: p.Config.Now(), Log: p.Log})
}

// handOver keeps our signing key and the list of hotlines with which cases are exchanged, and lists the cases that are away.
func handOver(ctx context.Context, env *Env, args []string) error {
	f := env.flags("handover", handoverSynopsis)
	code := f.String("code", "", "how partners shall name us (default: the city's administrative `code`); with key")
	fresh := f.Bool("new", false, "make a new key in place of the old one, and tell every partner; with key")
	kinds := f.String("kinds", "", "the `kinds` of case that the partner takes (default: every kind); with partner add")
	words, err := wordsBetween(f, args)
	if err != nil {
		return err
	}
	do, err := handoverAct(ctx, env.Stdout, words, *code, *fresh, listOf[casework.Kind](*kinds))
	if err != nil {
		return err
	}
	p, err := assemble(ctx, env, "handover", env.progress())
	if err != nil {
		return err
	}
	if err := do(p); err != nil {
		return closeAfter(p.database, err)
	}
	return p.Close()
}

// handoverAct chooses what to do by the words of the command line.
func handoverAct(ctx context.Context, out io.Writer, words []string, code string, fresh bool, kinds []casework.Kind) (func(*parts) error, error) {
	is := func(n int, first ...string) bool {
		if len(words) != n {
			return false
		}
		for i, w := range first {
			if words[i] != w {
				return false
			}
		}
		return true
	}
	switch {
	case is(1, "key"):
		return func(p *parts) error { return showKey(ctx, out, p, code, fresh) }, nil
	case is(6, "partner", "add"):
		return func(p *parts) error {
			key, err := handover.ParseKey(words[5])
			if err == nil {
				err = p.abroad().AddPartner(ctx, handover.Partner{Code: words[2], Name: words[3], URL: words[4], Key: key, Kinds: kinds})
			}
			return err
		}, nil
	case is(2, "partner", "list"):
		return func(p *parts) error { return listPartners(ctx, out, p) }, nil
	case is(3, "partner", "remove"):
		return func(p *parts) error { return p.abroad().RemovePartner(ctx, words[2]) }, nil
	case is(1, "list"):
		return func(p *parts) error { return listAway(ctx, out, p) }, nil
	}
	return nil, usage{"huiyin handover " + handoverSynopsis}
}

// wordsBetween reads words with flags before, between and after them.
func wordsBetween(f *flag.FlagSet, args []string) ([]string, error) {
	var words []string
	for {
		switch err := f.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, err
		case err != nil:
			return nil, usage{err.Error()}
		}
		if args = f.Args(); len(args) == 0 {
			return words, nil
		}
		words, args = append(words, args[0]), args[1:]
	}
}

// showKey prints what partners need to enter us, and makes the key first where there is none.
func showKey(ctx context.Context, out io.Writer, p *parts, code string, fresh bool) error {
	s := p.abroad()
	own, err := s.Identity(ctx)
	missing := fault.KindOf(err) == fault.NotFound
	if err == nil && !fresh && code != "" && code != own.Code {
		return usage{"partners know us as " + own.Code + ": another code needs a new key (--new)"}
	}
	if missing || err == nil && fresh {
		own, err = s.MakeKey(ctx, code)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "our partners run:\n  huiyin handover partner add %s %s %s %s\n", own.Code, p.City.Name.ZH, p.Config.BaseURL, handover.FormatKey(own.Key))
	return nil
}

func listPartners(ctx context.Context, out io.Writer, p *parts) error {
	list, err := p.abroad().Partners(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "CODE\tNAME\tADDRESS\tKINDS\tPUBLIC KEY")
	for _, one := range list {
		kinds := "all"
		for i, k := range one.Kinds {
			if i == 0 {
				kinds = string(k)
			} else {
				kinds += "," + string(k)
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", one.Code, one.Name, one.URL, kinds, handover.FormatKey(one.Key))
	}
	return w.Flush()
}

// maxAway bounds the list of cases that are away.
const maxAway = 1000

func listAway(ctx context.Context, out io.Writer, p *parts) error {
	list, err := p.abroad().Away(ctx, casework.System, maxAway)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "CASE\tCITY\tSINCE\tTHEIR NUMBER\tTRIES\tLATE\tLAST ERROR")
	for _, o := range list {
		late := ""
		if o.Late {
			late = "no receipt"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", o.Number, o.City, o.QueuedAt.In(p.City.TZ).Format(time.RFC3339), o.TheirNumber, o.Tries, late, o.LastError)
	}
	return w.Flush()
}
