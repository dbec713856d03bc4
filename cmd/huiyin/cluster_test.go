package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// decode reads one object a line.
func decode[T any](t *testing.T, lines string) []T {
	t.Helper()
	var out []T
	for dec := json.NewDecoder(strings.NewReader(lines)); dec.More(); {
		var one T
		if err := dec.Decode(&one); err != nil {
			t.Fatal(err)
		}
		out = append(out, one)
	}
	return out
}

func TestClusterTellsTopicsAndLeavesSinglesOut(t *testing.T) {
	var in strings.Builder
	for i := range 6 {
		fmt.Fprintf(&in, `{"id":%d,"text":"临江区海棠湾三期工地第%d晚打桩，玻璃震得响","at":"2026-03-0%dT22:00:00+08:00","support":%d}`+"\n", i, i, i+1, i)
	}
	in.WriteString(`{"id":"other","text":"咨询社保怎么转移","at":"2026-03-02T22:00:00+08:00"}` + "\n\n" + `{"id":"x","text":"没有时区","at":"2026-03-02T22:00:00"}` + "\n")
	status, out, errs := pipe(t, in.String(), "cluster")
	if status != exitUsage || !strings.Contains(errs, "line 9") {
		t.Errorf("a time without an offset: status %d, %q", status, errs)
	}
	topics := decode[struct {
		Topic, Size, Voices int
		Title, Place        string
		Heat, Support       float64
		IDs                 []any
	}](t, out)
	if len(topics) != 1 || topics[0].Topic != 1 || topics[0].Size != 6 || len(topics[0].IDs) != 6 || topics[0].Support != 15 || !strings.Contains(topics[0].Title, "海棠湾") {
		t.Errorf("%s", out)
	}
	status, out, _ = pipe(t, in.String(), "duplicates")
	pairs := decode[struct {
		A, B  any
		Score float64
		Why   string
	}](t, out)
	if status != exitUsage || len(pairs) == 0 || pairs[0].Score < 0.6 || pairs[0].Why != "same_words" {
		t.Errorf("status %d, %s", status, out)
	}
}

func TestCheckReplyAnswersEachLine(t *testing.T) {
	in := `{"id":"a","asked":"路灯不亮","reply":"网友：您反映的问题已转市住建局调查核处。","asked_at":"2026-03-02T09:00:00+08:00","replied_at":"2026-03-03T09:00:00+08:00"}` + "\n" +
		`{"id":"b","asked":"路灯不亮","reply":"","asked_at":"2026-03-02"}` + "\n" + `{"id":"c","reply":""}` + "\n"
	status, out, errs := pipe(t, in, "check-reply")
	lines := decode[struct {
		ID, Error             string
		Score, Explanation    float64
		Relevance, Timeliness float64
		Completeness          float64
		Flags                 []string
	}](t, out)
	if status != exitUsage || len(lines) != 3 || !strings.Contains(errs, "line 2") || lines[1].Error == "" || lines[2].Error == "" {
		t.Fatalf("status %d\n%s%s", status, out, errs)
	}
	if a := lines[0]; a.Explanation >= 0.5 || a.Timeliness != 1 || len(a.Flags) != 1 || a.Flags[0] != "forwarded_only" {
		t.Errorf("%+v", a)
	}
}
