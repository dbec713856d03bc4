package demo

import (
	"embed"
	"io/fs"
)

//go:embed city
var cityFiles embed.FS

// CityFS holds the files of the demonstration city, Linlan: units, categories, duty lists, places, rules.
var CityFS = mustSub(cityFiles, "city")

func mustSub(fsys fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(fsys, dir)
	if err != nil {
		panic(err) // the directory is embedded: only a wrong name in this file gets here
	}
	return sub
}
