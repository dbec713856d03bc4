package pg

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first major version the schema works on.
const oldest = 15

// Where distributions put the server binaries: Debian, Red Hat, Alpine, source builds, Homebrew.
var serverDirectories = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql@*/bin"}

// findServer finds server binaries: on PATH, then in the distribution's directories the newest, then what was fetched
// before; else it installs them. Data that exists can be read by its own major version only: wanted, empty when new.
func findServer(ctx context.Context, dir, wanted string, progress io.Writer) (server, error) {
	if found, ok := choose(installed(ctx, dir), wanted); ok {
		return found, nil
	}
	if os.Geteuid() == 0 && wanted == "" {
		if apt, err := exec.LookPath("apt-get"); err == nil {
			fmt.Fprintln(progress, "installing the PostgreSQL server by apt-get")
			if err := installByApt(ctx, apt); err != nil {
				fmt.Fprintln(progress, "apt-get could not install it:", err)
			} else if found, ok := choose(installed(ctx, dir), wanted); ok {
				return found, nil
			}
		}
	}
	if npm, err := exec.LookPath("npm"); err == nil && (wanted == "" || wanted == npmMajor) {
		fmt.Fprintln(progress, "fetching the PostgreSQL server by npm")
		if err := installByNpm(ctx, npm, dir); err != nil {
			fmt.Fprintln(progress, "npm could not fetch it:", err)
		} else if found, ok := choose(installed(ctx, dir), wanted); ok {
			return found, nil
		}
	}
	if wanted != "" {
		return server{}, fmt.Errorf("the data in %s was written by PostgreSQL %s, whose server is not installed here (found: %s): install version %s, or set HUIYIN_DATABASE_URL to a server that has the data",
			filepath.Join(dir, "data"), wanted, describe(installed(ctx, dir)), wanted)
	}
	return server{}, fmt.Errorf("no PostgreSQL server of version %d or newer was found: install one (Debian, Ubuntu: sudo apt-get install postgresql; Fedora: sudo dnf install postgresql-server), or set HUIYIN_DATABASE_URL", oldest)
}

// choose takes the first of the found servers that can be used.
func choose(found []server, wanted string) (server, bool) {
	for _, s := range found {
		if n, _ := strconv.Atoi(s.major); n >= oldest && (wanted == "" || s.major == wanted) {
			return s, true
		}
	}
	return server{}, false
}

// installed lists the servers of this machine in the order of preference.
func installed(ctx context.Context, dir string) []server {
	var list []server
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		list = append(list, examine(ctx, filepath.Dir(path))...)
	}
	var distribution []server
	for _, pattern := range serverDirectories {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			distribution = append(distribution, examine(ctx, name)...)
		}
	}
	slices.SortStableFunc(distribution, func(a, b server) int {
		x, _ := strconv.Atoi(a.major)
		y, _ := strconv.Atoi(b.major)
		return cmp.Compare(y, x)
	})
	list = append(list, distribution...)
	return append(list, examine(ctx, npmBin(dir))...)
}

// "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" or "postgres (PostgreSQL) 18beta1"
var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// examine asks the binaries in a directory for their version; nothing when they are not whole or do not run.
func examine(ctx context.Context, bin string) []server {
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return nil
	}
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return nil
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return nil
	}
	return []server{{bin: bin, major: string(m[1])}}
}

func describe(found []server) string {
	if len(found) == 0 {
		return "none"
	}
	var majors []string
	for _, s := range found {
		majors = append(majors, s.major)
	}
	return strings.Join(slices.Compact(majors), ", ")
}

// dataVersion is the major version that wrote a data directory, empty when there is none.
func dataVersion(data string) string {
	text, _ := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	return strings.TrimSpace(string(text))
}

// installByApt installs the distribution's server without its own cluster, which would listen on a port nobody asked for.
func installByApt(ctx context.Context, apt string) error {
	const conf = "/etc/postgresql-common/createcluster.d/huiyin.conf"
	if err := os.MkdirAll(filepath.Dir(conf), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(conf, []byte("create_main_cluster = false\n"), 0o644); err != nil {
		return err
	}
	install := func() error {
		return runQuietly(ctx, []string{"DEBIAN_FRONTEND=noninteractive"}, apt, "install", "-y", "--no-install-recommends", "postgresql")
	}
	if install() == nil {
		return nil
	}
	if err := runQuietly(ctx, nil, apt, "update"); err != nil {
		return err
	}
	return install()
}

func runQuietly(ctx context.Context, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", filepath.Base(name), args[0], err, lastLines(out, 2))
	}
	return nil
}
