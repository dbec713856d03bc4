package pgtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"huiyin/pg"
)

// Server is a running throw-away server.
type Server struct {
	URL  string // its maintenance database, as a user who may create databases and roles
	Stop func() // stops it and removes its files
}

// Start starts a throw-away server in memory where there is room for it, else in the temporary directory. It ends with this process even if Stop is never called.
func Start(ctx context.Context, progress io.Writer) (*Server, error) {
	sweep()
	dir, err := os.MkdirTemp(place(), prefix)
	if err != nil {
		return nil, err
	}
	// As root the server may run as a user who must reach its files.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cluster, err := pg.LaunchThrowaway(ctx, dir, quiet{progress})
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return &Server{URL: cluster.URL(), Stop: func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := cluster.Stop(ctx); err != nil {
			fmt.Fprintln(progress, err)
			return
		}
		os.RemoveAll(dir)
	}}, nil
}

const (
	prefix   = "huiyin-test-"
	inMemory = "/dev/shm"
	tmpfs    = 0x01021994 // TMPFS_MAGIC of statfs(2)
	roomy    = 8 << 30    // bytes; all tests took 0.3 GB whenever that was looked at
)

// place is where a server's files go: a file system in memory, if TMPDIR does not say otherwise. Each test makes and drops a database of a thousand files, which take ext4 three times as long as the tests themselves,
// since it looks for inodes that nobody had lately.
func place() string {
	var fs syscall.Statfs_t
	if os.Getenv("TMPDIR") != "" || syscall.Statfs(inMemory, &fs) != nil || fs.Type != tmpfs || fs.Bavail*uint64(fs.Bsize) < roomy || pg.SpareMemory() < roomy {
		return os.TempDir()
	}
	return inMemory
}

// sweep removes what killed test processes left: directories whose locks nobody holds any more.
func sweep() {
	var left []string
	for _, in := range []string{os.TempDir(), inMemory} {
		found, _ := filepath.Glob(filepath.Join(in, prefix+"*"))
		left = append(left, found...)
	}
	for _, dir := range left {
		if info, err := os.Stat(dir); err != nil || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if free(filepath.Join(dir, "owner.lock")) && free(filepath.Join(dir, "server.lock")) {
			os.RemoveAll(dir)
		}
	}
}

func free(lock string) bool {
	f, err := os.OpenFile(lock, os.O_RDWR, 0)
	if err != nil {
		return os.IsNotExist(err)
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// quiet drops the first-start line, which every test run would repeat.
type quiet struct{ io.Writer }

func (q quiet) Write(line []byte) (int, error) {
	if len(line) > 12 && string(line[:12]) == "first start:" {
		return len(line), nil
	}
	return q.Writer.Write(line)
}
