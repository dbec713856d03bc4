package ledger

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huiyin/fault"
)

// One sender takes two of the four places, however often it asks; the others find the rest, and wait for what comes free.
func TestOneReaderLeavesPlacesToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTurns()
		take := func(sender string) (func(), error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return all.take(ctx, sender)
		}
		var leave []func()
		for _, one := range []struct {
			sender string
			gets   bool
		}{{"a", true}, {"a", true}, {"a", false}, {"b", true}, {"a", false}, {"c", true}, {"d", false}} {
			done, err := take(one.sender)
			if (err == nil) != one.gets || err != nil && fault.KindOf(err) != fault.Unavailable {
				t.Fatalf("%s after %d: %v", one.sender, len(leave), err)
			}
			if done != nil {
				leave = append(leave, done)
			}
		}
		for _, sender := range []string{"a", "d"} { // what comes free is given to who waits
			time.AfterFunc(time.Second/2, leave[0])
			done, err := take(sender)
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave[1:], done)
		}
		for _, l := range leave {
			l()
		}
		if len(all.of) != 0 || len(all.places) != 0 {
			t.Errorf("left behind: %v, %d places", all.of, len(all.places))
		}
	})
}

// Whoever takes nothing for half a minute loses the place; whoever reads slowly keeps it.
func TestAReaderThatTakesNothingIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := []byte(strings.Repeat("x", 10*pieceBytes))
		out, in := io.Pipe()
		go func() {
			_, _ = io.CopyN(io.Discard, out, 3*pieceBytes)
		}()
		begun := time.Now()
		n, err := paced{in, mostIdle}.Write(file)
		if n != 3*pieceBytes || !errors.Is(err, errIdle) && !errors.Is(err, io.ErrClosedPipe) || time.Since(begun) != mostIdle {
			t.Errorf("%d bytes in %v: %v", n, time.Since(begun), err)
		}
		if _, err := io.ReadAll(out); !errors.Is(err, errIdle) {
			t.Errorf("the file ends with %v", err)
		}
		out, in = io.Pipe()
		var reader sync.WaitGroup
		reader.Go(func() {
			piece := make([]byte, pieceBytes/8)
			for {
				time.Sleep(mostIdle / 10)
				if _, err := io.ReadFull(out, piece); err != nil {
					return
				}
			}
		})
		if n, err := (paced{in, mostIdle}).Write(file); n != len(file) || err != nil {
			t.Errorf("slowly read: %d, %v", n, err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		reader.Wait()
	})
}
