package alarm_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huiyin/casework/caseworktest"
	"huiyin/notify/alarm"
	"huiyin/routing"
)

type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// A receiver that leads elsewhere, never ends its answer, or hangs up is tried again and reaches nothing further; its address, which may hold a secret, stands in
// no log and in no job.
func TestAReceiverLeadsNowhereAndItsAddressIsNotTold(t *testing.T) {
	town := caseworktest.New(t)
	city, err := routing.LoadCity(os.DirFS("../../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	var inside, tries atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Add(1) }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch tries.Add(1) {
		case 1:
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		case 2:
			for range 1 << 12 { // longer than anybody reads
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<10)); err != nil {
					return
				}
			}
		default:
			panic(http.ErrAbortHandler) // hangs up
		}
	}))
	defer server.Close()
	log := &journal{}
	bell, err := alarm.New(alarm.Settings{Pool: town.Pool, City: city, URL: server.URL + "/hook/in-the-path?key=in-the-query", Secret: secret, BaseURL: "https://linlan.example", Now: town.Now, Log: slog.New(slog.NewTextHandler(log, nil)),
		Pause: func(int) time.Duration { return 10 * time.Millisecond }, Poll: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		town.Open(t, "井盖")
	}
	town.Pass(6 * 24 * time.Hour)
	if _, err := town.SweepBreaches(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	if err := bell.Follower().CatchUpAll(t.Context(), town.Pool); err != nil {
		t.Fatal(err)
	}
	if err := bell.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); strings.Count(log.String(), "alarm not sent") < 3 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
	}
	if err := bell.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kept string
	if err := town.Pool.QueryRow(t.Context(), `select coalesce(string_agg(j::text, ' '), '') from river_job j`).Scan(&kept); err != nil {
		t.Fatal(err)
	}
	if inside.Load() != 0 || tries.Load() < 3 || !strings.Contains(log.String(), "alarm not sent") {
		t.Errorf("%d tries, %d of them led elsewhere: %s", tries.Load(), inside.Load(), log)
	}
	for _, never := range []string{"in-the-path", "in-the-query"} {
		if strings.Contains(log.String()+kept, never) {
			t.Errorf("%q stands in the log or in a job:\n%s\n%s", never, log, kept)
		}
	}
}
