package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// ledger is what writers were told.
type ledger struct {
	services []string
	serial   atomic.Int64

	mu      sync.Mutex
	numbers map[string]string // idempotency key → case number
	last    time.Time         // of the last acknowledgement
	tries   int               // requests that failed, and were sent again under their key
}

// serve starts so many services on the cluster.
func (c *cluster) serve(ctx context.Context, binary string, n int) (*ledger, error) {
	if err := c.found(ctx); err != nil {
		return nil, fmt.Errorf("make the database: %w", err)
	}
	l := &ledger{numbers: map[string]string{}}
	binary, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	for i := range n {
		pages, err := freePort()
		if err != nil {
			return nil, err
		}
		mail, err := freePort()
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("huiyin%d", i+1)
		for _, s := range []string{"HUIYIN_DATABASE_URL=" + c.address("huiyin", "huiyin"), "HUIYIN_DATABASE_READ_URL=" + strings.Replace(c.address("huiyin", "huiyin"), "read-write", "prefer-standby", 1), "HUIYIN_KEYS=" + c.keys, "HUIYIN_DATA=" + filepath.Join(c.dir, name), "HUIYIN_ADDR=" + pages, "HUIYIN_MAIL_ADDR=" + mail} {
			key, value, _ := strings.Cut(s, "=")
			if err := os.Setenv(key, value); err != nil {
				return nil, err
			}
		}
		if _, err := c.program(nil, name, binary, "serve"); err != nil {
			return nil, err
		}
		if err := ready(ctx, pages); err != nil {
			return nil, err
		}
		l.services = append(l.services, pages)
	}
	return l, nil
}

func ready(ctx context.Context, pages string) error {
	client := http.Client{Timeout: 2 * time.Second}
	for range 300 {
		answer, err := client.Get("http://" + pages + "/readyz")
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("a service is not ready after a minute")
}

// write files cases until ctx ends: each under a key of its own, again and again until it is acknowledged, as programs and mail servers do.
func (l *ledger) write(ctx context.Context, writers int) (done chan struct{}) {
	done = make(chan struct{})
	var all sync.WaitGroup
	for range writers {
		client := &http.Client{Timeout: 12 * time.Second}
		all.Go(func() {
			for ctx.Err() == nil {
				l.file(client, l.serial.Add(1))
			}
		})
	}
	go func() { all.Wait(); close(done) }()
	return done
}

func (l *ledger) file(client *http.Client, n int64) {
	key := fmt.Sprintf("failover-%d", n)
	body := fmt.Sprintf(`{"kind":"complaint","title":"lamp %d","text":"The lamp at our gate is out, number %d."}`, n, n)
	for try := range 600 {
		number, err := post(client, "http://"+l.services[(int(n)+try)%len(l.services)], key, body, n)
		l.mu.Lock()
		if err == nil {
			l.numbers[key], l.last = number, time.Now()
			l.mu.Unlock()
			return
		}
		l.tries++
		l.mu.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
}

func post(client *http.Client, base, key, body string, n int64) (number string, err error) {
	ask, err := http.NewRequestWithContext(context.Background(), http.MethodPost, base+"/api/v1/cases", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	ask.Header.Set("Content-Type", "application/json")
	ask.Header.Set("Idempotency-Key", key)
	ask.Header.Set("X-Forwarded-For", fmt.Sprintf("198.%d.%d.%d", n/62500%250, n/250%250, n%250+1))
	answer, err := client.Do(ask)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var receipt struct {
		Number string `json:"number"`
	}
	if answer.StatusCode/100 != 2 {
		return "", fmt.Errorf("status %d", answer.StatusCode)
	}
	if err := json.NewDecoder(answer.Body).Decode(&receipt); err != nil {
		return "", err
	}
	if receipt.Number == "" {
		return "", errors.New("an acknowledgement without a number")
	}
	return receipt.Number, nil
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.numbers)
}

// awaitWrites waits until cases are acknowledged again after a moment, and tells for how long nobody was.
func (l *ledger) awaitWrites(ctx context.Context, killed time.Time) (time.Duration, error) {
	l.mu.Lock()
	before := l.last
	l.mu.Unlock()
	// Answers that were on their way come within a second; the first one after that is of the new primary.
	for limit := time.Now().Add(2 * time.Minute); time.Now().Before(limit); {
		l.mu.Lock()
		last := l.last
		l.mu.Unlock()
		if last.Sub(killed) < time.Second {
			before = last
		} else {
			return last.Sub(before), nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return 0, err
		}
	}
	return 0, errors.New("nobody was acknowledged for two minutes")
}

// check holds the database against the ledger.
func (l *ledger) check(ctx context.Context, c *cluster) error {
	conn, err := pgx.Connect(ctx, c.address("huiyin", "huiyin"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, `select c.number, (select count(*) from event e where e.case_id = c.id and e.step = 'file') from cases c`)
	if err != nil {
		return err
	}
	stand := map[string]int{}
	var number string
	var filings int
	if _, err := pgx.ForEachRow(rows, []any{&number, &filings}, func() error { stand[number] += filings; return nil }); err != nil {
		return err
	}
	lost, doubled, told := 0, 0, map[string]bool{}
	for _, number := range l.numbers {
		if stand[number] == 0 {
			lost++
		}
		if told[number] || stand[number] > 1 {
			doubled++
		}
		told[number] = true
	}
	extra := len(stand) - len(l.numbers)
	fmt.Printf("%d cases acknowledged, %d requests sent again; %d lost, %d doubled, %d that nobody was told of\n", len(l.numbers), l.tries, lost, doubled, extra)
	if lost+doubled > 0 || extra != 0 {
		return errors.New("the database and the acknowledgements do not agree")
	}
	return nil
}
