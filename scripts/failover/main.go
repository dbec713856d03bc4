// Command failover kills the primary of a three-node Patroni cluster while residents file, and then counts: each acknowledged case must stand exactly once, and writes must be back within half a minute.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// It runs as root on a machine with Debian's patroni, etcd-server and postgresql; everything listens on loopback and lies in a temporary directory.
func main() {
	binary := flag.String("huiyin", "bin/huiyin", "the program that must ride through it")
	rounds := flag.Int("n", 1, "how often the primary is killed")
	writers := flag.Int("writers", 8, "how many file at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *binary, *rounds, *writers)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "failover:", err)
		os.Exit(1)
	}
}

// mostAway is how long nobody may be acknowledged.
const mostAway = 30 * time.Second

func run(ctx context.Context, binary string, rounds, writers int) error {
	dir, err := os.MkdirTemp("", "huiyin-failover-")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	c, err := newCluster(ctx, dir)
	if err == nil {
		err = c.trial(ctx, binary, rounds, writers)
	}
	c.end()
	if err != nil {
		return fmt.Errorf("%w; the logs are in %s", err, dir)
	}
	return os.RemoveAll(dir)
}

// trial lets writers file by two services while the primary is killed, and counts afterwards.
func (c *cluster) trial(ctx context.Context, binary string, rounds, writers int) error {
	l, err := c.serve(ctx, binary, 2)
	if err != nil {
		return err
	}
	writing, stop := context.WithCancel(ctx)
	defer stop()
	done := l.write(writing, writers)
	for i := range rounds {
		if err := pause(ctx, 8*time.Second); err != nil {
			return err
		}
		begun := time.Now()
		dead, err := c.killPrimary(ctx)
		if err != nil {
			return err
		}
		away, err := l.awaitWrites(ctx, begun)
		if err != nil {
			return err
		}
		fmt.Printf("round %d: %s killed, nobody was acknowledged for %.1f s, %d cases acknowledged so far\n", i+1, dead.name, away.Seconds(), l.count())
		if away > mostAway {
			return fmt.Errorf("writes were away for %s", away)
		}
		if err := pause(ctx, 5*time.Second); err != nil {
			return err
		}
		if err := c.start(ctx, dead); err != nil { // the dead node comes back as a standby
			return err
		}
		if err := c.awaitSynchronous(ctx); err != nil {
			return err
		}
	}
	stop()
	<-done
	return l.check(ctx, c)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
