package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/smtp"
	"net/textproto"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/pg/pgtest"
	"huiyin/staff"
)

// senders file cases and read pages until they are told to stop, and keep what they were told.
type senders struct {
	again  bool // a failed request is sent again under its key, as programs and mail servers do
	serial atomic.Int64
	reads  atomic.Int64

	mu     sync.Mutex
	filed  map[string]string // idempotency key → case number
	failed []string
}

func (l *senders) fail(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = append(l.failed, fmt.Sprintf(format, args...))
}

// file sends one case to an address.
func (l *senders) file(ctx context.Context, client *http.Client, base func() string) {
	n := l.serial.Add(1)
	key := fmt.Sprintf("fleet-%d", n)
	for ctx.Err() == nil {
		body := fmt.Sprintf(`{"kind":"complaint","title":"路灯不亮 %d","text":"门口路灯坏了，晚上看不见路。第 %d 件","person":{"name":"林小舟","email":"lin%d@example.org"}}`, n, n, n)
		ask, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, base()+"/api/v1/cases", strings.NewReader(body))
		if err != nil {
			l.fail("%v", err)
			return
		}
		ask.Header.Set("Content-Type", "application/json")
		ask.Header.Set("Idempotency-Key", key)
		ask.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", n/250%250, n%250+1))
		answer, err := client.Do(ask)
		if err == nil {
			var receipt struct {
				Number string `json:"number"`
			}
			text, readErr := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err = readErr; err == nil && answer.StatusCode == http.StatusCreated {
				if err = json.Unmarshal(text, &receipt); err == nil && receipt.Number != "" {
					l.mu.Lock()
					l.filed[key] = receipt.Number
					l.mu.Unlock()
					return
				}
			} else if err == nil {
				err = fmt.Errorf("status %d: %.200s", answer.StatusCode, text)
			}
		}
		if !l.again {
			l.fail("case %d: %v", n, err)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// read asks for a page.
func (l *senders) read(client *http.Client, address string) {
	answer, err := client.Get(address)
	if err != nil {
		l.fail("%s: %v", address, err)
		return
	}
	_, err = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	if err != nil || answer.StatusCode != http.StatusOK {
		l.fail("%s: status %d, error %v", address, answer.StatusCode, err)
		return
	}
	l.reads.Add(1)
}

// checkFiled holds the database against what senders were told: each submission once, with one filing in its history and one letter.
func (l *senders) checkFiled(t *testing.T, owner *pgxpool.Pool) {
	t.Helper()
	numbers := map[string]bool{}
	for key, number := range l.filed {
		if numbers[number] {
			t.Errorf("%s was told a number that another was told", key)
		}
		numbers[number] = true
	}
	rows, err := owner.Query(t.Context(), `select c.number, (select count(*) from event e where e.case_id = c.id and e.step = 'file'), (select count(*) from submission s where s.case_id = c.id) from cases c where c.channel = 'api'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	stand := 0
	for rows.Next() {
		var number string
		var filings, submissions int
		if err := rows.Scan(&number, &filings, &submissions); err != nil {
			t.Fatal(err)
		}
		if filings != 1 || submissions != 1 {
			t.Errorf("case %s was filed %d times by %d submissions", number, filings, submissions)
		}
		if numbers[number] {
			stand++
		}
	}
	if stand != len(l.filed) {
		t.Errorf("%d cases were acknowledged, %d of them stand", len(l.filed), stand)
	}
}

// wait looks until something holds.
func wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not after a minute: %s", what)
}

func TestManyProcessesOnOneDatabaseAreOneHotline(t *testing.T) {
	f := newFleet(t, 3)
	owner := pgtest.OwnerPool(t)
	token := f.operator(owner)
	heard := make([]*hearer, len(f.ships))
	for i, s := range f.ships {
		heard[i] = s.listen(t, token)
	}
	l := &senders{again: true, filed: map[string]string{}}
	ctx, stop := context.WithCancel(t.Context())
	var sending sync.WaitGroup
	for i := range 6 {
		client := &http.Client{Timeout: 10 * time.Second}
		sending.Go(func() {
			for n := i; ctx.Err() == nil; n++ {
				at := n
				l.file(ctx, client, func() string { at++; return "http://" + f.ships[at%len(f.ships)].pages })
			}
		})
	}
	count := func() int { l.mu.Lock(); defer l.mu.Unlock(); return len(l.filed) }
	wait(t, "thirty cases", func() bool { return count() >= 30 })
	killed := int(time.Now().UnixNano()) % len(f.ships)
	if err := f.ships[killed].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	before := count()
	wait(t, "sixty more cases", func() bool { return count() >= before+60 })
	stop()
	sending.Wait()
	l.checkFiled(t, owner)
	one := func(sql string) (n int) {
		t.Helper()
		if err := owner.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	cases := one(`select count(*) from cases`)
	wait(t, "the followers have read everything", func() bool {
		return one(`select count(*) from follower f where exists (select 1 from event e where (e.xid, e.seq) > (f.xid, f.seq))`) == 0
	})
	if n := one(`select count(*) from figure_row where part = 'case'`); n != cases {
		t.Errorf("%d cases were counted %d times", cases, n)
	}
	wait(t, "a letter for each case", func() bool { return one(`select count(*) from letter where kind = 'filed'`) == cases })
	// What the killed process had in hand waits until it is given up; the others are out, each once.
	wait(t, "letters are sent", func() bool { return one(`select count(*) from letter where state = 'queued'`) <= 16 })
	letters := map[string]int{}
	for _, s := range f.ships {
		files, err := filepath.Glob(filepath.Join(s.data, "outbox", "*.eml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			letters[filepath.Base(file)]++
		}
	}
	for name, times := range letters {
		if times > 1 {
			t.Errorf("letter %s was sent %d times", name, times)
		}
	}
	if len(letters) == 0 {
		t.Error("no letter was sent")
	}
	for i, h := range heard {
		if i == killed {
			continue
		}
		last := one(`select count(*) from event where step = 'file'`)
		wait(t, "an open page of each process hears of every case", func() bool { return h.count() >= last })
		if h.count() > last {
			t.Errorf("process %d told %d filings of %d", i, h.count(), last)
		}
	}
	// The codes that a sender tries at one process brake it at another.
	var left []*ship
	for i, s := range f.ships {
		if i != killed {
			left = append(left, s)
		}
	}
	var last int
	for i := range 6 {
		last = left[i%2].tryCode(t, "WXYZ-2345")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the sixth wrong code, at alternating processes, was answered with %d", last)
	}
}

// operator signs an operator in and gives the session's cookie.
func (f *fleet) operator(owner *pgxpool.Pool) string {
	f.t.Helper()
	register := staff.New(owner)
	if _, err := register.Add(f.t.Context(), 0, staff.NewAccount{Login: "operator", Name: "operator", Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}, Password: "linlan-echo-2026"}); err != nil {
		f.t.Fatal(err)
	}
	session, err := register.SignIn(f.t.Context(), "operator", "linlan-echo-2026", nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return session.Token
}

func (s *ship) tryCode(t *testing.T, code string) int {
	t.Helper()
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.pages+"/api/v1/cases/current", nil)
	if err != nil {
		t.Fatal(err)
	}
	ask.Header.Set("Authorization", "Bearer "+code)
	ask.Header.Set("X-Forwarded-For", "203.0.113.9")
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// hearer is an open page of an operator, which hears of each case.
type hearer struct {
	mu    sync.Mutex
	cases map[string]int
}

func (h *hearer) count() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, times := range h.cases {
		n += times
	}
	return n
}

func (s *ship) listen(t *testing.T, token string) *hearer {
	t.Helper()
	h := &hearer{cases: map[string]int{}}
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.pages+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	ask.AddCookie(&http.Cookie{Name: "hy_staff", Value: token})
	answer, err := http.DefaultClient.Do(ask)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("open a page's stream: %v, %v", answer, err)
	}
	opened := make(chan struct{})
	go func() {
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		for first := true; lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "event: open") && first {
				first = false
				close(opened)
			}
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var step struct{ Case, Step string }
			if ok && json.Unmarshal([]byte(data), &step) == nil && step.Step == "file" {
				h.mu.Lock()
				h.cases[step.Case]++
				h.mu.Unlock()
			}
		}
	}()
	<-opened
	time.Sleep(100 * time.Millisecond) // the hub begins to look when somebody watches
	return h
}

func TestARollingRestartLosesNoRequest(t *testing.T) {
	f := newFleet(t, 2)
	owner := pgtest.OwnerPool(t)
	base := f.balance()
	l := &senders{filed: map[string]string{}}
	ctx, stop := context.WithCancel(t.Context())
	var sending sync.WaitGroup
	for range 4 {
		client := &http.Client{Timeout: 30 * time.Second}
		sending.Go(func() {
			for ctx.Err() == nil {
				l.file(ctx, client, func() string { return base })
			}
		})
	}
	for _, path := range []string{"/", "/report/1", "/board"} {
		client := &http.Client{Timeout: 30 * time.Second}
		sending.Go(func() {
			for ctx.Err() == nil {
				l.read(client, base+path)
			}
		})
	}
	var mails, again atomic.Int64
	sending.Go(func() {
		for n := int64(0); ctx.Err() == nil; {
			s := f.ships[int(n+again.Load())%len(f.ships)]
			switch err := s.sendMail(n); {
			case err == nil:
				n++
				mails.Add(1)
			case permanent(err):
				l.fail("mail %d: %v", n, err)
				return
			default: // the sender keeps it, and comes again: at another door
				again.Add(1)
				time.Sleep(20 * time.Millisecond)
			}
		}
	})
	time.Sleep(500 * time.Millisecond)
	for range 2 {
		for _, s := range f.ships {
			s.leave()
			s.launch()
			s.awaitReady()
			time.Sleep(300 * time.Millisecond) // the balancer notices
		}
	}
	stop()
	sending.Wait()
	for i, text := range l.failed {
		if i == 10 {
			t.Errorf("and %d more", len(l.failed)-10)
			break
		}
		t.Error(text)
	}
	l.checkFiled(t, owner)
	var stand int
	wait(t, "every acknowledged mail is a case", func() bool {
		err := owner.QueryRow(t.Context(), `select count(*) from cases where channel = 'email'`).Scan(&stand)
		return err == nil && stand >= int(mails.Load())
	})
	if stand != int(mails.Load()) {
		t.Errorf("%d mails were acknowledged, %d stand", mails.Load(), stand)
	}
	t.Logf("%d cases, %d pages, %d mails (%d sent again) through four restarts", len(l.filed), l.reads.Load(), mails.Load(), again.Load())
}

// sendMail sends one mail, with a Message-ID and words of its own.
func (s *ship) sendMail(n int64) error {
	c, err := smtp.Dial(s.mail)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Mail(fmt.Sprintf("wang%d@example.org", n)); err != nil {
		return err
	}
	if err := c.Rcpt("12345@localhost"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "From: wang%d@example.org\r\nTo: 12345@localhost\r\nMessage-ID: <%d@example.org>\r\nSubject: lamp %d\r\nDate: Mon, 02 Nov 2026 09:00:00 +0800\r\n\r\nThe street lamp number %d at our gate is out.\r\n", n, n, n, n)
	return w.Close()
}

// permanent tells whether a mail server refused for good.
func permanent(err error) bool {
	var refused *textproto.Error
	return errors.As(err, &refused) && refused.Code >= 500
}
