// Package console serves the operators' console: the queue, dispatch, decisions, supervision, call-backs and calls taken down.
package console

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/handover"
	"huiyin/intake"
	"huiyin/intake/calls"
	"huiyin/seal"
	"huiyin/search"
	"huiyin/staff"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// Pages are the console's pages. Use New.
type Pages struct {
	dossier.Office
	door   *intake.Door
	finder search.Service
	keys   *seal.Keyring
	staff  *staff.Register
	room   *calls.Room
	abroad *handover.Service
	words  map[casework.UnitCode]string // how operators type a unit: initials, pinyin, short names
	alike  recent                       // which cases are like those that are open
}

// New makes the console. door files what operators take down; keys make the hash by which a telephone number is looked up; finder finds cases by their words; register knows everybody's own keys, and who
// has which case open; room has the calls under way;
// abroad exchanges cases with other cities.
func New(o dossier.Office, door *intake.Door, keys *seal.Keyring, finder search.Service, register *staff.Register, room *calls.Room, abroad *handover.Service) *Pages {
	return &Pages{Office: o, door: door, keys: keys, finder: finder, staff: register, room: room, abroad: abroad, words: typingWords(o.City)}
}

var roles = []string{string(casework.Operator), string(casework.Dispatcher), string(casework.Supervisor), string(casework.Callback)}

// Routes are the addresses of the console.
func (x *Pages) Routes() []shell.Route {
	page := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Path: path, Handler: h, Door: shell.Staff, Roles: roles}
	}
	post := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Method: fiber.MethodPost, Path: path, Handler: h, Door: shell.Staff, Roles: roles}
	}
	caller := func(method, path string, h fiber.Handler) shell.Route {
		return shell.Route{Method: method, Path: path, Handler: h, Door: shell.Staff, Roles: []string{string(casework.Callback)}}
	}
	ringer := func(method, path string, h fiber.Handler) shell.Route {
		return shell.Route{Method: method, Path: path, Handler: h, Door: shell.Staff, Roles: []string{string(casework.Operator), string(casework.Callback)}}
	}
	list := []shell.Route{
		page("/console", x.queue),
		page("/console/bulk", x.bulk),
		post("/console/bulk", x.takeBulk),
		post("/console/bulk/undo", x.takeBackBulk),
		page("/console/list", x.list),
		post("/console/list", x.lookup),
		page("/console/late", x.lateNow),
		page("/console/ledger", x.ledger),
		page("/console/topics", x.topics),
		{Path: "/console/replies", Handler: x.replies, Door: shell.Staff, Roles: []string{string(casework.Supervisor)}},
		page("/console/topics/:id", x.topic),
		{Path: "/console/wall", Handler: x.wall, Door: shell.Staff, Roles: []string{string(casework.Supervisor)}},
		page("/console/kept", x.kept),
		post("/console/kept/look", x.look),
		post("/console/kept/refile", x.refile),
		post("/console/kept/attach", x.attach),
		post("/console/kept/raw", x.raw),
		post("/console/kept/settle", x.settle),
		page("/console/call", x.showCall),
		post("/console/call", x.saveCall),
		page("/console/call/live", x.liveParts),
		post("/console/call/heard", x.addHeard),
		post("/console/call/help", x.helpNow),
		post("/console/call/caller", x.callerNow),
		page("/console/file", func(c *fiber.Ctx) error { return shell.SeeOther(c, "/console/call") }), // its address until there was help on it
		page("/console/search", x.showSearch),
		post("/console/search", x.find),
		page("/console/search.csv", x.foundFile),
		post("/console/search/suggest", x.suggestions),
		post("/console/search/save", x.saveSearch),
		post("/console/search/saved/:id/forget", x.forgetSearch),
		post("/console/search/saved/:id/alert", x.changeSearch),
		post("/console/search/address", x.searchAddress),
		caller("", "/console/callbacks", x.callbacks),
		caller(fiber.MethodPost, "/console/callbacks/:id", x.answered),
		caller(fiber.MethodPost, "/console/callbacks/:id/dial", x.dial),
		ringer("", "/console/ringback", x.ringbacks),
		ringer(fiber.MethodPost, "/console/ringback/:id", x.rang),
		ringer(fiber.MethodPost, "/console/ringback/:id/number", x.ringbackNumber),
		page("/console/keys", x.showKeys),
		post("/console/keys", x.saveKeys),
		page("/console/case/:id", x.show),
		post("/console/case/:id/reveal", x.reveal),
		page("/console/case/:id/file/:file", x.SendFile),
		post("/console/case/:id/split", x.split),
		post("/console/case/:id/"+handOverName, x.take(x.handOver())),
		post("/console/case/:id/spoken", x.spokenOf),
	}
	for _, a := range acts {
		list = append(list, post("/console/case/:id/"+a.Name, x.take(a)))
	}
	return list
}

// Nav are the console's entries in the staff bar.
func Nav() []shell.NavItem {
	desk := []string{string(casework.Operator), string(casework.Dispatcher), string(casework.Supervisor)}
	return []shell.NavItem{
		{Section: "wall", Key: "wall.nav", Path: "/console/wall", Roles: []string{string(casework.Supervisor)}},
		{Section: "queue", Key: "console.nav_queue", Path: "/console", Roles: desk},
		{Section: "list", Key: "console.nav_list", Path: "/console/list", Roles: roles},
		{Section: "search", Key: "call.nav_search", Path: "/console/search", Roles: roles},
		{Section: "callbacks", Key: "call.nav_callbacks", Path: "/console/callbacks", Roles: []string{string(casework.Callback)}},
		{Section: "ringback", Key: "livecall.nav", Path: "/console/ringback", Roles: []string{string(casework.Operator), string(casework.Callback)}},
		{Section: "late", Key: "console.nav_late", Path: "/console/late", Roles: desk},
		{Section: "ledger", Key: "unitwork.nav_ledger", Path: "/console/ledger", Roles: desk},
		{Section: "topics", Key: "topics.nav", Path: "/console/topics", Roles: desk},
		{Section: "replies", Key: "replycheck.nav", Path: "/console/replies", Roles: []string{string(casework.Supervisor)}},
		{Section: "file", Key: "console.nav_file", Path: "/console/call", Roles: []string{string(casework.Operator)}},
		{Section: "kept", Key: "console.nav_kept", Path: "/console/kept", Roles: desk},
	}
}
