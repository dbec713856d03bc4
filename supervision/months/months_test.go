package months

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/supervision"
)

const november supervision.Month = 202611

// countRow draws a count row as the history could make it.
func countRow(t *rapid.T, i int) supervision.Row {
	month := func(name string) supervision.Month {
		return rapid.SampledFrom([]supervision.Month{0, 202610, november, 202612}).Draw(t, fmt.Sprint(name, i))
	}
	outcome := func(name string) supervision.Outcome {
		return rapid.SampledFrom([]supervision.Outcome{supervision.None, supervision.InTime, supervision.Late, supervision.Missed, supervision.Running, supervision.Ended}).Draw(t, fmt.Sprint(name, i))
	}
	r := supervision.Row{N: 1, Hours: -1, Part: rapid.SampledFrom([]supervision.Part{supervision.PartCase, supervision.PartLeg, supervision.PartAnswer}).Draw(t, fmt.Sprint("part", i)),
		Unit: rapid.SampledFrom([]casework.UnitCode{"c-urban", "d-river", "s-willow"}).Draw(t, fmt.Sprint("unit", i)), District: rapid.SampledFrom([]string{"", "990101", "990102"}).Draw(t, fmt.Sprint("district", i)),
		Category: rapid.SampledFrom([]string{"", "01", "0105", "010501"}).Draw(t, fmt.Sprint("category", i)), Filed: month("filed"), Opened: month("opened"), Due: month("due"), Replied: month("replied"), Rated: month("rated"),
		Dispatched: rapid.Bool().Draw(t, fmt.Sprint("dispatched", i)), Signed: outcome("signed"), Contacted: outcome("contacted"), Handled: outcome("handled"), Original: outcome("original"),
		Verdict: rapid.SampledFrom([]casework.Solved{"", casework.SolvedYes, casework.SolvedPartly, casework.SolvedNo}).Draw(t, fmt.Sprint("verdict", i)), Satisfaction: casework.Satisfaction(rapid.IntRange(0, 5).Draw(t, fmt.Sprint("satisfaction", i))),
		SentBack: rapid.Bool().Draw(t, fmt.Sprint("sent back", i)), NotReached: rapid.Bool().Draw(t, fmt.Sprint("not reached", i)), First: rapid.Bool().Draw(t, fmt.Sprint("first", i)),
		Hops: rapid.IntRange(0, 3).Draw(t, fmt.Sprint("hops", i)), Doubtful: rapid.Bool().Draw(t, fmt.Sprint("doubtful", i)), Flags: rapid.SampledFrom([]string{"", "late", "boilerplate,late"}).Draw(t, fmt.Sprint("flags", i)), Returned: rapid.SampledFrom([]string{"", "granted", "refused"}).Draw(t, fmt.Sprint("returned", i)), Extensions: rapid.IntRange(0, 2).Draw(t, fmt.Sprint("extensions", i)),
		Way: rapid.SampledFrom(supervision.Ways).Draw(t, fmt.Sprint("way", i)), Waived: rapid.SampledFrom([]string{"", "handle", "sign,contact"}).Draw(t, fmt.Sprint("waived", i))}
	if r.Handled == supervision.Ended || r.Signed == supervision.Ended {
		r.Excluded = supervision.OutReturned
	}
	if r.Part == supervision.PartCase {
		r.Verdict, r.Satisfaction = "", 0
		if r.Replied != 0 {
			r.Hours = rapid.IntRange(0, 500).Draw(t, fmt.Sprint("hours", i))
		}
	}
	return r
}

// What is published of a month gives the very figures that the whole rows give.
func TestPublishedRowsGiveTheFiguresOfTheWholeRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole, published []supervision.Row
		for i := range rapid.IntRange(1, 12).Draw(t, "n") {
			c := countRow(t, i)
			whole = append(whole, c)
			raw, err := json.Marshal(of(november, 1, fmt.Sprint(i), c))
			if err != nil {
				t.Fatal(err)
			}
			r, err := Parse(raw)
			if err != nil {
				t.Fatalf("%s: %v", raw, err)
			}
			back, err := r.counts()
			if err != nil {
				t.Fatal(err)
			}
			published = append(published, back)
		}
		p := supervision.One(november)
		for _, d := range every() {
			if d.Now {
				continue
			}
			want, err := json.Marshal(supervision.Fold(d, p, whole))
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(supervision.Fold(d, p, published))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, got) {
				t.Fatalf("%s: %s from the whole rows, %s from the published", d.ID(), want, got)
			}
		}
		if a, b := supervision.Balance(p, whole), supervision.Balance(p, published); fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatalf("double entry %v and %v", a, b)
		}
	})
}

// No published cell stands for fewer cases than may be shown, but for what has no unit above it.
func TestCoarsenedRowsHideSmallCells(t *testing.T) {
	parents := map[casework.UnitCode]casework.UnitCode{"s-willow": "d-river", "d-river": "", "c-urban": ""}
	rapid.Check(t, func(t *rapid.T) {
		var all numbered
		for i := range rapid.IntRange(0, 60).Draw(t, "n") {
			all.add(of(november, 1, "", countRow(t, i)))
		}
		coarsen(all.list, parents)
		var rows []Row
		for _, one := range all.numbers {
			rows = append(rows, all.row(one))
		}
		units, cells := map[casework.UnitCode]int{}, map[string]int{}
		for _, r := range rows {
			units[r.Unit]++
			cells[string(r.Unit)+r.District+r.Category]++
		}
		if n := units["s-willow"]; n != 0 && n < supervision.MinShown {
			t.Fatalf("%d rows of a street are told apart", n)
		}
		for _, r := range rows {
			if n := cells[string(r.Unit)+r.District+r.Category]; n < supervision.MinShown && r.Category != "" {
				t.Fatalf("%d rows of %s in %q are told apart by %q", n, r.Unit, r.District, r.Category)
			}
		}
	})
}
