package model

import (
	"cmp"
	"math"
	"slices"
	"unicode"
)

const (
	// shingle is the length of the runs by which texts are compared.
	shingle = 4
	// signs is the length of a text's signature, in bands of band: texts that share a band are looked at, and are nearly the same where alike of the whole is the same.
	signs, band = 32, 4
	alike       = 0.7
)

// divide puts each example into a part, those of one group into the same. Texts that are nearly the same, and those that were given the same group, are one group. It tells how many groups there are.
func divide(examples []Example, normal [][]rune, plan Plan) (parts []int, groups int) {
	u := newUnion(len(examples))
	given := map[string]int{}
	signatures := make([][signs]uint64, len(examples))
	buckets := map[[2]uint64]int{} // by band and its hash, the last example seen there
	for i, e := range examples {
		if e.Group != "" {
			if j, ok := given[e.Group]; ok {
				u.join(i, j)
			}
			given[e.Group] = i
		}
		signatures[i] = signature(normal[i])
		for b := range signs / band {
			key := [2]uint64{uint64(b), fold(signatures[i][b*band : (b+1)*band])} //nolint:gosec // bands are few
			if j, ok := buckets[key]; ok && u.find(i) != u.find(j) && likeness(&signatures[i], &signatures[j]) >= alike {
				u.join(i, j)
			}
			buckets[key] = i
		}
	}
	members := map[int][]int{}
	for i := range examples {
		root := u.find(i)
		members[root] = append(members[root], i)
	}
	roots := make([]int, 0, len(members))
	for root := range members {
		roots = append(roots, root)
	}
	mix := func(root int) uint64 {
		return (signatures[root][0] ^ plan.Seed*0x9E3779B97F4A7C15) * 0xFF51AFD7ED558CCD
	}
	slices.SortFunc(roots, func(a, b int) int {
		return cmp.Or(cmp.Compare(mix(a), mix(b)), cmp.Compare(a, b))
	})
	// The largest groups first, each into the part that has least: the parts become equal in size.
	slices.SortStableFunc(roots, func(a, b int) int { return cmp.Compare(len(members[b]), len(members[a])) })
	parts, sizes := make([]int, len(examples)), make([]int, plan.Folds)
	for _, root := range roots {
		part := slices.Index(sizes, slices.Min(sizes))
		for _, i := range members[root] {
			parts[i] = part
		}
		sizes[part] += len(members[root])
	}
	return parts, len(roots)
}

// signature is the least hashes of a text's runs of letters under signs different orders.
func signature(chars []rune) [signs]uint64 {
	var letters []rune
	for _, r := range chars {
		if unicode.IsLetter(r) {
			letters = append(letters, r)
		}
	}
	var out [signs]uint64
	for s := range out {
		out[s] = math.MaxUint64
	}
	for i := 0; i == 0 || i+shingle <= len(letters); i++ {
		h := hashOf(letters[i:min(len(letters), i+shingle)], anywhere)
		for s := range out {
			out[s] = min(out[s], (h^uint64(s)*atStart)*atEnd>>7)
		}
	}
	return out
}

func fold(part []uint64) uint64 {
	h := anywhere
	for _, x := range part {
		h = (h ^ x) * 0xFF51AFD7ED558CCD
		h ^= h >> 32
	}
	return h
}

func likeness(a, b *[signs]uint64) float64 {
	same := 0
	for s := range a {
		if a[s] == b[s] {
			same++
		}
	}
	return float64(same) / signs
}

// union keeps which examples are of one group; the root of a group is its first.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) find(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(i, j int) {
	a, b := u.find(i), u.find(j)
	u[max(a, b)] = min(a, b)
}
