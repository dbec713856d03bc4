package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// span is a part of a text, in characters, and what it is.
type span struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Type  string `json:"type"`
}

// spanned is a text in which people marked spans.
type spanned struct {
	question
	Spans []span `json:"spans"`
}

// readSpanned reads JSON lines of one of the two forms that the sets of marked texts have: {"text","spans"}, or {"text","label"} with the marked
// words by type and the end counted in. Spans that overlap an earlier one are left out.
func readSpanned(name string) ([]spanned, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var texts []spanned
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var line struct {
			Text  string
			Spans []span
			Label map[string]map[string][][2]int
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, err
		}
		t := spanned{question: question{ID: fmt.Sprint(len(texts)), Text: line.Text}}
		taken := map[int]bool{}
		add := func(s span) {
			for i := s.Start; i < s.End; i++ {
				if taken[i] {
					return
				}
			}
			for i := s.Start; i < s.End; i++ {
				taken[i] = true
			}
			t.Spans = append(t.Spans, s)
		}
		for _, s := range line.Spans {
			add(s)
		}
		for _, kind := range slices.Sorted(maps.Keys(line.Label)) {
			for _, word := range slices.Sorted(maps.Keys(line.Label[kind])) {
				for _, p := range line.Label[kind][word] {
					add(span{p[0], p[1] + 1, kind})
				}
			}
		}
		texts = append(texts, t)
	}
	return texts, lines.Err()
}

// parted cuts a set by its texts: four fifths to learn from, the rest to be judged by.
func parted(texts []spanned) (taught, held []spanned) {
	for _, t := range texts {
		h := fnv.New32()
		if _, err := h.Write([]byte(t.Text)); err == nil && h.Sum32()%5 == 0 {
			held = append(held, t)
		} else {
			taught = append(taught, t)
		}
	}
	return taught, held
}

// trained makes a model of marked texts; done takes it away again.
func trained(huiyin tool, texts []spanned) (dir string, done func(), err error) {
	dir, err = os.MkdirTemp("", "huiyin-eval-")
	if err != nil {
		return "", nil, err
	}
	done = func() { os.RemoveAll(dir) }
	f, err := os.Create(filepath.Join(dir, "marked.jsonl"))
	if err != nil {
		done()
		return "", nil, err
	}
	enc := json.NewEncoder(f)
	for _, t := range texts {
		if err == nil {
			err = enc.Encode(t)
		}
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		var out []byte
		if out, err = exec.Command(string(huiyin), "train", "--spans", f.Name(), "--out", dir).CombinedOutput(); err != nil {
			err = fmt.Errorf("huiyin train: %w: %s", err, strings.TrimSpace(string(out)))
		}
	}
	if err != nil {
		done()
		return "", nil, err
	}
	return dir, done, nil
}

// agreement counts spans with the same start, end and type.
type agreement struct{ marked, found, right int }

func (a *agreement) add(marked, found []span) {
	people := map[span]bool{}
	for _, s := range marked {
		s.Type = strings.ToLower(s.Type)
		people[s] = true
	}
	a.marked += len(people)
	for _, s := range found {
		s.Type = strings.ToLower(s.Type)
		a.found++
		if people[s] {
			a.right++
		}
	}
}

// f1 is the harmonic mean of precision and recall.
func (a agreement) f1() float64 {
	if a.marked+a.found == 0 {
		return 0
	}
	return 2 * float64(a.right) / float64(a.marked+a.found)
}

func (a agreement) recall() float64    { return float64(a.right) / float64(max(1, a.marked)) }
func (a agreement) precision() float64 { return float64(a.right) / float64(max(1, a.found)) }
