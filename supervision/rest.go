package supervision

import "strings"

// hideRests hides besides, so that nobody finds by taking the shown topics from their whole what the hidden ones add up to: where the rest would be of fewer than MinShown rows, the smallest
// topic beside it is hidden too, with its own parts. Topics of the first level are parts of the whole, those of the second of the topic above.
func hideRests(whole Line, topics []TopicLine) {
	for _, d := range whole.Figures {
		code, _, _ := strings.Cut(d.Definition, "@")
		if d.Measure == Count {
			continue
		}
		hideRest(topics, code, "", 1)
		for i := range topics {
			if t := &topics[i]; t.Level == 1 && t.has(code) {
				hideRest(topics, code, t.Key, 2)
			}
		}
	}
}

// hideRest hides one figure of as many topics of a level below a code as are needed. A topic of fewer than MinShown cases may be left out of a list, so it counts as hidden.
func hideRest(topics []TopicLine, code, below string, level int) {
	rest, parent := 0, false
	var shown []*TopicLine
	for i := range topics {
		t := &topics[i]
		f := t.Get(code)
		switch {
		case level > 1 && t.Key == below:
			parent = f.Suppressed
		case t.Level != level || !strings.HasPrefix(t.Key, below) || !t.has(code):
		case f.Suppressed || t.Get("received").Denominator < MinShown:
			rest += f.Denominator
		case f.Denominator > 0:
			shown = append(shown, t)
		}
	}
	for len(shown) > 0 && (parent || rest > 0 && rest < MinShown) {
		least := 0
		for i, t := range shown {
			if n, m := t.Get(code).Denominator, shown[least].Get(code).Denominator; n < m || n == m && t.Key < shown[least].Key {
				least = i
			}
		}
		t := shown[least]
		t.Figures[t.by[code]].Suppressed = true
		rest += t.Get(code).Denominator
		shown = append(shown[:least], shown[least+1:]...)
	}
}

func (l Line) has(code string) bool {
	_, ok := l.by[code]
	return ok
}
