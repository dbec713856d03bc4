package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/pg/pgtest"
	"huiyin/rulebook"
	"huiyin/staff"
)

// A version put in force is taken up by a running service within seconds, by its pages and its worker, and holds after a restart.
func TestNewRulesAreTakenUpWithoutARestart(t *testing.T) {
	pages := listener(t)
	set := map[string]string{"HUIYIN_DATABASE_URL": pgtest.Empty(t), "HUIYIN_DATA": t.TempDir(), "HUIYIN_ADDR": pages.Addr().String()}
	config, err := Load(func(name string) (string, bool) { v, ok := set[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	log := &journal{}
	env := &Env{Config: config, Stdout: io.Discard, Stderr: log, Environ: func() []string { return nil }}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	p, err := assemble(ctx, env, "renew", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{parts: p, env: env, pages: pages}
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx, true) }()

	var admins []int64
	for _, login := range []string{"ann", "bob"} {
		a, err := p.Staff.Add(ctx, staff.CommandLine, staff.NewAccount{Login: login, Unit: casework.Hotline, Roles: []casework.Role{casework.Admin}, Password: "river stones at night"})
		if err != nil {
			t.Fatal(err)
		}
		admins = append(admins, a.ID)
	}
	change := func(name, from, to string) {
		t.Helper()
		history, err := p.Book.History(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		old, err := p.Book.Content(ctx, name, history[0].Version)
		if err != nil || !bytes.Contains(old, []byte(from)) {
			t.Fatalf("%q is not in %s: %v", from, name, err)
		}
		if err := p.Book.Save(ctx, admins[0], name, bytes.Replace(old, []byte(from), []byte(to), 1), "x", rulebook.BasedOn{Version: history[0].Version}); err != nil {
			t.Fatal(err)
		}
		d, err := p.Book.Draft(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Book.PutInForce(ctx, admins[1], d.ID, ""); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(words string) func() bool {
		return func() bool {
			answer, err := http.Get("http://" + pages.Addr().String() + "/")
			if err != nil {
				return false
			}
			defer answer.Body.Close()
			body, _ := io.ReadAll(answer.Body)
			return strings.Contains(string(body), words)
		}
	}
	until(t, "the pages name the city", shows("临澜市"))
	change("city.yaml", "zh: 临澜市", "zh: 澜滨市")
	change("policy.yaml", "help: {dispatch: 1wd, sign: 1wd, contact: 1wd, handle: 5wd", "help: {dispatch: 1wd, sign: 1wd, contact: 1wd, handle: 7wd")
	until(t, "the pages name it anew", shows("澜滨市"))
	until(t, "the new limits decide", func() bool {
		return s.present.Load().Desk.Terms.Policy.Kinds[casework.Help].Handle.WorkingDays == 7
	})
	if p.Terms.Policy.Kinds[casework.Help].Handle.WorkingDays != 5 {
		t.Error("rules that were handed out have changed")
	}
	stop()
	if err := <-ended; err != nil && ctx.Err() == nil {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	again, err := assemble(t.Context(), env, "renew", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.City.Name.ZH != "澜滨市" || again.Terms.Policy.Kinds[casework.Help].Handle.WorkingDays != 7 {
		t.Errorf("after a restart: %s, %+v", again.City.Name.ZH, again.Terms.Policy.Kinds[casework.Help])
	}
}
