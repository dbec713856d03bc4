package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is an etcd and three nodes of PostgreSQL under Patroni.
type cluster struct {
	dir      string
	as       *syscall.Credential // of the user postgres: its server refuses root
	etcd     string              // address
	nodes    []*node
	programs []*exec.Cmd // all that were started, for the end
	keys     string
}

// node is one PostgreSQL with its Patroni.
type node struct {
	name, database, api string // addresses
	config              string
	patroni             *exec.Cmd
}

const config = `scope: huiyin
name: %[1]s
restapi: {listen: "%[2]s", connect_address: "%[2]s"}
etcd3: {host: "%[3]s"}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql: {use_pg_rewind: true, parameters: {max_connections: 100, wal_keep_size: 256MB, hot_standby_feedback: true}}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums]
postgresql:
  listen: "%[4]s"
  connect_address: "%[4]s"
  data_dir: %[5]s
  bin_dir: %[6]s
  pgpass: %[5]s.pass
  authentication:
    superuser: {username: postgres, password: loopback}
    replication: {username: replicator, password: loopback}
    rewind: {username: rewinder, password: loopback}
  pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust", "local all all trust"]
  parameters: {unix_socket_directories: %[7]s}
`

func newCluster(ctx context.Context, dir string) (*cluster, error) {
	c := &cluster{dir: dir, keys: filepath.Join(dir, "keys.json")}
	owner, err := user.Lookup("postgres")
	if err != nil {
		return c, fmt.Errorf("this needs the packages patroni, etcd-server and postgresql: %w", err)
	}
	uid, err := strconv.ParseUint(owner.Uid, 10, 32)
	if err != nil {
		return c, err
	}
	gid, err := strconv.ParseUint(owner.Gid, 10, 32)
	if err != nil {
		return c, err
	}
	c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(bins) == 0 {
		return c, errors.New("no PostgreSQL in /usr/lib/postgresql")
	}
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // its user passes through
		return c, err
	}
	peer := ""
	if c.etcd, err = freePort(); err == nil {
		peer, err = freePort()
	}
	if err != nil {
		return c, err
	}
	if _, err := c.program(nil, "etcd", "etcd", "--data-dir", filepath.Join(dir, "etcd"), "--listen-client-urls", "http://"+c.etcd, "--advertise-client-urls", "http://"+c.etcd,
		"--listen-peer-urls", "http://"+peer, "--initial-advertise-peer-urls", "http://"+peer, "--initial-cluster", "default=http://"+peer); err != nil {
		return c, err
	}
	for i := range 3 {
		n := &node{name: fmt.Sprintf("node%d", i+1)}
		home := filepath.Join(dir, n.name)
		if n.database, err = freePort(); err == nil {
			n.api, err = freePort()
		}
		if err == nil {
			err = errors.Join(os.Mkdir(home, 0o700), os.Chown(home, int(uid), int(gid)))
		}
		if err != nil {
			return c, err
		}
		n.config = filepath.Join(dir, n.name+".yml")
		text := fmt.Sprintf(config, n.name, n.api, c.etcd, n.database, filepath.Join(home, "data"), bins[len(bins)-1], home)
		if err := os.WriteFile(n.config, []byte(text), 0o644); err != nil { //nolint:gosec // another user reads it; there is no secret in it
			return c, err
		}
		c.nodes = append(c.nodes, n)
		if err := c.start(ctx, n); err != nil {
			return c, err
		}
		if i == 0 { // the first one makes the cluster
			if _, err := c.awaitPrimary(ctx); err != nil {
				return c, err
			}
		}
	}
	return c, c.awaitSynchronous(ctx)
}

// program starts one of the cluster's programs in a group of its own, with its output in a file.
func (c *cluster) program(as *syscall.Credential, name string, args ...string) (*exec.Cmd, error) {
	log, err := os.OpenFile(filepath.Join(c.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644) //nolint:gosec // a log without secrets
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(args[0], args[1:]...) //nolint:gosec // names from above
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c.programs = append(c.programs, cmd)
	return cmd, nil
}

func (c *cluster) start(_ context.Context, n *node) (err error) {
	n.patroni, err = c.program(c.as, n.name, "patroni", n.config)
	return err
}

// role asks a node's Patroni what it is.
func (n *node) role(ctx context.Context) (role string, synchronous bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.api+"/patroni", nil)
	if err != nil {
		return "", false
	}
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return "", false
	}
	defer answer.Body.Close()
	var said struct {
		Role        string `json:"role"`
		State       string `json:"state"`
		Synchronous bool   `json:"sync_standby"`
	}
	if json.NewDecoder(answer.Body).Decode(&said) != nil || said.State != "running" {
		return "", false
	}
	if said.Role == "master" { // as Patroni before 4 says
		said.Role = "primary"
	}
	return said.Role, said.Synchronous
}

func (c *cluster) awaitPrimary(ctx context.Context) (*node, error) {
	for range 600 {
		for _, n := range c.nodes {
			if role, _ := n.role(ctx); role == "primary" {
				return n, nil
			}
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("no node became primary within two minutes")
}

// awaitSynchronous waits until a primary has its synchronous standby and every node runs.
func (c *cluster) awaitSynchronous(ctx context.Context) error {
	for range 600 {
		running, synchronous, primary := 0, 0, 0
		for _, n := range c.nodes {
			role, sync := n.role(ctx)
			if role != "" {
				running++
			}
			if role == "primary" {
				primary++
			}
			if sync {
				synchronous++
			}
		}
		if running == len(c.nodes) && primary == 1 && synchronous == 1 {
			return nil
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("the cluster has no synchronous standby after two minutes")
}

// killPrimary ends the primary as a power cut would: Patroni and every process of its PostgreSQL at once.
func (c *cluster) killPrimary(ctx context.Context) (*node, error) {
	n, err := c.awaitPrimary(ctx)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(c.dir, n.name, "data", "postmaster.pid"))
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	postmaster, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return nil, err
	}
	err = errors.Join(n.patroni.Process.Kill(), syscall.Kill(postmaster, syscall.SIGKILL))
	_ = n.patroni.Wait()
	return n, err
}

// address is how a program reaches whichever node takes writes.
func (c *cluster) address(user, database string) string {
	var hosts []string
	for _, n := range c.nodes {
		hosts = append(hosts, n.database)
	}
	return "postgres://" + user + "@" + strings.Join(hosts, ",") + "/" + database + "?target_session_attrs=read-write&connect_timeout=3"
}

// found makes the database and its roles, as docs/operations.md tells an administrator to.
func (c *cluster) found(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.address("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, sql := range []string{
		`create role huiyin_app nologin noinherit`,
		`create role huiyin login bypassrls`,
		`grant huiyin_app to huiyin`,
		`create database huiyin owner huiyin encoding 'UTF8' locale 'C.UTF-8' template template0`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// end stops everything that was started.
func (c *cluster) end() {
	for _, p := range c.programs {
		_ = p.Process.Signal(os.Interrupt)
	}
	for _, p := range c.programs {
		over := make(chan struct{})
		go func() { _ = p.Wait(); close(over) }()
		select {
		case <-over:
		case <-time.After(20 * time.Second):
			_ = syscall.Kill(-p.Process.Pid, syscall.SIGKILL)
		}
	}
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
