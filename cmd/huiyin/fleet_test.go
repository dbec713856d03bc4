package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"huiyin/pg/pgtest"
	"huiyin/seal"
)

// fleet is several huiyin serve on one database.
type fleet struct {
	t     *testing.T
	url   string // of the database, for its owner
	keys  string
	dir   string
	ships []*ship
}

// ship is one of them, a process of its own.
type ship struct {
	fleet       *fleet
	data        string
	pages, mail string // addresses
	cmd         *exec.Cmd
	said        *bytes.Buffer
	gone        chan struct{} // closed when the process has ended
	fit         atomic.Bool   // what the balancer thinks of it
}

func newFleet(t *testing.T, n int) *fleet {
	f := &fleet{t: t, url: pgtest.URL(t), dir: t.TempDir()}
	f.keys = filepath.Join(f.dir, "keys.json")
	if _, err := seal.LoadOrCreate(f.keys); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		s := &ship{fleet: f, data: filepath.Join(f.dir, fmt.Sprint(i)), pages: freeAddress(), mail: freeAddress()}
		f.ships = append(f.ships, s)
		s.launch()
	}
	for _, s := range f.ships {
		s.awaitReady()
	}
	return f
}

// launch starts the process.
func (s *ship) launch() {
	t := s.fleet.t
	s.cmd = exec.Command(os.Args[0]) //nolint:gosec // this test, as the program
	s.said, s.gone = &bytes.Buffer{}, make(chan struct{})
	s.cmd.Stderr = s.said
	s.cmd.Env = append(os.Environ(), asProgram+"=serve", "HUIYIN_DATABASE_URL="+s.fleet.url, "HUIYIN_KEYS="+s.fleet.keys, "HUIYIN_DATA="+s.data, "HUIYIN_ADDR="+s.pages,
		"HUIYIN_MAIL_ADDR="+s.mail, "HUIYIN_MAIL_AUTH=off", "HUIYIN_DRAIN=1s")
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd, gone := s.cmd, s.gone
	go func() { _ = cmd.Wait(); close(gone) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-gone })
}

// ready asks the process whether it takes requests.
func (s *ship) ready() bool {
	client := http.Client{Timeout: 2 * time.Second}
	answer, err := client.Get("http://" + s.pages + "/readyz")
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func (s *ship) awaitReady() {
	s.fleet.t.Helper()
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		if s.ready() {
			return
		}
		select {
		case <-s.gone:
			s.fleet.t.Fatalf("a process ended: %s", s.said)
		default:
		}
	}
	s.fleet.t.Fatal("a process is not ready after a minute")
}

// leave tells the process to stop, and waits until it has.
func (s *ship) leave() {
	s.fleet.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.fleet.t.Fatal(err)
	}
	select {
	case <-s.gone:
	case <-time.After(40 * time.Second):
		s.fleet.t.Fatal("a process does not stop")
	}
}

// balance stands in front of the pages as haproxy would: it asks each process every 100 ms whether it is ready, sends requests to those that are in turn,
// and tries another where a connection is refused. What was sent with a body is never sent twice.
func (f *fleet) balance() (address string) {
	ctx, cancel := context.WithCancel(context.Background())
	var asking sync.WaitGroup
	for _, s := range f.ships {
		s.fit.Store(s.ready())
		asking.Go(func() {
			for ctx.Err() == nil {
				s.fit.Store(s.ready())
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
	var turn atomic.Int64
	transport := &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 5 * time.Second, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		var last error
		for range 3 * len(f.ships) {
			s := f.ships[int(turn.Add(1))%len(f.ships)]
			if !s.fit.Load() {
				continue
			}
			conn, err := dialer.DialContext(ctx, network, s.pages)
			if err == nil {
				return conn, nil
			}
			last = err
		}
		return nil, fmt.Errorf("no process is ready: %w", last)
	}}
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: "fleet"})
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		r.Out.Host = r.In.Host
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	f.t.Cleanup(func() { cancel(); _ = server.Close(); asking.Wait() })
	return "http://" + l.Addr().String()
}
