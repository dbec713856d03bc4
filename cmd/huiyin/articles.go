package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/table"
	"huiyin/knowledge"
	"huiyin/locale"
)

// articles keeps the knowledge base: articles import FILE brings articles from CSV, XLSX or JSON Lines as drafts. Run again it brings what changed.
func articles(ctx context.Context, env *Env, args []string) error {
	if len(args) == 0 || args[0] != "import" {
		return usage{"articles import FILE…: columns " + strings.Join(knowledge.Columns, ", ")}
	}
	flags := env.flags("articles import", "FILE…")
	if err := parse(flags, args[1:], 1, -1); err != nil {
		return err
	}
	p, err := assemble(ctx, env, "articles", env.progress())
	if err != nil {
		return err
	}
	bad := false
	for _, name := range flags.Args() {
		n, err := p.bring(ctx, env, name)
		if err != nil {
			return closeAfter(p.database, err)
		}
		bad = bad || n > 0
	}
	if err := p.Close(); err != nil {
		return err
	}
	if bad {
		return errReported
	}
	return nil
}

// bring reads one file and tells how many of its rows could not be kept.
func (p *parts) bring(ctx context.Context, env *Env, name string) (refused int, err error) {
	file, err := table.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	base, kept, known := p.answers(), 0, 0
	for {
		row, err := file.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return refused, err
		}
		changed := false
		if err = row.Err; err == nil {
			var code string
			var owner casework.UnitCode
			var content knowledge.Content
			if code, owner, content, err = base.FromRow(row.Get); err == nil {
				_, changed, err = base.Bring(ctx, casework.System, code, owner, content)
			}
		}
		switch {
		case err != nil && fault.KindOf(err) == fault.Unavailable:
			return refused, err
		case err != nil:
			refused++
			fmt.Fprintf(env.Stderr, "huiyin articles: %s line %d: %s\n", name, row.Line, why(err))
		case changed:
			kept++
		default:
			known++
		}
	}
	fmt.Fprintf(env.Stdout, "%s: %d drafts kept, %d known already, %d refused; the drafts are reviewed and published at %s/answers\n", name, kept, known, refused, p.Config.BaseURL)
	return refused, nil
}

// why is what is wrong with a row, with the column.
func why(err error) string {
	var known *fault.Error
	if errors.As(err, &known) && known.Field != "" {
		return known.Field + ": " + oneLine(locale.EN.T(known.Key, locale.Args(known.Args)))
	}
	return sentence(err)
}
