package form

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// TileHeight makes tiles of 256 hashes (C2SP tlog-tiles).
const TileHeight = 8

// TileWidth is how many hashes or entries a full tile has.
const TileWidth = 1 << TileHeight

var errTile = errors.New("no such tile")

// TilePath is the address of a tile of hashes below tile/: level and number, with the width of a partial one.
func TilePath(level int, n int64, width int) string {
	return strconv.Itoa(level) + "/" + rest(n, width)
}

// EntriesPath is the address of a bundle of entries below tile/.
func EntriesPath(n int64, width int) string { return "entries/" + rest(n, width) }

// rest is the number in groups of three digits, all but the last marked with an x (C2SP tlog-tiles), and the width of a partial tile.
func rest(n int64, width int) string {
	s := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	if width < TileWidth {
		s += ".p/" + strconv.Itoa(width)
	}
	return s
}

// ParseTile reads what follows tile/ in an address. level is -1 for entries.
func ParseTile(path string) (level int, n int64, width int, err error) {
	first, tail, ok := strings.Cut(path, "/")
	if !ok {
		return 0, 0, 0, errTile
	}
	level = -1
	if first != "entries" {
		if level, err = strconv.Atoi(first); err != nil || level < 0 || level > 63/TileHeight {
			return 0, 0, 0, errTile
		}
	}
	width = TileWidth
	if whole, part, partial := strings.Cut(tail, ".p/"); partial {
		if width, err = strconv.Atoi(part); err != nil || width < 1 || width >= TileWidth {
			return 0, 0, 0, errTile
		}
		tail = whole
	}
	for group := range strings.SplitSeq(tail, "/") {
		digits := strings.TrimPrefix(group, "x")
		d, err := strconv.Atoi(digits)
		if err != nil || len(digits) != 3 || d < 0 || n > (1<<53)/1000 {
			return 0, 0, 0, errTile
		}
		n = n*1000 + int64(d)
	}
	want := TilePath(level, n, width)
	if level < 0 {
		want = EntriesPath(n, width)
	}
	if path != want { // one spelling
		return 0, 0, 0, errTile
	}
	return level, n, width, nil
}

// Tile is a tile of hashes as x/mod knows it.
func Tile(level int, n int64, width int) tlog.Tile {
	return tlog.Tile{H: TileHeight, L: level, N: n, W: width}
}

// Bundle puts entries one after the other, each behind its length in two bytes.
func Bundle(entries [][]byte) ([]byte, error) {
	var b []byte
	for _, e := range entries {
		if len(e) > MaxEntry {
			return nil, fmt.Errorf("an entry of %d bytes", len(e))
		}
		b = binary.BigEndian.AppendUint16(b, uint16(len(e))) //nolint:gosec // bounded above
		b = append(b, e...)
	}
	return b, nil
}

// ParseBundle takes a bundle apart.
func ParseBundle(b []byte) ([][]byte, error) {
	var all [][]byte
	for len(b) > 0 {
		if len(b) < 2 {
			return nil, errEntry
		}
		n := int(binary.BigEndian.Uint16(b))
		if len(b) < 2+n || len(all) == TileWidth {
			return nil, errEntry
		}
		all, b = append(all, b[2:2+n]), b[2+n:]
	}
	return all, nil
}
