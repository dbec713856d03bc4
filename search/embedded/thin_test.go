package embedded

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/search"
	"huiyin/search/words"
)

// Whatever is left out of a question to the index, nothing that the whole question finds is missing.
func TestNothingIsMissingWhereLessIsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SliceOfN(rapid.Int32Range(1, 12), 1, 3)
		lists := rapid.SliceOfN(tokens, 0, 3)
		arms := make([]arm, rapid.IntRange(1, 5).Draw(t, "arms"))
		for i := range arms {
			arms[i] = arm{forms: lists.Draw(t, "forms"), alone: lists.Draw(t, "alone"), any: lists.Draw(t, "any"), labels: lists.Draw(t, "labels"), days: rapid.SliceOfN(tokens, 0, 1).Draw(t, "days"), heard: rapid.SliceOfN(rapid.Int32Range(1, 5), 0, 2).Draw(t, "heard")}
			if !arms[i].asks() && len(arms[i].heard) == 0 {
				arms[i].forms = [][]words.Token{{1}}
			}
		}
		s := &statistics{total: rapid.Float64Range(0, 1e7).Draw(t, "total"), sample: sample{drawn: 1000}}
		for token := range rapid.Int32Range(1, 10).Draw(t, "known") {
			s.tokens, s.found = append(s.tokens, token), append(s.found, rapid.Int32Range(0, 1000).Draw(t, "found"))
		}
		thin := s.thinned(slices.Clone(arms), rapid.Float64Range(0, 1).Draw(t, "span"))
		written, sounds := rapid.SliceOfN(rapid.Int32Range(1, 12), 0, 12).Draw(t, "written"), rapid.SliceOfN(rapid.Int32Range(1, 5), 0, 5).Draw(t, "sounds")
		finds := func(a arm) bool { return a.finds(written, sounds) }
		if slices.ContainsFunc(arms, finds) && !slices.ContainsFunc(thin, finds) {
			t.Fatalf("%v of %v misses %v, %v", thin, arms, written, sounds)
		}
		for _, a := range thin {
			if !a.asks() && len(a.heard) == 0 {
				t.Fatalf("%v asks for everything", thin)
			}
			if !slices.ContainsFunc(arms, func(b arm) bool { return sorted(a.alone) == sorted(b.alone) }) {
				t.Fatalf("%v left out what only a token tells: %v", thin, arms)
			}
		}
	})
}

func sorted(lists [][]words.Token) string {
	return fmt.Sprint(slices.SortedFunc(slices.Values(lists), slices.Compare))
}

// finds tells whether a document with these tokens is found.
func (a arm) finds(written, sounds []words.Token) bool {
	has := func(list []words.Token) func(words.Token) bool {
		return func(t words.Token) bool { return slices.Contains(list, t) }
	}
	for _, form := range a.forms {
		for _, t := range form {
			if !slices.Contains(written, t) {
				return false
			}
		}
	}
	for _, any := range slices.Concat(a.alone, a.any, a.labels, a.days) {
		if !slices.ContainsFunc(any, has(written)) {
			return false
		}
	}
	for _, t := range a.heard {
		if !slices.Contains(sounds, t) {
			return false
		}
	}
	return true
}

// A word of which only the token tells that it stands alone is not looked for by the text.
func TestAShortNumberStandsAlone(t *testing.T) {
	e, pool := filled(t, 200)
	docs := synthetic(200)
	alone, longer := docs[3], docs[4]
	alone.Version, alone.Body = 2, "市民反映一楼 7 号门损坏"
	longer.Version, longer.Body = 2, "市民反映一楼 75 号门损坏"
	if err := e.Put(t.Context(), pool, []search.Document{alone, longer}); err != nil {
		t.Fatal(err)
	}
	found, err := e.Find(t.Context(), search.Query{Text: "7 门损坏"}, casework.Sight{All: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range found.Hits {
		if h.Case == longer.Case && !h.Near {
			t.Error("75 counts as 7")
		}
	}
	if len(found.Hits) == 0 || found.Hits[0].Case != alone.Case {
		t.Errorf("found %v", found.Hits)
	}
}

// What some words of a question find is what makes up half of it, wherever it is among many documents that have only one of them.
func TestGroupsOfWordsThatAreEnough(t *testing.T) {
	word := func(text string, weight float64) words.Word {
		return words.Word{Text: text, Weight: weight, Forms: []words.Form{{Text: text, Tokens: words.TextTokens(text)}}}
	}
	for _, c := range []struct {
		list []words.Word
		want string
	}{
		{[]words.Word{word("噪音", 1), word("烧烤", 1)}, "噪音; 烧烤; "},
		{[]words.Word{word("噪音", 1), word("烧烤", 1), word("油烟", 1)}, "噪音烧烤; 噪音油烟; 烧烤油烟; "},
		{[]words.Word{word("噪音", 1), word("烧烤", 0.5), word("油烟", 0.4)}, "噪音; "},
		{[]words.Word{word("噪音", 1), word("烧烤", 0.7), word("油烟", 0.7)}, "噪音烧烤; 噪音油烟; 烧烤油烟; "},
	} {
		var got strings.Builder
		for _, group := range (stage{words: c.list, some: true}).groups() {
			got.WriteString(words.Joined(group) + "; ")
		}
		if got.String() != c.want {
			t.Errorf("%s: %s expected", got.String(), c.want)
		}
	}
	e, pool := filled(t, 6000)
	docs := synthetic(6000)
	hidden := docs[5] // among the oldest
	hidden.Version, hidden.Title, hidden.Body = 2, "幼儿园", "幼儿园收费，网约车拒载"
	if err := e.Put(t.Context(), pool, []search.Document{hidden}); err != nil {
		t.Fatal(err)
	}
	e.known.until = time.Time{}
	found, err := e.Find(t.Context(), search.Query{Text: "幼儿园 网约车 医保"}, casework.Sight{All: true})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(found.Hits, func(m search.Match) bool { return m.Case == hidden.Case && m.Near }) {
		t.Errorf("two of three words are not found: %v", found.Hits)
	}
}

// The index is asked for the rarest first and for each by itself, so that it leaves a document at the first list that does not have it.
func TestTheRarestIsAskedForFirst(t *testing.T) {
	known := &statistics{total: 1e6, sample: sample{drawn: 1000, tokens: []words.Token{1, 2, 3, 4, 5}, found: []int32{500, 10, 200, 300, 30}}}
	st := &statement{}
	a := arm{forms: [][]words.Token{{1, 2}}, any: [][]words.Token{{3, 4}}, labels: [][]words.Token{{5}}, days: [][]words.Token{{8, 9}}, heard: []words.Token{7, 2}}
	got := st.condition(a, known, 0.1)
	want := "d.tokens @> $1::integer[] and d.tokens @> $2::integer[] and d.tokens && $3::integer[] and d.tokens @> $4::integer[] and d.tokens && $5::integer[] and d.sounds @> $6::integer[] and d.sounds @> $7::integer[]"
	if got != want || fmt.Sprint(st.args) != "[[2] [5] [8 9] [1] [3 4] [7] [2]]" {
		t.Errorf("%s\n%v", got, st.args)
	}
	long := make([]words.Token, 30)
	for i := range long {
		long[i] = words.Token(i)
	}
	st = &statement{}
	if got := st.condition(arm{forms: [][]words.Token{long}}, known, 1); strings.Count(got, "@>") != apart+1 {
		t.Errorf("thirty pieces of a phrase: %s", got)
	}
}
