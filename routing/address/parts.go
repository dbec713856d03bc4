package address

import (
	"math"
	"slices"
)

// Part is one part of a written address: characters Start to End (exclusive), and what it is.
type Part struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Type  string `json:"type"`
}

const (
	longestPart = 24 // characters
	longestEnd  = 6  // characters of a word that a part ends with
)

// reading is the best row of parts up to a place of a text, by the type of its last part.
type reading struct {
	score float64
	start int  // of its last part
	from  int  // the type of the part before it
	sign  bool // its last part is signs alone, which tell nothing of what follows them
}

// Parts takes an address apart by the rules: of all rows of parts that cover it, the one whose order and looks are most usual. It gives none for
// an address longer than 200 characters.
func (g *Gazetteer) Parts(text string) []Part {
	var runes []rune
	for _, c := range text {
		runes = append(runes, plain(c))
	}
	if len(runes) == 0 || len(runes) > maxRead {
		return nil
	}
	f := partFigures()
	best := f.readings(runes, g.known(runes))
	return f.trace(best, len(runes))
}

// readings finds the best row up to each place; types count from one, nought stands for the beginning.
func (f *figures) readings(runes []rune, known map[[2]int]mention) [][]reading {
	n := len(f.types)
	best := make([][]reading, len(runes)+1)
	for i := range best {
		best[i] = make([]reading, n+1)
		for t := range best[i] {
			best[i][t].score = math.Inf(-1)
		}
	}
	best[0][0].score = 0
	own := make([]float64, n)
	endings := make([][]int, len(runes)+1)
	for end := range endings {
		endings[end] = f.endings(runes[:end])
	}
	for start := range runes {
		for end := start + 1; end <= min(len(runes), start+longestPart); end++ {
			switch {
			case end < min(len(runes), start+longestPart) && joined(runes[end-1], runes[end]): // numbers and words are not cut, unless too long
			case signs(runes[start:end]):
				for t, before := range best[start] {
					if score := before.score + signCost; score > best[end][t].score {
						best[end][t] = reading{score, start, t, true}
					}
				}
			default:
				f.look(runes[start:end], endings[end], known[[2]int{start, end}], own)
				f.extend(best[start], best[end][1:], own, start)
			}
		}
	}
	return best
}

// extend puts one part, as every type, behind every row.
func (f *figures) extend(before, after []reading, own []float64, start int) {
	for t := range own {
		for from := range before {
			if score := before[from].score + f.order[from][t] + own[t]; score > after[t].score {
				after[t] = reading{score, start, from, false}
			}
		}
	}
}

// trace walks back through the best row.
func (f *figures) trace(best [][]reading, end int) []Part {
	n := len(f.types)
	last, top := 0, best[end][0].score
	for t := range n {
		if score := best[end][1+t].score + f.order[1+t][n]; score > top {
			last, top = 1+t, score
		}
	}
	var parts []Part
	for end > 0 {
		r := best[end][last]
		kind := f.spare
		if !r.sign {
			kind = last - 1
		}
		parts = append(parts, Part{r.start, end, f.types[kind]})
		end, last = r.start, r.from
	}
	slices.Reverse(parts)
	f.afresh(parts)
	return parts
}

// afresh marks as too much what stands before a province: an address that begins once more from the widest area counts from there.
func (f *figures) afresh(parts []Part) {
	for i := len(parts) - 1; i > 0; i-- {
		if parts[i].Type != levelTypes[Province] {
			continue
		}
		areas := func(p Part) bool { return p.Type == f.types[f.spare] || slices.Contains(levelTypes[:], p.Type) }
		if !slices.ContainsFunc(parts[:i], func(p Part) bool { return !areas(p) }) {
			for j := range parts[:i] {
				parts[j].Type = f.types[f.spare]
			}
		}
		return
	}
}

// joined tells whether two characters belong to one number or word in Latin letters.
func joined(a, b rune) bool {
	class := classOf(a)
	return class == classOf(b) && (class == digitClass || class == letterClass)
}

// signCost is how usual signs between two parts are, such as the dash between house and room.
const signCost = -0.3

// signs tells whether there are only signs here.
func signs(part []rune) bool {
	for _, c := range part {
		switch classOf(c) {
		case digitClass, numeralClass, hanClass, letterClass:
			return false
		}
	}
	return true
}
