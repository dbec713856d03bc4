// Command kills ends the service and its database with SIGKILL at random moments while residents file by web form, API, e-mail and transcripts of calls,
// and then counts: each acknowledged submission must be there exactly once, under the number its sender was told.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"
)

func main() {
	kills := flag.Int("n", 20, "how often to kill")
	binary := flag.String("huiyin", "bin/huiyin", "the program to kill")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random moments")
	flag.Parse()
	if err := run(*kills, *binary, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "kills:", err)
		os.Exit(1)
	}
}

func run(kills int, binary string, seed uint64) error {
	dir, err := os.MkdirTemp("", "huiyin-kills-")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	fmt.Printf("seed %d\n", seed)
	s, err := newService(binary, dir)
	if err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	if err := s.appoint(ctx); err != nil {
		s.end()
		return err
	}
	err = trial(ctx, s, kills, seed)
	s.end()
	if err != nil {
		return fmt.Errorf("%w; everything is kept in %s", err, dir)
	}
	return os.RemoveAll(dir)
}

// trial lets senders work while it kills, and counts afterwards.
func trial(ctx context.Context, s *service, kills int, seed uint64) error {
	sending, stop := context.WithCancel(ctx)
	defer stop()
	l := newLedger()
	var senders sync.WaitGroup
	for i, one := range []sender{newForm(s), newForm(s), newProgram(s), newProgram(s), newWriter(s), newWriter(s), newCallCentre(s)} {
		senders.Go(func() { l.send(sending, one, rand.New(rand.NewPCG(seed, uint64(100+i)))) })
	}
	var done strikes
	rnd := rand.New(rand.NewPCG(seed, 1))
	for i := range kills {
		time.Sleep(time.Duration(300+rnd.IntN(2500)) * time.Millisecond)
		if err := done.strike(ctx, s, i); err != nil {
			return fmt.Errorf("kill %d: %w", i+1, err)
		}
		fmt.Fprintf(os.Stderr, "\rkill %d of %d, %d submissions acknowledged", i+1, kills, l.count())
	}
	fmt.Fprintln(os.Stderr)
	time.Sleep(2 * time.Second)
	stop()
	senders.Wait()
	if err := s.ready(ctx); err != nil {
		return err
	}
	fmt.Println(done)
	return l.check(ctx, s.data())
}

// strikes counts what was killed, and how long the service was away after each.
type strikes struct {
	service, database, both int
	longest, sum            time.Duration
}

// strike kills the service, the database, or both at once, in turn, and waits until submissions are taken again.
func (k *strikes) strike(ctx context.Context, s *service, i int) error {
	begun := time.Now()
	var err error
	switch i % 3 {
	case 0:
		k.service++
		err = s.killService(ctx)
	case 1:
		k.database++
		err = s.killDatabase(ctx)
	case 2:
		k.both++
		err = s.killBoth(ctx)
	}
	away := time.Since(begun)
	k.longest, k.sum = max(k.longest, away), k.sum+away
	return err
}

func (k strikes) String() string {
	n := k.service + k.database + k.both
	return fmt.Sprintf("%d kills: %d of the service, %d of the database, %d of both at once; ready again after %v on average, %v at most",
		n, k.service, k.database, k.both, (k.sum / time.Duration(max(n, 1))).Round(time.Millisecond), k.longest.Round(time.Millisecond))
}
