package spans

import "math"

// sweep goes over one text forwards and backwards and tells how likely each tag is at each character. The work space is kept from text to text.
//
// At each character a sequence has either just finished a span of kind k (done, 1+k) or stands in none (done, 0), or it is inside one of kind k
// (open). The sums are scaled to one at every character, so that they neither vanish nor run over.
type sweep struct {
	kinds, tags, n     int
	score              []float64 // by character and tag: what the features say; run raises e to it
	p                  []float64 // by character and tag: how likely it is
	link               []float64 // (1+kinds)²: what is said of one kind right after another; run raises e to it
	linked             []float64 // how often one kind is expected right after another
	into               []float64 // by character: the sum over all that may come before a beginning
	done, open         []float64 // sums over what came before
	doneAfter, opAfter []float64 // sums over what comes after
	scales             []float64
}

func newSweep(kinds int) *sweep {
	k := 1 + kinds
	return &sweep{kinds: kinds, tags: 1 + 4*kinds, link: make([]float64, k*k), linked: make([]float64, k*k)}
}

// reset makes room for a text of n characters.
func (w *sweep) reset(n int) {
	k := 1 + w.kinds
	w.n = n
	w.score, w.p = cleared(w.score, n*w.tags), cleared(w.p, n*w.tags)
	w.into, w.done, w.open = cleared(w.into, n*k), cleared(w.done, n*k), cleared(w.open, n*w.kinds)
	w.doneAfter, w.opAfter = cleared(w.doneAfter, n*k), cleared(w.opAfter, n*w.kinds)
	w.scales = cleared(w.scales, n)
}

func cleared(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// run turns the scores into probabilities and gives the logarithm of the sum over all sequences. The text has at least one character.
func (w *sweep) run() float64 {
	k := 1 + w.kinds
	for i, v := range w.link {
		w.link[i] = math.Exp(v)
	}
	sum := 0.0
	for i := range w.n {
		sum += w.raise(i)
		w.forward(i)
		sum -= math.Log(w.scales[i])
	}
	total := 0.0
	for _, v := range w.done[(w.n-1)*k:] {
		total += v
	}
	w.backward(total)
	return sum + math.Log(total)
}

// raise puts e to the power of the scores of a character in their place, after taking off the highest, which it gives.
func (w *sweep) raise(i int) float64 {
	s := w.score[i*w.tags : (i+1)*w.tags]
	top := s[0]
	for _, v := range s {
		top = max(top, v)
	}
	for t, v := range s {
		s[t] = math.Exp(v - top)
	}
	return top
}

// was is the sum over the sequences that stand inside a kind before a character.
func (w *sweep) was(i, kind int) float64 {
	if i == 0 {
		return 0
	}
	return w.open[(i-1)*w.kinds+kind]
}

func (w *sweep) forward(i int) {
	k := 1 + w.kinds
	into, done, open := w.into[i*k:(i+1)*k], w.done[i*k:(i+1)*k], w.open[i*w.kinds:(i+1)*w.kinds]
	if i == 0 {
		copy(into, w.link[:k])
	} else {
		for j, v := range w.done[(i-1)*k : i*k] {
			for t, f := range w.link[j*k : (j+1)*k] {
				into[t] += v * f
			}
		}
	}
	s := w.score[i*w.tags:]
	done[0] = into[0] * s[0]
	sum := done[0]
	for t := range w.kinds {
		e := s[tagOf(t, 0):]
		done[t+1] = into[t+1]*e[alone] + w.was(i, t)*e[ends]
		open[t] = into[t+1]*e[begins] + w.was(i, t)*e[inside]
		sum += done[t+1] + open[t]
	}
	w.scales[i] = 1 / sum
	for t := range done {
		done[t] *= w.scales[i]
	}
	for t := range open {
		open[t] *= w.scales[i]
	}
}

func (w *sweep) backward(total float64) {
	k := 1 + w.kinds
	clear(w.linked)
	begin := make([]float64, k) // what follows where a kind begins at the character after
	for i := w.n - 1; i >= 0; i-- {
		done, open := w.doneAfter[i*k:(i+1)*k], w.opAfter[i*w.kinds:(i+1)*w.kinds]
		for j := range k {
			if i == w.n-1 {
				done[j] = 1 / total
				continue
			}
			for t, f := range w.link[j*k : (j+1)*k] {
				done[j] += f * begin[t]
			}
		}
		for t := range w.kinds {
			if i < w.n-1 {
				e := w.score[(i+1)*w.tags+int(tagOf(t, 0)):]
				open[t] = w.scales[i+1] * (e[inside]*w.opAfter[(i+1)*w.kinds+t] + e[ends]*w.doneAfter[(i+1)*k+t+1])
			}
		}
		w.likely(i, begin)
		if i == 0 {
			for t, b := range begin {
				w.linked[t] += w.link[t] * b
			}
			continue
		}
		for j, v := range w.done[(i-1)*k : i*k] {
			for t, f := range w.link[j*k : (j+1)*k] {
				w.linked[j*k+t] += v * f * begin[t]
			}
		}
	}
}

// likely fills in how likely each tag is at a character, and what follows where a kind begins there.
func (w *sweep) likely(i int, begin []float64) {
	k := 1 + w.kinds
	s, p := w.score[i*w.tags:(i+1)*w.tags], w.p[i*w.tags:(i+1)*w.tags]
	into, done, open, c := w.into[i*k:(i+1)*k], w.doneAfter[i*k:], w.opAfter[i*w.kinds:], w.scales[i]
	begin[0] = c * s[0] * done[0]
	p[0] = into[0] * begin[0]
	for t := range w.kinds {
		e, q := s[tagOf(t, 0):], p[tagOf(t, 0):]
		one, first := c*e[alone]*done[t+1], c*e[begins]*open[t]
		begin[t+1] = one + first
		q[alone], q[begins] = into[t+1]*one, into[t+1]*first
		q[ends], q[inside] = c*w.was(i, t)*e[ends]*done[t+1], c*w.was(i, t)*e[inside]*open[t]
	}
}

// chance is a span and how likely it is.
type chance struct {
	start, end int
	p          float64
}

// chances lists the spans of a kind that are at least so likely, after run.
func (w *sweep) chances(kind int, least float64) []chance {
	var out []chance
	k := 1 + w.kinds
	for i := range w.n {
		if p := w.p[i*w.tags+int(tagOf(kind, alone))]; p >= least {
			out = append(out, chance{i, i + 1, p})
		}
		sum := w.into[i*k+kind+1] * w.score[i*w.tags+int(tagOf(kind, begins))] * w.scales[i]
		for j := i + 1; j < w.n && sum*w.opAfter[(j-1)*w.kinds+kind] >= least; j++ {
			sum *= w.scales[j]
			e := w.score[j*w.tags+int(tagOf(kind, 0)):]
			if p := sum * e[ends] * w.doneAfter[j*k+kind+1]; p >= least {
				out = append(out, chance{i, j + 1, p})
			}
			sum *= e[inside]
		}
	}
	return out
}
