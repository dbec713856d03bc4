package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// costRows is how many orders the time of learning is measured on; the file's are repeated until there are as many.
const costRows = 20_000

// measureCost tells how long it takes to learn from 20,000 orders on one core: what learning itself needs, and with the five parts by which the card is made.
func measureCost(huiyin tool, name string) error {
	dir, err := os.MkdirTemp("", "huiyin-eval-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	orders := filepath.Join(dir, "orders.csv")
	if err := cutClause(name, orders); err != nil {
		return err
	}
	rows, err := table(orders)
	if err != nil {
		return err
	}
	columns := []string{"function", "unit", "district", without, "cat1", "cat2"}
	many := [][]string{columns}
	for i := range costRows {
		var row []string
		for _, column := range columns {
			row = append(row, rows[i%len(rows)][column])
		}
		many = append(many, row)
	}
	if err := writeTable(orders, many); err != nil {
		return err
	}
	if err := os.Setenv("GOMAXPROCS", "1"); err != nil {
		return err
	}
	defer func() { _ = os.Unsetenv("GOMAXPROCS") }()
	fmt.Printf("learning from %d orders on one core (bar 60 s for learning itself):\n", costRows)
	for _, one := range []lesson{
		{what: "function", text: without, label: "function", also: []string{"district"}},
		{what: "function with three networks", text: without, label: "function", also: []string{"district"}, nets: true},
		{what: "unit", text: without, label: "unit", also: []string{"function", "district"}},
	} {
		c, err := huiyin.train(dir, orders, one.args()...)
		if err != nil {
			return err
		}
		fmt.Printf("  %s: learning %.0f s; with the five parts that measure it %.0f s\n", one.what, c.Took.Learning, c.Took.Learning+c.Took.Measuring)
	}
	return nil
}
