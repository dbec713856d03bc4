package pg

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Cluster is a private PostgreSQL server in a directory of ours. The process that holds the owner lock supervises it;
// others that use the same directory are guests, and take over when the owner has gone. The last to leave stops it.
type Cluster struct {
	dir      string    // everything of the cluster: data, run, password, postgres.log, owner.lock, server.lock
	progress io.Writer // lines for the person who waits
	mode     mode
	password string // of both the administrator and the owner of our database
	socket   string // directory of the unix socket, empty when the path is too long and loopback serves instead
	port     int
	server   server   // binaries and the identity they run as
	owner    *os.File // the held owner lock; nil for a guest
	present  *os.File // the shared lock of everybody who uses the server
	exited   chan struct{}

	stop     context.CancelFunc // ends the supervisor
	stopped  chan struct{}      // closed when the supervisor has ended
	stopOnce sync.Once
	stopErr  error
}

// The directory and files of a cluster are closed to other users, but may be passed through: when the server cannot run
// as root, it runs as a user who must reach its data below.
const passThrough = 0o711

// Launch starts the private server of dataDir (in dataDir/pg), or joins the one that runs there already, and returns
// when it answers. It finds the server binaries, or installs them, or says in one sentence what to install; progress gets
// a line for whatever takes long. A server left behind by a killed process is adopted. A data directory is never deleted,
// and one of another major version is refused.
func Launch(ctx context.Context, dataDir string, progress io.Writer) (*Cluster, error) {
	return launch(ctx, filepath.Join(dataDir, "pg"), progress, mode{})
}

// LaunchAttached is Launch for a server that ends with this process, even where the process is killed: for measurements.
func LaunchAttached(ctx context.Context, dataDir string, progress io.Writer) (*Cluster, error) {
	return launch(ctx, filepath.Join(dataDir, "pg"), progress, mode{attached: true})
}

// Abandoned reports whether dataDir held a private server that nobody supervises any more.
func Abandoned(dataDir string) bool {
	lock, err := tryLock(filepath.Join(dataDir, "pg", "owner.lock"))
	if err != nil {
		return false
	}
	_ = lock.Close()
	return postmaster(filepath.Join(dataDir, "pg", "data")) == 0
}

// mode is how a server differs from one that serves a city.
type mode struct {
	attached   bool // ends with this process, however that ends
	forgetting bool // no durability
}

// LaunchThrowaway starts a server in dir that loses its data in a power cut and ends with this process: for tests only.
func LaunchThrowaway(ctx context.Context, dir string, progress io.Writer) (*Cluster, error) {
	return launch(ctx, dir, progress, mode{attached: true, forgetting: true})
}

func launch(ctx context.Context, dir string, progress io.Writer, m mode) (*Cluster, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the database directory: %w", err)
	}
	if err := os.MkdirAll(dir, passThrough); err != nil {
		return nil, fmt.Errorf("make the database directory: %w", err)
	}
	if progress == nil {
		progress = io.Discard
	}
	c := &Cluster{dir: dir, progress: progress, mode: m, stopped: make(chan struct{})}
	if err := c.arrive(ctx); err != nil {
		if c.owner != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 40*time.Second)
			defer cancel()
			err = errors.Join(err, c.halt(ctx))
		}
		c.release()
		if c.present != nil {
			_ = c.present.Close()
		}
		return nil, err
	}
	supervised, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	go c.supervise(supervised)
	return c, nil
}

// URL is the address of our database in the cluster, for its owner; it holds the password and is not for logs.
func (c *Cluster) URL() string { return c.url("huiyin", "huiyin") }

// Pid is the process number of the server, 0 when it is down at this moment.
func (c *Cluster) Pid() int { return postmaster(c.data()) }

// Stop leaves the server, and stops it if no other process uses it: open connections are ended, the data is complete on
// disk. Else a guest takes it over.
func (c *Cluster) Stop(ctx context.Context) error {
	c.stopOnce.Do(func() {
		c.stop()
		<-c.stopped
		c.stopErr = c.leave(ctx)
		c.release()
	})
	return c.stopErr
}

// leave stops the server if everybody else has left. Of those who leave at the same time, one finds itself the last: the
// shared locks are let go before the exclusive one is tried, and the exclusive one is tried again after the owner's.
func (c *Cluster) leave(ctx context.Context) error {
	_ = c.present.Close()
	last, err := tryLock(c.presence())
	if errors.Is(err, errLocked) && c.owner != nil {
		c.release()
		last, err = tryLock(c.presence())
	}
	if errors.Is(err, errLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer last.Close() // whoever arrives waits until the server has stopped
	for c.owner == nil {
		if err := c.own(); err != nil && !errors.Is(err, errLocked) {
			return err
		}
		if c.owner == nil { // its holder has seen that it is not alone, and is about to let go
			if err := pause(ctx, 10*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return c.halt(ctx)
}

// arrive makes the server answer: as owner by adopting or starting it, as guest by waiting for the owner.
func (c *Cluster) arrive(ctx context.Context) error {
	for {
		var err error
		if c.present, err = tryShared(c.presence()); err == nil {
			break
		}
		if !errors.Is(err, errLocked) {
			return err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil { // the last one is stopping the server
			return err
		}
	}
	waiting := c.every(5*time.Second, "another huiyin is starting the database in "+c.dir+", waiting for it")
	for {
		switch err := c.own(); {
		case err == nil:
			return c.bringUp(ctx)
		case !errors.Is(err, errLocked):
			return err
		}
		// The server may answer before its owner has made our database in it.
		if postmaster(c.data()) != 0 && c.readSettings() == nil && c.ping(ctx, c.URL()) == nil {
			return nil
		}
		waiting()
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// bringUp is the owner's way to an answering server, from whatever state the last one was left in.
func (c *Cluster) bringUp(ctx context.Context) error {
	if postmaster(c.data()) == 0 {
		if err := c.install(ctx); err != nil {
			return err
		}
	} else if err := c.readSettings(); err != nil {
		return err
	}
	if err := c.ensureRunning(ctx); err != nil {
		return err
	}
	return c.ensureDatabase(ctx)
}

// install brings the cluster to where the server can start: binaries found, data directory made.
func (c *Cluster) install(ctx context.Context) error {
	if err := c.locate(ctx); err != nil {
		return err
	}
	if err := c.makeSettings(); err != nil {
		return err
	}
	if _, err := os.Stat(c.data()); errors.Is(err, fs.ErrNotExist) {
		return c.initialise(ctx)
	}
	return c.server.own(c.data())
}

// supervise starts the server again when it dies, waiting longer after each failure, and takes over from an owner that has gone.
func (c *Cluster) supervise(ctx context.Context) {
	defer close(c.stopped)
	const first, longest = 100 * time.Millisecond, 10 * time.Second
	wait := first
	for pause(ctx, 250*time.Millisecond) == nil {
		if c.owner == nil && c.own() != nil || postmaster(c.data()) != 0 {
			continue
		}
		c.say("the database stopped, starting it again")
		if err := c.ensureRunning(ctx); err != nil {
			c.say("the database does not start, trying again in " + wait.String() + ": " + err.Error())
			if pause(ctx, wait) != nil {
				return
			}
			wait = min(2*wait, longest)
			continue
		}
		wait = first
		c.say("the database answers again")
	}
}

// locate finds the server's binaries and whom they run as, once.
func (c *Cluster) locate(ctx context.Context) error {
	if c.server.bin != "" {
		return nil
	}
	found, err := findServer(ctx, c.dir, dataVersion(c.data()), c.progress)
	if err != nil {
		return err
	}
	if found.identity, err = identify(found.bin, c.dir); err != nil {
		return err
	}
	c.server = found
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }
func (c *Cluster) run() string  { return filepath.Join(c.dir, "run") }

// own takes the owner lock; errLocked when another process has it.
func (c *Cluster) own() (err error) {
	c.owner, err = tryLock(filepath.Join(c.dir, "owner.lock"))
	return err
}

// presence is the file whose lock everybody shares who uses the server.
func (c *Cluster) presence() string { return filepath.Join(c.dir, "present.lock") }

func (c *Cluster) release() {
	if c.owner != nil {
		_ = c.owner.Close()
		c.owner = nil
	}
}

// makeSettings reads password and address of the cluster, or makes them on the first start.
func (c *Cluster) makeSettings() error {
	file := filepath.Join(c.dir, "password")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if dataVersion(c.data()) != "" {
			return fmt.Errorf("the password file %s of the private database is missing: put it back from the backup", file)
		}
		secret := make([]byte, 24)
		_, _ = rand.Read(secret)
		if err := writeWhole(file, hex.EncodeToString(secret)); err != nil {
			return fmt.Errorf("keep the database password: %w", err)
		}
	}
	if err := os.MkdirAll(c.run(), 0o700); err != nil {
		return fmt.Errorf("make the socket directory: %w", err)
	}
	if err := c.server.own(c.run()); err != nil {
		return err
	}
	file = filepath.Join(c.dir, "port")
	if socketFits(c.run()) {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	} else if err := writeWhole(file, strconv.Itoa(freePort(readNumber(file)))); err != nil {
		return fmt.Errorf("keep the database port: %w", err)
	}
	return c.readSettings()
}

func (c *Cluster) readSettings() error {
	secret, err := os.ReadFile(filepath.Join(c.dir, "password"))
	if err != nil {
		return fmt.Errorf("read the password of the private database: %w", err)
	}
	c.password = strings.TrimSpace(string(secret))
	c.socket, c.port = c.run(), 5432
	if port := readNumber(filepath.Join(c.dir, "port")); port != 0 {
		c.socket, c.port = "", port
	}
	return nil
}

func (c *Cluster) url(user, database string) string {
	q := url.Values{"sslmode": {"disable"}, "host": {"127.0.0.1"}, "port": {strconv.Itoa(c.port)}}
	if c.socket != "" {
		q.Set("host", c.socket)
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, c.password), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

func (c *Cluster) say(line string) {
	fmt.Fprintln(c.progress, line)
}

// every returns a function that says line, once the first time after d and then at most each d.
func (c *Cluster) every(d time.Duration, line string) func() {
	last := time.Now()
	return func() {
		if time.Since(last) >= d {
			last = time.Now()
			c.say(line)
		}
	}
}

// A unix socket's whole path must fit in 108 bytes; a quote in it would end the server's setting.
func socketFits(dir string) bool {
	return len(filepath.Join(dir, ".s.PGSQL.5432")) < 100 && !strings.Contains(dir, `"`)
}

// freePort is the wanted loopback port if nobody has it, else any free one.
func freePort(wanted int) int {
	for _, port := range []int{wanted, 0} {
		if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
			defer l.Close()
			return l.Addr().(*net.TCPAddr).Port
		}
	}
	return 5432
}

func readNumber(file string) int {
	text, _ := os.ReadFile(file)
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

// writeWhole makes a file that only we may read, whole or not at all.
func writeWhole(file, text string) error {
	if err := os.WriteFile(file+".new", []byte(text+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
