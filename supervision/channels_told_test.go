package supervision_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/supervision"
)

// A channel that falls silent is told once, however often and by however many machines it is looked at; once more when it speaks again; one that wavers is not told again, a new silence is.
func TestASilenceIsToldOnceAndItsEndOnce(t *testing.T) {
	s := newScene(t)
	days := supervision.Channels(s.Zone)
	var mu sync.Mutex
	var told []supervision.SilenceNews
	sweep := func() {
		t.Helper()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				_, err := supervision.SweepChannels(s.ctx, s.Docket, s.Zone, func(_ context.Context, _ pgx.Tx, n supervision.SilenceNews) error {
					mu.Lock()
					defer mu.Unlock()
					told = append(told, n)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	expect := func(when string, n int, ended bool) {
		t.Helper()
		sweep()
		sweep()
		if len(told) != n || n > 0 && (told[n-1].Ended != ended || told[n-1].Use.Channel != casework.Web) {
			t.Fatalf("%s: told %d times of %d: %+v", when, len(told), n, told)
		}
		open, err := supervision.SilentChannels(s.ctx, s.DB)
		s.do(err)
		if _, silent := open[casework.Web]; silent != (n > 0 && !ended) && when != "it wavers" {
			t.Errorf("%s: silent %t", when, silent)
		}
	}
	s.Send(t, "路灯不亮", caseworktest.Urban)
	s.read(days)
	expect("in use", 0, false)
	s.Pass(29 * 24 * time.Hour)
	expect("a day before", 0, false)
	s.Pass(24 * time.Hour)
	s.Send(t, "井盖缺失", caseworktest.Urban)
	expect("its case is not read yet", 0, false)
	s.read(days)
	expect("its case is read", 0, false)
	s.Pass(30 * 24 * time.Hour)
	expect("silent", 1, false)
	s.Pass(5 * 24 * time.Hour)
	expect("silent on", 1, false)
	s.Send(t, "下水道堵塞", caseworktest.Urban)
	s.read(days)
	expect("again", 2, true)
	if told[0].ID != told[1].ID || told[0].Use.Silent != 30 {
		t.Errorf("%+v", told)
	}
	s.Pass(3 * 24 * time.Hour)
	_, err := s.DB.Exec(s.ctx, `update channel_day set day = day - 40`)
	s.do(err)
	expect("it wavers", 2, true)
	s.Send(t, "广场舞扰民", caseworktest.Urban)
	s.read(days)
	expect("and is back", 2, true)
	s.Pass(31 * 24 * time.Hour)
	expect("a new silence", 3, false)
	if told[2].ID == told[0].ID {
		t.Error("a new silence has the number of the old one")
	}
}
