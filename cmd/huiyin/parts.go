package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/follow"
	"huiyin/intake"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/staff"
)

// parts are the pieces of one installation, put together once for whatever command runs.
type parts struct {
	*database
	Config   Config
	Log      *slog.Logger
	Keys     *seal.Keyring
	City     *routing.City
	Terms    *sla.Terms
	Docket   *casework.Docket
	Desk     *routing.Desk
	Door     *intake.Door
	Staff    *staff.Register
	Announce *follow.Announcer
}

// assemble opens the database and puts the parts together. The units of the city's files are in the database afterwards.
func assemble(ctx context.Context, env *Env, name string, progress io.Writer) (*parts, error) {
	city, err := cityOf(env.Config.City)
	if err != nil {
		return nil, err
	}
	terms, err := sla.Standard()
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, env.Config, pg.Options{Name: "huiyin " + name}, progress)
	if err != nil {
		return nil, err
	}
	p := &parts{database: db, Config: env.Config, City: city, Terms: terms, Announce: follow.NewAnnouncer(),
		Log: slog.New(slog.NewJSONHandler(env.Stderr, nil))}
	if err := p.join(ctx); err != nil {
		return nil, closeAfter(db, err)
	}
	return p, nil
}

func (p *parts) join(ctx context.Context) error {
	keys, err := seal.LoadOrCreate(p.Config.Keys)
	if err != nil {
		return fmt.Errorf("key file %s: %w", p.Config.Keys, err)
	}
	now := p.Config.Now()
	p.Keys = keys
	p.Docket = &casework.Docket{DB: p.Pool, Keys: keys, Now: now, Zone: p.City.TZ, Wake: p.Announce.Wake}
	p.Desk = &routing.Desk{Docket: p.Docket, City: p.City, Terms: p.Terms, Now: now}
	p.Door = intake.New(intake.Settings{Docket: p.Docket, City: p.City, Terms: p.Terms, Mailboxes: p.Config.Mailbox, Now: now, Log: p.Log})
	p.Staff = staff.New(p.Pool)
	p.Staff.Now = now
	if err := p.sameKeys(ctx); err != nil {
		return err
	}
	return staff.SyncUnits(ctx, p.Pool, demo.Units(p.City))
}

// sameKeys refuses a key file that is not the one this database was begun with: with another, nothing sealed could be opened again.
func (p *parts) sameKeys(ctx context.Context) error {
	var known string
	err := p.Pool.QueryRow(ctx, `insert into installation (single, key_fingerprint) values (true, $1) on conflict (single) do update set single = true returning key_fingerprint`, p.Keys.Fingerprint()).Scan(&known)
	if err != nil {
		return fmt.Errorf("read installation: %w", err)
	}
	if known != p.Keys.Fingerprint() {
		return fmt.Errorf("the key file %s is not the one this database was begun with: put the right one in its place, or set HUIYIN_KEYS", p.Config.Keys)
	}
	return nil
}
