package opendata

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/supervision"
)

// File is size and digest of a file as it comes out while its rows stand as Snapshot names them.
type File struct {
	Set      string
	Period   string // yyyy-mm; empty of a set that is no monthly one
	Format   string
	Snapshot string
	Rows     int
	Bytes    int64
	SHA256   string // in hexadecimal
	At       time.Time
}

// How often the digests of files are made anew, where their rows changed: those of the last two months sooner than those of older ones. Whoever
// fetches a file in between gets the rows as they are then, under the name of another snapshot.
const (
	lookNew = 30 * time.Minute
	lookOld = 24 * time.Hour
)

// sweepTime is after which one look at the files ends; the next goes on.
const sweepTime = 20 * time.Second

// Sweep makes the digests of files whose rows changed, and tells how many. It is safe to run twice, late, or on two machines at once.
func (s Source) Sweep(ctx context.Context) (int, error) {
	begun, n := time.Now(), 0
	looked, err := s.looked(ctx)
	if err != nil {
		return 0, err
	}
	for _, set := range Sets {
		periods, err := s.periods(ctx, set)
		if err != nil {
			return n, err
		}
		for _, p := range periods {
			name := ""
			wait := lookOld
			if p.From > 0 {
				name = p.From.String()
			}
			if p.From == 0 || p.From >= supervision.MonthOf(s.Now(), s.City.TZ).Add(-2) {
				wait = lookNew
			}
			if s.Now().Sub(looked[[2]string{set.Key, name}]) < wait {
				continue
			}
			made, err := s.digest(ctx, set, p)
			if n += made; err != nil || time.Since(begun) > sweepTime {
				return n, err
			}
		}
	}
	return n, nil
}

// SweepAll is Sweep until every file has its digest.
func (s Source) SweepAll(ctx context.Context) (int, error) {
	n := 0
	for {
		made, err := s.Sweep(ctx)
		if n += made; err != nil || made == 0 {
			return n, err
		}
	}
}

// periods are the months of a monthly set, or everything.
func (s Source) periods(ctx context.Context, set Set) ([]supervision.Period, error) {
	if !set.Monthly {
		return []supervision.Period{{}}, nil
	}
	list, err := s.Months(ctx, set)
	var all []supervision.Period
	for _, m := range list {
		all = append(all, supervision.One(m))
	}
	return all, err
}

// Months lists the months that a monthly set has, the newest first.
func (s Source) Months(ctx context.Context, set Set) ([]supervision.Month, error) {
	if !set.Monthly {
		return nil, nil
	}
	var list []supervision.Month
	err := pg.InTx(ctx, s.DB, nil, func(tx pgx.Tx) (err error) {
		list, err = set.list(ctx, &Reading{Source: s, Set: set, tx: tx})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list months of %s: %w", set.Key, err)
	}
	return list, nil
}

func (s Source) looked(ctx context.Context) (map[[2]string]time.Time, error) {
	rows, err := s.DB.Query(ctx, `select set_key, period, min(looked_at) from data_file group by 1, 2`)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("look at files: %w", err))
	}
	all := map[[2]string]time.Time{}
	var key, period string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&key, &period, &at}, func() error { all[[2]string{key, period}] = at; return nil })
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("look at files: %w", err))
	}
	return all, nil
}

// digest makes the digests of one set and period, where its rows are not those that they were made of.
func (s Source) digest(ctx context.Context, set Set, p supervision.Period) (int, error) {
	r, err := s.Open(ctx, set, p, 0)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	now := s.Now().UTC()
	tag, err := s.DB.Exec(ctx, `update data_file set looked_at = $4 where set_key = $1 and period = $2 and snapshot = $3`, set.Key, r.Name(), r.Snapshot, now)
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("look at files: %w", err))
	}
	if int(tag.RowsAffected()) == len(Formats) {
		return 0, nil
	}
	if _, err := r.tally(ctx); err != nil {
		return 0, err
	}
	return len(Formats), nil
}

// tally writes every format to nowhere, and keeps sizes and digests.
func (r *Reading) tally(ctx context.Context) ([]File, error) {
	files, sinks := make([]counted, len(Formats)), make([]sink, len(Formats))
	for i, f := range Formats {
		files[i].Hash = sha256.New()
		sinks[i] = sink{f, &files[i]}
	}
	n, err := r.write(ctx, sinks)
	if err != nil {
		return nil, err
	}
	now := r.Now().UTC()
	var all []File
	for i, f := range Formats {
		one := File{Set: r.Set.Key, Period: r.Name(), Format: f.Name, Snapshot: r.Snapshot, Rows: n, Bytes: files[i].n, SHA256: hex.EncodeToString(files[i].Sum(nil)), At: now}
		_, err = r.DB.Exec(ctx, `insert into data_file (set_key, period, format, snapshot, rows, bytes, sha256, made_at, looked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
			on conflict (set_key, period, format) do update set snapshot = excluded.snapshot, rows = excluded.rows, bytes = excluded.bytes, sha256 = excluded.sha256, made_at = excluded.made_at, looked_at = excluded.looked_at`,
			one.Set, one.Period, one.Format, one.Snapshot, n, one.Bytes, files[i].Sum(nil), now)
		if err != nil {
			return nil, pg.Classify(fmt.Errorf("keep digest: %w", err))
		}
		all = append(all, one)
	}
	return all, nil
}

// counted is the digest of what goes through it, and its length.
type counted struct {
	hash.Hash
	n int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Hash.Write(b)
	c.n += int64(n)
	return n, err
}

// Files lists the digests of a set's files, or of all sets where key is empty: the newest period first, and of a period in the order of Formats.
func (s Source) Files(ctx context.Context, key string) ([]File, error) {
	rows, err := s.DB.Query(ctx, `select set_key, period, format, snapshot, rows, bytes, sha256, made_at from data_file where $1 = '' or set_key = $1 order by set_key, period desc, array_position($2::text[], format)`, key, formatNames())
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read files: %w", err))
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f File, err error) {
		var sum []byte
		err = row.Scan(&f.Set, &f.Period, &f.Format, &f.Snapshot, &f.Rows, &f.Bytes, &sum, &f.At)
		f.SHA256 = hex.EncodeToString(sum)
		return f, err
	})
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read files: %w", err))
	}
	return all, nil
}

func formatNames() []string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = f.Name
	}
	return names
}

// Path is the address of a file.
func (f File) Path() string { return Path(f.Set, f.Period, f.Format) }

// Path is the address of a set's file of a period, which is a month or empty for everything.
func Path(key, period, format string) string {
	if period == "" {
		return "/data/" + key + "." + format
	}
	return "/data/" + key + "/" + period + "." + format
}
