package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg"
)

// command is one thing huiyin does, with the line that help shows of it.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, env *Env, args []string) error
}

// commands lists every command in the order of help. Each stands in a file of its own.
func commands() []command {
	return []command{
		{"serve", "run the service: pages, mail door, workers and timers, or with --role one of them", serve},
		{"demo", "fill an empty database with a made-up city and its months of cases", fillDemo},
		{"migrate", "bring the database schema to the version of this program", migrate},
		{"backup", "write the whole state to one file while the service goes on: the database, and the keys that open it", writeBackup},
		{"restore", "fill an empty installation from a backup", readBackup},
		{"doctor", "check settings, database, disk, clock and mail, and say in plain words what is wrong", doctor},
		{"user", "keep the staff accounts: add, passwd, roles, disable, enable, list", user},
		{"handover", "exchange cases with the hotlines of other cities: key, partner add, partner list, partner remove, list", handOver},
		{"due", "tell by when a unit must sign, contact and handle (JSON lines in, JSON lines out)", due},
		{"workdays", "tell for each day of a range whether it is a working day, and why", workdays},
		{"import", "file the work orders of another system from CSV, XLSX or JSON Lines; run again to resume", importFile},
		{"articles", "keep the knowledge base: articles import FILE brings answers from CSV, XLSX or JSON Lines as drafts", articles},
		{"search", "find cases by their words: synonyms, pinyin and traditional characters are understood", searchCases},
		{"reindex", "make the search index anew, after the words or the names of the city changed", reindex},
		{"route", "propose kind, category, place and responsible units for each text, with reasons (JSON lines in, JSON lines out)", route},
		{"parse", "read e-mail, transcripts of calls or addresses as the service does: parse mail FILE…, parse transcript FILE… or parse address (JSON lines out)", parseFiles},
		{"cluster", "find what many messages are about at once: one line a topic, the hottest first (JSON lines in, JSON lines out)", cluster},
		{"duplicates", "find messages that may be one matter (JSON lines in, JSON lines out)", duplicates},
		{"check-reply", "judge whether replies answer what was asked, say what was done, give a basis and come in time (JSON lines in, JSON lines out)", checkReply},
		{"normalize", "bring texts into one form, and say what was repaired and what is damaged (JSON lines in, JSON lines out)", normalizeLines},
		{"train", "learn from past orders which unit a text is for: train --text COL --label COL --out DIR FILE; or from marked texts to find names and parts of addresses: train --spans FILE --out DIR", train},
		{"classify", "tell the labels that each text may have by a trained model, how likely each is and by which words (JSON lines in, JSON lines out)", classify},
		{"mask", "mask personal data in texts (JSON lines in, JSON lines out)", mask},
		{"verify", "check an installation from its public pages only: its log, its signatures, every figure of its closed months", check},
		{"witness", "countersign the public logs of other installations, so that each shows everybody the same", serveWitness},
		{"bench", "measure load against a server started for it, beside the machine's raw ceiling: bench mail|intake|timers [--json]", measure},
		{"help", "list the commands and the settings", help},
		{"version", "print the version of this program and of its database schema", version},
	}
}

// Env is what a command may touch of the process around it.
type Env struct {
	Config  Config // the settings; for doctor, with defaults in place of those that cannot be read
	Getenv  func(string) (string, bool)
	Environ func() []string
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer

	configErr error // what is wrong with the settings, for doctor to tell
}

// Exit statuses. reference: the interface contract.
const (
	exitDone   = 0
	exitFailed = 1 // the check or the work failed
	exitUsage  = 2 // wrong usage
)

// usage is an error in how the command was called.
type usage struct{ text string }

func (u usage) Error() string { return u.text }

// errReported ends a command that failed and has said why itself, in lines of its own.
var errReported = errors.New("reported")

func dispatch(ctx context.Context, env *Env, args []string) int {
	name := "help"
	if len(args) > 0 {
		name, args = strings.TrimLeft(args[0], "-"), args[1:]
	}
	if name == "h" {
		name = "help"
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		env.Config, env.configErr = Load(env.Getenv)
		err := env.configErr
		if err == nil || toleratesBadSettings(name) {
			err = c.run(ctx, env, args)
		} else {
			err = usage{err.Error()}
		}
		return report(ctx, env.Stderr, name, err)
	}
	fmt.Fprintf(env.Stderr, "huiyin: there is no command %q: run huiyin help to see them all\n", name)
	return exitUsage
}

func toleratesBadSettings(name string) bool {
	return name == "doctor" || name == "help" || name == "version"
}

// report says on stderr, in one sentence, why a command failed, and gives its exit status.
func report(ctx context.Context, stderr io.Writer, name string, err error) int {
	var wrong usage
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "huiyin %s: %s\n", name, wrong.text)
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintf(stderr, "huiyin %s: interrupted\n", name)
		return exitFailed
	}
	fmt.Fprintf(stderr, "huiyin %s: %s\n", name, sentence(err))
	return exitFailed
}

// sentence is an error in words for the person at the terminal, who is the operator: he gets the cause.
func sentence(err error) string {
	var known *fault.Error
	switch {
	case !errors.As(err, &known):
		return oneLine(err.Error())
	case known.Err == nil:
		return oneLine(locale.EN.T(known.Key, locale.Args(known.Args)))
	case pg.IsUnavailable(known.Err) || known.Key == "fault.unavailable":
		return "the database does not answer: see that it runs and that HUIYIN_DATABASE_URL is right (" + oneLine(known.Err.Error()) + ")"
	}
	return oneLine(known.Err.Error())
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// flags is the flag set of a command. synopsis is what follows the name, such as "FILE [--dry-run]".
func (env *Env) flags(name, synopsis string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {
		fmt.Fprintf(env.Stdout, "usage: huiyin %s %s\n", name, synopsis)
		f.SetOutput(env.Stdout)
		f.PrintDefaults()
	}
	return f
}

// parse reads the arguments of a command that takes between least and most of them (most < 0: any number) beside flags.
func parse(f *flag.FlagSet, args []string, least, most int) error {
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return usage{err.Error()}
	case f.NArg() < least:
		return usage{"an argument is missing: see huiyin " + f.Name() + " --help"}
	case most >= 0 && f.NArg() > most:
		return usage{fmt.Sprintf("%q is one argument too many: see huiyin %s --help", f.Arg(most), f.Name())}
	}
	return nil
}

// progress is where long work tells how far it is: stderr when a person reads it, else nowhere.
func (env *Env) progress() io.Writer {
	if f, ok := env.Stderr.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return env.Stderr
		}
	}
	return io.Discard
}
