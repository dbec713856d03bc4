package translog

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/translog/form"
)

// recordBatch is how many records of one source one look enters.
const recordBatch = 5000

// record is a record of a source as it stands.
type record struct {
	ID     string
	Pos    int64
	Case   *uuid.UUID
	Body   string
	Hidden string
}

func (r record) digest() []byte {
	sum := sha256.Sum256([]byte(r.Body + r.Hidden))
	return sum[:]
}

// payload is what the log commits to, or shows, of the record.
func (r record) payload(s Source, salt []byte) ([]byte, error) {
	p := form.Record{V: 1, Source: s.Name, ID: r.ID, Body: json.RawMessage(r.Body)}
	if s.hidden != "" {
		p.Hidden = form.Digest(salt, "hidden", []byte(r.Hidden))
	}
	return p.Payload()
}

// entry makes the entry of the record.
func (r record) entry(s Source, day string, salt []byte) ([]byte, error) {
	payload, err := r.payload(s, salt)
	if err != nil {
		return nil, err
	}
	e := form.Entry{V: 1, Type: s.Type, Day: day}
	if s.Clear {
		e.Body = payload
	} else {
		e.Commitment = form.Commit(salt, payload)
	}
	return e.Encode()
}

// SweepRecords enters the records of every source that the log does not have as they stand, and tells how many. It is safe to run twice, late, or on two machines at once.
func (l *Log) SweepRecords(ctx context.Context) (int, error) {
	n := 0
	for _, s := range Sources {
		for {
			entered, err := l.sweepSource(ctx, s)
			if err != nil {
				return n, fmt.Errorf("enter %s into the log: %w", s.Name, err)
			}
			if n += entered; entered < recordBatch {
				break
			}
		}
	}
	return n, nil
}

func (l *Log) sweepSource(ctx context.Context, s Source) (int, error) {
	n := 0
	err := pg.InTx(ctx, l.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		n = 0
		var pos int64
		if _, err := tx.Exec(ctx, `insert into log_source (name, pos) values ($1, 0) on conflict do nothing`, s.Name); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select pos from log_source where name = $1 for update`, s.Name).Scan(&pos); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, s.changed(), pos-s.overlap, recordBatch)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[record])
		if err != nil || len(found) == 0 {
			return err
		}
		n = len(found)
		return l.enterRecords(ctx, tx, s, found)
	})
	return n, err
}

func (l *Log) enterRecords(ctx context.Context, tx pgx.Tx, s Source, found []record) error {
	day := l.Now().UTC().Format("2006-01-02")
	var all []addition
	var ids []string
	var digests, salts [][]byte
	var cases []*uuid.UUID
	last := int64(0)
	for _, r := range found {
		var salt []byte
		if !s.Clear {
			salt = make([]byte, form.SaltSize)
			_, _ = rand.Read(salt)
		}
		entry, err := r.entry(s, day, salt)
		if err != nil {
			return err
		}
		all, ids, digests, salts, cases = append(all, addition{s.Type, entry}), append(ids, r.ID), append(digests, r.digest()), append(salts, salt), append(cases, r.Case)
		last = max(last, r.Pos)
	}
	first, err := l.add(ctx, tx, all)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into log_record (idx, source, id, digest, case_id, clear, salt)
		select $1 + ord - 1, $2, id, digest, case_id, $3, salt from unnest($4::text[], $5::bytea[], $6::uuid[], $7::bytea[]) with ordinality as f (id, digest, case_id, salt, ord)`,
		first, s.Name, s.Clear, ids, digests, cases, salts)
	if err != nil {
		return fmt.Errorf("keep records: %w", err)
	}
	_, err = tx.Exec(ctx, `update log_source set pos = greatest(pos, $2) where name = $1`, s.Name, last)
	return err
}

// keptRecord is an entry of a record, with what the record says now.
type keptRecord struct {
	index  int64
	source string
	id     string
	salt   []byte
	clear  bool
	entry  []byte
	last   bool // no later entry speaks of the same record
}

const keptRecords = `select l.idx, l.source, l.id, l.salt, l.clear, t.entry, not exists (select 1 from log_record n where n.source = l.source and n.id = l.id and n.idx > l.idx)
	from log_record l join log_entry t on t.idx = l.idx`

func collectKept(rows pgx.Rows, err error) ([]keptRecord, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (k keptRecord, err error) {
		return k, row.Scan(&k.index, &k.source, &k.id, &k.salt, &k.clear, &k.entry, &k.last)
	})
}

// standing reads what the records of some entries say now, by source and id.
func standing(ctx context.Context, tx pgx.Tx, all []keptRecord) (map[[2]string]record, error) {
	ids := map[string][]string{}
	for _, k := range all {
		ids[k.source] = append(ids[k.source], k.id)
	}
	out := map[[2]string]record{}
	for _, s := range Sources {
		if len(ids[s.Name]) == 0 {
			continue
		}
		rows, err := tx.Query(ctx, s.standing(), ids[s.Name])
		if err != nil {
			return nil, err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[record])
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			out[[2]string{s.Name, r.ID}] = r
		}
	}
	return out, nil
}

// opens reports whether the entry says, or commits to, the record as it stands. A record that lawfully changed is held to its last entry only.
func (k keptRecord) opens(now map[[2]string]record) (payload []byte, ok bool, err error) {
	s, known := source(k.source)
	if !known {
		return nil, true, nil // of a later version of the program
	}
	r, there := now[[2]string{k.source, k.id}]
	if !s.inserted && !k.last {
		return nil, true, nil
	}
	if !there {
		return nil, false, nil
	}
	if payload, err = r.payload(s, k.salt); err != nil {
		return nil, false, err
	}
	e, err := form.ParseEntry(k.entry)
	if err != nil {
		return nil, false, nil //nolint:nilerr // an entry that cannot be read opens to nothing
	}
	if s.Clear {
		return payload, string(e.Body) == string(payload), nil
	}
	return payload, string(e.Commitment) == string(form.Commit(k.salt, payload)), nil
}
