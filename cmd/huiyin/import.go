package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"huiyin/intake"
	"huiyin/intake/table"
	"huiyin/routing/sla"
)

// importFile files the work orders of another system. Running it again files only what is new, so that an interrupted import is resumed.
func importFile(ctx context.Context, env *Env, args []string) error {
	f := env.flags("import", "FILE [--map MAP.yaml] [--dry-run]")
	mapFile := f.String("map", "", "mapping `file` (YAML): which of their columns are ours; without it the usual Chinese and English names are known")
	dry := f.Bool("dry-run", false, "read and check everything, file nothing")
	name, err := fileArgument(f, args)
	if err != nil {
		return err
	}
	mapping, err := mappingOf(*mapFile)
	if err != nil {
		return err
	}
	file, err := table.Open(name)
	if err != nil {
		return usage{fmt.Sprintf("%s: %v", name, err)}
	}
	defer file.Close()
	rejects := &rejectFile{name: name + ".rejects.csv", columns: file.Columns}
	if err := os.Remove(rejects.name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	begun := time.Now()
	im := intake.Import{File: file, Mapping: mapping, DryRun: *dry, Reject: rejects.put}
	im.Advance = func(t intake.Tally) {
		fmt.Fprintf(env.progress(), "\r%d rows, %d filed, %d known before, %d rejected, %.0f rows/s ", t.Rows, t.Filed, t.Known, t.Rejected, float64(t.Rows)/time.Since(begun).Seconds())
	}
	t, err := env.runImport(ctx, im)
	fmt.Fprint(env.progress(), "\n")
	if t.Rows > 0 {
		words := "filed"
		if *dry {
			words = "could be filed"
		}
		took := time.Since(begun)
		fmt.Fprintf(env.Stdout, "%s (%s): %d rows, %d %s, %d known before, %d rejected, in %s (%.0f rows/s)\n",
			filepath.Base(name), file.Form, t.Rows, t.Filed, words, t.Known, t.Rejected, took.Round(10*time.Millisecond), float64(t.Rows)/took.Seconds())
	}
	if t.Unsorted > 0 {
		fmt.Fprintf(env.Stdout, "without a matter that the file or the rules know: %d of the %d\n", t.Unsorted, t.Filed)
	}
	if t.Rejected > 0 {
		fmt.Fprintf(env.Stdout, "rejected rows with their reasons: %s\n", rejects.name)
	}
	if err = errors.Join(err, rejects.close()); err != nil && t.Rows > 0 {
		return fmt.Errorf("stopped after %d rows, run it again to go on: %w", t.Rows, err)
	}
	return err
}

// runImport files into the database. A dry run needs none; where there is one, it decides by the rulebook in force and knows what was filed before.
func (env *Env) runImport(ctx context.Context, im intake.Import) (intake.Tally, error) {
	if im.DryRun && !env.Config.hasDatabase() {
		city, err := cityOf(env.Config.City)
		if err != nil {
			return intake.Tally{}, err
		}
		terms, err := sla.Standard()
		if err != nil {
			return intake.Tally{}, err
		}
		return intake.New(intake.Settings{City: city, Terms: terms, Now: env.Config.Now(), Log: slog.New(slog.DiscardHandler)}).Import(ctx, im)
	}
	p, err := assemble(ctx, env, "import", env.progress())
	if err != nil {
		return intake.Tally{}, err
	}
	t, err := p.Door.Import(ctx, im)
	if err != nil {
		return t, closeAfter(p.database, err)
	}
	return t, p.Close()
}

// hasDatabase reports whether there is a database to ask: a configured one, or a private one that an earlier command made.
func (c Config) hasDatabase() bool {
	if c.DatabaseURL != "" {
		return true
	}
	_, err := os.Stat(filepath.Join(c.Data, "pg", "data"))
	return err == nil
}

// fileArgument takes the one file name, wherever it stands among the flags.
func fileArgument(f *flag.FlagSet, args []string) (string, error) {
	var names []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return "", err
			}
			return "", usage{err.Error()}
		}
		if args = f.Args(); len(args) == 0 {
			break
		}
		names, args = append(names, args[0]), args[1:]
	}
	if len(names) != 1 {
		return "", usage{"one FILE is wanted: see huiyin " + f.Name() + " --help"}
	}
	return names[0], nil
}

func mappingOf(name string) (*intake.Mapping, error) {
	if name == "" {
		return &intake.Mapping{}, nil
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, usage{err.Error()}
	}
	defer in.Close()
	m, err := intake.ReadMapping(in)
	if err != nil {
		return nil, usage{fmt.Sprintf("%s: %v", name, err)}
	}
	return m, nil
}

// rejectFile holds the rows that could not be filed, as they stood, with line and reason. It is made with the first of them, readable by its
// owner only: the rows are personal data.
type rejectFile struct {
	name    string
	columns []string
	file    *os.File
	out     *csv.Writer
}

func (r *rejectFile) put(row table.Row, why error) error {
	if r.out == nil {
		var err error
		if r.file, err = os.OpenFile(r.name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err != nil {
			return err
		}
		if _, err := io.WriteString(r.file, "\ufeff"); err != nil { // spreadsheets take the file for UTF-8 only with a mark
			return err
		}
		r.out = csv.NewWriter(r.file)
		head := append([]string{"line", "reason"}, r.columns...)
		if r.columns == nil {
			head = append(head, "row")
		}
		if err := r.out.Write(head); err != nil {
			return err
		}
	}
	values := row.Values()
	if r.columns == nil {
		values = values[:min(len(values), 1)]
	}
	return r.out.Write(append([]string{strconv.Itoa(row.Line), oneLine(why.Error())}, values...))
}

func (r *rejectFile) close() error {
	if r.out == nil {
		return nil
	}
	r.out.Flush()
	return errors.Join(r.out.Error(), r.file.Close())
}
