package main

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/datause"
	"huiyin/datause/warning"
	"huiyin/follow"
	"huiyin/intake/calls"
	"huiyin/opendata"
	"huiyin/pg"
	"huiyin/privacy"
	"huiyin/rating"
	"huiyin/routing/codes"
	"huiyin/supervision"
	"huiyin/supervision/gaming"
	"huiyin/supervision/months"
	"huiyin/translog"
	"huiyin/web/resident"
	"huiyin/web/shell"
)

// followers lists every reader of the history.
func (p *parts) followers() []follow.Follower {
	return []follow.Follower{
		supervision.FiguresUnder(p.City.TZ, p.newestCodes()),
		supervision.Channels(p.City.TZ),
		supervision.OnTheWall(p.Config.Now()),
		supervision.Cards(p.Keys, p.City.TZ, p.Config.Now()),
		datause.Follower(p.City.TZ),
		p.indexer(),
		p.abroad().Follower(),
		p.log().Follower(),
		p.watch().Follower(),
	}
}

// newestCodes is the version of the city's code sets that is in force.
func (p *parts) newestCodes() codes.Reading {
	newest, _ := p.City.Reading("")
	return newest
}

// log is the public log of this installation.
func (p *parts) log() *translog.Log {
	return &translog.Log{DB: p.Pool, Keys: p.Keys, Origin: logOrigin(p.Config.BaseURL), Now: p.Config.Now()}
}

// logOrigin names a log after the address of its installation, as C2SP tlog-checkpoint advises: without scheme, and without what a name may not hold.
func logOrigin(base string) string {
	_, rest, ok := strings.Cut(base, "://")
	if !ok {
		rest = base
	}
	rest = strings.Map(func(r rune) rune {
		if r == '+' || r <= ' ' {
			return -1
		}
		return r
	}, strings.TrimRight(rest, "/"))
	if rest == "" {
		rest = "huiyin"
	}
	return rest + "/log"
}

// watch is the early warning of unusual reading.
func (p *parts) watch() *warning.Watch {
	return &warning.Watch{Limits: warning.Standard, Zone: p.City.TZ, Now: p.Config.Now()}
}

// gaming is the watch over what makes figures better than the work.
func (p *parts) gaming() *gaming.Watch {
	return &gaming.Watch{DB: p.Pool, Zone: p.City.TZ, Now: p.Config.Now(), Limits: gaming.Standard()}
}

// tables are the tables of open data.
func (p *parts) tables(services *rating.Book) opendata.Source {
	return opendata.Source{DB: p.Pool, City: p.City, Holiday: p.Terms.Calendar, Book: p.Book, Ratings: services, BaseURL: p.Config.BaseURL, Now: p.Config.Now()}
}

// closer closes the months that are over, into the public log.
func (p *parts) closer() *months.Closer {
	return &months.Closer{DB: p.Pool, Zone: p.City.TZ, Now: p.Config.Now(), Enter: p.log().Enter}
}

// closes is when a unit closes on a working day, in minutes of the day.
func (p *parts) closes(unit casework.UnitCode) int {
	hours := calendar.Hours(p.Terms.Policy.Hours)
	if u, ok := p.City.Unit(unit); ok && len(u.Hours) > 0 {
		hours = u.Hours
	}
	if len(hours) == 0 {
		return -1
	}
	return int(hours[len(hours)-1].To)
}

// domainOf is what stands behind the @ of the first mailbox: how we name ourselves to other mail servers.
func domainOf(mailboxes []string) string {
	if len(mailboxes) > 0 {
		if _, domain, ok := strings.Cut(mailboxes[0], "@"); ok {
			return domain
		}
	}
	return "localhost"
}

// follow runs every follower until ctx ends, woken by commits of any process.
func (p *parts) follow(ctx context.Context, all []follow.Follower) {
	var wg sync.WaitGroup
	var wakes []chan struct{}
	for _, f := range all {
		wake := make(chan struct{}, 1)
		wakes = append(wakes, wake)
		wg.Go(func() { f.Run(ctx, p.Pool, wake, p.Log) })
	}
	wg.Go(func() { follow.Listen(ctx, p.Pool, wakes) })
	wg.Wait()
}

// sweep is one thing that must be looked at from time to time. It is safe to run twice, late, or on two machines at once.
type sweep struct {
	name  string
	every time.Duration
	run   func(context.Context) (int, error)
}

// promiseTick is how often limits are looked at: half of those that pass are judged within half of it.
const promiseTick = 250 * time.Millisecond

// sweeps lists every timer of the service.
func (p *parts) sweeps() []sweep {
	d, waits := p.Docket, supervision.DefaultWaits
	drafts := resident.New(resident.Config{DB: p.Pool, Keys: p.Keys, Now: p.Config.Now()})
	room := &calls.Room{DB: p.Pool, Keys: p.Keys, Now: p.Config.Now(), Wake: p.Announce.Wake}
	abroad := p.abroad()
	services := &rating.Book{DB: p.Pool, Keys: p.Keys, Door: p.Door, Desk: p.Desk, Zone: p.City.TZ, Now: p.Config.Now()}
	list := []sweep{
		{"spool", time.Second, p.Door.Drain},
		{"alone", 2 * time.Second, func(ctx context.Context) (int, error) { return p.Models.SweepAlone(ctx, p.Desk) }},
		{"tally", time.Hour, p.Models.SweepTally},
		{"overdue", promiseTick, func(ctx context.Context) (int, error) { return supervision.SweepOverdue(ctx, d) }},
		{"stages", promiseTick, func(ctx context.Context) (int, error) { return supervision.SweepStages(ctx, d, p.Desk.Stages) }},
		{"decisions", time.Second, func(ctx context.Context) (int, error) { return d.SweepDecisions(ctx, 500) }},
		{"calendar", time.Minute, func(ctx context.Context) (int, error) {
			return supervision.SweepCalendar(ctx, d, p.Terms.Calendar.Version(), p.Terms.Recount)
		}},
		{"rounds", time.Minute, func(ctx context.Context) (int, error) { return d.SweepRounds(ctx, 500, p.Terms.Policy.Rounds()) }},
		{"review", 10 * time.Minute, func(ctx context.Context) (int, error) { return supervision.SweepReview(ctx, d, waits) }},
		{"close", 10 * time.Minute, func(ctx context.Context) (int, error) { return supervision.SweepClose(ctx, d, waits) }},
		{"archive", time.Hour, func(ctx context.Context) (int, error) { return supervision.SweepArchive(ctx, d, waits) }},
		{"review_dates", time.Hour, func(ctx context.Context) (int, error) { return supervision.SweepReviewDates(ctx, d) }},
		{"retention", time.Hour, func(ctx context.Context) (int, error) { return privacy.SweepRetention(ctx, d, 500) }},
		{"masked_retention", time.Hour, func(ctx context.Context) (int, error) { return privacy.SweepMasked(ctx, d, 500) }},
		{"rights", time.Minute, p.office().Sweep},
		{"certificates", 30 * time.Second, p.certifier().Sweep},
		{"handovers", 2 * time.Second, abroad.Drain},
		{"handover_receipts", 10 * time.Minute, abroad.SweepLate},
		{"log_rules", time.Minute, func(ctx context.Context) (int, error) { return p.log().SweepRules(ctx, p.Book.Base()) }},
		{"log_records", 5 * time.Second, func(ctx context.Context) (int, error) { return p.log().SweepRecords(ctx) }},
		{"witnesses", time.Minute, func(ctx context.Context) (int, error) { return p.log().SweepWitnesses(ctx, p.Config.Witnesses) }},
		{"log_audit", time.Minute, p.log().SweepAudit},
		{"data_files", time.Minute, p.tables(services).Sweep},
		{"warnings", 30 * time.Second, func(ctx context.Context) (int, error) { return p.watch().Sweep(ctx, p.Pool) }},
		{"topics", time.Minute, func(ctx context.Context) (int, error) { return supervision.SweepTopics(ctx, d, p.City) }},
		{"sums", time.Minute, func(ctx context.Context) (int, error) { return supervision.SweepSums(ctx, p.Pool, p.newestCodes()) }},
		{"days", 10 * time.Minute, p.closer().SweepDay},
		{"gaming", time.Hour, func(ctx context.Context) (int, error) { return p.gaming().Sweep(ctx) }},
		{"months", 10 * time.Minute, p.closer().SweepAll},
		{"saved_searches", 20 * time.Second, p.alerts().Sweep},
		{"search_sample", time.Minute, func(ctx context.Context) (int, error) { return p.embedded().Sample(ctx, p.Pool) }},
		{"drafts", time.Hour, func(ctx context.Context) (int, error) { return drafts.SweepDrafts(ctx, 500) }},
		{"bad_ratings", time.Minute, services.SweepRoutes},
		{"rating_words", 10 * time.Minute, services.SweepWords},
		{"rating_floods", 5 * time.Minute, func(ctx context.Context) (int, error) { return services.SweepCaseFloods(ctx, d, p.closes) }},
		{"rating_terminals", 10 * time.Minute, services.Forget},
		{"calls", time.Minute, func(ctx context.Context) (int, error) { return room.Sweep(ctx, 500) }},
		{"counts", time.Minute, func(ctx context.Context) (int, error) { return shell.SweepCounts(ctx, p.Pool, 10_000) }},
		{"tables_by_month", 10 * time.Minute, func(ctx context.Context) (int, error) { return casework.SweepMonths(ctx, p.Pool) }},
		{"sessions", time.Hour, func(ctx context.Context) (int, error) {
			n, err := p.Staff.Sweep(ctx)
			return int(n), err
		}},
	}
	if feed := p.feed(); feed != nil {
		list = append(list, sweep{"search_server", time.Second, feed.Sweep})
	}
	return list
}

// long are the sweeps that may take longer than a minute: they go over every count row of a month, or of all, or over every file of open data.
var long = map[string]time.Duration{"months": 30 * time.Minute, "sums": 30 * time.Minute, "data_files": 30 * time.Minute, "days": 30 * time.Minute, "gaming": 30 * time.Minute, "tables_by_month": 40 * time.Minute}

// gentle are the long sweeps that nobody waits for: one at a time, and at a walk, so that readers and writers have the processors.
var gentle = []string{"months", "data_files", "days", "gaming"}

// startSweeps registers the sweeps with gocron; the timers stop when ctx ends and the returned function has been called.
func startSweeps(ctx context.Context, all []sweep, log *slog.Logger) (stop func() error, err error) {
	s, err := gocron.NewScheduler(gocron.WithStopTimeout(10 * time.Second))
	if err != nil {
		return nil, err
	}
	walking := make(chan struct{}, 1)
	for _, one := range all {
		if slices.Contains(gentle, one.name) {
			one.run = alone(walking, one.run)
		}
		if err := register(ctx, s, one, log); err != nil {
			return nil, err
		}
	}
	s.Start()
	return s.Shutdown, nil
}

// alone lets a sweep run gently, after those that hold the only place.
func alone(place chan struct{}, run func(context.Context) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case place <- struct{}{}:
		}
		defer func() { <-place }()
		return run(pg.Gently(ctx))
	}
}

// register is the only way a timer is made: never beside itself, with a time limit, its failures and panics logged and not fatal.
func register(ctx context.Context, s gocron.Scheduler, one sweep, log *slog.Logger) error {
	run := func() {
		ctx, cancel := context.WithTimeout(ctx, cmp.Or(long[one.name], time.Minute))
		defer cancel()
		defer func() {
			if cause := recover(); cause != nil {
				log.Error("sweep panicked", "sweep", one.name, "cause", cause)
			}
		}()
		n, err := one.run(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Warn("sweep failed, will run again", "sweep", one.name, "error", err)
		case n > 0:
			log.Info("swept", "sweep", one.name, "n", n)
		}
	}
	_, err := s.NewJob(gocron.DurationJob(one.every), gocron.NewTask(run), gocron.WithName(one.name), gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(gocron.WithStartImmediately()))
	return err
}
