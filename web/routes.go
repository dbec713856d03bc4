package web

import (
	"slices"
	"time"

	"huiyin/bulletin"
	"huiyin/handover"
	"huiyin/intake/calls"
	"huiyin/knowledge"
	"huiyin/opendata"
	"huiyin/rating"
	"huiyin/rights"
	"huiyin/routing/register"
	"huiyin/search"
	"huiyin/supervision"
	"huiyin/supervision/gaming"
	"huiyin/translog"
	"huiyin/web/admin"
	"huiyin/web/answers"
	"huiyin/web/api"
	"huiyin/web/board"
	"huiyin/web/bulletins"
	"huiyin/web/console"
	"huiyin/web/dossier"
	"huiyin/web/inbox"
	"huiyin/web/ledger"
	"huiyin/web/letters"
	"huiyin/web/live"
	"huiyin/web/open311"
	"huiyin/web/ratings"
	"huiyin/web/resident"
	"huiyin/web/shell"
	"huiyin/web/signin"
	"huiyin/web/watch"
)

// navigation is the bar of the staff pages.
var navigation = slices.Concat(console.Nav(), bulletins.Nav(), inbox.Nav(), answers.Nav(), ratings.Nav(), watch.Nav(), admin.Nav(), signin.Nav())

// routes is the one list of every address the service answers, area by area.
func routes(cfg Config, in *signin.Pages) (all []shell.Route, keeper *shell.Keeper) {
	base := &knowledge.Base{DB: cfg.Pool, Now: cfg.Now, Zone: cfg.City.TZ}
	office := dossier.Office{Answers: base, Docket: cfg.Docket, Desk: cfg.Desk, City: cfg.City, Actor: in.Actor}
	public := &board.Pages{DB: cfg.Reader, City: cfg.City, BaseURL: cfg.BaseURL}
	public.Keep = shell.NewKeeper(public.Mark)
	newest, _ := cfg.City.Reading("")
	figures := supervision.NewViews(cfg.Reader, time.Minute, newest)
	public.Search = search.NewPublic(cfg.Pool, cfg.City, cfg.Search.Lexicon, textsOf(base, cfg.City, "/help/answers/"))
	finder := cfg.Search
	finder.Texts = []search.Texts{textsOf(base, cfg.City, "/answers/")}
	misses := shell.NewMisses(cfg.Counter)
	room := &calls.Room{DB: cfg.Pool, Keys: cfg.Keys, Now: cfg.Now, Wake: cfg.Docket.Wake}
	abroad := handover.New(handover.Settings{DB: cfg.Pool, Docket: cfg.Docket, Door: cfg.Door, City: cfg.City, Keys: cfg.Keys, BaseURL: cfg.BaseURL, Now: cfg.Now, Log: cfg.Log})
	log := &translog.Log{DB: cfg.Pool, Keys: cfg.Keys, Now: cfg.Now}
	services := &rating.Book{DB: cfg.Pool, Keys: cfg.Keys, Door: cfg.Door, Desk: cfg.Desk, Zone: cfg.City.TZ, Now: cfg.Now}
	tables := opendata.Source{DB: cfg.Pool, City: cfg.City, Holiday: cfg.Terms.Calendar, Book: cfg.Book, Ratings: services, BaseURL: cfg.BaseURL, Now: cfg.Now}
	data := &rights.Office{Docket: cfg.Docket, Terms: cfg.Terms}
	all = slices.Concat(
		shell.Routes(),
		(&ratings.Pages{Book: services, City: cfg.City, Keys: cfg.Keys, BaseURL: cfg.BaseURL, Actor: in.Actor}).Routes(),
		resident.New(resident.Config{Answers: base, DB: cfg.Pool, Docket: cfg.Docket, Desk: cfg.Desk, Door: cfg.Door, City: cfg.City, Keys: cfg.Keys, Now: cfg.Now, BaseURL: cfg.BaseURL, Misses: misses, Figures: figures.View, Rights: data, Log: log, Work: cfg.Work}).Routes(),
		(&letters.Pages{DB: cfg.Pool, Keys: cfg.Keys, Now: cfg.Now}).Routes(),
		public.Routes(),
		(&bulletins.Pages{DB: cfg.Pool, Book: &bulletin.Book{DB: cfg.Pool, City: cfg.City, Now: cfg.Now}, City: cfg.City, Figures: figures, Actor: in.Actor}).Routes(),
		public.FindRoutes(),
		(&ledger.Pages{DB: cfg.Pool, Log: log, City: cfg.City, Data: tables, BaseURL: cfg.BaseURL}).Routes(),
		(&watch.Pages{Watch: &gaming.Watch{DB: cfg.Pool, Zone: cfg.City.TZ, Now: cfg.Now, Limits: gaming.Standard()}, City: cfg.City, Actor: in.Actor}).Routes(),
		(&answers.Pages{Base: base, City: cfg.City, Actor: in.Actor}).Routes(),
		in.Routes(),
		(&live.Pages{Hub: cfg.Live, Actor: in.Actor}).Routes(),
		console.New(office, cfg.Door, cfg.Keys, finder, cfg.Staff, room, abroad).Routes(),
		(&inbox.Pages{Office: office, DB: cfg.Pool, BaseURL: cfg.BaseURL, Figures: figures.View, Texts: cfg.Rules.Texts}).Routes(),
		(&admin.Pages{DB: cfg.Pool, Docket: cfg.Docket, Register: cfg.Staff, Book: cfg.Book, Rules: cfg.Rules, Models: &register.Register{DB: cfg.Pool, Now: cfg.Now}, Model: cfg.Model, Actor: in.Actor, Checks: cfg.Checks, Rights: data}).Routes(),
		api.New(api.Settings{Answers: base, DB: cfg.Pool, Docket: cfg.Docket, Door: cfg.Door, Desk: cfg.Desk, City: cfg.City, Staff: cfg.Staff, Calls: room, Services: services, BaseURL: cfg.BaseURL, Figures: public.Figures, Now: cfg.Now, Misses: misses, Pools: pools(cfg), Leaving: cfg.Leaving}).Routes(),
		(&api.Handovers{Service: abroad, BaseURL: cfg.BaseURL, City: cfg.City.Name.ZH}).Routes(),
		open311.New(open311.Settings{DB: cfg.Pool, Docket: cfg.Docket, Door: cfg.Door, City: cfg.City, Staff: cfg.Staff, Misses: misses, BaseURL: cfg.BaseURL, Now: cfg.Now}).Routes(),
	)
	return all, public.Keep
}

func pools(cfg Config) []api.PoolStat {
	return []api.PoolStat{{Name: "pages", Stat: func() (busy, most int32) {
		s := cfg.Pool.Stat()
		return s.AcquiredConns(), s.MaxConns()
	}}}
}
