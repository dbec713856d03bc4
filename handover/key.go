package handover

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"

	"huiyin/fault"
	"huiyin/pg"
)

// Identity is how other hotlines know ours.
type Identity struct {
	Code string            // how partners name us: the administrative code, unless another was chosen
	Key  ed25519.PublicKey // by which our messages are verified
}

const keyPlace = "handover_key"

// MakeKey makes the signing key of this installation, in place of one that was there; partners must be told. The private half is sealed with the key file.
// code is how partners shall name us; empty: the city's administrative code.
func (s *Service) MakeKey(ctx context.Context, code string) (Identity, error) {
	if code == "" {
		code = s.City.Code
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Identity{}, fmt.Errorf("make signing key: %w", err)
	}
	data, wrapped, err := s.Keys.NewDataKey()
	if err != nil {
		return Identity{}, err
	}
	_, err = s.DB.Exec(ctx, `insert into handover_key (code, public_key, wrapped_key, private_key, made_at) values ($1, $2, $3, $4, $5)
		on conflict (single) do update set code = excluded.code, public_key = excluded.public_key, wrapped_key = excluded.wrapped_key, private_key = excluded.private_key, made_at = excluded.made_at`,
		code, []byte(public), wrapped, data.Seal(keyPlace, code, private.Seed()), s.Now().UTC())
	if err != nil {
		return Identity{}, fmt.Errorf("keep signing key: %w", err)
	}
	return Identity{Code: code, Key: public}, nil
}

// Identity tells how other hotlines know ours. Errors: fault.NotFound where no key was made yet.
func (s *Service) Identity(ctx context.Context) (Identity, error) {
	var one Identity
	var public []byte
	err := s.DB.QueryRow(ctx, `select code, public_key from handover_key`).Scan(&one.Code, &public)
	if pg.IsNoRows(err) {
		return one, fault.New(fault.NotFound, "fault.handover_no_key")
	}
	if err != nil {
		return one, fmt.Errorf("read signing key: %w", err)
	}
	one.Key = public
	return one, nil
}

// signer opens the private half of our key.
func (s *Service) signer(ctx context.Context) (code string, key ed25519.PrivateKey, err error) {
	var wrapped, sealed []byte
	err = s.DB.QueryRow(ctx, `select code, wrapped_key, private_key from handover_key`).Scan(&code, &wrapped, &sealed)
	if pg.IsNoRows(err) {
		return "", nil, fault.New(fault.NotFound, "fault.handover_no_key")
	}
	if err != nil {
		return "", nil, fmt.Errorf("read signing key: %w", err)
	}
	data, err := s.Keys.Unwrap(wrapped)
	if err != nil {
		return "", nil, fmt.Errorf("unwrap signing key: %w", err)
	}
	seed, err := data.Open(keyPlace, code, sealed)
	if err != nil || len(seed) != ed25519.SeedSize {
		return "", nil, fmt.Errorf("open signing key: %w", err)
	}
	return code, ed25519.NewKeyFromSeed(seed), nil
}
