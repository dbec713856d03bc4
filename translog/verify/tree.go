package verify

import (
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/translog/form"
)

// growing is a tree that grows by one leaf at a time: the roots of its complete subtrees, the largest first (a compact range).
type growing struct {
	size  int64
	roots []tlog.Hash
	sizes []int64
	tiles [][]tlog.Hash // by level of tiles: the hashes of the tile under way
	whole func(level int, n int64, hashes []tlog.Hash) error
	count []int64 // by level: tiles that are full
}

// add puts a leaf behind the others. whole is called for each tile that becomes full.
func (g *growing) add(leaf tlog.Hash) error {
	g.size++
	h, n := leaf, int64(1)
	if err := g.place(0, leaf); err != nil {
		return err
	}
	for len(g.sizes) > 0 && g.sizes[len(g.sizes)-1] == n {
		last := len(g.sizes) - 1
		h, n = tlog.NodeHash(g.roots[last], h), 2*n
		g.roots, g.sizes = g.roots[:last], g.sizes[:last]
		if level, ok := tileLevel(n); ok {
			if err := g.place(level, h); err != nil {
				return err
			}
		}
	}
	g.roots, g.sizes = append(g.roots, h), append(g.sizes, n)
	return nil
}

// tileLevel tells of which level of tiles the root of so many leaves is a hash.
func tileLevel(leaves int64) (int, bool) {
	level := 0
	for leaves > 1 {
		if leaves%form.TileWidth != 0 {
			return 0, false
		}
		leaves /= form.TileWidth
		level++
	}
	return level, true
}

func (g *growing) place(level int, h tlog.Hash) error {
	for len(g.tiles) <= level {
		g.tiles, g.count = append(g.tiles, nil), append(g.count, 0)
	}
	g.tiles[level] = append(g.tiles[level], h)
	if len(g.tiles[level]) < form.TileWidth {
		return nil
	}
	full := g.tiles[level]
	g.tiles[level] = nil
	g.count[level]++
	return g.whole(level, g.count[level]-1, full)
}

// root is the root of the tree as it stands (RFC 6962, section 2.1).
func (g *growing) root() tlog.Hash {
	if len(g.roots) == 0 {
		return emptyRoot
	}
	h := g.roots[len(g.roots)-1]
	for i := len(g.roots) - 2; i >= 0; i-- {
		h = tlog.NodeHash(g.roots[i], h)
	}
	return h
}
