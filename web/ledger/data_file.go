package ledger

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/opendata"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/shell"
)

// dataFile answers with the rows of a table in a format, as they are read.
func (x *Pages) dataFile(f opendata.Format) fiber.Handler {
	return func(c *fiber.Ctx) error {
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
		known, err := r.Known(ctx)
		if err != nil {
			end()
			return err
		}
		tag := `"` + r.Snapshot + "-" + f.Name + `"`
		open(c)
		c.Set(fiber.HeaderETag, tag)
		c.Set("Huiyin-Snapshot", r.Snapshot)
		c.Set(fiber.HeaderAccessControlExposeHeaders, "ETag, Huiyin-Snapshot, "+reprDigest)
		c.Set(fiber.HeaderLink, "<"+opendata.Licence+`>; rel="license", <`+x.BaseURL+"/data/"+set.Key+`>; rel="describedby"`)
		if !r.Modified.IsZero() {
			c.Set(fiber.HeaderLastModified, r.Modified.UTC().Format(http.TimeFormat))
		}
		if known := c.Get(fiber.HeaderIfNoneMatch); known != "" && strings.Contains(known, tag) {
			end()
			return c.SendStatus(fiber.StatusNotModified)
		}
		c.Set(fiber.HeaderContentType, f.Media)
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+fileName(set, r, f)+`"`)
		if file, ok := known[f.Name]; ok {
			sum, err := hex.DecodeString(file.SHA256)
			if err != nil {
				end()
				return err
			}
			c.Set(reprDigest, digestField(sum))
		}
		if c.Method() == fiber.MethodHead {
			end()
			return nil
		}
		out, in := io.Pipe()
		stop := context.AfterFunc(ctx, func() { in.CloseWithError(context.DeadlineExceeded) })
		go func() {
			defer end()
			defer stop()
			_, err := r.Write(ctx, f, paced{in, mostIdle})
			in.CloseWithError(err) // nil ends the file; anything else breaks the connection off, so that half a file is never taken for a whole one
		}()
		var body io.Reader = out
		if _, ok := known[f.Name]; !ok {
			if body, err = trailed(c, out); err != nil {
				return errors.Join(err, out.Close())
			}
		}
		c.Context().SetBodyStream(body, -1)
		return nil
	}
}

// readData opens a table for one of the readers that may read at once. end closes it.
func (x *Pages) readData(c *fiber.Ctx, set opendata.Set, p supervision.Period) (ctx context.Context, r *opendata.Reading, end func(), err error) {
	leave, err := x.files.take(c.UserContext(), shell.Sender(c))
	if err != nil {
		return nil, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), opendata.Longest)
	if r, err = x.Data.Open(ctx, set, p, max(c.QueryInt("revision"), 0)); err != nil {
		cancel()
		leave()
		return nil, nil, nil, err
	}
	return ctx, r, func() { r.Close(); cancel(); leave() }, nil
}

func fileName(set opendata.Set, r *opendata.Reading, f opendata.Format) string {
	name := "huiyin-" + set.Key
	if p := r.Name(); p != "" {
		name += "-" + strings.ReplaceAll(p, "..", "-to-")
	}
	return name + "." + f.Name
}

// periodOf reads which months the address names: one in the path, or a range in the query, of which either end may be open.
func periodOf(c *fiber.Ctx) (supervision.Period, error) {
	var p supervision.Period
	if name := c.Params("period"); name != "" {
		m, err := supervision.ParseMonth(name)
		if err != nil {
			return p, fault.Wrap(fault.NotFound, "fault.no_month", err)
		}
		return supervision.One(m), nil
	}
	for _, end := range []struct {
		name string
		to   *supervision.Month
	}{{"from", &p.From}, {"to", &p.To}} {
		if q := c.Query(end.name); q != "" {
			m, err := supervision.ParseMonth(q)
			if err != nil {
				return p, fault.New(fault.Invalid, "fault.invalid").At(end.name)
			}
			*end.to = m
		}
	}
	if p.From > 0 && p.To > 0 && p.From > p.To {
		return p, fault.New(fault.Invalid, "fault.invalid").At("to")
	}
	return p, nil
}

// newest reads the report of a closed month.
func (x *Pages) newest(ctx context.Context, m supervision.Month) (*months.Report, error) {
	_, doc, err := months.Read(ctx, x.DB, m, 0)
	if err != nil {
		return nil, err
	}
	r := &months.Report{}
	if err := json.Unmarshal(doc, r); err != nil {
		return nil, fmt.Errorf("read report of %s: %w", m, err)
	}
	return r, nil
}

// recounted is the figure that the lines of recount come to.
const recounted = "on_time"

// recount are the lines of Python that count a figure of the board again from the rows of a month.
func (v setView) recount() string {
	return strings.Join([]string{
		`import csv, io, urllib.request`,
		`rows = list(csv.DictReader(io.TextIOWrapper(urllib.request.urlopen("` + v.BaseURL + opendata.Path("rows", v.Closed.Month, "csv") + `"), "utf-8-sig")))`,
		`due = [r for r in rows if r["part"] == "leg" and r["due"] and r["handled"] != "running" and not (r["handled"] == "ended" and r["excluded"]) and "handle" not in r["waived"]]`,
		`print(sum(r["handled"] == "in_time" for r in due), len(due))`,
	}, "\n")
}

// counted is the same figure in the report.
func (v setView) counted() supervision.Figure {
	f, _ := v.Closed.City.Get(recounted)
	return f
}

// older splits the months into those that are shown and those that are folded away.
func older(all []period) (newest, rest []period) {
	const shown = 2
	if len(all) <= shown {
		return all, nil
	}
	return all[:shown], slices.Clone(all[shown:])
}
