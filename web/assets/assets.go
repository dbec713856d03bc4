// Package assets holds the built style sheets, scripts and drawings of the pages, under names that change with their content.
package assets

import (
	"embed"
	"encoding/json"
	"io/fs"
	"path"
	"strings"
)

//go:embed dist
var dist embed.FS

// File is one built file as browsers get it.
type File struct {
	Type   string // its media type
	Body   []byte
	Gzip   []byte // the same compressed, nil where it does not get smaller
	Brotli []byte
}

var (
	names = map[string]string{} // "app.css" → "app-ABCDEFGH.css"
	files = map[string]File{}
)

func init() {
	if err := read(); err != nil {
		panic("assets: " + err.Error() + "; run: go run ./cmd/assets")
	}
}

func read() error {
	manifest, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(manifest, &names); err != nil {
		return err
	}
	for _, name := range names {
		body, err := dist.ReadFile("dist/" + name)
		if err != nil {
			return err
		}
		files[name] = File{Type: typeOf(name), Body: body, Gzip: optional(name + ".gz"), Brotli: optional(name + ".br")}
	}
	return nil
}

func optional(name string) []byte {
	body, err := fs.ReadFile(dist, "dist/"+name)
	if err != nil {
		return nil
	}
	return body
}

func typeOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	}
	return "application/octet-stream"
}

// Name is the built name of a source such as "app.css" or "app.ts", empty if there is none.
func Name(source string) string {
	return names[strings.TrimSuffix(source, ".ts")+map[bool]string{true: ".js"}[strings.HasSuffix(source, ".ts")]]
}

// URL is the address of a source's built file.
func URL(source string) string { return "/assets/" + Name(source) }

// Find gives a built file by its built name.
func Find(name string) (File, bool) {
	f, ok := files[name]
	return f, ok
}
