package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/translog"
	"huiyin/translog/form"
)

var emptyRoot = tlog.Hash(sha256.Sum256(nil))

// Options say what is checked against.
type Options struct {
	Key      string   // the log's public key, in the form of notes; empty: the one the installation shows
	Since    [][]byte // signed checkpoints kept from before
	Witness  []string // public keys of witnesses that must have countersigned
	Receipts [][]byte // proofs that residents kept of their cases
}

// Report is what came out.
type Report struct {
	Origin     string
	Size       int64
	Entries    map[form.Type]int
	SM2        bool     // the checkpoint carries a good SM2 signature too
	Checkpoint []byte   // signed: keep it for the next time
	Months     []Month  // closed months, recomputed
	Days       []Day    // figures of months under way, recomputed
	Mismatches []string // each in one sentence; none: all is as it says
}

// OK reports whether nothing was found.
func (r *Report) OK() bool { return len(r.Mismatches) == 0 }

func (r *Report) wrong(format string, args ...any) {
	r.Mismatches = append(r.Mismatches, strings.Map(plain, fmt.Sprintf(format, args...)))
}

// plain keeps what an installation says of itself from moving a terminal's cursor or colouring its words.
func plain(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '\uFFFD'
}

// Run checks an installation. The error says that it could not be checked; what was found wrong stands in the report.
func (s *Site) Run(ctx context.Context, o Options, progress func(done, of int64)) (*Report, error) {
	r := &Report{Entries: map[form.Type]int{}}
	key, err := s.key(ctx, o.Key)
	if err != nil {
		return nil, err
	}
	r.Checkpoint, err = s.get(ctx, "/log/checkpoint")
	if err != nil {
		return nil, err
	}
	head, err := form.OpenCheckpoint(r.Checkpoint, key)
	if err != nil {
		r.wrong("the checkpoint is not signed by the log's key %s: %v", key.Name(), err)
		return r, nil
	}
	r.Origin, r.Size = head.Origin, head.Size
	s.second(ctx, r)
	since := o.Since
	if len(o.Witness) > 0 {
		since = append(slices.Clone(since), s.witnessed(ctx, r, o.Witness)...)
	}
	before := s.before(r, append(slices.Clone(since), promised(o.Receipts)...), key, head)
	wanted := indexes(o.Receipts)
	t := &telling{}
	g := &growing{whole: func(level int, n int64, hashes []tlog.Hash) error { return s.sameTile(ctx, r, level, n, hashes) }}
	for n := int64(0); n*form.TileWidth < head.Size; n++ {
		if progress != nil {
			progress(n*form.TileWidth, head.Size)
		}
		width := int(min(form.TileWidth, head.Size-n*form.TileWidth))
		entries, err := s.entries(ctx, n, width)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			r.wrong("entries %d to %d are missing: %v", n*form.TileWidth, n*form.TileWidth+int64(width)-1, err)
			return r, nil
		}
		for i, raw := range entries {
			index := n*form.TileWidth + int64(i)
			hash := tlog.RecordHash(raw)
			if _, ok := wanted[index]; ok {
				wanted[index] = hash
			}
			if err := g.add(hash); err != nil {
				return nil, err
			}
			for _, c := range before {
				if c.Size == g.size && g.root() != c.Root {
					r.wrong("the first %d entries are not those that an earlier checkpoint promised: the history was changed", c.Size)
				}
			}
			r.read(t, index, raw)
		}
	}
	if g.root() != head.Root {
		r.wrong("the %d entries do not give the root of the checkpoint: an entry was changed, dropped or put in between", head.Size)
	}
	s.months(ctx, r, t)
	s.days(ctx, r, t)
	s.tombstones(ctx, r, t)
	s.audit(ctx, r)
	for _, raw := range o.Receipts {
		r.receipt(func(i int64) (tlog.Hash, bool) { h, ok := wanted[i]; return h, ok }, raw)
	}
	return r, nil
}

// promised are the checkpoints in receipts: what they were given under, the log must have grown from.
func promised(receipts [][]byte) (all [][]byte) {
	for _, raw := range receipts {
		var e translog.Evidence
		if json.Unmarshal(raw, &e) == nil && len(e.Steps) > 0 {
			all = append(all, []byte(e.Checkpoint))
		}
	}
	return all
}

// indexes are the entries that receipts speak of.
func indexes(receipts [][]byte) map[int64]tlog.Hash {
	all := map[int64]tlog.Hash{}
	for _, raw := range receipts {
		var e translog.Evidence
		if json.Unmarshal(raw, &e) == nil {
			for _, s := range append(e.Steps, e.Records...) {
				all[s.Index] = tlog.Hash{}
			}
		}
	}
	return all
}

// before opens the checkpoints kept from before, the smallest first.
func (s *Site) before(r *Report, since [][]byte, key note.Verifier, head form.Checkpoint) []form.Checkpoint {
	var all []form.Checkpoint
	for _, raw := range since {
		c, err := form.OpenCheckpoint(raw, key)
		switch {
		case err != nil:
			r.wrong("the earlier checkpoint is not signed by the log's key %s: the log has another key, or the checkpoint is of another log", key.Name())
		case c.Size > head.Size:
			r.wrong("an earlier checkpoint promised %d entries, now there are %d: the log was cut", c.Size, head.Size)
		case c.Size == head.Size && c.Root != head.Root:
			r.wrong("two signed checkpoints of %d entries have different roots: the log was forked", c.Size)
		case c.Size > 0:
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b form.Checkpoint) int { return int(a.Size - b.Size) })
	return all
}

// sameTile holds a tile that the installation serves against the one made of its entries.
func (s *Site) sameTile(ctx context.Context, r *Report, level int, n int64, hashes []tlog.Hash) error {
	path := form.TilePath(level, n, form.TileWidth)
	served, err := s.get(ctx, "/log/tile/"+path)
	if err != nil {
		if errors.Is(err, errGone) {
			r.wrong("the tile %s is missing", path)
			return nil
		}
		return err
	}
	var made bytes.Buffer
	for _, h := range hashes {
		made.Write(h[:])
	}
	if !bytes.Equal(served, made.Bytes()) {
		r.wrong("the tile %s does not follow from the entries", path)
	}
	return nil
}

// read takes what an entry tells in clear.
func (r *Report) read(t *telling, index int64, raw []byte) {
	e, err := form.ParseEntry(raw)
	if err != nil {
		r.wrong("entry %d cannot be read", index)
		return
	}
	r.Entries[e.Type]++
	if err := t.take(index, e); err != nil {
		r.wrong("entry %d: %v", index, err)
	}
}
