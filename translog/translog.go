// Package translog keeps the public append-only log of what happened to every case, and proves that nothing in it was changed.
//
// The log is a Merkle tree (RFC 6962, section 2.1) kept in PostgreSQL beside the cases: a follower enters each batch of events in the transaction that
// moves it on, and signs a checkpoint. What is public of a case's step is a salted commitment; who has the salt can show which step it was. Whoever keeps an
// older checkpoint can tell that nothing before it was changed, dropped or put in between.
package translog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/seal"
	"huiyin/translog/form"
)

// Log is the log of an installation. It is safe for concurrent use, and by several processes.
type Log struct {
	DB     pg.DB
	Keys   *seal.Keyring
	Origin string // names a log that is made; one that is there keeps its name
	Now    func() time.Time
}

// Head is the log as it stands.
type Head struct {
	form.Checkpoint
	Signed   string // the checkpoint as a signed note
	At       time.Time
	Verifier string // the public key, in the form of notes
	SM2      string // the public key of the second signature, in the form of notes; empty where checkpoints have one signature only
}

// Head reads the newest checkpoint. Errors: fault.NotFound where nothing was entered yet.
func (l *Log) Head(ctx context.Context) (Head, error) {
	var h Head
	var root, sm2 []byte
	err := l.DB.QueryRow(ctx, `select k.origin, t.size, t.root, t.checkpoint, t.at, k.verifier, k.sm2_public from log_tree t, log_key k`).Scan(&h.Origin, &h.Size, &root, &h.Signed, &h.At, &h.Verifier, &sm2)
	if pg.IsNoRows(err) {
		return h, fault.New(fault.NotFound, "fault.log_empty")
	}
	if err != nil {
		return h, pg.Classify(fmt.Errorf("read the log's head: %w", err))
	}
	copy(h.Root[:], root)
	if sm2 != nil {
		h.SM2 = form.SM2Verifier(h.Origin, sm2)
	}
	return h, nil
}

// addition is one entry on its way into the log.
type addition struct {
	kind  form.Type
	entry []byte
}

// add enters entries behind all others and signs a new checkpoint, in the caller's transaction. It tells the number of the first.
// The row of the tree is locked until that transaction ends: entries have one order.
func (l *Log) add(ctx context.Context, tx pgx.Tx, all []addition) (first int64, err error) {
	if len(all) == 0 {
		return 0, nil
	}
	signers, origin, err := l.signers(ctx, tx)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `select size from log_tree for update`).Scan(&first)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("lock the log: %w", err)
	}
	now := l.Now().UTC()
	store := &hashes{ctx: ctx, db: tx, fresh: map[int64]tlog.Hash{}}
	var order []int64
	n := first
	for _, a := range all {
		list, err := tlog.StoredHashes(n, a.entry, store)
		if err != nil {
			return 0, fmt.Errorf("hash entry %d: %w", n, err)
		}
		at := tlog.StoredHashIndex(0, n)
		for i, h := range list {
			store.fresh[at+int64(i)] = h
			order = append(order, at+int64(i))
		}
		n++
	}
	root, err := tlog.TreeHash(n, store)
	if err != nil {
		return 0, fmt.Errorf("hash the tree: %w", err)
	}
	signed, err := form.Checkpoint{Origin: origin, Size: n, Root: root}.Sign(signers...)
	if err != nil {
		return 0, fmt.Errorf("sign checkpoint: %w", err)
	}
	return first, l.write(ctx, tx, written{first: first, size: n, all: all, order: order, fresh: store.fresh, root: root, signed: signed, now: now})
}

// written is what a batch adds to the tables.
type written struct {
	first, size int64
	all         []addition
	order       []int64
	fresh       map[int64]tlog.Hash
	root        tlog.Hash
	signed      string
	now         time.Time
}

func (l *Log) write(ctx context.Context, tx pgx.Tx, w written) error {
	if err := w.writeEntries(ctx, tx); err != nil {
		return fmt.Errorf("enter into the log: %w", err)
	}
	var b pgx.Batch
	b.Queue(`insert into log_tree (size, root, checkpoint, at) values ($1, $2, $3, $4) on conflict (single) do update set size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint, at = excluded.at`,
		w.size, w.root[:], w.signed, w.now)
	b.Queue(`insert into log_checkpoint (size, at, checkpoint) select $1::bigint, $2::timestamptz, $3::text where not exists (select 1 from log_checkpoint where at > $2::timestamptz - interval '1 minute')`, w.size, w.now, w.signed)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("enter into the log: %w", err)
	}
	return nil
}

// piece is how many rows go to the database at once: a month of a large city is hundreds of thousands.
const piece = 5000

// writeEntries writes the entries and the hashes, in pieces.
func (w written) writeEntries(ctx context.Context, tx pgx.Tx) error {
	at := w.first
	for all := range slices.Chunk(w.all, piece) {
		idx, kinds, entries := make([]int64, len(all)), make([]string, len(all)), make([][]byte, len(all))
		for i, a := range all {
			idx[i], kinds[i], entries[i] = at+int64(i), string(a.kind), a.entry
		}
		at += int64(len(all))
		if _, err := tx.Exec(ctx, `insert into log_entry (idx, type, at, entry) select idx, type, $4, entry from unnest($1::bigint[], $2::text[], $3::bytea[]) as f (idx, type, entry)`, idx, kinds, entries, w.now); err != nil {
			return err
		}
	}
	for order := range slices.Chunk(w.order, piece) {
		list := make([][]byte, len(order))
		for i, at := range order {
			h := w.fresh[at]
			list[i] = h[:]
		}
		if _, err := tx.Exec(ctx, `insert into log_hash (idx, hash) select * from unnest($1::bigint[], $2::bytea[])`, order, list); err != nil {
			return err
		}
	}
	return nil
}

// hashes reads stored hashes, those of the batch under way first.
type hashes struct {
	ctx   context.Context
	db    pg.Querier
	fresh map[int64]tlog.Hash
}

// ReadHashes is tlog.HashReader.
func (s *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var missing []int64
	for i, at := range indexes {
		h, ok := s.fresh[at]
		if !ok {
			missing = append(missing, at)
		}
		out[i] = h
	}
	if len(missing) == 0 {
		return out, nil
	}
	rows, err := s.db.Query(s.ctx, `select idx, hash from log_hash where idx = any ($1)`, missing)
	if err != nil {
		return nil, fmt.Errorf("read hashes: %w", err)
	}
	found := map[int64]tlog.Hash{}
	var at int64
	var raw []byte
	if _, err := pgx.ForEachRow(rows, []any{&at, &raw}, func() error { found[at] = tlog.Hash(raw); return nil }); err != nil {
		return nil, fmt.Errorf("read hashes: %w", err)
	}
	for i, at := range indexes {
		if _, ok := s.fresh[at]; ok {
			continue
		}
		h, ok := found[at]
		if !ok {
			return nil, fmt.Errorf("the log has no hash %d", at)
		}
		out[i] = h
		if s.fresh != nil {
			s.fresh[at] = h
		}
	}
	return out, nil
}

// Sign signs a text with the log's key, as a note (C2SP signed-note). Its first line must name what it is, so that it can be taken for no checkpoint. Errors:
// fault.Invalid for a text that begins as a checkpoint of this log does.
func (l *Log) Sign(ctx context.Context, text string) (string, error) {
	signers, origin, err := l.signers(ctx, l.DB)
	if err != nil {
		return "", err
	}
	if first, _, _ := strings.Cut(text, "\n"); first == origin || !strings.HasSuffix(text, "\n") {
		return "", fault.New(fault.Invalid, "fault.invalid")
	}
	signed, err := note.Sign(&note.Note{Text: text}, signers...)
	return string(signed), err
}

// Enter puts entries into the log behind all others, in the caller's transaction, and tells the number of the first.
func (l *Log) Enter(ctx context.Context, tx pgx.Tx, entries []form.Entry) (int64, error) {
	all := make([]addition, len(entries))
	for i, e := range entries {
		raw, err := e.Encode()
		if err != nil {
			return 0, err
		}
		all[i] = addition{e.Type, raw}
	}
	return l.add(ctx, tx, all)
}
