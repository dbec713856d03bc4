package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"huiyin/fault"
	"huiyin/opendata"
)

// reprDigest is the field of RFC 9530 with the digest of a whole file: a header where the digest is known before, else a trailer behind the last byte.
const reprDigest = "Repr-Digest"

func digestField(sum []byte) string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum) + ":"
}

// trailing is a file on its way out: its digest is told when it has ended, by whoever writes the answer.
type trailing struct {
	io.ReadCloser
	sum    hash.Hash
	header *fasthttp.ResponseHeader
}

// trailed announces the digest as a trailer of the answer.
func trailed(c *fiber.Ctx, file io.ReadCloser) (io.Reader, error) {
	h := &c.Response().Header
	if err := h.AddTrailer(reprDigest); err != nil {
		return nil, err
	}
	return &trailing{file, sha256.New(), h}, nil
}

// Read counts what goes out in.
func (t *trailing) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	_, _ = t.sum.Write(b[:n]) // a hash takes everything
	if err == io.EOF {
		t.header.Set(reprDigest, digestField(t.sum.Sum(nil)))
	}
	return n, err
}

// dataSums answers with the digests of a table's files of months that are over, as sha256sum reads them.
func (x *Pages) dataSums(c *fiber.Ctx) error {
	set, ok := opendata.Find(c.Params("set"))
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	p, err := periodOf(c)
	if err != nil {
		return err
	}
	ctx, r, end, err := x.readData(c, set, p)
	if err != nil {
		return err
	}
	defer end()
	files, err := r.Digests(ctx)
	if err != nil {
		return err
	}
	var b strings.Builder
	for i, f := range files {
		b.WriteString(f.SHA256 + "  " + fileName(set, r, opendata.Formats[i]) + "\n")
	}
	open(c)
	c.Set("Huiyin-Snapshot", r.Snapshot)
	c.Set(fiber.HeaderAccessControlExposeHeaders, "Huiyin-Snapshot")
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(b.String())
}
