package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestTheCommittedFilesAreBuiltFromTheSources(t *testing.T) {
	want, err := build("../../web/assets/src")
	if err != nil {
		t.Fatal(err)
	}
	dist := "../../web/assets/dist"
	have, err := os.ReadDir(dist)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range have {
		if _, ok := want[f.Name()]; !ok {
			t.Errorf("%s is not built from the sources any more; run: go run ./cmd/assets", f.Name())
		}
	}
	for name, body := range want {
		got, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil {
			t.Errorf("%s is missing; run: go run ./cmd/assets", name)
			continue
		}
		switch {
		case strings.HasSuffix(name, ".gz"):
			r, err := gzip.NewReader(bytes.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			sameText(t, name, r, want[strings.TrimSuffix(name, ".gz")])
		case strings.HasSuffix(name, ".br"):
			sameText(t, name, brotli.NewReader(bytes.NewReader(got)), want[strings.TrimSuffix(name, ".br")])
		case !bytes.Equal(got, body):
			t.Errorf("%s differs from its sources; run: go run ./cmd/assets", name)
		}
	}
}

func sameText(t *testing.T, name string, r io.Reader, want []byte) {
	t.Helper()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s does not unpack to the built file (%v); run: go run ./cmd/assets", name, err)
	}
}

// Budgets of the first load, compressed: 50 kB for a public page with its style sheet, 6 kB for its script.
func TestPublicPagesStayLight(t *testing.T) {
	files, err := build("../../web/assets/src")
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range files {
		limit := 0
		switch {
		case strings.HasPrefix(name, "app-") && strings.HasSuffix(name, ".js.br"):
			limit = 6 << 10
		case strings.HasPrefix(name, "app-") && strings.HasSuffix(name, ".css.br"):
			limit = 20 << 10
		case strings.HasPrefix(name, "console-") && strings.HasSuffix(name, ".js.br"):
			limit = 25 << 10
		}
		if limit > 0 && len(body) > limit {
			t.Errorf("%s has %d bytes, the budget is %d", name, len(body), limit)
		}
	}
}
