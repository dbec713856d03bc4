// Package standby keeps signed copies of the public pages on disk, and answers with them while the database is away.
package standby

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"huiyin/locale"
	"huiyin/web/shell"
)

// How often copies are taken, how often the database is asked whether it is there, and how many questions in a row without an answer mean that it is not.
const (
	every    = 5 * time.Minute
	again    = 30 * time.Second // after a failure
	first    = 10 * time.Second
	ask      = time.Second
	patience = 2 * time.Second
	silent   = 3
)

// ManifestPath is where the signed list of the copies can be had, whether the database is there or not.
const ManifestPath = "/snapshot"

// Copies are the copies of one installation. Make them with their fields and Run them; Wrap may be called before.
type Copies struct {
	Dir   string                                                 // of the copies; made where it is missing
	Paths func(ctx context.Context) ([]string, error)            // of the pages to keep, as readers ask for them
	Sign  func(ctx context.Context, text string) (string, error) // signs the list of the copies
	Ping  func(ctx context.Context) error                        // asks whether the database is there
	Zone  *time.Location
	Now   func() time.Time
	Log   *slog.Logger

	away atomic.Bool
	mu   sync.RWMutex
	set  *set
}

// set is one taking of copies.
type set struct {
	at       time.Time
	manifest string            // signed
	sums     map[string]string // SHA-256 of each page's bytes, by path
}

const begins = "huiyin public pages"

// text is what is signed: when the copies were taken, and the digest of each.
func (s *set) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", begins, s.at.UTC().Format(time.RFC3339))
	paths := make([]string, 0, len(s.sums))
	for p := range s.sums {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		fmt.Fprintf(&b, "%s %s\n", s.sums[p], p)
	}
	return b.String()
}

// read reads the list back from what was signed.
func read(manifest string) (*set, error) {
	lines := strings.Split(manifest, "\n")
	if len(lines) < 3 || lines[0] != begins {
		return nil, fmt.Errorf("this is no list of copies: %.40q", manifest)
	}
	at, err := time.Parse(time.RFC3339, lines[1])
	if err != nil {
		return nil, fmt.Errorf("read when the copies were taken: %w", err)
	}
	s := &set{at: at, manifest: manifest, sums: map[string]string{}}
	for _, line := range lines[2:] {
		if line == "" {
			break // signatures follow
		}
		if sum, path, ok := strings.Cut(line, " "); ok && len(sum) == 2*sha256.Size {
			s.sums[path] = sum
		}
	}
	return s, nil
}

// Load takes up the copies of an earlier run; none there is no failure.
func (c *Copies) Load() error {
	raw, err := os.ReadFile(filepath.Join(c.Dir, "manifest"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	s, err := read(string(raw))
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.set = s
	c.mu.Unlock()
	return nil
}

// Run asks after the database and takes copies until ctx ends.
func (c *Copies) Run(ctx context.Context, pages fasthttp.RequestHandler) {
	if err := c.Load(); err != nil {
		c.Log.Warn("copies of the public pages cannot be read", "error", err)
	}
	next, missed := time.Now().Add(first), 0
	tick := time.NewTicker(ask)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		missed = c.look(ctx, missed)
		if c.away.Load() || time.Now().Before(next) {
			continue
		}
		next = time.Now().Add(every)
		if err := c.Take(ctx, pages); err != nil && ctx.Err() == nil {
			c.Log.Warn("copies of the public pages could not be taken, will try again", "error", err)
			next = time.Now().Add(again)
		}
	}
}

// look asks after the database and tells how many times in a row it did not answer.
func (c *Copies) look(ctx context.Context, missed int) int {
	ping, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := c.Ping(ping)
	switch {
	case ctx.Err() != nil:
		return missed
	case err == nil:
		if c.away.Swap(false) {
			c.Log.Info("the database is back: pages are drawn again")
		}
		return 0
	}
	if missed++; missed >= silent && !c.away.Swap(true) {
		c.Log.Warn("the database is away: public pages are answered from copies", "error", err)
	}
	return missed
}

// Away reports whether readers get copies.
func (c *Copies) Away() bool { return c.away.Load() }

// Take takes a copy of every page, signs the list, and keeps both in place of those before.
func (c *Copies) Take(ctx context.Context, pages fasthttp.RequestHandler) error {
	paths, err := c.Paths(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return err
	}
	s := &set{at: c.Now().UTC().Truncate(time.Second), sums: map[string]string{}}
	for _, path := range paths {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		status, body := draw(pages, path)
		if status != fasthttp.StatusOK {
			continue // it has a reason of its own, such as an empty log
		}
		sum := sha256.Sum256(body)
		s.sums[path] = hex.EncodeToString(sum[:])
		if err := keep(c.file(s.sums[path]), body); err != nil {
			return err
		}
	}
	if s.manifest, err = c.Sign(ctx, s.text()); err != nil {
		return err
	}
	if err := keep(filepath.Join(c.Dir, "manifest"), []byte(s.manifest)); err != nil {
		return err
	}
	c.mu.Lock()
	before := c.set
	c.set = s
	c.mu.Unlock()
	return c.clear(before, s)
}

func (c *Copies) file(sum string) string { return filepath.Join(c.Dir, sum) }

// keep writes a file whole or not at all.
func keep(name string, body []byte) error {
	fresh := name + ".new"
	if err := os.WriteFile(fresh, body, 0o640); err != nil {
		return err
	}
	return os.Rename(fresh, name)
}

// clear removes the files that only the taking before named.
func (c *Copies) clear(before, now *set) error {
	if before == nil {
		return nil
	}
	named := map[string]bool{}
	for _, sum := range now.sums {
		named[sum] = true
	}
	for _, sum := range before.sums {
		if !named[sum] {
			named[sum] = true
			if err := os.Remove(c.file(sum)); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return nil
}

// draw asks for a page as a reader would.
func draw(pages fasthttp.RequestHandler, path string) (int, []byte) {
	var req fasthttp.Request
	req.SetRequestURI(path)
	req.Header.SetHost("localhost")
	var ctx fasthttp.RequestCtx
	ctx.Init(&req, nil, nil)
	pages(&ctx)
	return ctx.Response.StatusCode(), bytes.Clone(ctx.Response.Body())
}

// Wrap answers with copies while the database is away, and whenever a page that has a copy fails.
func (c *Copies) Wrap(pages fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		if !ctx.IsGet() && !ctx.IsHead() {
			pages(ctx)
			return
		}
		path := string(ctx.RequestURI())
		if path == ManifestPath {
			c.list(ctx)
			return
		}
		if c.away.Load() && c.give(ctx, path) {
			return
		}
		pages(ctx)
		if ctx.Response.StatusCode() >= fasthttp.StatusInternalServerError {
			c.give(ctx, path)
		}
	}
}

// list gives the signed list of the copies.
func (c *Copies) list(ctx *fasthttp.RequestCtx) {
	c.mu.RLock()
	s := c.set
	c.mu.RUnlock()
	shell.Protect(ctx.Response.Header.Set, false)
	ctx.SetContentType("text/plain; charset=utf-8")
	if s == nil {
		ctx.SetStatusCode(fasthttp.StatusNotFound)
		ctx.SetBodyString(begins + "\n")
		return
	}
	ctx.SetBodyString(s.manifest)
}

// give answers with the copy of a page, and tells whether there is one.
func (c *Copies) give(ctx *fasthttp.RequestCtx, path string) bool {
	c.mu.RLock()
	s := c.set
	c.mu.RUnlock()
	if s == nil {
		return false
	}
	sum, known := s.sums[path]
	if !known {
		if plain, _, more := strings.Cut(path, "?"); more {
			sum, known = s.sums[plain] // the page without the reader's choice, rather than none
		}
	}
	if !known {
		return false
	}
	body, err := os.ReadFile(c.file(sum))
	if err != nil {
		return false
	}
	if got := sha256.Sum256(body); hex.EncodeToString(got[:]) != sum {
		c.Log.Error("a copy of a public page was changed on disk and is not shown", "path", path)
		return false
	}
	kind := kindOf(path)
	ctx.Response.Reset()
	shell.Protect(ctx.Response.Header.Set, false)
	ctx.Response.Header.Set("Cache-Control", "no-cache")
	ctx.Response.Header.Set("X-Huiyin-Snapshot", s.at.UTC().Format(time.RFC3339))
	ctx.SetContentType(kind)
	if strings.HasPrefix(kind, "text/html") {
		lang, _ := locale.FromPath(path)
		body = shell.Announce(body, lang.T("standby.banner", locale.Args{"Time": lang.DateTime(s.at.In(c.Zone))}))
	}
	ctx.SetBody(body)
	return true
}

// kindOf is the type of a page by its ending.
func kindOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	switch ending := filepath.Ext(path); ending {
	case ".json", ".csv", ".xml", ".svg", ".atom":
		if kind := map[string]string{".csv": "text/csv; charset=utf-8", ".atom": "application/atom+xml; charset=utf-8"}[ending]; kind != "" {
			return kind
		}
		return mime.TypeByExtension(ending)
	}
	return "text/html; charset=utf-8"
}
