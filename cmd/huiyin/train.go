package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"huiyin/privacy"
	"huiyin/spans"
)

// train makes a model from examples. Models stay outside the repository; each has a card that says what it was made of and how well it does.
func train(ctx context.Context, env *Env, args []string) error {
	f := env.flags("train", "--text COL --label COL --out DIR FILE | --from-cases | --spans FILE --out DIR")
	var from pastOrders
	f.Var(&from.text, "text", "the `COLUMN` with the words of past orders; may be given again, such as for the title")
	f.StringVar(&from.label, "label", "", "the `COLUMN` with the label that turned out right, such as the unit")
	f.Var(&from.also, "also", "a `COLUMN` that goes along with the label, such as the district, learned too so that each helps to tell the other; may be given again; without it, columns that obviously do")
	f.Var(&from.aside, "aside", "a `COLUMN` that only the networks learn beside the label, such as the category; may be given again")
	f.Var(&from.aspects, "aspect", "`NAME=COLUMN`: also tell kind, category, territory or urgency, which stand in that column, each with how likely it is; may be given again")
	f.IntVar(&from.nets, "nets", 0, "how many networks are asked beside the linear machines: three make it a little better and take about as long again")
	f.Uint64Var(&from.seed, "seed", 1, "of the division into parts and of everything else that is drawn")
	f.StringVar(&from.group, "group", "", "a `COLUMN` that is the same in orders that belong together; none of them is judged by a model that knows another")
	f.StringVar(&from.part, "part", "", "a `COLUMN`, such as the district, for each value of which the card says how right the model is")
	f.Float64Var(&from.wrong, "wrong", 0.02, "the share of wrong answers that may go out without a person")
	own := f.Bool("from-cases", false, "learn from the city's own answered cases, by their masked words, and keep the model in the register of /admin/models")
	marked := f.String("spans", "", "JSON lines {\"text\",\"spans\":[{\"start\",\"end\",\"type\"}]} in which people marked names and parts of addresses")
	out := f.String("out", "", "the `DIR` that the model and its card are written to; it is made if it is not there")
	if err := parse(f, args, 0, 1); err != nil {
		return err
	}
	if *own && f.NArg() == 0 && *marked == "" {
		return trainOwn(ctx, env, from.wrong)
	}
	if f.NArg() == 1 && *marked == "" && !*own {
		from.out = *out
		return trainText(ctx, env, from, f.Arg(0))
	}
	if f.NArg() == 1 || len(from.text) > 0 || from.label != "" {
		return usage{"give either a table of past orders with --text and --label, or marked texts with --spans"}
	}
	if *marked == "" || *out == "" {
		return usage{"give a table of past orders with --text COL --label COL, or marked texts with --spans FILE, and the model's directory with --out DIR"}
	}
	examples, err := readMarked(env, *marked)
	if err != nil {
		return err
	}
	say := func(stage string) {
		fmt.Fprintf(env.Stderr, "huiyin train: %s, %d examples\n", map[string]string{"measure": "learning from nine tenths to measure on the rest", "train": "learning from all"}[stage], len(examples))
	}
	plan := spans.Plan{Seed: 1, Lists: [][]string{privacy.Surnames()}}
	model, card, err := spans.Learn(ctx, examples, plan, spans.Eager{Kinds: privacy.EagerLabels(), Clean: 0.64}, say)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	card.Made = time.Now()
	card.Program, _ = programVersion()
	if err := os.MkdirAll(*out, 0o755); err != nil { //nolint:gosec // a model is no secret of this machine
		return fmt.Errorf("make the model's directory: %w", err)
	}
	if err := errors.Join(model.Save(*out), card.Save(*out)); err != nil {
		return err
	}
	if err := json.NewEncoder(env.Stdout).Encode(card); err != nil {
		return fmt.Errorf("print the card: %w", err)
	}
	return nil
}

func readMarked(env *Env, name string) ([]spans.Example, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the marked texts: %w", err)
	}
	defer in.Close()
	wrong := 0
	examples, err := spans.ReadExamples(in, func(line int, why error) {
		if wrong++; wrong <= maxComplaints {
			fmt.Fprintf(env.Stderr, "huiyin train: %s line %d is left out: %s\n", name, line, oneLine(why.Error()))
		}
	})
	if err == nil && len(examples) < 20 {
		err = fmt.Errorf("%s has %d usable examples: at least 20 are needed", name, len(examples))
	}
	if wrong > maxComplaints {
		fmt.Fprintf(env.Stderr, "huiyin train: %d lines were left out\n", wrong)
	}
	return examples, err
}
