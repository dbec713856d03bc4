package model

// keptHint is a hint as it lies in a model's file.
type keptHint struct {
	From, Until int
	Stems       []string
	Classes     []uint16
	Bias        []float32
	Lengths     []uint16 // by feature, of its row
	Of          []uint16 // of each weight, its class
	Values      []float32
}

func (h *hint) kept() keptHint {
	k := keptHint{From: h.from, Until: h.until, Stems: h.stems, Classes: h.classes, Bias: h.bias, Lengths: make([]uint16, 0, len(h.rows))}
	for _, row := range h.rows {
		k.Lengths = append(k.Lengths, uint16(len(row))) //nolint:gosec // classes are at most mostLabels
		for _, w := range row {
			k.Of, k.Values = append(k.Of, w.Class), append(k.Values, w.Value)
		}
	}
	return k
}

// hint is what was kept; not ok where it does not fit a model of so many features and classes.
func (k *keptHint) hint(features, classes int) (h hint, ok bool) {
	if k.From < 0 || k.From >= k.Until || k.Until > classes || len(k.Classes) != len(k.Bias) || len(k.Lengths) != features || len(k.Of) != len(k.Values) {
		return h, false
	}
	within := func(class uint16) bool { return int(class) >= k.From && int(class) < k.Until }
	for _, class := range k.Classes {
		if !within(class) {
			return h, false
		}
	}
	all := make([]weight, len(k.Of))
	for i, class := range k.Of {
		if !within(class) {
			return h, false
		}
		all[i] = weight{class, k.Values[i]}
	}
	h = hint{from: k.From, until: k.Until, stems: k.Stems, classes: k.Classes, bias: k.Bias, rows: make([][]weight, features)}
	for i, length := range k.Lengths {
		if int(length) > len(all) {
			return h, false
		}
		h.rows[i], all = all[:length:length], all[length:]
	}
	return h, true
}
