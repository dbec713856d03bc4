package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"huiyin/intake/table"
	"huiyin/routing"
	trained "huiyin/routing/model"
)

// columns is a flag that may be given several times.
type columns []string

func (c *columns) String() string     { return strings.Join(*c, ", ") }
func (c *columns) Set(v string) error { *c = append(*c, v); return nil }

// pastOrders says which columns of a table of past orders to learn from.
type pastOrders struct {
	text    columns
	label   string
	also    columns
	aside   columns
	nets    int
	aspects columns // NAME=COLUMN
	group   string
	part    string
	out     string
	wrong   float64
	seed    uint64
}

// aspectColumns are the columns of the aspects.
func (p pastOrders) aspectColumns() []string {
	var list []string
	for _, one := range p.aspects {
		_, column, _ := strings.Cut(one, "=")
		list = append(list, column)
	}
	return list
}

// trainText learns from a table of past orders which label a text has, and writes the model and its card.
func trainText(ctx context.Context, env *Env, from pastOrders, name string) error {
	if len(from.text) == 0 || from.label == "" || from.out == "" {
		return usage{"give the column of the words with --text COL, that of the label with --label COL and the model's directory with --out DIR"}
	}
	if from.wrong <= 0 || from.wrong >= 1 {
		return usage{"--wrong is a share between 0 and 1, such as 0.02"}
	}
	for _, one := range from.aspects {
		if what, column, ok := strings.Cut(one, "="); !ok || column == "" || !slices.Contains(routing.Aspects, what) {
			return usage{fmt.Sprintf("--aspect is NAME=COLUMN with a name of %s, not %q", strings.Join(routing.Aspects, ", "), one)}
		}
	}
	orders, err := readOrders(env, from, name)
	if err != nil {
		return err
	}
	say := func(stage string) { fmt.Fprintf(env.Stderr, "huiyin train: %s\n", stage) }
	say(fmt.Sprintf("%d orders", len(orders.labels)))
	if len(from.also) == 0 {
		from.also = orders.beside(from)
	}
	if len(from.also) > 0 {
		say("learning along with the label: " + from.also.String())
	}
	examples := orders.examples(from)
	m, card, err := trained.Learn(ctx, examples, trained.Plan{Wrong: from.wrong, Also: from.also, Aside: from.aside, Nets: from.nets, Seed: from.seed}, say)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	for _, one := range from.aspects {
		name, column, _ := strings.Cut(one, "=")
		for i, v := range orders.column(column) {
			examples[i].Label = v
		}
		if err := m.Attach(ctx, &card, name, examples, trained.Plan{Wrong: from.wrong, Seed: from.seed}, say); err != nil {
			return fmt.Errorf("train: %s: %w", name, err)
		}
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

// pastTable is the rows of a table of past orders that have words and a label.
type pastTable struct {
	columns []string   // those that rows have values of; of JSON Lines, those that were named
	values  [][]string // by row, by column
	texts   []string
	labels  []string
	groups  []string
	parts   []string
}

// readOrders takes the rows that have words and a label.
func readOrders(env *Env, from pastOrders, name string) (*pastTable, error) {
	in, err := table.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	wanted := slices.Concat(columns{from.label}, from.text, from.also, from.aside, from.aspectColumns())
	for _, column := range []string{from.group, from.part} {
		if column != "" {
			wanted = append(wanted, column)
		}
	}
	orders := &pastTable{columns: slices.Concat(from.also, from.aside, from.aspectColumns())}
	if in.Columns != nil {
		for _, column := range wanted {
			if !slices.Contains(in.Columns, column) {
				return nil, usage{fmt.Sprintf("%s has no column %q, it has: %s", name, column, strings.Join(in.Columns, ", "))}
			}
		}
		orders.columns = in.Columns
	}
	left := 0
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if !orders.take(row, from) {
			left++
		}
	}
	if left > 0 {
		fmt.Fprintf(env.Stderr, "huiyin train: rows without words or without a label, which are left out: %d\n", left)
	}
	return orders, nil
}

// take adds a row, unless it is broken or has no words or no label.
func (o *pastTable) take(row table.Row, from pastOrders) bool {
	var words, values []string
	for _, column := range from.text {
		words = append(words, row.Get(column))
	}
	text, label := strings.Join(words, "\n"), row.Get(from.label)
	if row.Err != nil || label == "" || strings.TrimSpace(text) == "" {
		return false
	}
	for _, column := range o.columns {
		values = append(values, row.Get(column))
	}
	o.texts, o.labels, o.values = append(o.texts, text), append(o.labels, label), append(o.values, values)
	o.groups, o.parts = append(o.groups, row.Get(from.group)), append(o.parts, row.Get(from.part))
	return true
}

// column is the values of one column.
func (o *pastTable) column(name string) []string {
	at := slices.Index(o.columns, name)
	out := make([]string, len(o.values))
	for i, values := range o.values {
		out[i] = values[at]
	}
	return out
}

// beside lists the columns that obviously go along with the label.
func (o *pastTable) beside(from pastOrders) columns {
	var also columns
	for _, name := range o.columns {
		if name == "" || name == from.label || name == from.group || slices.Contains(from.text, name) || len(also) == mostBeside {
			continue
		}
		if trained.Beside(o.labels, o.column(name)) {
			also = append(also, name)
		}
	}
	return also
}

// mostBeside is how many columns are learned along with the label unasked: each costs time.
const mostBeside = 3

func (o *pastTable) examples(from pastOrders) []trained.Example {
	out := make([]trained.Example, len(o.texts))
	for i := range out {
		out[i] = trained.Example{Text: o.texts[i], Label: o.labels[i], Group: o.groups[i], Part: o.parts[i]}
	}
	for _, name := range from.also {
		for i, v := range o.column(name) {
			out[i].Also = append(out[i].Also, v)
		}
	}
	for _, name := range from.aside {
		for i, v := range o.column(name) {
			out[i].Aside = append(out[i].Aside, v)
		}
	}
	return out
}
