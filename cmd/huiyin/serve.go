package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"huiyin/demo"
	"huiyin/intake/smtpdoor"
	"huiyin/pg"
	"huiyin/web"
	"huiyin/web/live"
	"huiyin/web/shell"
)

// memoryLimit is where the collector begins to work harder, in bytes: mail of 25 MB leaves much behind. GOMEMLIMIT sets another.
const memoryLimit = 640 << 20

// serve runs the service until it is told to stop: pages, mail door, workers, or all of them.
func serve(ctx context.Context, env *Env, args []string) error {
	f := env.flags("serve", "[--role all|web|mail|worker] [--demo]")
	role := f.String("role", "all", "what this process does: all, web, mail or worker")
	withCity := f.Bool("demo", false, "fill an empty database with the demonstration city first, and print its sign-ins")
	if err := parse(f, args, 0, 0); err != nil {
		return err
	}
	does := func(one string) bool { return *role == "all" || *role == one }
	if !does("web") && !does("mail") && !does("worker") {
		return usage{"--role must be all, web, mail or worker"}
	}
	if _, set := env.Getenv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryLimit)
	}
	p, err := assemble(ctx, env, "serve", env.Stderr)
	if err != nil {
		return err
	}
	s := &service{parts: p, env: env}
	if err := s.listen(does("web"), does("mail")); err != nil {
		return closeAfter(p.database, err)
	}
	if *withCity {
		if err := p.ensureCity(ctx, env); err != nil {
			return closeAfter(p.database, err)
		}
	}
	err = s.run(ctx, does("worker"))
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, p.Close())
}

// ensureCity fills the demonstration city once.
func (p *parts) ensureCity(ctx context.Context, env *Env) error {
	empty, err := demo.Empty(ctx, p.Pool)
	if err != nil || !empty {
		return err
	}
	if err := p.fill(ctx, demo.Plan{Cases: demoCases, Months: demoMonths, Seed: demoSeed, Scenes: true}, env.Stderr); err != nil {
		return err
	}
	return p.firstModel(ctx)
}

// service is one running process.
type service struct {
	*parts                        // of the start: what does not depend on the city's rules
	present atomic.Pointer[parts] // with the rules in force
	env     *Env
	live    *live.Hub     // what open pages hear
	leaving atomic.Bool   // told to stop, and still answering
	reader  *pg.Reader    // of public figures and cards
	gate    *shell.Gate   // before residents and programs who send
	reading *shell.Gate   // and before those who read
	counter shell.Counter // uses by sender, for every process together
	pages   net.Listener
	mail    net.Listener
	door    smtpdoor.Config // of mail
}

// listen takes the addresses before anything else starts, so that a taken one is told at once.
func (s *service) listen(pages, mail bool) error {
	var err error
	if pages {
		if s.pages, err = net.Listen("tcp", s.Config.Addr); err != nil {
			return fmt.Errorf("the pages cannot be served at %s: %w (set HUIYIN_ADDR to another address)", s.Config.Addr, err)
		}
	}
	if mail {
		if s.door, err = s.Config.mailDoor(); err != nil {
			return err
		}
		if s.mail, err = net.Listen("tcp", s.Config.MailAddr); err != nil {
			return fmt.Errorf("mail cannot be received at %s: %w (set HUIYIN_MAIL_ADDR to another address)", s.Config.MailAddr, err)
		}
	}
	return nil
}

func (s *service) run(ctx context.Context, worker bool) error {
	s.present.Store(s.parts)
	s.counter = shell.NewShared(s.Pool, time.Now)
	places := gatePlaces(int(s.Pool.Config().MaxConns))
	s.gate, s.reading = shell.NewGate(places, besideStaff()), shell.NewGate(places, besideStaff())
	ctx, stop := s.linger(ctx)
	defer stop()
	var renewals []func() // what takes up new rules, once s.present has them
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { paceCollector(ctx); return nil })
	g.Go(func() error { s.Announce.Run(ctx, s.Pool); return nil })
	if s.pages != nil {
		closeReader, err := s.openReader(ctx)
		if err != nil {
			return err
		}
		defer closeReader()
		g.Go(func() error { s.reader.Run(ctx); return nil })
		s.live = live.New(s.Pool, s.Log, &live.Cases{}, &live.Calls{})
		g.Go(func() error { s.live.Run(ctx); return nil })
		server := web.New(s.webConfig())
		renewals = append(renewals, func() { server.Renew(s.webConfig()) })
		g.Go(func() error { return servePages(ctx, server, s.pages) })
		g.Go(func() error { server.Run(ctx); return nil })
	}
	if s.mail != nil {
		take := func(ctx context.Context, m smtpdoor.Envelope, raw []byte) error {
			return s.present.Load().Door.Mail(ctx, m, raw)
		}
		s.door.Together = s.mailTogether
		door := smtpdoor.New(s.door, take, s.Log)
		g.Go(func() error { return door.Serve(ctx, s.mail) })
	}
	if worker {
		again := make(chan struct{}, 1)
		renewals = append(renewals, func() {
			select {
			case again <- struct{}{}:
			default:
			}
		})
		g.Go(func() error { return s.workers(ctx, again) })
	}
	g.Go(func() error { s.watchRules(ctx, renewals); return nil })
	s.announce(ctx)
	err := g.Wait()
	s.Senders.Wait()
	return err
}

// gatePlaces is how many residents' requests are at work at once for sending, and as many for reading: enough to keep every processor busy while some wait
// for the database, and never more than a quarter of its connections each, so that half stay free for staff, followers and timers.
func gatePlaces(connections int) int { return min(2*runtime.GOMAXPROCS(0), connections/4) }

// besideStaff is how many of them are at work while a member of staff waits for an answer: as many as fill half of the processors, or one.
func besideStaff() int { return runtime.GOMAXPROCS(0) / 4 }

// linger gives a context that ends later than ctx by the time that a balancer needs to notice. Until then everything goes on, and /readyz says no.
func (s *service) linger(ctx context.Context) (later context.Context, stop func()) {
	later, stop = context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		s.leaving.Store(true)
		_ = waitUntil(later, time.Now().Add(s.Config.Drain)) // ends early where a part failed
		stop()
	})
	return later, stop
}

// openReader makes ready to read from the copy of the database where one is configured. It may be away.
func (s *service) openReader(ctx context.Context) (end func(), err error) {
	if s.Config.DatabaseReadURL == "" {
		s.reader = pg.NewReader(s.Pool, nil, s.Log)
		return func() {}, nil
	}
	copied, err := pg.Open(ctx, s.Config.DatabaseReadURL, pg.Options{Name: "huiyin serve, reading", MaxConns: 8, Lazy: true})
	if err != nil {
		return nil, fmt.Errorf("HUIYIN_DATABASE_READ_URL: %w", err)
	}
	s.reader = pg.NewReader(s.Pool, copied, s.Log)
	return copied.Close, nil
}

// mailTogether counts a message of a mail peer with those of every other process. The peer's address is not kept.
func (s *service) mailTogether(peer string, most int) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	wait, err := s.counter.Charge(ctx, "mail "+base64.RawURLEncoding.EncodeToString(s.Keys.Hash("mail peer", peer)), time.Minute/time.Duration(most), time.Minute)
	return err != nil || wait == 0
}

// work runs letters, followers and timers.
func (p *parts) work(ctx context.Context) error {
	letters, err := p.letters()
	if err != nil {
		return err
	}
	if err := letters.Start(ctx); err != nil {
		return fmt.Errorf("start letters: %w", err)
	}
	all := append(p.followers(), letters.Follower())
	bell, err := p.bell()
	if err != nil {
		return err
	}
	if bell != nil {
		if err := bell.Start(ctx); err != nil {
			return fmt.Errorf("start alarms: %w", err)
		}
		all = append(all, bell.Follower())
	}
	timers := slices.Concat(p.sweeps(), []sweep{p.topicAlarms(outward{letters, bell}), p.channelAlarms(outward{letters, bell}), p.staleAnswers(letters), p.savedLetters(letters)}, p.guardSweep(letters))
	stop, err := startSweeps(ctx, timers, p.Log)
	if err != nil {
		return err
	}
	p.follow(ctx, all)
	quiet, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = errors.Join(stop(), letters.Stop(quiet))
	if bell != nil {
		err = errors.Join(err, bell.Stop(quiet))
	}
	return err
}

func servePages(ctx context.Context, server *web.Server, l net.Listener) error {
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return server.Shutdown(10 * time.Second)
	}
}

// announce tells where to look, on stdout, for the person who started it.
func (s *service) announce(ctx context.Context) {
	w := s.env.Stdout
	if s.pages != nil {
		fmt.Fprintf(w, "\n  Huiyin 12345 is at %s\n", s.Config.BaseURL)
		fmt.Fprintf(w, "    residents    %s/          board   %s/board\n    staff        %s/login\n", s.Config.BaseURL, s.Config.BaseURL, s.Config.BaseURL)
	}
	if s.mail != nil {
		fmt.Fprintf(w, "    mail         %s, to %s\n", s.Config.MailAddr, s.Config.Mailbox[0])
	}
	if people, err := s.isDemo(ctx); err == nil && people {
		_ = s.signIns(w)
		if code, err := s.sampleCode(ctx); err == nil && code != "" {
			fmt.Fprintf(w, "\n  a resident's page: %s/t with the code %s\n", s.Config.BaseURL, code)
		}
	}
	fmt.Fprintf(w, "\n  stop with Ctrl-C\n\n")
	if f, ok := w.(*os.File); ok {
		_ = f.Sync()
	}
}

// isDemo reports whether this installation holds the demonstration city's sign-ins.
func (s *service) isDemo(ctx context.Context) (bool, error) {
	people, err := demo.People()
	if err != nil {
		return false, err
	}
	accounts, err := s.Staff.List(ctx)
	if err != nil {
		return false, err
	}
	known := map[string]bool{}
	for _, a := range accounts {
		known[a.Login] = true
	}
	for _, one := range people {
		if !known[one.Login] {
			return false, nil
		}
	}
	return true, nil
}
