// Command assets builds the pages' style sheets and scripts into web/assets/dist, with no program but Go.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if err := run("web/assets"); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// run builds dir/src into dir/dist and removes what an earlier build left there.
func run(dir string) error {
	built, err := build(filepath.Join(dir, "src"))
	if err != nil {
		return err
	}
	dist := filepath.Join(dir, "dist")
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for name, body := range built {
		if err := os.WriteFile(filepath.Join(dist, name), body, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// entries are the files that pages name.
var entries = []string{"app.css", "console.css", "app.ts", "console.ts", "outbox.ts", "ledger.ts", "work.ts", "sw.ts", "icon.svg", "icon-192.png", "icon-512.png"}

// build gives every file of dist by name: the built files, their compressed copies, and the manifest.
func build(src string) (map[string][]byte, error) {
	src, err := filepath.Abs(src)
	if err != nil {
		return nil, err
	}
	options := api.BuildOptions{
		AbsWorkingDir:     src,
		EntryPoints:       entries,
		EntryNames:        "[name]-[hash]",
		Outdir:            "/dist",
		Bundle:            true,
		Format:            api.FormatESModule,
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsNone,
		Loader:            map[string]api.Loader{".svg": api.LoaderCopy, ".png": api.LoaderCopy},
		External:          []string{"/assets/*"},
		// Destructuring cannot be lowered for Safari 14.0; 14.1 is the first that needs no lowering.
		Engines: []api.Engine{{Name: api.EngineChrome, Version: "87"}, {Name: api.EngineSafari, Version: "14.1"}},
	}
	result := api.Build(options)
	if len(result.Errors) > 0 {
		return nil, errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	files, names := map[string][]byte{}, map[string]string{}
	for _, out := range result.OutputFiles {
		name := filepath.Base(out.Path)
		ext := filepath.Ext(name)
		names[name[:strings.LastIndex(name, "-")]+ext] = name
		files[name] = out.Contents
		for suffix, squeeze := range map[string]func([]byte) ([]byte, error){".gz": gzipped, ".br": brotlied} {
			small, err := squeeze(out.Contents)
			if err != nil {
				return nil, err
			}
			if len(small) < len(out.Contents) && ext != ".png" {
				files[name+suffix] = small
			}
		}
	}
	manifest, err := json.MarshalIndent(names, "", "  ")
	if err != nil {
		return nil, err
	}
	files["manifest.json"] = append(manifest, '\n')
	return files, nil
}

func gzipped(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func brotlied(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
