package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"huiyin/demo"
	"huiyin/routing"
	trained "huiyin/routing/model"
)

// route proposes, for each line of standard input or of the files, kind, category, place, urgency and responsible units by the city's rules, and by a trained model where one is named.
func route(ctx context.Context, env *Env, args []string) error {
	f := env.flags("route", "[--city DIR] [--model DIR] [FILE…]")
	dir := f.String("city", env.Config.City, "`directory` of the city's rules; without it the demonstration city")
	model := f.String("model", "", "`directory` of a model that train --text made; its labels are units by code or name, or labels.yaml beside the city's rules says what they stand for")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	city, err := cityOf(*dir)
	if err != nil {
		return err
	}
	learned, err := learnedOf(env, *model, *dir, city)
	if err != nil {
		return err
	}
	t := lineTool{env: env, command: "route"}
	return t.run(f.Args(), "have no proposal", func(name string, in io.Reader) error {
		return routing.Answers(ctx, city, learned, in, env.Stdout, func(line int, why error) { t.complain(name, line, why) })
	})
}

// learnedOf loads a trained model and finds what its labels stand for in the city; nil where no directory is named.
func learnedOf(env *Env, dir, cityDir string, city *routing.City) (*routing.Learned, error) {
	if dir == "" {
		return nil, nil
	}
	m, err := trained.Load(dir)
	if err != nil {
		return nil, err
	}
	learned, err := routing.Fit(city, cityFiles(cityDir), m, filepath.Base(dir))
	if err != nil {
		return nil, unusable(err)
	}
	if known := learned.Known(); known < len(m.Labels) {
		fmt.Fprintf(env.Stderr, "huiyin route: of the model's %d labels %d stand for a unit or function of this city; the others propose nothing: name them in labels.yaml\n", len(m.Labels), known)
	}
	return learned, nil
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
