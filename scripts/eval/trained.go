package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// card is what is read of a trained model's card: all figures are of orders that the judging model had not seen.
type card struct {
	Rows        int      `json:"rows"`
	Groups      int      `json:"groups"`
	Also        []string `json:"also"`
	Accuracy    float64  `json:"accuracy"`
	TopThree    float64  `json:"top_three"`
	Calibration float64  `json:"calibration_error"`
	Took        struct {
		Measuring, Learning float64
	} `json:"took"`
	Auto struct {
		Share, Mistaken float64
	} `json:"auto"`
	ByPart []struct {
		Name     string  `json:"name"`
		Rows     int     `json:"rows"`
		Accuracy float64 `json:"accuracy"`
		MacroF1  float64 `json:"macro_f1"`
	} `json:"by_part"`
}

// bars are what a trained model has to reach by cross-validation.
type bars struct{ first, three float64 }

// without is the column with the text without the clause by which an operator named the destination.
const without = "without"

const (
	barCalibration = 0.03
	barAuto        = 0.25
	barMistaken    = 0.02
	barMessages    = 0.905
)

// measureTrained learns from real work orders who was responsible, and prints the cross-validated figures of each model's card.
func measureTrained(huiyin tool, name string) error {
	dir, err := os.MkdirTemp("", "huiyin-eval-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	orders := filepath.Join(dir, "orders.csv")
	if err := cutClause(name, orders); err != nil {
		return err
	}
	fmt.Println("trained models, judged by cross-validation in five parts that keep near-duplicates together:")
	for _, one := range []lesson{
		{"function, without the destination", without, "function", []string{"district"}, true, bars{0.775, 0.91}},
		{"unit, without the destination", without, "unit", []string{"function", "district"}, false, bars{0.72, 0.86}},
		{"district, without the destination", without, "district", []string{"function"}, false, bars{0.885, 0}},
		{"function, as written", "text", "function", []string{"district"}, false, bars{0.83, 0}},
		{"district, as written", "text", "district", []string{"function"}, false, bars{0.935, 0}},
		{"kind (by the opening words), without the destination", without, "call_type", []string{"taxonomy"}, false, bars{}},
		{"category (first level), without the destination", without, "cat1", []string{"taxonomy"}, false, bars{}},
	} {
		args := one.args()
		start := time.Now()
		c, err := huiyin.train(dir, orders, args...)
		if err != nil {
			return err
		}
		fmt.Printf("  %s: first right %.4f (bar %g), among three %.4f (bar %g); calibration error %.2f points (bar %g); alone %.1f %% of %d, wrong %.2f %%; %d s\n",
			one.what, c.Accuracy, one.bar.first, c.TopThree, one.bar.three, 100*c.Calibration, 100*barCalibration, 100*c.Auto.Share, c.Rows, 100*c.Auto.Mistaken, int(time.Since(start).Seconds()))
		if one.label == "function" && one.text == without {
			fmt.Printf("    sent without a person: bar at least %g %% at no more than %g %% wrong\n", 100*barAuto, 100*barMistaken)
		}
	}
	return nil
}

// measureMessages learns which of seven fields a message is of, from those with their whole text and those of which only the words are there, and scores the former.
func measureMessages(huiyin tool, name string) error {
	dir, err := os.MkdirTemp("", "huiyin-eval-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	whole, err := table(name)
	if err != nil {
		return err
	}
	rows := [][]string{{"text", "label", "source"}}
	for _, r := range whole {
		rows = append(rows, []string{r["text"], r["label"], "whole"})
	}
	words, err := table(filepath.Join(filepath.Dir(name), "q1_segmented_rest_dev.csv"))
	if err != nil {
		return err
	}
	for _, r := range words {
		rows = append(rows, []string{strings.ReplaceAll(r["tokens"], " ", ""), r["label"], "words"})
	}
	messages := filepath.Join(dir, "messages.csv")
	if err := writeTable(messages, rows); err != nil {
		return err
	}
	start := time.Now()
	c, err := huiyin.train(dir, messages, "--text", "text", "--label", "label", "--part", "source")
	if err != nil {
		return err
	}
	for _, part := range c.ByPart {
		if part.Name == "whole" {
			fmt.Printf("  fields of messages: macro-F1 of %d whole texts %.4f (bar %g), right %.4f; calibration error %.2f points; %d s\n", part.Rows, part.MacroF1, barMessages, part.Accuracy, 100*c.Calibration, int(time.Since(start).Seconds()))
		}
	}
	return nil
}

// lesson is what is learned from the orders.
type lesson struct {
	what, text, label string
	also              []string
	nets              bool // with networks, which learn the categories too
	bar               bars
}

func (l lesson) args() []string {
	args := []string{"--text", l.text, "--label", l.label}
	for _, column := range l.also {
		args = append(args, "--also", column)
	}
	if l.nets {
		args = append(args, "--nets", "3", "--aside", "cat1", "--aside", "cat2")
	}
	return args
}

// train runs the program's own command and reads the card.
func (t tool) train(dir, file string, args ...string) (card, error) {
	var c card
	cmd := exec.Command(string(t), append(append([]string{"train"}, args...), "--out", filepath.Join(dir, "model"), file)...)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return c, fmt.Errorf("huiyin train: %w: %s", err, strings.TrimSpace(complaints.String()))
	}
	err = json.Unmarshal(out, &c)
	return c, err
}

// cutClause copies the orders with one column more: the text without the destination.
func cutClause(from, to string) error {
	clause, err := regexp.Compile(strings.TrimSpace(destination))
	if err != nil {
		return err
	}
	orders, err := table(from)
	if err != nil {
		return err
	}
	kept := []string{"function", "unit", "district", "text", "call_type", "taxonomy", "cat1", "cat2"}
	rows := [][]string{append(kept, without)}
	for _, o := range orders {
		var row []string
		for _, column := range kept {
			row = append(row, o[column])
		}
		rows = append(rows, append(row, clause.ReplaceAllString(o["text"], "")))
	}
	return writeTable(to, rows)
}

func writeTable(name string, rows [][]string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	err = w.WriteAll(rows)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
