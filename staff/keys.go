package staff

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// KeyMode says which of a person's shortcuts act. Keys of one character must be possible to switch off (WCAG 2.1.4): a person who
// dictates, or whose hand slips, would act by every letter.
type KeyMode string

// The modes; EveryKey is the usual one.
const (
	EveryKey  KeyMode = "all"
	NoLetters KeyMode = "no_letters" // keys of one character are off
	NoKeys    KeyMode = "off"
)

// KeyModes lists the modes in the order of menus.
var KeyModes = []KeyMode{EveryKey, NoLetters, NoKeys}

// OwnKeys are the shortcuts that a person has changed. What each name means is the pages' matter.
type OwnKeys struct {
	Mode   KeyMode
	Chords map[string]string // by name of what it does; only what differs from the keys of the house, empty for none
}

// Keys reads a person's own shortcuts; who never changed any has none of their own, and every key of the house.
func (r *Register) Keys(ctx context.Context, account int64) (OwnKeys, error) {
	own := OwnKeys{Mode: EveryKey, Chords: map[string]string{}}
	err := r.db.QueryRow(ctx, `select mode, chords from own_keys where account = $1`, account).Scan(&own.Mode, &own.Chords)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return own, pg.Classify(fmt.Errorf("read keys: %w", err))
	}
	return own, nil
}

// SetKeys keeps a person's own shortcuts in place of those before.
func (r *Register) SetKeys(ctx context.Context, account int64, own OwnKeys) error {
	if own.Chords == nil {
		own.Chords = map[string]string{}
	}
	_, err := r.db.Exec(ctx, `insert into own_keys (account, mode, chords) values ($1, $2, $3) on conflict (account) do update set mode = excluded.mode, chords = excluded.chords`,
		account, own.Mode, own.Chords)
	if err != nil {
		return pg.Classify(fmt.Errorf("keep keys: %w", err))
	}
	return nil
}
