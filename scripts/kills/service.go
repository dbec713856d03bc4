package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// service is the program under test, in a directory and on ports of its own.
type service struct {
	binary, dir string
	pages, mail string
	token       string // of the operator in whose name the call centre files
	log         *os.File
	process     *exec.Cmd
}

func newService(binary, dir string) (*service, error) {
	s := &service{binary: binary, dir: dir}
	var err error
	if s.pages, err = freePort(); err != nil {
		return nil, err
	}
	if s.mail, err = freePort(); err != nil {
		return nil, err
	}
	s.log, err = os.Create(filepath.Join(dir, "service.log"))
	return s, err
}

func (s *service) data() string { return filepath.Join(s.dir, "data") }

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// run makes a command of the program under test, with its settings.
func (s *service) run(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, s.binary, args...) //nolint:gosec // the program under test
	c.Env = append(os.Environ(), "HUIYIN_DATA="+s.data(), "HUIYIN_ADDR="+s.pages, "HUIYIN_MAIL_ADDR="+s.mail, "HUIYIN_DATABASE_URL=")
	return c
}

// appoint makes an operator with a token, in the database that the service has made.
func (s *service) appoint(ctx context.Context) error {
	add := s.run(ctx, "user", "add", "callcentre", "--role", "operator", "--password-stdin")
	add.Stdin = strings.NewReader("a-password-of-nobody\n")
	if said, err := add.CombinedOutput(); err != nil {
		return fmt.Errorf("make an operator: %w: %s", err, said)
	}
	said, err := s.run(ctx, "user", "token", "callcentre").Output()
	if err != nil {
		return fmt.Errorf("make a token: %w", err)
	}
	s.token = string(said[strings.LastIndexByte(strings.TrimSpace(string(said)), ' ')+1:])
	s.token = strings.TrimSpace(s.token)
	return nil
}

func (s *service) start(ctx context.Context) error {
	s.process = s.run(context.WithoutCancel(ctx), "serve")
	s.process.Stdout, s.process.Stderr = s.log, s.log
	if err := s.process.Start(); err != nil {
		return err
	}
	return s.ready(ctx)
}

// ready waits until the service says that it can take a submission.
func (s *service) ready(ctx context.Context) error {
	client := http.Client{Timeout: 5 * time.Second}
	limit := time.Now().Add(time.Minute)
	for time.Now().Before(limit) && ctx.Err() == nil {
		answer, err := client.Get("http://" + s.pages + "/readyz")
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	tail, _ := os.ReadFile(s.log.Name())
	return fmt.Errorf("the service is not ready after a minute; the end of its log:\n%s", tail[max(0, len(tail)-3000):])
}

func (s *service) killService(ctx context.Context) error {
	if err := s.process.Process.Kill(); err != nil {
		return err
	}
	_ = s.process.Wait()
	return s.start(ctx)
}

// killDatabase kills the postmaster; the service must notice and bring it back by itself.
func (s *service) killDatabase(ctx context.Context) error {
	killed, err := s.killPostmaster()
	if err != nil {
		return err
	}
	limit := time.Now().Add(time.Minute)
	for pid, _ := s.postmaster(); pid == killed; pid, _ = s.postmaster() {
		if time.Now().After(limit) {
			return errors.New("the database is not back after a minute")
		}
		time.Sleep(10 * time.Millisecond)
	}
	return s.ready(ctx)
}

func (s *service) killBoth(ctx context.Context) error {
	if _, err := s.killPostmaster(); err != nil {
		return err
	}
	return s.killService(ctx)
}

func (s *service) killPostmaster() (killed int, err error) {
	if killed, err = s.postmaster(); err == nil {
		err = syscall.Kill(killed, syscall.SIGKILL)
	}
	return killed, err
}

// postmaster is the process number that the private server wrote when it started.
func (s *service) postmaster() (int, error) {
	body, err := os.ReadFile(filepath.Join(s.data(), "pg", "data", "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("find the database: %w", err)
	}
	first, _, _ := strings.Cut(string(body), "\n")
	return strconv.Atoi(strings.TrimSpace(first))
}

func (s *service) end() {
	_ = s.process.Process.Signal(os.Interrupt)
	_ = s.process.Wait()
}
