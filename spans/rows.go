package spans

import (
	"maps"
	"slices"
)

// weight is what one feature says of one tag.
type weight struct {
	tag   uint16
	value float32
}

// rows is what each feature says for and against the tags it was seen with: one list of all weights, and where a feature's begin and end.
type rows struct {
	at  map[uint64][2]uint32
	all []weight
}

// of gives what a feature says.
func (r rows) of(feature uint64) []weight {
	at := r.at[feature]
	return r.all[at[0]:at[1]]
}

// add puts a feature's weights in.
func (r *rows) add(feature uint64, said []weight) {
	if r.at == nil {
		r.at = map[uint64][2]uint32{}
	}
	from := uint32(len(r.all)) //nolint:gosec // weights are fewer than 2³²
	r.all = append(r.all, said...)
	r.at[feature] = [2]uint32{from, from + uint32(len(said))} //nolint:gosec // a row is shorter than the tags are many
}

// features lists the features in the order of their numbers, so that a model is written in the same way each time.
func (r rows) features() []uint64 { return slices.Sorted(maps.Keys(r.at)) }
