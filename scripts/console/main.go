// Command console measures dispatching in a browser: it signs in to a running demonstration city, files cases, dispatches them one by one from the queue in headless Chromium, and tells how long it took from the keys pressed to the confirmation.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed texts.txt
var texts string

func main() {
	base := flag.String("base", "http://127.0.0.1:8080", "address of a running demonstration city")
	n := flag.Int("n", 40, "how many dispatches to measure")
	login := flag.String("login", "operator", "sign-in of somebody who dispatches")
	password := flag.String("password", "linlan-echo-2026", "of the sign-in")
	asJSON := flag.Bool("json", false, "end with one line of JSON")
	flag.Parse()
	if err := run(*base, *n, *login, *password, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "console:", err)
		os.Exit(1)
	}
}

func run(base string, n int, login, password string, asJSON bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := file(ctx, base, n); err != nil {
		return err
	}
	tab, end, err := open(ctx)
	if err != nil {
		return err
	}
	defer end()
	if err := signIn(tab, base, login, password); err != nil {
		return err
	}
	var took []float64
	ready := 0
	for range n {
		ms, stood, err := dispatch(tab)
		if err != nil {
			return fmt.Errorf("dispatch %d: %w", len(took)+1, err)
		}
		if stood {
			ready++
		}
		took = append(took, ms)
	}
	slices.Sort(took)
	at := func(percent int) float64 { return took[min(len(took)-1, len(took)*percent/100)] }
	fmt.Printf("%d dispatches in the browser, press to confirmation: median %.0f ms, p95 %.0f ms, slowest %.0f ms (bar: p95 at most 300 ms)\n", n, at(50), at(95), took[len(took)-1])
	fmt.Printf("in %d of them the unit stood ready, so that one chord sent the case; in the others it was chosen first\n", ready)
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{"n": n, "p50_ms": at(50), "p95_ms": at(95), "max_ms": took[len(took)-1], "one_chord": ready})
	}
	return nil
}

// file files cases by the interface for programs, so that the queue holds enough.
func file(ctx context.Context, base string, n int) error {
	lines := strings.Split(strings.TrimSpace(texts), "\n")
	run := strconv.FormatInt(time.Now().UnixNano(), 36)
	for i := range n {
		text, place, _ := strings.Cut(lines[i%len(lines)], "\t")
		body, err := json.Marshal(map[string]string{"text": text + " " + run + "-" + strconv.Itoa(i), "place": place})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/cases", strings.NewReader(string(body)))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", "console-"+run+"-"+strconv.Itoa(i))
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			return fmt.Errorf("file a case: %w", err)
		}
		if err := answer.Body.Close(); err != nil {
			return err
		}
		if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusOK {
			return fmt.Errorf("file a case: %s", answer.Status)
		}
	}
	return nil
}

// clock notes in the page when the keys were pressed, and on the next one when its confirmation had been painted.
const clock = `(() => {
	const now = () => performance.timeOrigin + performance.now();
	addEventListener("keydown", e => { if (e.ctrlKey && e.key === "Enter") sessionStorage.setItem("pressed", now()); }, true);
	addEventListener("DOMContentLoaded", () => {
		const pressed = Number(sessionStorage.getItem("pressed"));
		if (!pressed || !document.querySelector("[data-expires]")) return;
		sessionStorage.removeItem("pressed");
		requestAnimationFrame(() => setTimeout(() => { window.took = now() - pressed; }));
	});
})()`

func open(ctx context.Context) (tab context.Context, end func(), err error) {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless-shell"} {
		if path, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if err != nil {
		return nil, nil, errors.New("no Chromium is installed")
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1440, 900), chromedp.WSURLReadTimeout(time.Minute))...)
	tab, cancel := chromedp.NewContext(allocator)
	end = func() {
		cancel()
		stop()
	}
	if err = chromedp.Do(tab); err == nil {
		_, err = chromedp.Call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: clock})
	}
	if err != nil {
		end()
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	return tab, end, nil
}

func signIn(tab context.Context, base, login, password string) error {
	if err := chromedp.Do(tab, chromedp.Navigate(base+"/login")); err != nil {
		return fmt.Errorf("open the sign-in: %w", err)
	}
	words, err := json.Marshal([]string{login, password})
	if err != nil {
		return err
	}
	send := fmt.Sprintf(`((w) => { const f = document.getElementById("login").form; f.login.value = w[0]; f.password.value = w[1]; f.submit(); })(%s)`, words)
	if _, err := chromedp.Run(tab, chromedp.WaitEvent(page.LoadEventFired, loaded, chromedp.Evaluate[any](send))); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return chromedp.Do(tab, chromedp.Navigate(base+"/console"))
}

func loaded(page.EventLoadEventFired) bool { return true }

// dispatch sends the open case and tells how long it took in milliseconds, and whether a unit stood ready.
func dispatch(tab context.Context) (ms float64, ready bool, err error) {
	ctx, cancel := context.WithTimeout(tab, time.Minute)
	defer cancel()
	there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("input[name=dispatch_unit]") !== null`))
	if err != nil || !there {
		return 0, false, errors.Join(errors.New("no case waits in the queue"), err)
	}
	if ready, err = chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("input[name=dispatch_unit]:checked") !== null`)); err != nil {
		return 0, false, err
	}
	if !ready {
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](`document.querySelector("input[name=dispatch_unit]").click()`)); err != nil {
			return 0, false, err
		}
	}
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, loaded, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)))); err != nil {
		return 0, ready, fmt.Errorf("press the keys: %w", err)
	}
	for ms == 0 {
		if ms, err = chromedp.Run(ctx, chromedp.Evaluate[float64](`window.took || 0`)); err != nil {
			return 0, ready, fmt.Errorf("no confirmation came: %w", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return ms, ready, nil
}
