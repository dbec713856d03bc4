package pg_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// dataDir is a short path, so that the unix socket fits, which others may pass through, since the server may run as another user.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "huiyin-launch-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func launch(t *testing.T, dir string) *pg.Cluster {
	t.Helper()
	progress := &lines{}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := pg.Launch(ctx, dir, progress)
	if err != nil {
		t.Fatalf("%v\n%s", err, progress)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *pg.Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, url, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal("not within 30 s: " + what)
}

func TestPrivateServerKeepsItsData(t *testing.T) {
	dir := dataDir(t)
	c := launch(t, dir)
	exec1(t, c.URL(), `create table kept as select 1 as n`)
	for _, private := range []string{"pg/password", "pg/data"} {
		if info, err := os.Stat(filepath.Join(dir, private)); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v %v", private, info.Mode(), err)
		}
	}
	const settings = `select count(*) from pg_settings where (name, setting) in (('fsync', 'on'), ('listen_addresses', ''), ('full_page_writes', 'on'))`
	if n := count(t, c.URL(), settings); n != 3 {
		t.Errorf("%d of 3 settings as they must be", n)
	}
	pid := c.Pid()
	stop(t, c)
	if err := syscall.Kill(pid, 0); err == nil || c.Pid() != 0 {
		t.Error("the server runs after Stop")
	}
	again := launch(t, dir)
	if n := count(t, again.URL(), `select n from kept`); n != 1 {
		t.Errorf("n = %d after a restart", n)
	}
}

func TestKilledServerHealsByItself(t *testing.T) {
	c := launch(t, dataDir(t))
	exec1(t, c.URL(), `create table kept as select 7 as n`)
	db, err := pg.Open(t.Context(), c.URL(), pg.Options{AsOwner: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// A backend that is busy when its postmaster dies does not notice before it is done.
	go func() {
		_, _ = db.Exec(context.Background(), `do $$ begin for i in 1..2000000000 loop end loop; end $$`)
	}()
	time.Sleep(200 * time.Millisecond)
	for range 2 {
		old := c.Pid()
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the pool answers again", func() bool {
			var n int
			err := db.QueryRow(t.Context(), `select n from kept`).Scan(&n)
			return err == nil && n == 7 && c.Pid() != 0 && c.Pid() != old
		})
	}
}

func TestOwnerLeavesTheServerToItsGuests(t *testing.T) {
	dir := dataDir(t)
	owner, guest := launch(t, dir), launch(t, dir)
	pid := owner.Pid()
	if pid == 0 || pid != guest.Pid() || owner.URL() != guest.URL() {
		t.Fatal("two servers on one directory")
	}
	third := launch(t, dir)
	stop(t, third)
	conn, err := pgx.Connect(t.Context(), guest.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	stop(t, owner)
	if err := conn.Ping(t.Context()); err != nil || guest.Pid() != pid {
		t.Errorf("the guest lost its server: %v", err)
	}
	// The heir brings it back as the first owner would have.
	eventually(t, "the guest has taken over", func() bool {
		lock, err := os.OpenFile(filepath.Join(dir, "pg", "owner.lock"), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer lock.Close()
		return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
	})
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another server", func() bool { return guest.Pid() != 0 && guest.Pid() != pid })
	stop(t, guest)
	if guest.Pid() != 0 {
		t.Error("nobody stopped the server")
	}
}

func TestManyMayBeginAtOnce(t *testing.T) {
	dir := dataDir(t)
	var beginning sync.WaitGroup
	for range 4 {
		beginning.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c, err := pg.Launch(ctx, dir, nil)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { stop(t, c) })
			if err := pg.Migrate(ctx, c.URL()); err != nil {
				t.Error(err)
			}
		})
	}
	beginning.Wait()
}

func TestTheLastToLeaveStopsTheServer(t *testing.T) {
	dir := dataDir(t)
	for range 5 {
		var all []*pg.Cluster
		for range 4 {
			all = append(all, launch(t, dir))
		}
		var leaving sync.WaitGroup
		for _, c := range all {
			leaving.Go(func() { stop(t, c) })
		}
		leaving.Wait()
		if pid := all[0].Pid(); pid != 0 {
			t.Fatalf("everybody has left the server %d alone", pid)
		}
	}
}

// The test binary starts itself as a process that launches the server and is then killed.
func TestServerOfAKilledProcessIsAdopted(t *testing.T) {
	if dir := os.Getenv("HUIYIN_TEST_LAUNCH_IN"); dir != "" {
		if _, err := pg.Launch(t.Context(), dir, os.Stderr); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
	}
	dir := dataDir(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerOfAKilledProcessIsAdopted$")
	cmd.Env = append(os.Environ(), "HUIYIN_TEST_LAUNCH_IN="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guest := launch(t, dir) // waits for the other, whichever was first
	stop(t, guest)
	eventually(t, "the other process runs the server", func() bool { return guest.Pid() != 0 })
	pid := guest.Pid()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if guest.Pid() != pid {
		t.Fatal("the server died with the process that started it")
	}
	c := launch(t, dir)
	if c.Pid() != pid {
		t.Errorf("process %d instead of the adopted %d", c.Pid(), pid)
	}
	stop(t, c)
	if c.Pid() != 0 {
		t.Error("the adopter did not stop the server")
	}
}

// The same, for a server that ends with its process: nothing of a killed measurement runs on.
func TestAttachedServerEndsWithItsKilledProcess(t *testing.T) {
	if dir := os.Getenv("HUIYIN_TEST_ATTACH_IN"); dir != "" {
		if _, err := pg.LaunchAttached(t.Context(), dir, os.Stderr); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
	}
	dir := dataDir(t)
	if pg.Abandoned(dir) {
		t.Error("a directory without a server counts as an abandoned one")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestAttachedServerEndsWithItsKilledProcess$")
	cmd.Env = append(os.Environ(), "HUIYIN_TEST_ATTACH_IN="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	eventually(t, "the other process runs the server", func() bool {
		file, err := os.ReadFile(filepath.Join(dir, "pg", "data", "postmaster.pid"))
		if err != nil || !strings.Contains(string(file), "ready") {
			return false
		}
		first, _, _ := strings.Cut(string(file), "\n")
		pid, err = strconv.Atoi(first)
		return err == nil
	})
	if pg.Abandoned(dir) {
		t.Error("a running server counts as abandoned")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	eventually(t, "the server ended with the process", func() bool { return syscall.Kill(pid, 0) != nil })
	if !pg.Abandoned(dir) {
		t.Error("the directory does not count as abandoned")
	}
}

func TestStaleFilesThatNameALivingStrangerAreNoObstacle(t *testing.T) {
	dir := dataDir(t)
	stop(t, launch(t, dir))
	stranger := exec.Command("sleep", "600")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stranger.Process.Kill(); _ = stranger.Wait() })
	text := strings.Join([]string{strconv.Itoa(stranger.Process.Pid), filepath.Join(dir, "pg/data"), "1700000000", "5432", "", "", "  1 1", "ready"}, "\n")
	for _, file := range []string{"pg/data/postmaster.pid", "pg/run/.s.PGSQL.5432.lock"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	exec1(t, launch(t, dir).URL(), `select 1`)
}

func TestDataOfAnotherMajorVersionIsRefusedAndKept(t *testing.T) {
	dir := dataDir(t)
	stop(t, launch(t, dir))
	file := filepath.Join(dir, "pg/data/PG_VERSION")
	if err := os.WriteFile(file, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := pg.Launch(t.Context(), dir, nil)
	if err == nil || !strings.Contains(err.Error(), "was written by PostgreSQL 9") {
		t.Errorf("err = %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "pg/data/pg_wal")); err != nil {
		t.Error("the data is gone: ", err)
	}
}

// Where the path is too long for a unix socket, the server listens on loopback only, on the same port each time.
func TestLongPathServesOnLoopback(t *testing.T) {
	dir := filepath.Join(dataDir(t), strings.Repeat("long", 25))
	c := launch(t, dir)
	if !strings.Contains(c.URL(), "host=127.0.0.1") {
		t.Error("not on loopback")
	}
	if n := count(t, c.URL(), `select count(*) from pg_settings where name = 'listen_addresses' and setting = '127.0.0.1'`); n != 1 {
		t.Error("listens elsewhere too")
	}
	url := c.URL()
	stop(t, c)
	if launch(t, dir).URL() != url {
		t.Error("another address after a restart")
	}
}
