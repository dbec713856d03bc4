package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/follow"
	"huiyin/notify"
	"huiyin/pg"
)

// Size of the demonstration city when nothing else is asked for: enough to look alive, filled in a few seconds.
const (
	demoCases  = 900
	demoMonths = 6
	demoSeed   = 12345
)

// fillDemo fills an empty database with the made-up city.
func fillDemo(ctx context.Context, env *Env, args []string) error {
	f := env.flags("demo", "[--cases N] [--months M] [--seed S]")
	cases := f.Int("cases", demoCases, "how many cases, 1 to 100000")
	months := f.Int("months", demoMonths, "over how many months, 1 to 60")
	seed := f.Uint64("seed", demoSeed, "the same seed gives the same city")
	if err := parse(f, args, 0, 0); err != nil {
		return err
	}
	if *cases < 1 || *cases > 100000 || *months < 1 || *months > 60 {
		return usage{"--cases must be 1 to 100000 and --months 1 to 60"}
	}
	p, err := assemble(ctx, env, "demo", env.progress())
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := p.fill(ctx, demo.Plan{Cases: *cases, Months: *months, Seed: *seed}, env.progress()); err != nil {
		return closeAfter(p.database, err)
	}
	fmt.Fprintf(env.Stdout, "%d cases over %d months in %s\n", *cases, *months, time.Since(begun).Round(100*time.Millisecond))
	if err := p.signIns(env.Stdout); err != nil {
		return closeAfter(p.database, err)
	}
	return p.Close()
}

// fill makes the city on a pool that does not wait for the disk: a demonstration can be made again, a citizen's case could not.
func (p *parts) fill(ctx context.Context, plan demo.Plan, progress io.Writer) error {
	pool, err := pg.Open(ctx, p.URL, pg.Options{Name: "huiyin demo", Forgetful: true})
	if err != nil {
		return err
	}
	defer pool.Close()
	city := &demo.City{Pool: pool, Keys: p.Keys, Rules: p.City, Terms: p.Terms, Staff: p.Staff, Now: p.Config.Now()}
	err = city.Fill(ctx, plan, func(done, of int) {
		fmt.Fprintf(progress, "\rfilling the demonstration city: %d of %d cases", done, of)
	})
	fmt.Fprintln(progress)
	if err != nil {
		return err
	}
	past := follow.Follower{Name: notify.FollowerName, Handle: func(context.Context, pgx.Tx, []casework.Event) error { return nil }} // nobody gets letters about an invented past
	for _, f := range append(p.followers(), past) {
		if err := f.CatchUpAll(ctx, pool); err != nil {
			return err
		}
	}
	for closer := p.closer(); ; {
		if n, err := closer.Sweep(ctx); err != nil || n == 0 {
			return err
		}
	}
}

// signIns prints one sign-in for each role, and a tracking code that opens a resident's page.
func (p *parts) signIns(w io.Writer) error {
	people, err := demo.People()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n  sign-ins of the demonstration city, all with the password %s\n", demo.Password)
	for _, one := range people {
		roles := make([]string, len(one.Roles))
		for i, r := range one.Roles {
			roles[i] = string(r)
		}
		fmt.Fprintf(w, "    %-16s %-24s %s\n", one.Login, one.Unit, strings.Join(roles, ", "))
	}
	return nil
}

// sampleCode is the tracking code of one answered case of the demonstration city, so that a visitor can see a resident's page.
func (p *parts) sampleCode(ctx context.Context) (string, error) {
	var id casework.CaseID
	err := pg.InTx(ctx, p.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select c.id from cases c where c.state in ('replied','reviewed') and exists (select 1 from event where case_id = c.id and step = 'use') and not exists (select 1 from clock where case_id = c.id and breached_at is not null) order by c.replied_at desc limit 1`).Scan(&id)
	})
	if pg.IsNoRows(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	got, err := p.Docket.Reveal(ctx, casework.Resident(id), id, []casework.PersonalField{casework.FieldCode}, casework.Use{Purpose: casework.ForOwn})
	return got[casework.FieldCode], err
}
