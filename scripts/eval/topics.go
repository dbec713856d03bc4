package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

type supported struct {
	question
	At      string  `json:"at"`
	Support float64 `json:"support"`
}

type cluster struct {
	Size int
	IDs  []string
}

// hottest is how many topics are read for a known one.
const hottest = 15

// leastNamed is how many messages of one topic a team must have named before it is asked for.
const leastNamed = 5

// measureTopics asks how well the hottest topics hold those that are known: three by the name of their place or matter, and as a second look those
// that several teams had named among their five.
func measureTopics(huiyin tool, name string) error {
	rows, err := table(name)
	if err != nil {
		return err
	}
	var asked []supported
	known, named := map[string][]string{}, map[string][]string{}
	for _, row := range rows {
		likes, err := strconv.ParseFloat(cmp.Or(row["likes"], "0"), 64)
		if err != nil {
			return fmt.Errorf("message %s: %w", row["msg_id"], err)
		}
		asked = append(asked, supported{question{row["msg_id"], row["title"] + "\n" + row["detail"]}, row["posted_at"] + "+08:00", likes})
		if row["topic"] != "" {
			known[row["topic"]] = append(known[row["topic"]], row["msg_id"])
		}
		for team := range strings.SplitSeq(row["team_topics"], ";") {
			if team != "" {
				named[team] = append(named[team], row["msg_id"])
			}
		}
	}
	found, err := answers[supported, cluster](huiyin, asked, "cluster")
	if err != nil {
		return err
	}
	fmt.Printf("topics: %d messages, %d topics\n", len(rows), len(found))
	sum := 0.0
	for _, topic := range slices.Sorted(maps.Keys(known)) {
		f, at := bestOf(found[:min(hottest, len(found))], known[topic])
		sum += f
		fmt.Printf("  %-32s %3d messages: F1 %.3f with topic %d\n", topic, len(known[topic]), f, at)
	}
	fmt.Printf("  mean of the best F1 among the %d hottest: %.3f\n", hottest, sum/float64(max(len(known), 1)))
	sum, n := 0.0, 0
	for _, team := range slices.Sorted(maps.Keys(named)) {
		if len(named[team]) >= leastNamed {
			f, _ := bestOf(found, named[team])
			sum += f
			n++
		}
	}
	fmt.Printf("  topics that teams named, of %d messages and more, with the nearest of all: %.3f on the average of %d (some are whole counties)\n", leastNamed, sum/float64(max(n, 1)), n)
	return nil
}

// bestOf is the greatest F1 of a list of messages with a topic, and which topic that is, from 1.
func bestOf(topics []cluster, messages []string) (float64, int) {
	best, at := 0.0, 0
	for i, t := range topics {
		both := 0
		for _, id := range t.IDs {
			if slices.Contains(messages, id) {
				both++
			}
		}
		if f := 2 * float64(both) / float64(t.Size+len(messages)); f > best {
			best, at = f, i+1
		}
	}
	return best, at
}
