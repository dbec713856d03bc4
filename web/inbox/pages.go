// Package inbox serves the departments' inbox: what is due, signing, contacting, replying, and what a unit may ask for.
package inbox

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/rulebook"
	"huiyin/supervision"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// Pages are the inbox's pages.
type Pages struct {
	dossier.Office
	DB      pg.DB
	Figures func(ctx context.Context, p supervision.Period, f supervision.Filter) (supervision.Board, error) // the board that reports are written from
	BaseURL string                                                                                           // as the world reaches the service, without a slash at the end
	Texts   []rulebook.Text                                                                                  // the standard texts in force
}

var roles = []string{string(casework.Liaison), string(casework.Handler), string(casework.Leader)}

// proofs is the largest body of a form that carries files: 25 MB of files and the fields around them.
const proofs = 26 << 20

// Routes are the addresses of the inbox.
func (x *Pages) Routes() []shell.Route {
	page := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Path: path, Handler: h, Door: shell.Staff, Roles: roles}
	}
	post := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Method: fiber.MethodPost, Path: path, Handler: h, Door: shell.Staff, Roles: roles}
	}
	list := []shell.Route{
		page("/inbox", x.list),
		post("/inbox/chosen", x.takeChosen),
		page("/inbox/calendar", x.showCalendar),
		post("/inbox/calendar/feed", x.makeFeed),
		post("/inbox/calendar/feed/end", x.endFeed),
		{Path: "/calendar/:token", Handler: x.sendFeed, Door: shell.Files, Private: true, Limit: shell.Limit{Name: "calendar", Max: 120, Per: time.Hour}},
		page("/inbox/report", x.showReport),
		page("/inbox/report.xlsx", x.reportXLSX),
		page("/inbox/report.csv", x.reportCSV),
		page("/inbox/closed", x.closed),
		post("/inbox/closed/:id", x.appealClosed),
		page("/m/inbox", x.showField),
		page("/m/inbox/:id", x.showFieldCase),
		page("/inbox/:id", x.show),
		page("/inbox/:id/sheet", x.sheet),
		post("/inbox/:id/sheet", x.fullSheet),
		page("/inbox/:id/qr.png", x.qr),
		post("/inbox/:id/reveal", x.reveal),
		post("/inbox/:id/check", x.checkNow),
		page("/inbox/:id/file/:file", x.SendFile),
	}
	for _, a := range acts {
		r := post("/inbox/:id/"+a.Name, x.take(a))
		if a.Files {
			r.Body = proofs
		}
		list = append(list, r)
	}
	for _, a := range fieldActs {
		r := post("/m/inbox/:id/"+a.Name, x.takeInField(a))
		r.Body = proofs
		list = append(list, r)
	}
	return list
}

// Nav is the inbox's entry in the staff bar.
func Nav() []shell.NavItem {
	return []shell.NavItem{{Section: "inbox", Key: "inbox.nav", Path: "/inbox", Roles: roles}}
}

func (x *Pages) take(a dossier.Act) fiber.Handler {
	return func(c *fiber.Ctx) error {
		next := func(id casework.CaseID) string { return "/inbox/" + id.String() }
		if a.Name == actReturn.Name || a.Name == actReply.Name || a.Name == actHandIn.Name || a.Name == actHandBack.Name {
			next = func(casework.CaseID) string { return "/inbox" }
		}
		return x.Take(c, a, next, func(by casework.Actor, id casework.CaseID, r dossier.Refusal) error {
			return x.draw(c, by, id, &r, nil)
		})
	}
}
