package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// tool is the program that is asked.
type tool string

// ask runs a command on lines of JSON and reads one answer a line.
func ask[Q, A any](huiyin tool, questions []Q, args ...string) ([]A, error) {
	all, err := answers[Q, A](huiyin, questions, args...)
	if err == nil && questions != nil && len(all) != len(questions) {
		err = fmt.Errorf("huiyin %s gave %d answers to %d lines", args[0], len(all), len(questions))
	}
	return all, err
}

// answers runs a command on lines of JSON and reads its answers.
func answers[Q, A any](huiyin tool, questions []Q, args ...string) ([]A, error) {
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range questions {
		if err := enc.Encode(q); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(string(huiyin), args...)
	cmd.Stdin = &in
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("huiyin %s: %w: %s", args[0], err, strings.TrimSpace(complaints.String()))
	}
	var all []A
	dec := json.NewDecoder(bytes.NewReader(out))
	for dec.More() {
		var a A
		if err := dec.Decode(&a); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// table is a CSV file by the names of its columns.
func table(name string) ([]map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		named := map[string]string{}
		for i, column := range rows[0] {
			named[strings.TrimPrefix(column, "\ufeff")] = row[i]
		}
		out = append(out, named)
	}
	return out, nil
}
