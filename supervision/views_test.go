package supervision_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"huiyin/routing/codes"
	"huiyin/supervision"
)

func TestViewsAreKeptForAMomentAndNotShared(t *testing.T) {
	s := newScene(t)
	s.novemberCases()
	s.catchUp()
	views := supervision.NewViews(s.Pool, 300*time.Millisecond, codes.Reading{})
	received := func() int {
		b, err := views.View(s.ctx, supervision.One(november), supervision.Filter{})
		s.do(err)
		slices.Reverse(b.Units) // a page may sort its own copy
		return b.Whole.Get("received").Denominator
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if n := received(); n != 14 {
				t.Errorf("%d received", n)
			}
		})
	}
	wg.Wait()
	s.file(nil)
	s.catchUp()
	deadline := time.Now().Add(30 * time.Second)
	for received() != 15 {
		if time.Now().After(deadline) {
			t.Fatal("a kept view never moves")
		}
		time.Sleep(50 * time.Millisecond)
	}
}
