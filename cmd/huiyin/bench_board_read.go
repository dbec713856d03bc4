package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/bench"
	"huiyin/supervision"
	"huiyin/web/board"
	"huiyin/web/shell"
)

// addresses are the pages of the mixed load, with a card and a district and a unit among them.
func (t *boardBench) addresses(ctx context.Context) []string {
	district, unit := t.City.Districts()[0].Code, t.leads()[0]
	pages := []string{"/board", "/en/board", "/districts", "/departments", "/topics", "/cases", "/cases?district=" + district, "/districts/" + district, "/departments/" + string(unit), "/board.json", "/departments.json", "/reports"}
	var number string
	if err := t.owner.QueryRow(ctx, `select number from public_card where withheld = '' order by filed_on desc, number limit 1`).Scan(&number); err == nil {
		pages = append(pages, "/cases/"+number)
	}
	return pages
}

// pageReader is one connection of a reader: it writes a request and reads to the last byte of the answer, and does nothing else that would take time from the server.
type pageReader struct {
	net.Conn
	in *bufio.Reader
}

func dialPages(address string) (*pageReader, error) {
	for deadline := time.Now().Add(boardWait); ; time.Sleep(50 * time.Millisecond) {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return &pageReader{Conn: c, in: bufio.NewReaderSize(c, 64<<10)}, nil
		}
		if time.Now().After(deadline) {
			return nil, err
		}
	}
}

// Get asks for a page, packed. Any answer but 200 is an error.
func (r *pageReader) Get(path string) error {
	if _, err := io.WriteString(r.Conn, "GET "+path+" HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n"); err != nil {
		return err
	}
	_, err := r.answer(path)
	return err
}

func (r *pageReader) answer(path string) (length int, err error) {
	status, length := "", -1
	for {
		line, err := r.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		switch {
		case status == "":
			status = string(bytes.TrimSpace(line))
		case len(line) <= 2:
			if length < 0 || !strings.Contains(status, " 200 ") {
				return 0, fmt.Errorf("%s: %s", path, status)
			}
			_, err := r.in.Discard(length)
			return length, err
		case len(line) > 16 && bytes.EqualFold(line[:15], []byte("Content-Length:")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[15:]))); err != nil {
				return 0, err
			}
		}
	}
}

// mixed asks for the pages in turn at an even pace, whatever the answers take, while cases are filed. Beside it a tenth as many ask a server that has nothing
// but a fixed answer.
func (t *boardBench) mixed(ctx context.Context) (all, plain bench.Sample, each map[string]bench.Sample, err error) {
	fixed, stopFixed, err := fixedAnswer(8 << 10)
	if err != nil {
		return all, plain, nil, err
	}
	defer stopFixed()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	begun := time.Now().Add(100 * time.Millisecond)
	each = map[string]bench.Sample{}
	var mu sync.Mutex
	note := func(page string, took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		if page == "" {
			plain.Times = append(plain.Times, took)
			return
		}
		all.Times = append(all.Times, took)
		s := each[page]
		s.Times = append(s.Times, took)
		each[page] = s
	}
	var wg sync.WaitGroup
	pace := func(address string, rate, workers int, page func(i int) string) error {
		n := int(t.run.seconds.Seconds()) * rate
		for w := range workers {
			reader, err := dialPages(address)
			if err != nil {
				return err
			}
			wg.Go(func() {
				defer reader.Close()
				for i := w; i < n; i += workers {
					due := begun.Add(time.Duration(i) * time.Second / time.Duration(rate))
					if waitUntil(ctx, due) != nil {
						return
					}
					at := page(i)
					if err := reader.Get(cmp.Or(at, "/")); err != nil {
						cancel(err)
						return
					}
					note(at, time.Since(due))
				}
			})
		}
		return nil
	}
	err = errors.Join(pace(t.Config.Addr, boardPace, t.run.workers, func(i int) string { return t.pages[(i*7)%len(t.pages)] }), pace(fixed, boardPace/10, 8, func(int) string { return "" }))
	if err != nil {
		cancel(err)
	}
	filing, stop := context.WithCancel(ctx)
	filed := make(chan error, 1)
	go func() { filed <- t.fileEvenly(filing, begun) }()
	wg.Wait()
	stop()
	all.Took = time.Since(begun)
	return all, plain, each, errors.Join(context.Cause(ctx), <-filed)
}

// fileEvenly files cases until ctx ends.
func (t *boardBench) fileEvenly(ctx context.Context, begun time.Time) error {
	for i := 0; ; i++ {
		if waitUntil(ctx, begun.Add(time.Duration(i)*time.Second/boardIntake)) != nil {
			return nil
		}
		if err := t.file(ctx, fmt.Sprintf("mixed-%d", i)); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// cached asks for one page as fast as it goes, by turns with a server that has nothing but a fixed answer of the same length.
func (t *boardBench) cached(ctx context.Context) (cached, plain bench.Sample, err error) {
	reader, err := dialPages(t.Config.Addr)
	if err != nil {
		return cached, plain, err
	}
	defer reader.Close()
	if _, err := io.WriteString(reader, "GET /board HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n"); err != nil {
		return cached, plain, err
	}
	length, err := reader.answer("/board")
	if err != nil {
		return cached, plain, err
	}
	fixed, stop, err := fixedAnswer(length)
	if err != nil {
		return cached, plain, err
	}
	defer stop()
	load := func(address string) bench.Load {
		return bench.Load{Workers: t.run.workers, For: t.run.seconds / stretches / 2, Begin: func(context.Context, int) (func(context.Context, int) error, func(), error) {
			r, err := dialPages(address)
			if err != nil {
				return nil, nil, err
			}
			return func(context.Context, int) error { return r.Get("/board") }, func() { _ = r.Close() }, nil
		}}
	}
	for range stretches {
		for _, one := range []struct {
			address string
			into    *bench.Sample
		}{{fixed, &plain}, {t.Config.Addr, &cached}} {
			got, err := load(one.address).Run(ctx)
			if err != nil {
				return cached, plain, err
			}
			one.into.Add(got)
		}
	}
	return cached, plain, nil
}

// fixedAnswer serves the same bytes to every request: the ceiling of a page.
func fixedAnswer(length int) (address string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", length, noise(length))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					line, err := in.ReadSlice('\n')
					if err != nil {
						return
					}
					if len(line) > 2 {
						continue
					}
					if _, err := c.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String(), func() { _ = l.Close() }, nil
}

// moves files cases one by one and waits until the board of a reader tells of each.
func (t *boardBench) moves(ctx context.Context) (bench.Sample, error) {
	var s bench.Sample
	told := func() (int, error) {
		res, err := http.Get(t.Config.BaseURL + "/board.json")
		if err != nil {
			return 0, err
		}
		defer res.Body.Close()
		var board struct {
			Figures map[string]supervision.Figure `json:"figures"`
		}
		err = json.NewDecoder(res.Body).Decode(&board)
		return board.Figures["received"].Denominator, err
	}
	for i := range boardMoves {
		before, err := told()
		if err != nil {
			return s, err
		}
		begun := time.Now()
		if err := t.file(ctx, fmt.Sprintf("move-%d", i)); err != nil {
			return s, err
		}
		for {
			now, err := told()
			if err != nil {
				return s, err
			}
			if now > before {
				break
			}
			if time.Since(begun) > boardWait {
				return s, fmt.Errorf("a case is not on the board after %s", boardWait)
			}
			if err := waitUntil(ctx, time.Now().Add(50*time.Millisecond)); err != nil {
				return s, err
			}
		}
		s.Times = append(s.Times, time.Since(begun))
		s.Took += time.Since(begun)
	}
	return s, nil
}

// statements are those that the pages sent, with what they asked.
type statements struct {
	mu   sync.Mutex
	list []pgx.TraceQueryStartData
}

// TraceQueryStart notes a statement.
func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, q)
	return ctx
}

// TraceQueryEnd needs nothing.
func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// rowsRead draws each page of figures and cards once and asks the database how many rows its statements read (EXPLAIN).
func (t *boardBench) rowsRead(ctx context.Context) (map[string]int, error) {
	noted := &statements{}
	config := t.Pool.Config()
	config.ConnConfig.Tracer = noted
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	out := map[string]int{}
	for _, page := range t.pages {
		path := strings.TrimPrefix(page, "/en")
		if strings.HasPrefix(path, "/reports") {
			continue
		}
		noted.list = nil
		app := shell.New(shell.Config{City: shell.City{ZH: t.City.Name.ZH, EN: t.City.Name.EN}, Secret: make([]byte, 32), Log: t.Log, Now: t.Config.Now()})
		shell.Mount(app, (&board.Pages{DB: pool, City: t.City}).Routes())
		res, err := app.Test(httptest.NewRequestWithContext(ctx, "GET", page, nil), -1)
		if err != nil {
			return nil, err
		}
		if err := res.Body.Close(); err != nil {
			return nil, err
		}
		if res.StatusCode != 200 {
			return nil, fmt.Errorf("%s answers %d", page, res.StatusCode)
		}
		for _, q := range noted.list {
			n, err := t.explain(ctx, q)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", page, err)
			}
			out[page] += n
			if n > boardMany {
				t.run.say("  %s: %d rows by %.200s", page, n, strings.Join(strings.Fields(q.SQL), " "))
			}
		}
	}
	return out, nil
}

// boardMany rows read by one statement of a page are worth a line.
const boardMany = 1000

// plan is a node of what EXPLAIN tells.
type plan struct {
	Relation string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Plans    []plan  `json:"Plans"`
}

func (p plan) read() int {
	n := 0
	if p.Relation != "" {
		n = int((p.Rows + p.Filtered) * p.Loops)
	}
	for _, below := range p.Plans {
		n += below.read()
	}
	return n
}

// explain runs a statement again and counts the rows that it reads from tables.
func (t *boardBench) explain(ctx context.Context, q pgx.TraceQueryStartData) (int, error) {
	if word, _, _ := strings.Cut(strings.TrimSpace(strings.ToLower(q.SQL)), " "); word != "select" && word != "with" {
		return 0, nil
	}
	var told []struct{ Plan plan }
	if err := t.Pool.QueryRow(ctx, `explain (analyze, format json) `+q.SQL, q.Args...).Scan(&told); err != nil {
		return 0, err
	}
	n := 0
	for _, one := range told {
		n += one.Plan.read()
	}
	return n, nil
}
