package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/follow"
	"huiyin/intake"
	"huiyin/intake/mailauth"
	"huiyin/pg"
	"huiyin/privacy"
	"huiyin/routing"
	models "huiyin/routing/register"
	"huiyin/routing/sla"
	"huiyin/routing/topics"
	"huiyin/rulebook"
	"huiyin/seal"
	"huiyin/staff"
)

// parts are the pieces of one installation, put together once for whatever command runs.
type parts struct {
	*database
	Config   Config
	Log      *slog.Logger
	Keys     *seal.Keyring
	Masker   privacy.Masker
	Book     *rulebook.Book
	Rules    *rulebook.Rules // in force when these parts were put together
	City     *routing.City   // of Rules
	Terms    *sla.Terms      // of Rules
	Models   *models.Register
	Decided  models.Decision  // on models, in force when these parts were put together
	Tally    int64            // number of the count of what operators kept
	Learned  *routing.Learned // what was learned beside the rules: the model in use, and how often each rule is kept
	Docket   *casework.Docket
	Desk     *routing.Desk
	Door     *intake.Door
	Staff    *staff.Register
	Announce *follow.Announcer
	Senders  *mailauth.Checker // asks who sent a mail; nil where that is switched off
}

// assemble opens the database and puts the parts together. The units of the city's files are in the database afterwards.
func assemble(ctx context.Context, env *Env, name string, progress io.Writer) (*parts, error) {
	files, err := rulebook.Base(cityFiles(env.Config.City))
	if err != nil {
		return nil, unusable(err)
	}
	db, err := openDatabase(ctx, env.Config, pg.Options{Name: "huiyin " + name}, progress)
	if err != nil {
		return nil, err
	}
	p := &parts{database: db, Config: env.Config, Book: rulebook.New(db.Pool, files, env.Config.Now()), Announce: follow.NewAnnouncer(),
		Log: slog.New(slog.NewJSONHandler(env.Stderr, &slog.HandlerOptions{Level: env.loudness()}))}
	if env.Config.MailAuth {
		p.Senders = mailauth.NewChecker(net.DefaultResolver, env.Config.Now())
	}
	if err := p.join(ctx); err != nil {
		return nil, closeAfter(db, err)
	}
	return p, nil
}

// renewed puts the parts together again with the rules in force now; what is under way goes on with the old ones.
func (p *parts) renewed(ctx context.Context) (*parts, error) {
	next := *p
	return &next, next.decide(ctx)
}

// decide makes everything that decides by the city's rules. The units are in the database afterwards.
func (p *parts) decide(ctx context.Context) error {
	rules, err := p.Book.InForce(ctx)
	var m rulebook.Mistake
	if errors.As(err, &m) {
		return unusable(err)
	}
	if err != nil {
		return err
	}
	now := p.Config.Now()
	p.Rules, p.City, p.Terms = rules, rules.City, rules.Terms
	p.Docket = &casework.Docket{DB: p.Pool, Keys: p.Keys, Now: now, Zone: p.City.TZ, Wake: p.Announce.Wake, Limits: p.Terms.OwnLimit, Tries: p.Terms.Policy.Tries(), Compare: topics.Alike,
		Gather: &casework.Gather{DB: p.Pool}}
	p.Desk = &routing.Desk{Docket: p.Docket, City: p.City, Terms: p.Terms, Now: now}
	if err := p.learn(ctx); err != nil {
		return err
	}
	p.Door = intake.New(intake.Settings{Docket: p.Docket, City: p.City, Terms: p.Terms, Learned: p.Learned, Mailboxes: p.Config.Mailbox, Now: now, Log: p.Log, Masker: p.Masker, Senders: p.Senders})
	return staff.SyncUnits(ctx, p.Pool, demo.Units(p.City))
}

func (p *parts) join(ctx context.Context) error {
	var err error
	if p.Masker, err = p.Config.masker(); err != nil {
		return unusable(err)
	}
	keys, err := seal.LoadOrCreate(p.Config.Keys)
	if err != nil {
		return fmt.Errorf("key file %s: %w", p.Config.Keys, err)
	}
	p.Keys = keys
	p.Staff = staff.New(p.Pool)
	p.Staff.Now = p.Config.Now()
	if err := p.sameKeys(ctx); err != nil {
		return err
	}
	return p.decide(ctx)
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

// loudness is what the log tells: everything to a file or a collector, warnings only to a person at a terminal.
func (env *Env) loudness() slog.Level {
	if env.progress() != io.Discard {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
