package pg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

var errLocked = errors.New("locked by another process")

// tryLock takes an advisory lock on a file, made when missing, until the file is closed in every process that has it open.
func tryLock(path string) (*os.File, error) { return lock(path, syscall.LOCK_EX) }

// tryShared takes a lock that many may have at once, and nobody beside one who has it by tryLock.
func tryShared(path string) (*os.File, error) { return lock(path, syscall.LOCK_SH) }

func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errLocked
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// postmaster is the process number of the living server of a data directory, 0 when there is none.
func postmaster(data string) int {
	pid := pidFile(data)
	if pid == 0 || !serves(pid, data) {
		return 0
	}
	return pid
}

// pidFile is the process number the server wrote when it started, whether or not that process lives.
func pidFile(data string) int {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(first))
	return max(pid, 0)
}

// serves tells whether a process is a server process of the data directory. Where /proc is, a foreign process that got
// the number of a dead server, and a zombie, are told apart from a server.
func serves(pid int, data string) bool {
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	if _, err := os.Stat("/proc/self/cwd"); err != nil {
		return true
	}
	name, err := os.ReadFile(filepath.Join(proc, "comm"))
	if err != nil || !strings.HasPrefix(string(name), "postgres") {
		return false
	}
	// The server works in its data directory.
	there, err := os.Stat(filepath.Join(proc, "cwd"))
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	ours, err := os.Stat(data)
	return err == nil && os.SameFile(there, ours)
}

// quitOrphans tells backends whose postmaster has died to leave. A kill this hard is safe: the next start recovers.
func quitOrphans(data string) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && serves(pid, data) {
			_ = syscall.Kill(pid, syscall.SIGQUIT)
		}
	}
}

// dropStaleFiles removes what a dead server left and the next would take for a living one, when the dead one's number
// belongs to some other process now, or to a zombie. The caller holds server.lock: no server of this directory lives.
func dropStaleFiles(data, run string) error {
	stale := []string{filepath.Join(run, ".s.PGSQL.5432.lock")}
	if pid := pidFile(data); pid != 0 && syscall.Kill(pid, 0) == nil {
		stale = append(stale, filepath.Join(data, "postmaster.pid"))
	}
	for _, file := range stale {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what a dead database server left: %w", err)
		}
	}
	return nil
}
