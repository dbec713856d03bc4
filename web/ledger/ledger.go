// Package ledger serves the public log and the closed months: the proof that nothing the board tells was changed afterwards.
package ledger

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/opendata"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/supervision/months"
	"huiyin/translog"
	"huiyin/translog/form"
	"huiyin/web/shell"
)

// Pages serve the log as anybody reads it. They see no case: entries and reports say nothing of a person.
type Pages struct {
	DB      pg.DB
	Log     *translog.Log
	City    *routing.City
	Data    opendata.Source // the tables of open data
	BaseURL string          // of the service as the world reaches it, without a slash at the end

	files *turns // places for the files of open data that are being written
}

const (
	fresh = 10 * time.Second // how long caches may keep what grows
)

// Routes are the log's addresses (C2SP tlog-tiles below /log), and the reports of closed months.
func (x *Pages) Routes() []shell.Route {
	x.files = newTurns()
	return append(x.dataRoutes(), []shell.Route{
		{Path: "/log", Handler: x.showLog, MaxAge: fresh},
		{Path: "/log/key", Handler: x.key, Door: shell.Files, MaxAge: time.Hour},
		{Path: "/log/checkpoint", Handler: x.checkpoint, Door: shell.Files},
		{Path: "/log/witnessed", Handler: x.witnessed, Door: shell.Files},
		{Path: "/log/tile/*", Handler: x.tile, Door: shell.Files, MaxAge: fresh},
		{Path: "/log/audit.json", Handler: x.audit, Door: shell.Files, MaxAge: fresh},
		{Path: "/proven", Handler: x.showProven, MaxAge: fresh},
		{Path: "/days.json", Handler: x.listDays, Door: shell.Files, MaxAge: fresh},
		{Path: "/days/:month/:day.json", Handler: x.dayJSON, Door: shell.Files, MaxAge: fresh},
		{Path: "/reports.json", Handler: x.listReports, Door: shell.Files, MaxAge: fresh},
		{Path: "/reports", Handler: x.showReports, MaxAge: fresh},
		{Path: "/reports/:month.json", Handler: x.reportJSON, Door: shell.Files, MaxAge: fresh},
		{Path: "/reports/:month.png", Handler: x.reportCard, MaxAge: fresh},
		{Path: "/reports/:month/:code.png", Handler: x.partCard, MaxAge: fresh},
		{Path: "/reports/:month", Handler: x.showReport, MaxAge: fresh},
		{Path: "/reports/:month/:code", Handler: x.showPart, MaxAge: fresh},
	}...)
}

// key is the log's public keys, in the form of signed notes: Ed25519, and SM2 on the second line.
func (x *Pages) key(c *fiber.Ctx) error {
	h, err := x.Log.Head(c.UserContext())
	if err != nil {
		return err
	}
	return plain(c, keys(h))
}

func keys(h translog.Head) string {
	if h.SM2 == "" {
		return h.Verifier + "\n"
	}
	return h.Verifier + "\n" + h.SM2 + "\n"
}

// checkpoint is the newest signed checkpoint (C2SP tlog-checkpoint).
func (x *Pages) checkpoint(c *fiber.Ctx) error {
	h, err := x.Log.Head(c.UserContext())
	if err != nil {
		return err
	}
	return plain(c, h.Signed)
}

// audit tells how the cases stand against the log.
func (x *Pages) audit(c *fiber.Ctx) error {
	a, err := x.Log.ReadAudit(c.UserContext())
	if err != nil {
		return err
	}
	open(c)
	return c.JSON(a)
}

// witnessed is the newest checkpoint that others countersigned.
func (x *Pages) witnessed(c *fiber.Ctx) error {
	signed, err := x.Log.Witnessed(c.UserContext())
	if err != nil {
		return err
	}
	return plain(c, signed)
}

func plain(c *fiber.Ctx, text string) error {
	open(c)
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(text)
}

// open lets programs on other sites read it.
func open(c *fiber.Ctx) { c.Set(fiber.HeaderAccessControlAllowOrigin, "*") }

// tile is a tile of hashes or a bundle of entries; a full one never changes.
func (x *Pages) tile(c *fiber.Ctx) error {
	data, full, err := x.Log.Tile(c.UserContext(), strings.Clone(c.Params("*")))
	if err != nil {
		return err
	}
	open(c)
	c.Set(fiber.HeaderContentType, fiber.MIMEOctetStream)
	if full {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	return c.Send(data)
}

// state is what the page about the log is drawn from.
type state struct {
	Page        shell.Page
	Head        translog.Head
	Empty       bool
	Checkpoints []translog.Head
	Months      []months.Closed
	Day         months.Day // newest proven figures of a month under way; its Entry is 0 where there are none
	BaseURL     string
}

func (x *Pages) showLog(c *fiber.Ctx) error {
	ctx := c.UserContext()
	v := state{Page: shell.NewPage(c, shell.Lang(c).T("ledger.title")), BaseURL: x.BaseURL}
	v.Page.Section, v.Page.Summary, v.Page.Script = "board", v.Page.T("ledger.lead"), "ledger.ts"
	v.Page.Back = v.Page.Href("/board")
	var err error
	if v.Head, err = x.Log.Head(ctx); fault.KindOf(err) == fault.NotFound {
		v.Empty, err = true, nil
	}
	if err != nil {
		return err
	}
	if v.Checkpoints, err = x.Log.Checkpoints(ctx, 5); err != nil {
		return err
	}
	if v.Months, err = months.List(ctx, x.DB); err != nil {
		return err
	}
	days, err := months.ListDays(ctx, x.DB)
	if err != nil {
		return err
	}
	if len(days) > 0 {
		v.Day = days[0]
	}
	return shell.Render(c, fiber.StatusOK, logPage(v))
}

// closings are how many months are closed, without their revisions.
func (s state) closings() int {
	n := 0
	for _, m := range s.Months {
		if m.Revision == 1 {
			n++
		}
	}
	return n
}

// tileWidth is told to the script that reads the log in the browser.
const tileWidth = form.TileWidth
