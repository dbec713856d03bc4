package translog

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"huiyin/pg"
	"huiyin/translog/form"
)

const (
	keyPlace = "log_key"
	sm2Place = "log_key sm2"
)

// signers open the keys that sign checkpoints, Ed25519 first and SM2 behind it, and make them at the very first.
func (l *Log) signers(ctx context.Context, q pg.Querier) ([]note.Signer, string, error) {
	var origin string
	var wrapped, sealed, sealed2 []byte
	read := func() error {
		return q.QueryRow(ctx, `select origin, wrapped_key, signer, sm2_sealed from log_key`).Scan(&origin, &wrapped, &sealed, &sealed2)
	}
	err := read()
	if pg.IsNoRows(err) {
		if err = l.makeKey(ctx, q); err == nil {
			err = read()
		}
	}
	if err == nil && sealed2 == nil {
		if err = l.makeSM2(ctx, q, origin, wrapped); err == nil {
			err = read()
		}
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the log's key: %w", err)
	}
	key, err := l.Keys.Unwrap(wrapped)
	if err != nil {
		return nil, "", fmt.Errorf("unwrap the log's key: %w", err)
	}
	secret, err := key.Open(keyPlace, origin, sealed)
	if err != nil {
		return nil, "", fmt.Errorf("open the log's key: %w", err)
	}
	first, err := note.NewSigner(string(secret))
	if err != nil {
		return nil, "", fmt.Errorf("read the log's key: %w", err)
	}
	if secret, err = key.Open(sm2Place, origin, sealed2); err != nil {
		return nil, "", fmt.Errorf("open the log's SM2 key: %w", err)
	}
	second, err := form.ParseSM2Key(origin, secret)
	return []note.Signer{first, second}, origin, err
}

func (l *Log) makeKey(ctx context.Context, q pg.Querier) error {
	secret, verifier, err := note.GenerateKey(nil, l.Origin)
	if err != nil {
		return fmt.Errorf("make a key for %q: %w", l.Origin, err)
	}
	key, wrapped, err := l.Keys.NewDataKey()
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `insert into log_key (origin, verifier, wrapped_key, signer, made_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
		l.Origin, verifier, wrapped, key.Seal(keyPlace, l.Origin, []byte(secret)), l.Now().UTC())
	return err
}

// makeSM2 makes the second key of a log that has none yet. A log older than its second key has checkpoints with one signature; they stay what they are.
func (l *Log) makeSM2(ctx context.Context, q pg.Querier, origin string, wrapped []byte) error {
	key, err := l.Keys.Unwrap(wrapped)
	if err != nil {
		return err
	}
	made, err := form.NewSM2Key(origin)
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `update log_key set sm2_public = $1, sm2_sealed = $2 where sm2_sealed is null`, made.Public(), key.Seal(sm2Place, origin, made.Encode()))
	return err
}
