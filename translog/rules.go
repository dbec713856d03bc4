package translog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/translog/form"
)

// RuleEntry is what the log says of a version of the city's rules: duty lists, policies, calendars, code sets. Version 0 is the file that the city began with.
type RuleEntry struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	SHA256  string `json:"sha256"` // of the file, in hexadecimal
	At      string `json:"at"`     // since when it is in force; empty for version 0
}

// SweepRules enters every version of the rules that is not in the log yet, and tells how many. base are the files of version 0. It is safe to run twice, late, or on two machines at once.
func (l *Log) SweepRules(ctx context.Context, base map[string][]byte) (int, error) {
	n := 0
	err := pg.InTx(ctx, l.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		n = 0
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('huiyin log rules'))`); err != nil {
			return err
		}
		missing, sums, err := newRules(ctx, tx, base)
		if err != nil || len(missing) == 0 {
			return err
		}
		day := l.Now().UTC().Format(time.DateOnly)
		var entries []form.Entry
		for _, r := range missing {
			body, err := json.Marshal(r)
			if err != nil {
				return err
			}
			entries = append(entries, form.Entry{V: 1, Type: form.Rules, Day: day, Body: body})
		}
		first, err := l.Enter(ctx, tx, entries)
		if err != nil {
			return err
		}
		for i, r := range missing {
			if _, err := tx.Exec(ctx, `insert into log_rule (name, version, sha256, idx) values ($1, $2, $3, $4)`, r.Name, r.Version, sums[i], first+int64(i)); err != nil {
				return err
			}
		}
		n = len(missing)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("enter rules into the log: %w", err)
	}
	return n, nil
}

// newRules lists the versions that the log does not have, the oldest first.
func newRules(ctx context.Context, tx pgx.Tx, base map[string][]byte) (missing []RuleEntry, sums [][]byte, err error) {
	type key struct {
		name    string
		version int
	}
	known := map[key][][]byte{}
	rows, err := tx.Query(ctx, `select name, version, sha256 from log_rule`)
	if err != nil {
		return nil, nil, err
	}
	var k key
	var sum []byte
	if _, err := pgx.ForEachRow(rows, []any{&k.name, &k.version, &sum}, func() error { known[k] = append(known[k], bytes.Clone(sum)); return nil }); err != nil {
		return nil, nil, err
	}
	add := func(k key, content []byte, at string) {
		sum := sha256.Sum256(content)
		for _, had := range known[k] {
			if bytes.Equal(had, sum[:]) {
				return
			}
		}
		missing, sums = append(missing, RuleEntry{Name: k.name, Version: k.version, SHA256: hex.EncodeToString(sum[:]), At: at}), append(sums, sum[:])
	}
	for _, name := range slices.Sorted(maps.Keys(base)) {
		add(key{name, 0}, base[name], "")
	}
	rows, err = tx.Query(ctx, `select name, version, content, at from rule_version order by edition`)
	if err != nil {
		return nil, nil, err
	}
	var content string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&k.name, &k.version, &content, &at}, func() error { add(k, []byte(content), form.Moment(at)); return nil })
	return missing, sums, err
}
