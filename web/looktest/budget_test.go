package looktest

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// budget is the most that the first load of a page may bring over the line.
type budget struct {
	who, path string
	kB        float64
	requests  int // 0 for any number
}

// pagesStayLight sums what the browser received for the first load of each kind of page: ux.md 6.6.
func pagesStayLight(t *testing.T, browser context.Context, w *town, people map[string]*caller) {
	for _, one := range []budget{
		{"nobody", "/", 50, 6}, {"nobody", "/report/1", 50, 6}, {"writing", "/report/2", 50, 6}, {"writing", "/report/3", 50, 6}, {"filed", "/report/done", 50, 6},
		{"nobody", "/t", 50, 6}, {"answered", "/t", 50, 6}, {"nobody", "/help", 50, 6}, {"nobody", "/en/report/1", 50, 6},
		{"nobody", "/board", 80, 0}, {"nobody", "/districts", 80, 0}, {"nobody", "/departments", 80, 0}, {"nobody", "/data-use", 80, 0}, {"nobody", "/cases", 80, 0},
		{"operator", "/console", 120, 0}, {"operator", "/console/list", 120, 0}, {"chengguan", "/inbox", 120, 0},
	} {
		t.Run(one.who+one.path, func(t *testing.T) {
			b := newTab(t, browser, w.base)
			b.cookies(people[one.who])
			kB, requests := b.weigh(one.path)
			t.Logf("%.1f kB in %d requests", kB, requests)
			if kB > one.kB {
				t.Errorf("%.1f kB, the budget is %.0f kB", kB, one.kB)
			}
			if one.requests > 0 && requests > one.requests {
				t.Errorf("%d requests, the budget is %d", requests, one.requests)
			}
			if kB < 5 {
				t.Errorf("%.1f kB: the browser has not told all it received", kB)
			}
		})
	}
}

// weigh loads a page with an empty cache, and sums what came over the line, headers included.
func (b *tab) weigh(path string) (kB float64, requests int) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.must(err, "watch the network")
	next, stop := iter.Pull2(chromedp.Events(ctx, network.LoadingFinished))
	defer stop()
	b.open(path)
	wanted := eval[int](b, `performance.getEntriesByType("resource").length + 1`)
	if icon := eval[bool](b, `document.querySelector("link[rel=icon]") !== null`); icon {
		time.Sleep(200 * time.Millisecond) // the icon is fetched after the page is complete, and no script can see it
	}
	for requests < wanted {
		e, err, ok := next()
		if !ok {
			break
		}
		b.must(err, "read what was received")
		kB += e.EncodedDataLength / 1000
		requests++
	}
	return kB, requests
}
