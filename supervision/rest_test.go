package supervision

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// What the shown topics leave of their whole is nothing, or stands on MinShown rows at least: on each level, and within each topic.
func TestNoRestOfFewRowsCanBeFound(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	line := func(key string, n int) TopicLine {
		share := Figure{Definition: "solved@1", Measure: Share, Numerator: Whole(n / 2), Denominator: n}.Small()
		return TopicLine{Line: LineOf(key, Figure{Definition: "received@1", Measure: Count, Numerator: Whole(n), Denominator: n}, share), Level: len(key) / 2}
	}
	besides := 0
	for round := range 3000 {
		var topics []TopicLine
		all := 0
		for i := range 1 + rnd.IntN(6) {
			sum := 0
			for k := range 1 + rnd.IntN(5) {
				n := 1 + rnd.IntN(12)
				topics, sum = append(topics, line(fmt.Sprintf("%02d%02d", i+1, k+1), n)), sum+n
			}
			topics, all = append(topics, line(fmt.Sprintf("%02d", i+1), sum)), all+sum
		}
		whole := line("", all).Line
		hideRests(whole, topics)
		rest := func(of Line, level int) (n int) {
			n = of.Get("solved").Denominator
			for _, p := range topics {
				if f := p.Get("solved"); p.Level == level && len(p.Key) > len(of.Key) && p.Key[:len(of.Key)] == of.Key && !f.Suppressed {
					n -= f.Denominator
				}
			}
			return n
		}
		if n := rest(whole, 1); n > 0 && n < MinShown && !whole.Get("solved").Suppressed {
			t.Fatalf("round %d: a rest of %d: %+v", round, n, topics)
		}
		for _, one := range topics {
			f := one.Get("solved")
			if f.Suppressed && f.Denominator >= MinShown {
				besides++
			}
			n := rest(one.Line, 2)
			if one.Level == 1 && (!f.Suppressed && n > 0 && n < MinShown || f.Suppressed && n != f.Denominator) {
				t.Fatalf("round %d, %s: a rest of %d: %+v", round, one.Key, n, topics)
			}
			if one.Level == 2 && f.Denominator < MinShown && !f.Suppressed {
				t.Fatalf("round %d: %s is shown", round, one.Key)
			}
		}
	}
	if besides == 0 {
		t.Error("nothing was hidden besides")
	}
}
