package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"huiyin/routing/topics"
)

// said is a line that the tools for topics and duplicates read.
type said struct {
	ID      json.RawMessage `json:"id"`
	Text    *string         `json:"text"`
	Address string          `json:"address"`
	At      string          `json:"at"`
	Support float64         `json:"support"`
}

// topic is a line of huiyin cluster.
type topic struct {
	Topic   int               `json:"topic"` // 1 is the hottest
	Title   string            `json:"title"`
	Place   string            `json:"place"`
	From    time.Time         `json:"from"`
	To      time.Time         `json:"to"`
	Size    int               `json:"size"`    // messages
	Voices  int               `json:"voices"`  // messages, those with the same words counted once
	Support float64           `json:"support"` // of all together
	Heat    float64           `json:"heat"`
	IDs     []json.RawMessage `json:"ids"` // in the order of time
}

// cluster reads messages from standard input or from files, and tells what many of them are about.
func cluster(ctx context.Context, env *Env, args []string) error {
	f := env.flags("cluster", "[FILE…]")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	zone, err := cityZone()
	if err != nil {
		return err
	}
	ids, messages, wrong, err := readSaid(ctx, env, "cluster", f.Args(), true)
	if err != nil {
		return err
	}
	out := json.NewEncoder(env.Stdout)
	out.SetEscapeHTML(false)
	for i, t := range topics.Find(messages) {
		line := topic{Topic: i + 1, Title: t.Title, Place: t.Place, From: t.From.In(zone), To: t.To.In(zone), Size: len(t.Members), Voices: t.Voices, Support: t.Support, Heat: math.Round(t.Heat*100) / 100}
		for _, m := range t.Members {
			line.IDs = append(line.IDs, ids[m])
		}
		if err := out.Encode(line); err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
	}
	return wrongLines(wrong)
}

// wrongLines is the error of a tool that left lines out.
func wrongLines(n int) error {
	if n == 0 {
		return nil
	}
	return usage{fmt.Sprintf("lines that are wrongly written and were left out: %d", n)}
}

// cityZone is the time zone of the shipped policy.
func cityZone() (*time.Location, error) {
	terms, err := termsOf("")
	if err != nil {
		return nil, err
	}
	return terms.Calendar.Zone(), nil
}

// readSaid reads the lines of standard input or of files. Lines that cannot be read are told on stderr, and counted.
func readSaid(ctx context.Context, env *Env, tool string, files []string, needsTime bool) (ids []json.RawMessage, messages []topics.Message, wrong int, err error) {
	read := func(name string, in io.Reader) error {
		lines := bufio.NewScanner(in)
		lines.Buffer(make([]byte, 64<<10), longestLine)
		for n := 1; lines.Scan() && ctx.Err() == nil; n++ {
			line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
			if len(line) == 0 {
				continue
			}
			s, m, err := readOne(line, needsTime)
			if err != nil {
				if wrong++; wrong <= maxComplaints {
					fmt.Fprintf(env.Stderr, "huiyin %s: %s line %d: %s\n", tool, name, n, oneLine(err.Error()))
				}
				continue
			}
			ids, messages = append(ids, s), append(messages, m)
		}
		return errors.Join(lines.Err(), ctx.Err())
	}
	if len(files) == 0 {
		err = read("standard input", env.Stdin)
	}
	for _, name := range files {
		if err = answerFile(name, read); err != nil {
			break
		}
	}
	return ids, messages, wrong, err
}

func readOne(line []byte, needsTime bool) (json.RawMessage, topics.Message, error) {
	var s said
	if err := json.Unmarshal(line, &s); err != nil || s.Text == nil {
		return nil, topics.Message{}, errNoTextLine
	}
	if s.ID == nil {
		s.ID = json.RawMessage("null")
	}
	m := topics.Message{ID: string(s.ID), Text: *s.Text, Address: s.Address, Support: s.Support}
	if s.At == "" && !needsTime {
		return s.ID, m, nil
	}
	at, err := readTime(s.At)
	if at.IsZero() && err == nil {
		err = errors.New("the line has no time \"at\"")
	}
	m.At = at
	return s.ID, m, err
}
