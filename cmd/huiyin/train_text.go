package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"huiyin/intake/table"
	trained "huiyin/routing/model"
)

// columns is a flag that may be given several times.
type columns []string

func (c *columns) String() string     { return strings.Join(*c, ", ") }
func (c *columns) Set(v string) error { *c = append(*c, v); return nil }

// pastOrders says which columns of a table of past orders to learn from.
type pastOrders struct {
	text  columns
	label string
	group string
	out   string
	wrong float64
}

// trainText learns from a table of past orders which label a text has, and writes the model and its card.
func trainText(ctx context.Context, env *Env, from pastOrders, name string) error {
	if len(from.text) == 0 || from.label == "" || from.out == "" {
		return usage{"give the column of the words with --text COL, that of the label with --label COL and the model's directory with --out DIR"}
	}
	if from.wrong <= 0 || from.wrong >= 1 {
		return usage{"--wrong is a share between 0 and 1, such as 0.02"}
	}
	examples, err := readOrders(env, from, name)
	if err != nil {
		return err
	}
	say := func(stage string) { fmt.Fprintf(env.Stderr, "huiyin train: %s\n", stage) }
	say(fmt.Sprintf("%d orders", len(examples)))
	m, card, err := trained.Learn(ctx, examples, trained.Plan{Wrong: from.wrong, Seed: 1}, say)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	card.Made = time.Now()
	card.Program, _ = programVersion()
	if err := os.MkdirAll(from.out, 0o755); err != nil { //nolint:gosec // a model is no secret of this machine
		return fmt.Errorf("make the model's directory: %w", err)
	}
	if err := errors.Join(m.Save(from.out), card.Save(from.out)); err != nil {
		return err
	}
	if err := json.NewEncoder(env.Stdout).Encode(card); err != nil {
		return fmt.Errorf("print the card: %w", err)
	}
	return nil
}

// readOrders takes the rows that have words and a label.
func readOrders(env *Env, from pastOrders, name string) ([]trained.Example, error) {
	in, err := table.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	wanted := append(columns{from.label}, from.text...)
	if from.group != "" {
		wanted = append(wanted, from.group)
	}
	if in.Columns != nil {
		for _, column := range wanted {
			if !contains(in.Columns, column) {
				return nil, usage{fmt.Sprintf("%s has no column %q, it has: %s", name, column, strings.Join(in.Columns, ", "))}
			}
		}
	}
	var examples []trained.Example
	left := 0
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		e := example(row, from)
		if row.Err != nil || e.Label == "" || strings.TrimSpace(e.Text) == "" {
			left++
			continue
		}
		examples = append(examples, e)
	}
	if left > 0 {
		fmt.Fprintf(env.Stderr, "huiyin train: rows without words or without a label, which are left out: %d\n", left)
	}
	return examples, nil
}

func example(row table.Row, from pastOrders) trained.Example {
	var words []string
	for _, column := range from.text {
		words = append(words, row.Get(column))
	}
	e := trained.Example{Text: strings.Join(words, "\n"), Label: strings.TrimSpace(row.Get(from.label))}
	if from.group != "" {
		e.Group = row.Get(from.group)
	}
	return e
}

func contains(list []string, want string) bool {
	for _, have := range list {
		if have == want {
			return true
		}
	}
	return false
}
