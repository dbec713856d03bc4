package shell

import (
	"bytes"
	"compress/gzip"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// fewBytes are not worth compressing: they fit in two packets.
const fewBytes = 2 << 10

var squeezers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, 5)
	if err != nil {
		panic(err)
	}
	return w
}}

// send answers with a page, compressed where that gives nothing away: a page with a code or a person's data is sent as it is, since the
// length of the compressed page would tell whoever listens, and can put words into its address, how alike the two are.
func send(c *fiber.Ctx, page []byte) error {
	if err := of(c).leave(page); err != nil {
		return err
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	if of(c).hold || c.Method() != fiber.MethodGet || len(page) < fewBytes || c.Get(fiber.HeaderAcceptEncoding) == "" || c.AcceptsEncodings("gzip") != "gzip" {
		return c.Send(page)
	}
	var b bytes.Buffer
	b.Grow(len(page) / 4)
	w := squeezers.Get().(*gzip.Writer)
	defer squeezers.Put(w)
	w.Reset(&b)
	if _, err := w.Write(page); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(b.Bytes())
}
