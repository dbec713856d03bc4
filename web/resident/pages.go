package resident

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/knowledge"
	"huiyin/pg"
	"huiyin/rights"
	"huiyin/routing"
	"huiyin/seal"
	"huiyin/supervision"
	"huiyin/translog"
	"huiyin/web/shell"
)

// Config is what the residents' pages work with; every field but Misses and Figures is needed.
type Config struct {
	DB      pg.DB
	Docket  *casework.Docket
	Desk    *routing.Desk
	Door    *intake.Door
	City    *routing.City
	Keys    *seal.Keyring
	Now     func() time.Time
	Misses  *shell.Misses  // wrong codes, counted together with the API's
	Figures Figures        // what the form says of waiting times; nil: it says nothing
	Rights  *rights.Office // answers requests about the own data
	Log     *translog.Log  // proves what became of a case; nil: the page of the proof has nothing to show
	Work    int            // bits of work that a form asks of the browser before it is sent without counting; 0: none
	BaseURL string         // of the service as residents reach it, without a slash at the end

	Answers *knowledge.Base // what may answer a matter before it is filed; nil: nothing is offered
}

// Figures gives the public figures of a period.
type Figures func(context.Context, supervision.Period, supervision.Filter) (supervision.Board, error)

// Pages serve the residents: filing a matter, following it, rating it, and who read their data. Use New.
type Pages struct {
	Config
	drafts *drafts
}

// New makes the residents' pages.
func New(cfg Config) *Pages {
	if cfg.Misses == nil {
		cfg.Misses = shell.NewMisses(shell.NewMemory(cfg.Now))
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	return &Pages{Config: cfg, drafts: &drafts{db: cfg.DB, keys: cfg.Keys, now: cfg.Now}}
}

// SweepDrafts removes drafts whose day is over, at most limit a call, and tells how many. It is safe to run twice, late or on two machines.
func (x *Pages) SweepDrafts(ctx context.Context, limit int) (int, error) {
	return x.drafts.sweep(ctx, limit)
}

const (
	uploadBody = shell.BodyLimit // photos and the fields around them
	smallBody  = 256 << 10       // a text of the longest kind
)

// Routes are all routes of the residents' pages, those about the service included.
func (x *Pages) Routes() []shell.Route {
	sending := shell.Limit{Name: "report", Max: 300, Per: 10 * time.Minute}
	looking := shell.Limit{Name: "track", Max: 120, Per: 10 * time.Minute}
	own := []shell.Route{
		{Path: "/report", Handler: x.begin, Private: true},
		{Path: "/report/1", Handler: x.showWhat, Private: true},
		{Method: "POST", Path: "/report/1", Fail: again(x.whatAgain), Handler: x.saveWhat, Private: true, Body: uploadBody, Limit: sending},
		{Method: "POST", Path: "/report/photo", Handler: x.savePhoto, Private: true, Body: uploadBody, Limit: sending},
		{Path: "/report/danger", Handler: x.showDanger, Private: true},
		{Path: "/report/2", Handler: x.showWhere, Private: true},
		{Method: "POST", Path: "/report/2", Fail: again(x.whereAgain), Handler: x.saveWhere, Private: true, Limit: sending},
		{Path: "/report/near", Handler: x.showNear, Private: true},
		{Method: "POST", Path: "/report/join", Handler: x.join, Private: true, Body: smallBody, Limit: sending},
		{Path: "/report/3", Handler: x.showHow, Private: true},
		{Method: "POST", Path: "/report/3", Fail: again(x.howAgain), Handler: x.send, Private: true, Limit: sending},
		{Path: "/manifest.webmanifest", Handler: manifest, MaxAge: time.Hour},
		{Path: "/sw.js", Handler: serviceWorker, Door: shell.Files},
		{Path: "/report/offline", Handler: x.showOffline, MaxAge: time.Minute},
		{Path: "/offline", Handler: x.showAway, MaxAge: time.Minute},
		{Path: "/report/fresh", Handler: x.freshForm, Private: true, Limit: sending},
		{Method: "POST", Path: "/report/whole", Handler: x.sendWhole, Private: true, Body: uploadBody, Limit: sending},
		{Path: "/report/done", Handler: x.done, Private: true},
		{Path: "/report/qr.png", Handler: x.qr, Private: true},
		{Path: "/report/card.png", Handler: x.card, Private: true},
		{Method: "POST", Path: "/report/forget", Handler: x.forget, Private: true},

		{Path: "/t", Handler: x.showStatus, Private: true},
		{Method: "POST", Path: "/t", Fail: again(x.codeAgain), Handler: x.enterCode, Private: true, Body: smallBody, Limit: looking},
		{Path: "/t/access", Handler: x.showAccess, Private: true},
		{Path: "/t/proof", Handler: x.showProof, Private: true},
		{Path: "/t/proof.json", Handler: x.proofJSON, Door: shell.Files, Private: true},
		{Method: "POST", Path: "/t/add", Fail: again(x.addAgain), Handler: x.add, Private: true, Body: uploadBody, Limit: sending},
		{Path: "/t/change", Handler: x.showChange, Private: true},
		{Method: "POST", Path: "/t/change", Fail: again(x.changeAgain), Handler: x.change, Private: true, Body: smallBody, Limit: sending},
		{Path: "/t/withdraw", Handler: x.showWithdraw, Private: true},
		{Method: "POST", Path: "/t/withdraw", Handler: x.withdraw, Private: true, Limit: sending},
		{Method: "POST", Path: "/t/urge", Handler: x.urge, Private: true, Limit: sending},
		{Method: "POST", Path: "/t/leave", Handler: x.leave, Private: true},
		{Path: "/t/rights", Handler: x.showRights, Private: true},
		{Method: "POST", Path: "/t/rights", Handler: x.askRight, Private: true, Body: smallBody, Limit: sending},
		{Path: "/t/rights/:id", Handler: x.showRight, Private: true},
		{Path: "/t/rights/:id/copy", Handler: x.showCopy, Private: true, Limit: looking},
		{Path: "/t/rights/:id/copy.json", Handler: x.copyJSON, Door: shell.Files, Private: true, Limit: looking},
		{Path: "/t/file/:id", Handler: x.file, Private: true},
		{Path: "/t/:code", Handler: x.openByLink, Private: true, Limit: looking},
		{Path: "/t/:code/proof", Handler: x.openProofByLink, Private: true, Limit: looking},
		{Path: "/t/:code/access", Handler: x.openAccessByLink, Private: true, Limit: looking},

		{Path: "/rate/:token", Handler: x.showRating, Private: true},
		{Method: "POST", Path: "/rate/:token", Fail: again(x.rateAgain), Handler: x.rate, Private: true, Body: smallBody, Limit: sending},

		{Path: "/data-tracker/v1/heartbeat", Handler: x.heartbeat, Door: shell.API},
		{Path: "/data-tracker/v1/usagePeriod", Handler: x.usagePeriod, Door: shell.API, Private: true, Limit: looking},
		{Path: "/data-tracker/v1/findUsage", Handler: x.findUsage, Door: shell.API, Private: true, Limit: looking},
	}
	for i := range own {
		own[i].Handler = classified(own[i].Handler)
	}
	return append(AboutRoutes(), own...)
}

// classified gives the failures of a handler their kind, so that a database that is away is "try again", not "our mistake".
func classified(h fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error { return pg.Classify(h(c)) }
}

// secure tells whether cookies may travel by https only.
func (x *Pages) secure() bool { return strings.HasPrefix(x.BaseURL, "https://") }

func (x *Pages) setCookie(c *fiber.Ctx, name, value string, life time.Duration) {
	cookie := &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: x.secure(), SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(life / time.Second)}
	if life <= 0 {
		cookie.MaxAge, cookie.Expires = 0, time.Unix(1, 0)
	}
	c.Cookie(cookie)
}
