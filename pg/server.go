package pg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// initialise makes the data directory beside its place and moves it there whole, so that a kill in the middle leaves
// nothing that looks like data.
func (c *Cluster) initialise(ctx context.Context) error {
	c.say("first start: preparing the database in " + c.dir)
	// The initdb of a killed process may still be at work; like a server, it holds this lock until its last process ends.
	lock, err := c.awaitServerLock(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	fresh, secret := c.data()+".init", filepath.Join(c.run(), "secret")
	// What an interrupted first start left here has never been a database.
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("clear an interrupted first start: %w", err)
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	if err := writeWhole(secret, c.password); err != nil {
		return fmt.Errorf("hand over the password: %w", err)
	}
	defer os.Remove(secret)
	for _, path := range []string{fresh, secret} {
		if err := c.server.own(path); err != nil {
			return err
		}
	}
	args := []string{"-D", fresh, "-U", "postgres", "-A", "scram-sha-256", "--pwfile=" + secret, "-E", "UTF8", "--locale=" + utf8Locale()}
	if c.mode.forgetting {
		args = append(args, "--no-sync")
	}
	cmd := c.server.command("initdb", args...)
	cmd.ExtraFiles = []*os.File{lock}
	out, err := runCommand(ctx, cmd)
	if err != nil {
		return fmt.Errorf("prepare the database: %w: %s", err, lastLines(out, 5))
	}
	if err := os.Rename(fresh, c.data()); err != nil {
		return fmt.Errorf("put the data directory in place: %w", err)
	}
	return nil
}

func (c *Cluster) awaitServerLock(ctx context.Context) (*os.File, error) {
	for {
		lock, err := tryLock(filepath.Join(c.dir, "server.lock"))
		if !errors.Is(err, errLocked) {
			return lock, err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// C.UTF-8 sorts by code point and knows Chinese letters as letters; macOS has it under no such name.
func utf8Locale() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8"
	}
	return "C.UTF-8"
}

// ensureRunning adopts the server of our data directory if it lives, and else starts one when the last process of the
// former has gone. server.lock is inherited by every process of the server, so that holding it proves that none is left.
func (c *Cluster) ensureRunning(ctx context.Context) error {
	begun := time.Now()
	for {
		if pid := postmaster(c.data()); pid != 0 {
			if err := c.awaitReady(ctx, func() bool { return postmaster(c.data()) != pid }, 0); !errors.Is(err, errEnded) {
				return err
			}
			continue
		}
		lock, err := tryLock(filepath.Join(c.dir, "server.lock"))
		if err == nil {
			return c.startServer(ctx, lock)
		}
		if !errors.Is(err, errLocked) {
			return err
		}
		// Backends that outlived a killed postmaster leave at their next wait for input; a busy one is told to.
		if time.Since(begun) > 2*time.Second {
			quitOrphans(c.data())
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

func (c *Cluster) startServer(ctx context.Context, lock *os.File) error {
	defer lock.Close()
	if err := c.locate(ctx); err != nil {
		return err
	}
	if err := dropStaleFiles(c.data(), c.run()); err != nil {
		return err
	}
	log, offset, err := c.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := c.server.command("postgres", c.settings()...)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, []*os.File{lock}
	// A session of its own: Ctrl-C in our terminal must reach us, and only through us the server.
	cmd.SysProcAttr.Setsid = true
	started, exited := make(chan error, 1), make(chan struct{})
	go func() {
		if c.mode.attached { // the kernel sends the signal when the starting thread ends, so the thread must stay
			runtime.LockOSThread()
			dieWithParent(cmd.SysProcAttr)
		}
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(exited)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start the database: %w", err)
	}
	c.exited = exited
	return c.awaitReady(ctx, func() bool {
		select {
		case <-exited:
			return true
		default:
			return false
		}
	}, offset)
}

func (c *Cluster) settings() []string {
	args := []string{"-D", c.data(), "-p", strconv.Itoa(c.port), "-c", "unix_socket_permissions=0700",
		"-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "cluster_name=huiyin", "-c", "jit=off",
		"-c", "max_locks_per_transaction=192"} // a statement over the whole history locks the table of each month
	if c.socket != "" {
		args = append(args, "-c", "listen_addresses=", "-c", `unix_socket_directories="`+c.socket+`"`)
	} else {
		args = append(args, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
	}
	if !c.mode.forgetting {
		return append(args, "-c", "fsync=on", "-c", "max_connections=200", "-c", "shared_buffers="+sharedBuffers())
	}
	return append(args, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=300",
		"-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "autovacuum=off", "-c", "checkpoint_timeout=1h", "-c", "max_wal_size=1GB")
}

var errEnded = errors.New("the database ended while starting")

// awaitReady returns when the server answers. Recovery after a crash may take minutes and is waited for.
func (c *Cluster) awaitReady(ctx context.Context, ended func() bool, logOffset int64) error {
	waiting := c.every(5*time.Second, "the database is recovering, waiting for it")
	for {
		err := c.ping(ctx, c.url("postgres", "postgres"))
		if err == nil {
			return nil
		}
		if State(err) == invalidPassword {
			return fmt.Errorf("the private database in %s does not accept its password file: put %s back from the backup", c.dir, filepath.Join(c.dir, "password"))
		}
		if ended() {
			return fmt.Errorf("%w: %s", errEnded, c.readLog(logOffset))
		}
		waiting()
		if err := pause(ctx, 30*time.Millisecond); err != nil {
			return err
		}
	}
}

// halt stops the server: politely, then at once. Either way the data is safe.
func (c *Cluster) halt(ctx context.Context) error {
	for _, s := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 10 * time.Second}} {
		pid := postmaster(c.data())
		if pid == 0 {
			break
		}
		_ = syscall.Kill(pid, s.signal)
		for end := time.Now().Add(s.wait); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
			if postmaster(c.data()) == 0 {
				break
			}
		}
	}
	if pid := postmaster(c.data()); pid != 0 {
		return fmt.Errorf("the private database (process %d) does not stop", pid)
	}
	if c.exited != nil {
		<-c.exited
	}
	return nil
}

func (c *Cluster) ping(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// ensureDatabase makes the owner and the database. The owner is no superuser: whoever escapes from Role through it
// gains the data he could read anyway, not the machine. BYPASSRLS lets migrations and backups see every row.
func (c *Cluster) ensureDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.url("postgres", "postgres"))
	if err != nil {
		return Classify(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// A killed process may have left a session that is making them at this moment; it holds the lock until it is done.
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return Classify(err)
	}
	for _, make := range []struct{ missing, sql string }{
		{`select not exists (select from pg_roles where rolname = 'huiyin')`,
			`create role huiyin login createdb createrole bypassrls password '` + c.password + `'`},
		{`select not pg_has_role('huiyin', 'pg_read_all_stats', 'member')`, `grant pg_read_all_stats to huiyin with admin option`},
		{`select not exists (select from pg_database where datname = 'huiyin')`, `create database huiyin owner huiyin`},
	} {
		var missing bool
		if err := conn.QueryRow(ctx, make.missing).Scan(&missing); err != nil {
			return Classify(err)
		}
		if missing {
			if _, err := conn.Exec(ctx, make.sql); err != nil {
				return fmt.Errorf("set up the database: %w", err)
			}
		}
	}
	return nil
}

// openLog opens the server's log at its end, and begins it anew when it has grown large.
func (c *Cluster) openLog() (*os.File, int64, error) {
	name := filepath.Join(c.dir, "postgres.log")
	if info, err := os.Stat(name); err == nil && info.Size() > 16<<20 {
		if err := os.Rename(name, name+".1"); err != nil {
			return nil, 0, fmt.Errorf("turn over the database log: %w", err)
		}
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("open the database log: %w", err)
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		_ = f.Close()
		return nil, 0, fmt.Errorf("open the database log: %w", err)
	}
	return f, end, nil
}

func (c *Cluster) readLog(offset int64) string {
	text, err := os.ReadFile(filepath.Join(c.dir, "postgres.log"))
	if err != nil || int64(len(text)) < offset {
		return "see postgres.log in " + c.dir
	}
	return lastLines(text[offset:], 5)
}

func lastLines(text []byte, n int) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}

// runCommand runs a command to its end and returns what it printed. The context ends it.
func runCommand(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	err := cmd.Wait()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return []byte(out.String()), err
}
