package months

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"slices"
)

// Kinds are the published count rows of a month without their numbers, equal ones together: all that figures are made of. The zero value is no rows.
type Kinds struct {
	list  []kind
	at    map[Row]int  // the kind of a row, by its place in list
	hours map[int]*int // one place for every number of hours, so that equal rows are equal
	n     int
}

// kind is a row, without a number, and how many there are.
type kind struct {
	Row
	n int
}

// Add counts a row and tells its kind.
func (k *Kinds) Add(r Row) int {
	if k.at == nil {
		k.at, k.hours = map[Row]int{}, map[int]*int{}
	}
	r.ID = ""
	if r.Hours != nil {
		if k.hours[*r.Hours] == nil {
			own := *r.Hours
			k.hours[own] = &own
		}
		r.Hours = k.hours[*r.Hours]
	}
	i, ok := k.at[r]
	if !ok {
		i = len(k.list)
		k.at[r] = i
		k.list = append(k.list, kind{Row: r})
	}
	k.list[i].n++
	k.n++
	return i
}

// Rows is how many rows there are.
func (k *Kinds) Rows() int { return k.n }

// numbered are rows, each of a kind and under a random number of its own.
type numbered struct {
	Kinds
	numbers []number
}

type number struct {
	of   [8]byte
	kind int32
}

func (n *numbered) add(r Row) {
	one := number{kind: int32(n.Add(r))} //nolint:gosec // a month has fewer rows
	_, _ = rand.Read(one.of[:])
	n.numbers = append(n.numbers, one)
}

// sort puts the rows in the order of their numbers: the order says nothing either.
func (n *numbered) sort() {
	slices.SortFunc(n.numbers, func(a, b number) int { return bytes.Compare(a.of[:], b.of[:]) })
}

// row is a row as it is published.
func (n *numbered) row(one number) Row {
	r := n.list[one.kind].Row
	r.ID = hex.EncodeToString(one.of[:])
	return r
}
