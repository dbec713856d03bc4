package live

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/web/shell"
)

const (
	beat    = 15 * time.Second // a comment line that keeps proxies from closing a silent stream
	life    = 5 * time.Minute  // then the browser comes again, and is asked again who it is
	stalled = 10 * time.Second // a reader that takes nothing for so long is cut off
)

// Pages is the one stream of the staff pages.
type Pages struct {
	Hub   *Hub
	Actor func(c *fiber.Ctx) (casework.Actor, error) // who is signed in
}

// Routes are the addresses of the stream.
func (x *Pages) Routes() []shell.Route {
	return []shell.Route{{Path: "/live", Handler: x.stream, Door: shell.Staff, Limit: shell.Limit{Name: "live", Max: 600, Per: time.Minute}}}
}

// stream sends what happens in the cases that the reader may see, as it happens, in the form of the HTML standard, section 9.2 (server-sent events).
func (x *Pages) stream(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // a proxy that collects first would make it late
	if c.Method() == fiber.MethodHead {
		return nil
	}
	w := x.Hub.join(visible(by, time.Now()))
	if w == nil {
		return fault.New(fault.Unavailable, "fault.unavailable")
	}
	conn := c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(b *bufio.Writer) {
		defer x.Hub.leave(w)
		x.Hub.send(w, b, conn)
	})
	return nil
}

// visible is the reader's scope: the hotline hears of every case, a unit of those in which it takes part. What the reader did before the page was
// opened is no news to them: the page that follows an act shows it already.
func visible(by casework.Actor, opened time.Time) func(Message) bool {
	sight := by.Sight()
	return func(m Message) bool {
		if m.By != 0 && m.By == by.StaffID && m.At.Before(opened) {
			return false
		}
		if m.Staff != 0 {
			return m.Staff == by.StaffID
		}
		return sight.All || slices.ContainsFunc(m.Units, func(u casework.UnitCode) bool { return slices.Contains(sight.Units, u) })
	}
}

// send writes until the reader goes, the stream has lived long enough, or the server closes.
func (h *Hub) send(w *watcher, b *bufio.Writer, conn net.Conn) {
	ping, end := time.NewTicker(beat), time.NewTimer(life)
	defer ping.Stop()
	defer end.Stop()
	put := func(text string) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(stalled)) // a connection that cannot have one ends at its first failing write
		_, err := b.WriteString(text)
		return err == nil && b.Flush() == nil
	}
	if !put("retry: 3000\nevent: open\ndata: {}\n\n") {
		return
	}
	for {
		text := ""
		select {
		case <-h.closed:
			return
		case <-end.C:
			return
		case <-ping.C:
			text = ": still here\n\n"
		case m := <-w.news:
			text = frame(m)
		}
		if h.missed(w) {
			text += frame(Message{Name: "lost"})
		}
		if !put(text) {
			return
		}
	}
}

// frame writes one message; its body is JSON on one line.
func frame(m Message) string {
	if len(m.Body) == 0 {
		m.Body = []byte("{}")
	}
	return fmt.Sprintf("event: %s\ndata: %s\n\n", m.Name, m.Body)
}
