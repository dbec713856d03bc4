package shell

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"golang.org/x/sync/singleflight"
)

// How long an answer is given again. A page of figures is at most stale seconds behind: figures move within five.
const (
	keepFresh = 2 * time.Second  // given without looking whether anything happened
	keepStale = 4 * time.Second  // given while it is drawn anew beside
	keepSame  = 10 * time.Second // given while nothing happened
	keepLate  = 20 * time.Second // given while it is being drawn, or so much else is that it cannot be: an old page with its time on it is better than none
	keepAsk   = 500 * time.Millisecond
	keepMost  = 2048     // answers
	keepBytes = 96 << 20 // of all of them
	keepLarge = 2 << 20  // a longer answer is not kept
	renewals  = 2        // at once, so that they leave room for readers
)

// Keeper gives the same answer to many readers: pages that are alike for everybody are drawn once for each language and look, and again when something happened.
// Make it with NewKeeper; it is safe for concurrent use.
type Keeper struct {
	mark   func(ctx context.Context) (string, error) // changes whenever what pages show may have changed
	now    func() time.Time
	flight singleflight.Group
	slots  chan struct{}
	app    fasthttp.RequestHandler // draws pages anew beside the readers; nil until Bind

	mu     sync.Mutex
	kept   map[string]*keptAnswer
	bytes  int
	marked string
	asked  time.Time
}

// keptAnswer is an answer as it was given, with its packed form.
type keptAnswer struct {
	status        int
	headers       [len(keptHeaders)]string
	plain, packed []byte
	tag           string
	mark          string
	at            time.Time
	renewing      bool
}

// keptHeaders are what handlers say of their answers, beside what the frame says of every answer to a route.
var keptHeaders = [...]string{fiber.HeaderContentType, fiber.HeaderContentLanguage, fiber.HeaderContentDisposition, fiber.HeaderAccessControlAllowOrigin, "Cross-Origin-Resource-Policy",
	fiber.HeaderContentSecurityPolicy, fiber.HeaderXFrameOptions, fiber.HeaderLink}

// NewKeeper makes a keeper; mark is asked at most twice a second.
func NewKeeper(mark func(ctx context.Context) (string, error)) *Keeper {
	return &Keeper{mark: mark, now: time.Now, slots: make(chan struct{}, renewals), kept: map[string]*keptAnswer{}}
}

// Bind tells the keeper who answers requests, so that it can draw again what grows old before a reader waits for it.
func (k *Keeper) Bind(app fasthttp.RequestHandler) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.app = app
}

// renewal marks a request that the keeper made itself.
const renewal = "huiyin.renewal"

// Keep wraps the handler of a route whose answer depends on nothing but its address, the language and the look.
func (k *Keeper) Keep(h fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		req := of(c)
		if c.Cookies(flashCookie) != "" || (c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead) {
			leave, err := req.toDraw(c)
			if err != nil {
				return err
			}
			defer leave()
			return h(c)
		}
		key := c.OriginalURL() + " " + string(req.lang) + " " + lookOf(c.Cookies(lookCookie)).String()
		mark, err := k.markNow(c.UserContext())
		if err != nil {
			return err
		}
		if c.Locals(renewal) != nil {
			_, err := k.draw(c, key, mark, h)
			return err
		}
		a, old := k.take(key, mark)
		if old {
			k.renew(c, key)
		}
		if a != nil {
			return k.give(c, a)
		}
		got, err, _ := k.flight.Do(key, func() (any, error) {
			leave, err := req.toDraw(c)
			if err != nil {
				return nil, err
			}
			defer leave()
			return k.draw(c, key, mark, h)
		})
		if err != nil {
			return err
		}
		return k.give(c, got.(*keptAnswer))
	}
}

// markNow is what the mark was at most half a second ago.
func (k *Keeper) markNow(ctx context.Context) (string, error) {
	k.mu.Lock()
	mark, fresh := k.marked, k.now().Sub(k.asked) < keepAsk
	k.mu.Unlock()
	if fresh {
		return mark, nil
	}
	got, err, _ := k.flight.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		mark, err := k.mark(ctx)
		if err == nil {
			k.mu.Lock()
			k.marked, k.asked = mark, k.now()
			k.mu.Unlock()
		}
		return mark, err
	})
	if err != nil {
		return "", err
	}
	return got.(string), nil
}

// take gives the answer that may still be given, nil where there is none, and tells whether it is to be drawn anew.
func (k *Keeper) take(key, mark string) (a *keptAnswer, old bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a = k.kept[key]; a == nil {
		return nil, false
	}
	age, same := k.now().Sub(a.at), a.mark == mark
	switch {
	case age < keepFresh || same && age < keepSame-keepStale:
		return a, false
	case same && age < keepSame || age < keepStale:
	case age < keepLate && (a.renewing || len(k.slots) == cap(k.slots)):
	default:
		return nil, false
	}
	old = !a.renewing
	a.renewing = true
	return a, old
}

// renew draws an answer again beside the reader, who has the old one meanwhile. With too many under way it is left to the next reader.
func (k *Keeper) renew(c *fiber.Ctx, key string) {
	k.mu.Lock()
	app := k.app
	k.mu.Unlock()
	again := func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if a := k.kept[key]; a != nil {
			a.renewing = false
		}
	}
	if app == nil {
		again()
		return
	}
	var req fasthttp.Request
	req.SetRequestURI(c.OriginalURL())
	req.Header.SetHost(string(c.Request().Host()))
	for _, name := range []string{lookCookie, langCookie} {
		if v := c.Cookies(name); v != "" {
			req.Header.SetCookie(name, v)
		}
	}
	select {
	case k.slots <- struct{}{}:
	default:
		again()
		return
	}
	go func() {
		defer func() { <-k.slots; again() }()
		var ctx fasthttp.RequestCtx
		ctx.Init(&req, nil, nil)
		ctx.SetUserValue(renewal, true)
		app(&ctx)
	}()
}

// draw lets the handler answer and keeps what it said.
func (k *Keeper) draw(c *fiber.Ctx, key, mark string, h fiber.Handler) (*keptAnswer, error) {
	packs := c.Get(fiber.HeaderAcceptEncoding)
	c.Request().Header.Del(fiber.HeaderAcceptEncoding)
	err := h(c)
	c.Request().Header.Set(fiber.HeaderAcceptEncoding, packs)
	if err != nil {
		return nil, err
	}
	res := c.Response()
	a := &keptAnswer{status: res.StatusCode(), plain: bytes.Clone(res.Body()), mark: mark, at: k.now()}
	for i, name := range keptHeaders {
		a.headers[i] = string(res.Header.Peek(name))
	}
	sum := sha256.Sum256(a.plain)
	a.tag = hex.EncodeToString(sum[:12])
	if len(a.plain) >= fewBytes {
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.DefaultCompression)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(a.plain); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		a.packed = b.Bytes()
	}
	if a.status == fiber.StatusOK && len(a.plain) <= keepLarge && !of(c).noKeep {
		k.put(key, a)
	}
	return a, nil
}

func (k *Keeper) put(key string, a *keptAnswer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(key)
	for old, one := range k.kept {
		if len(k.kept) < keepMost && k.bytes < keepBytes {
			break
		}
		if k.now().Sub(one.at) > keepSame || len(k.kept) >= keepMost || k.bytes >= keepBytes {
			k.drop(old)
		}
	}
	k.kept[key] = a
	k.bytes += len(a.plain) + len(a.packed)
}

func (k *Keeper) drop(key string) {
	if a := k.kept[key]; a != nil {
		k.bytes -= len(a.plain) + len(a.packed)
		delete(k.kept, key)
	}
}

// give answers with what is kept; a reader who has it already is only told so.
func (k *Keeper) give(c *fiber.Ctx, a *keptAnswer) error {
	c.Vary(fiber.HeaderAcceptEncoding)
	body, tag := a.plain, `"`+a.tag+`"`
	packed := a.packed != nil && bytes.Contains(c.Request().Header.Peek(fiber.HeaderAcceptEncoding), []byte("gzip")) && c.AcceptsEncodings("gzip") == "gzip"
	if packed {
		body, tag = a.packed, `"`+a.tag+`-gzip"`
	}
	c.Set(fiber.HeaderETag, tag)
	if known := c.Get(fiber.HeaderIfNoneMatch); known != "" && strings.Contains(known, tag) {
		c.Response().ResetBody()
		return c.SendStatus(fiber.StatusNotModified)
	}
	if packed {
		c.Set(fiber.HeaderContentEncoding, "gzip")
	}
	for i, name := range keptHeaders {
		if a.headers[i] == "" {
			c.Response().Header.Del(name)
		} else {
			c.Set(name, a.headers[i])
		}
	}
	c.Status(a.status).Response().SetBodyRaw(body)
	return nil
}
