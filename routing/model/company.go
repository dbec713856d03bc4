package model

import (
	"math"
	"slices"
)

// together lists for each label the combinations of other columns' classes that it was seen with: those that at least two examples have, or the most frequent one. Without other columns there are none.
func (p *prepared) together(from []int) [][][]uint16 {
	if len(p.columns) == 1 {
		return nil
	}
	type seen struct {
		with  []uint16
		count int
	}
	byLabel := make([][]seen, len(p.labels))
	for _, j := range from {
		var with []uint16
		for _, c := range p.columns[1:] {
			if c.classes[j] >= 0 {
				with = append(with, uint16(c.classes[j])) //nolint:gosec // classes are at most mostLabels
			}
		}
		if len(with) != len(p.columns)-1 {
			continue
		}
		list := &byLabel[p.class[j]]
		i := slices.IndexFunc(*list, func(s seen) bool { return slices.Equal(s.with, with) })
		if i < 0 {
			*list = append(*list, seen{with: with})
			i = len(*list) - 1
		}
		(*list)[i].count++
	}
	out := make([][][]uint16, len(p.labels))
	for label, list := range byLabel {
		slices.SortFunc(list, func(a, b seen) int {
			if a.count != b.count {
				return b.count - a.count
			}
			return slices.Compare(a.with, b.with)
		})
		for i, s := range list {
			if i == 0 || s.count > 1 {
				out[label] = append(out[label], s.with)
			}
		}
	}
	return out
}

// lonely is what a label without any combination is taken to have.
const lonely = -2

// best is the combination that speaks most for a label, and how much; nil where there is none.
func (m *Model) best(raw []float32, label int) ([]uint16, float32) {
	var with []uint16
	top := float32(math.Inf(-1))
	for _, combination := range m.together[label] {
		sum := float32(0)
		for _, class := range combination {
			sum += raw[class]
		}
		if sum > top {
			with, top = combination, sum
		}
	}
	if with == nil {
		top = lonely
	}
	return with, top
}

// combined is the margin of each label with what its best combination says.
func (m *Model) combined(raw []float32) []float32 {
	if m.mixture.Company == 0 {
		return slices.Clone(raw[:len(m.Labels)])
	}
	return mixed(raw, m.beside(raw), m.mixture.Company)
}

// beside is what the best combination of each label says; nothing without other columns.
func (m *Model) beside(raw []float32) []float32 {
	out := make([]float32, len(m.Labels))
	for label := range m.together {
		_, out[label] = m.best(raw, label)
	}
	return out
}

// mixed is the labels' own margins with a share of what their best combinations say.
func mixed(raw, beside []float32, company float32) []float32 {
	out := make([]float32, len(beside))
	for label, sum := range beside {
		out[label] = raw[label] + company*sum
	}
	return out
}

// The bounds of a column that is taken to go along with the label unasked: it has at most mostBeside values, each with leastRows rows on average, nearly no row is without one, and it does not
// divide the labels much further.
const (
	mostBeside = 150
	leastRows  = 20
	divides    = 2
)

// Beside tells whether a column of a table goes along with its column of labels, as the district or the function does with the unit: whether it is worth learning too.
func Beside(labels, values []string) bool {
	ofLabels, ofValues, both := map[string]bool{}, map[string]bool{}, map[[2]string]int{}
	empty := 0
	for i, label := range labels {
		if values[i] == "" {
			empty++
			continue
		}
		ofLabels[label] = true
		ofValues[values[i]] = true
		both[[2]string{label, values[i]}]++
	}
	if len(ofValues) < 2 || len(ofValues) > mostBeside || len(ofValues)*leastRows > len(labels) || empty*100 > len(labels) {
		return false
	}
	often := 0
	for _, n := range both {
		if n > 1 {
			often++
		}
	}
	return often <= divides*max(len(ofLabels), len(ofValues))
}
