package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"

	"huiyin/demo"
	"huiyin/routing"
)

// route proposes, for each line of standard input or of the files, kind, category, place, urgency and responsible units by the city's rules.
func route(ctx context.Context, env *Env, args []string) error {
	f := env.flags("route", "[--city DIR] [FILE…]")
	dir := f.String("city", env.Config.City, "`directory` of the city's rules; without it the demonstration city")
	model := f.String("model", "", "`directory` of a trained model")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	if *model != "" {
		return usage{"this version has no trained models: leave --model out, and the city's rules alone decide"}
	}
	city, err := cityOf(*dir)
	if err != nil {
		return err
	}
	wrong := 0
	answer := func(name string, in io.Reader) error {
		return routing.Answers(ctx, city, in, env.Stdout, func(line int, why error) {
			if wrong++; wrong <= maxComplaints {
				fmt.Fprintf(env.Stderr, "huiyin route: %s line %d: %s\n", name, line, oneLine(why.Error()))
			}
		})
	}
	if f.NArg() == 0 {
		err = answer("standard input", env.Stdin)
	}
	for _, name := range f.Args() {
		if err = answerFile(name, answer); err != nil {
			break
		}
	}
	if err == nil && wrong > 0 {
		err = usage{fmt.Sprintf("lines that are wrongly written and have no proposal: %d", wrong)}
	}
	return err
}

// cityOf loads a city's rules; those of the demonstration city where no directory is named.
func cityOf(dir string) (*routing.City, error) {
	city, err := routing.LoadCity(cityFiles(dir))
	if err != nil {
		return nil, unusable(err)
	}
	return city, nil
}

func cityFiles(dir string) fs.FS {
	if dir == "" {
		return demo.CityFS
	}
	return os.DirFS(dir)
}

func unusable(err error) error {
	return usage{fmt.Sprintf("the city's rules cannot be used: %v", err)}
}
