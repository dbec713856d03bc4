// Command kills ends the service and its database with SIGKILL at random moments while submissions come in by web and mail, and then counts: each acknowledged one must be there exactly once.
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
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	fmt.Printf("seed %d\n", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	s, err := newService(binary, dir)
	if err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	defer s.end()

	sending, stop := context.WithCancel(ctx)
	defer stop()
	ledger := &ledger{}
	var senders sync.WaitGroup
	for i := range 3 {
		senders.Go(func() { ledger.send(sending, "web", rand.New(rand.NewPCG(seed, uint64(100+i))), s.postCase) })
	}
	for i := range 2 {
		senders.Go(func() { ledger.send(sending, "mail", rand.New(rand.NewPCG(seed, uint64(200+i))), s.sendMail) })
	}
	ofService, ofDatabase := 0, 0
	for i := range kills {
		time.Sleep(time.Duration(300+rnd.IntN(2500)) * time.Millisecond)
		if i%2 == 0 {
			err, ofService = s.killService(ctx), ofService+1
		} else {
			err, ofDatabase = s.killDatabase(ctx), ofDatabase+1
		}
		if err != nil {
			return fmt.Errorf("kill %d: %w", i+1, err)
		}
		fmt.Printf("\rkill %d of %d, %d submissions acknowledged", i+1, kills, ledger.count())
	}
	fmt.Println()
	time.Sleep(2 * time.Second)
	stop()
	senders.Wait()
	if err := s.ready(ctx); err != nil {
		return err
	}
	return ledger.check(ctx, dir, ofService, ofDatabase)
}
