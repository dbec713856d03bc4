package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Check is one thing that doctor looks at.
type Check struct {
	Name string
	Run  func(ctx context.Context, p *patient) Finding
}

// Finding is what a check found, in a sentence for the operator: what is so, and if it is wrong, what to do.
type Finding struct {
	Grade Grade
	Text  string
}

// Grade says how bad a finding is.
type Grade int

// The grades; only wrong makes doctor fail.
const (
	good Grade = iota
	doubtful
	wrong
)

func (g Grade) String() string { return [...]string{"ok", "doubtful", "wrong"}[g] }

func fine(format string, args ...any) Finding { return Finding{good, fmt.Sprintf(format, args...)} }
func doubt(format string, args ...any) Finding {
	return Finding{doubtful, fmt.Sprintf(format, args...)}
}
func bad(format string, args ...any) Finding { return Finding{wrong, fmt.Sprintf(format, args...)} }

// patient is what the checks look at.
type patient struct {
	config    Config
	configErr error
	environ   []string
	db        *pgxpool.Pool // nil when the database could not be opened
	dbErr     error         // why not
	now       func() time.Time
}

// checks lists what doctor looks at, in the order of its report.
func checks() []Check {
	return slices.Concat(machineChecks, databaseChecks, searchChecks, mailChecks)
}

// doctor runs every check, one line each, and fails when one of them finds something wrong.
func doctor(ctx context.Context, env *Env, args []string) error {
	if err := parse(env.flags("doctor", ""), args, 0, 0); err != nil {
		return err
	}
	p := &patient{config: env.Config, configErr: env.configErr, environ: env.Environ(), now: time.Now}
	var stop error
	p.dbErr = env.withDatabase(ctx, "doctor", func(db *database) error {
		p.db = db.Pool
		stop = examine(ctx, env, p)
		return nil
	})
	if p.db == nil {
		stop = examine(ctx, env, p)
	} else if p.dbErr != nil {
		return p.dbErr
	}
	return stop
}

func examine(ctx context.Context, env *Env, p *patient) error {
	worst := good
	for _, c := range checks() {
		ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
		f := c.Run(ctx, p)
		cancel()
		worst = max(worst, f.Grade)
		fmt.Fprintf(env.Stdout, "%-9s %-18s %s\n", f.Grade, c.Name, strings.ReplaceAll(f.Text, "\n", "; "))
	}
	if worst == wrong {
		return errReported
	}
	return nil
}
