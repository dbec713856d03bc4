package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
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
	log         *os.File
	process     *exec.Cmd
	client      http.Client
}

func newService(binary, dir string) (*service, error) {
	s := &service{binary: binary, dir: dir, client: http.Client{Timeout: 15 * time.Second}}
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

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (s *service) start(ctx context.Context) error {
	s.process = exec.Command(s.binary, "serve")
	s.process.Env = append(os.Environ(), "HUIYIN_DATA="+filepath.Join(s.dir, "data"), "HUIYIN_ADDR="+s.pages, "HUIYIN_MAIL_ADDR="+s.mail, "HUIYIN_DATABASE_URL=")
	s.process.Stdout, s.process.Stderr = s.log, s.log
	if err := s.process.Start(); err != nil {
		return err
	}
	return s.ready(ctx)
}

// ready waits until the service says that it can take a submission.
func (s *service) ready(ctx context.Context) error {
	limit := time.Now().Add(time.Minute)
	for time.Now().Before(limit) && ctx.Err() == nil {
		answer, err := s.client.Get("http://" + s.pages + "/readyz")
		if err == nil {
			answer.Body.Close()
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
	pid, err := s.postmaster()
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return err
	}
	time.Sleep(300 * time.Millisecond)
	return s.ready(ctx)
}

func (s *service) postmaster() (int, error) {
	found, err := filepath.Glob(filepath.Join(s.dir, "data", "pg", "*", "postmaster.pid"))
	if err != nil || len(found) == 0 {
		found, _ = filepath.Glob(filepath.Join(s.dir, "data", "pg", "postmaster.pid"))
	}
	if len(found) == 0 {
		return 0, errors.New("no postmaster.pid in the private cluster")
	}
	body, err := os.ReadFile(found[0])
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(body), "\n")
	return strconv.Atoi(strings.TrimSpace(first))
}

func (s *service) end() {
	_ = s.process.Process.Signal(os.Interrupt)
	_ = s.process.Wait()
}

// postCase files by the API; nil means acknowledged.
func (s *service) postCase(ctx context.Context, marker string) error {
	body, err := json.Marshal(map[string]any{"text": "The street light is out. Marker " + marker, "place": "Xiangyang Road"})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.pages+"/api/v1/cases", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", marker)
	answer, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
	if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", answer.Status, said)
	}
	return nil
}

// sendMail writes to the hotline; nil means that it said 250.
func (s *service) sendMail(_ context.Context, marker string) error {
	c, err := net.DialTimeout("tcp", s.mail, 5*time.Second)
	if err != nil {
		return err
	}
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	client, err := smtp.NewClient(c, "localhost")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Mail("resident@example.org"); err != nil {
		return err
	}
	if err := client.Rcpt("12345@localhost"); err != nil {
		return err
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "From: resident@example.org\r\nTo: 12345@localhost\r\nSubject: street light\r\nMessage-ID: <%s@example.org>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0800\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe street light is out. Marker %s\r\n", marker, marker)
	return w.Close()
}
