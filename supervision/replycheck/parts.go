package replycheck

// Bounds of a point.
const (
	fewestParts = 2
	longPart    = 12   // characters of a point that is more than a word
	leastOwn    = 6    // pairs of characters of a point that no other has
	partMatch   = 0.03 // share of these in the reply under which the point finds no answer
)

// unanswered tells whether a question has several numbered points of which one comes nowhere in the reply. Words that stand in another point too,
// such as the place, answer none.
func unanswered(asked, reply string) bool {
	at := standard().numbered.FindAllStringIndex(asked, -1)
	if len(at) < fewestParts {
		return false
	}
	points := make([]map[pair]float64, len(at))
	in := map[pair]int{}
	for i, begin := range at {
		end := len(asked)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		if part := asked[begin[1]:end]; letters(part) >= longPart {
			points[i], _ = pairs(part)
		}
		for p := range points[i] {
			in[p]++
		}
	}
	answer, _ := pairs(reply)
	for _, point := range points {
		own, met := 0, 0
		for p := range point {
			if in[p] > 1 {
				continue
			}
			own++
			if _, ok := answer[p]; ok {
				met++
			}
		}
		if own >= leastOwn && float64(met) < partMatch*float64(own) {
			return true
		}
	}
	return false
}
