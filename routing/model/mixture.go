package model

// mixture is how much is said beside a label's own machine.
type mixture struct {
	Company float32 // by the best combination of the other columns' classes
	Hints   float32 // by hints, of every class of a column that texts call by name
}

// The shares that are tried.
var (
	companies = []float32{0, 0.2, 0.4, 0.7, 1, 1.4, 2}
	hintings  = []float32{0, 0.15, 0.3}
)

// mixtures are those that are worth trying.
func (p *prepared) mixtures() []mixture {
	var out []mixture
	for _, hints := range hintings {
		for _, company := range companies {
			if (len(p.calls) > 0 || hints == 0) && (len(p.columns) > 1 || company == 0) {
				out = append(out, mixture{company, hints})
			}
		}
	}
	return out
}

// mix finds for each part the mixture by which most texts of the other parts have the right label first or among three, and the one for all.
func (p *prepared) mix(trials []trial, parts int) (each []mixture, whole mixture) {
	try := p.mixtures()
	merits, total := make([][]int, parts), make([]int, len(try))
	for part := range merits {
		merits[part] = make([]int, len(try))
	}
	for _, t := range trials {
		var raw, beside []float32
		heard := float32(-1)
		for i, one := range try {
			if one.Hints != heard {
				heard = one.Hints
				raw = withHints(t.raw, t.hints, one.Hints)
				beside = t.judge.beside(raw)
			}
			merit := p.merit(mixed(raw, beside, one.Company), t.example)
			merits[p.fold[t.example]][i] += merit
			total[i] += merit
		}
	}
	for _, own := range merits {
		others := make([]int, len(try))
		for i := range others {
			others[i] = total[i] - own[i]
		}
		each = append(each, try[most(others)])
	}
	return each, try[most(total)]
}

// most is the place of the largest, the first where there are several.
func most(counts []int) int {
	at := 0
	for i, n := range counts {
		if n > counts[at] {
			at = i
		}
	}
	return at
}

// mixed is the trials with the margins that a mixture gives.
func (m mixture) mixed(trials []trial) []trial {
	out := make([]trial, len(trials))
	for i, t := range trials {
		raw := withHints(t.raw, t.hints, m.Hints)
		t.base = mixed(raw, t.judge.beside(raw), m.Company)
		out[i] = t
	}
	return out
}
