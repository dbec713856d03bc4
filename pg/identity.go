package pg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// identity is whom the server runs as. PostgreSQL refuses to run as root, and as a user without a name.
type identity struct {
	namespace int // we outside, this user in a user namespace of its own: files stay ours; 0 = no namespace
	uid, gid  int // another user; 0 = as we are
}

const nobody = 65534

// server is a set of server binaries and the identity they run as.
type server struct {
	bin      string // directory with initdb and postgres
	major    string // major version, such as "15"
	identity identity
}

// identify chooses the identity: as we are, if not root and known by name; the owner of existing data; else a user
// namespace; else nobody.
func identify(bin, dir string) (identity, error) {
	if _, err := user.LookupId(strconv.Itoa(os.Geteuid())); err == nil && os.Geteuid() != 0 {
		return identity{}, nil
	}
	var other identity
	if info, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 && os.Geteuid() == 0 {
			other = identity{uid: int(owner.Uid), gid: int(owner.Gid)}
		}
	}
	if other.uid == 0 {
		inside := server{bin: bin, identity: identity{namespace: named()}}
		if err := inside.command("postgres", "--version").Run(); err == nil {
			return inside.identity, nil
		}
		if os.Geteuid() != 0 {
			return identity{}, nil
		}
		other = identity{uid: nobody, gid: nobody}
	}
	for _, path := range []string{dir, bin} {
		if closed := closedAncestor(path); closed != "" {
			return identity{}, fmt.Errorf("the private database cannot run as root, and %s is closed to other users: run huiyin as a normal user, or set HUIYIN_DATA to a directory that others may pass through", closed)
		}
	}
	return other, nil
}

// named is a user with an entry in the machine's list, as initdb asks for: 1 is bin or daemon on every distribution.
func named() int {
	if _, err := user.LookupId("1"); err == nil {
		return 1
	}
	return nobody
}

// closedAncestor is the first directory on the way to path that others may not pass through, empty when there is none.
func closedAncestor(path string) string {
	for ; ; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && info.Mode()&0o001 == 0 {
			return path
		}
		if path == filepath.Dir(path) {
			return ""
		}
	}
}

// own gives a file, or a directory and what is in it, to the user the server runs as.
func (s server) own(path string) error {
	if s.identity.uid == 0 {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) == s.identity.uid {
		return nil
	}
	err = filepath.WalkDir(path, func(name string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(name, s.identity.uid, s.identity.gid))
	})
	if err != nil {
		return fmt.Errorf("give %s to the user of the database: %w", path, err)
	}
	return nil
}

// command is a server binary, to run as the identity, in a clean environment.
func (s server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LANG=" + utf8Locale(), "LC_ALL=" + utf8Locale(), "TZ=UTC"}
	for _, keep := range os.Environ() {
		if strings.HasPrefix(keep, "LD_LIBRARY_PATH=") || strings.HasPrefix(keep, "TMPDIR=") {
			cmd.Env = append(cmd.Env, keep)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	switch {
	case s.identity.namespace != 0:
		ownNamespace(cmd.SysProcAttr, s.identity.namespace)
	case s.identity.uid != 0:
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(s.identity.uid), Gid: uint32(s.identity.gid)}
	}
	return cmd
}
