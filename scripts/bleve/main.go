// Command bleve measures the bleve library over the documents and questions of `huiyin bench search --dump FILE`, in a module of its own so that the product never knows it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
)

// line is a document or a question, as huiyin writes them.
type line struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Body     string    `json:"body"`
	District string    `json:"district"`
	State    string    `json:"state"`
	Category string    `json:"category"`
	Filed    time.Time `json:"filed"`
	Question string    `json:"question"`
	States   []string  `json:"states"`
	Since    time.Time `json:"since"`
}

// stretch is how long each kind of question is asked.
const stretch = 15 * time.Second

func main() {
	if len(os.Args) != 2 && len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bleve FILE [JUDGED]   FILE of huiyin bench search --dump; JUDGED is search/searchtest/judged.txt")
		os.Exit(2)
	}
	err := measure(os.Args[1])
	if err == nil && len(os.Args) == 3 {
		err = judge(os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bleve:", err)
		os.Exit(1)
	}
}

func measure(name string) (err error) {
	dir, index, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close(), os.RemoveAll(dir)) }()
	before, begun := used(), time.Now()
	n, questions, err := fill(index, name)
	if err != nil {
		return err
	}
	took, cost := time.Since(begun), used()-before
	size, err := bytesIn(dir)
	if err != nil {
		return err
	}
	fmt.Printf("%d documents in %.0f s, %.0f a second, %.0f µs of processor time each; %d MB on disk\n", n, took.Seconds(), float64(n)/took.Seconds(), float64(cost.Microseconds())/float64(n), size>>20)
	for _, facets := range []bool{false, true} {
		var times, costs []time.Duration
		for begun := time.Now(); time.Since(begun) < stretch; {
			before, one := used(), time.Now()
			if _, err := index.Search(request(questions[len(times)%len(questions)], facets)); err != nil {
				return err
			}
			times, costs = append(times, time.Since(one)), append(costs, used()-before)
		}
		fmt.Printf("facets %t: half within %.1f ms, 95 %% within %.1f ms; of processor time half cost %.1f ms at most, 95 %% %.1f ms (%d)\n",
			facets, within(times, 0.5), within(times, 0.95), within(costs, 0.5), within(costs, 0.95), len(times))
	}
	fmt.Println("memory at its highest:", highest())
	return nil
}

func open() (dir string, index bleve.Index, err error) {
	if dir, err = os.MkdirTemp("", "bleve-"); err != nil {
		return "", nil, err
	}
	index, err = bleve.New(filepath.Join(dir, "index"), fields())
	return dir, index, err
}

func fill(index bleve.Index, name string) (n int, questions []line, err error) {
	in, err := os.Open(name)
	if err != nil {
		return 0, nil, err
	}
	defer in.Close()
	batch := index.NewBatch()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return n, nil, err
		}
		if l.ID == "" {
			questions = append(questions, l)
			continue
		}
		if err := batch.Index(l.ID, map[string]any{"title": l.Title, "body": l.Body, "district": l.District, "state": l.State, "category": l.Category, "filed": l.Filed}); err != nil {
			return n, nil, err
		}
		if n++; batch.Size() == 1000 {
			if err := index.Batch(batch); err != nil {
				return n, nil, err
			}
			batch = index.NewBatch()
		}
	}
	return n, questions, errors.Join(lines.Err(), index.Batch(batch))
}

// used is the processor time of this process so far.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func within(list []time.Duration, share float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return float64(sorted[int(share*float64(len(sorted)-1))].Microseconds()) / 1000
}

func bytesIn(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // merged meanwhile
		}
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// highest is the highest memory of this process as the system tells it.
func highest() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for l := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}

func fields() mapping.IndexMapping {
	text := bleve.NewTextFieldMapping()
	text.Analyzer, text.Store = "cjk", false
	word := bleve.NewKeywordFieldMapping()
	word.Store = false
	doc := bleve.NewDocumentMapping()
	for _, name := range []string{"title", "body"} {
		doc.AddFieldMappingsAt(name, text)
	}
	for _, name := range []string{"district", "state", "category"} {
		doc.AddFieldMappingsAt(name, word)
	}
	doc.AddFieldMappingsAt("filed", bleve.NewDateTimeFieldMapping())
	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	return m
}

// request asks for every word as a phrase of title or body, narrowed as the question says; with facets for all time.
func request(l line, facets bool) *bleve.SearchRequest {
	all := bleve.NewConjunctionQuery()
	for w := range strings.FieldsSeq(l.Question) {
		title, body := bleve.NewMatchPhraseQuery(w), bleve.NewMatchPhraseQuery(w)
		title.SetField("title")
		body.SetField("body")
		all.AddQuery(bleve.NewDisjunctionQuery(title, body))
	}
	term := func(field string, values ...string) {
		var some []query.Query
		for _, v := range values {
			t := bleve.NewTermQuery(v)
			t.SetField(field)
			some = append(some, t)
		}
		all.AddQuery(bleve.NewDisjunctionQuery(some...))
	}
	if !facets {
		if l.District != "" {
			term("district", l.District)
		}
		if len(l.States) > 0 {
			term("state", l.States...)
		}
		if l.Category != "" {
			p := bleve.NewPrefixQuery(l.Category)
			p.SetField("category")
			all.AddQuery(p)
		}
		if !l.Since.IsZero() {
			d := bleve.NewDateRangeQuery(l.Since, time.Time{})
			d.SetField("filed")
			all.AddQuery(d)
		}
	}
	r := bleve.NewSearchRequestOptions(all, 20, 0, false)
	if facets {
		for _, f := range []string{"district", "state", "category"} {
			r.AddFacet(f, bleve.NewFacetRequest(f, 60))
		}
	}
	return r
}
