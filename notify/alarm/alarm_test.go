package alarm_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/notify/alarm"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var secret = []byte("0123456789abcdef0123456789abcdef")

// receiver is a program of the city that hears alarms, and sometimes does not.
type receiver struct {
	t      *testing.T
	mu     sync.Mutex
	answer []int // to the next messages; then 204
	heard  []alarm.Message
	bodies string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		r.t.Error(err)
	}
	seconds, _, _ := strings.Cut(strings.TrimPrefix(req.Header.Get(alarm.SignatureHeader), "t="), ",")
	var at int64
	for _, digit := range seconds {
		at = 10*at + int64(digit-'0')
	}
	if req.Header.Get(alarm.SignatureHeader) != alarm.Sign(secret, time.Unix(at, 0), body) {
		r.t.Errorf("wrong signature %s", req.Header.Get(alarm.SignatureHeader))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies += string(body)
	if len(r.answer) > 0 {
		status := r.answer[0]
		r.answer = r.answer[1:]
		if status/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
		return
	}
	var m alarm.Message
	if err := json.Unmarshal(body, &m); err != nil {
		r.t.Error(err)
	}
	r.heard = append(r.heard, m)
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) messages() []alarm.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heard
}

func TestAlarmsAreHeardOnceSignedAndWithoutAWordOfTheResident(t *testing.T) {
	town := caseworktest.New(t)
	city, err := routing.LoadCity(os.DirFS("../../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, answer: []int{500, 302, 429}}
	server := httptest.NewServer(r)
	defer server.Close()
	bell, err := alarm.New(alarm.Settings{Pool: town.Pool, City: city, URL: server.URL, Secret: secret, BaseURL: "https://linlan.example", Now: town.Now, Log: slog.New(slog.DiscardHandler),
		Pause: func(int) time.Duration { return 10 * time.Millisecond }, Poll: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := bell.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := bell.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	id := town.Send(t, "楼道漏水", caseworktest.Urban)
	c, err := town.Case(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	town.Pass(5*24*time.Hour + time.Minute)
	for range 2 {
		if _, err := town.SweepBreaches(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		if _, err := town.SweepStages(t.Context(), 100, terms.Stages); err != nil {
			t.Fatal(err)
		}
		if err := bell.Follower().CatchUpAll(t.Context(), town.Pool); err != nil {
			t.Fatal(err)
		}
	}
	// The limits of signing and contact passed four days ago: nobody is alarmed about that. The promise, the handling limit and the first urging are news.
	for end := time.Now().Add(20 * time.Second); len(r.messages()) < 3 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
	}
	time.Sleep(300 * time.Millisecond)
	seen := map[string]bool{}
	for _, m := range r.messages() {
		seen[string(m.Event)+" "+m.Clock+" "+m.Stage] = true
		if m.Number != c.Number || m.Link == "" || !strings.HasPrefix(m.Link, "https://linlan.example/") || !m.Due.Equal(*c.UnitDue) || m.Event == casework.StepEscalate && m.Level != casework.Urged {
			t.Errorf("%+v", m)
		}
	}
	if len(r.messages()) != 3 || !seen["breach total "] || !seen["breach handle "] || !seen["escalate handle urge"] {
		t.Errorf("%d messages: %v", len(r.messages()), seen)
	}
	for _, never := range []string{"漏水", "138", "lin@", "柳街", "林"} {
		if strings.Contains(r.bodies, never) {
			t.Errorf("an alarm says %q", never)
		}
	}
}

func TestAMessageThatIsNotWantedIsNotSentForEver(t *testing.T) {
	town := caseworktest.New(t)
	city, err := routing.LoadCity(os.DirFS("../../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, answer: []int{410, 410, 410, 410, 410, 410}}
	server := httptest.NewServer(r)
	defer server.Close()
	bell, err := alarm.New(alarm.Settings{Pool: town.Pool, City: city, URL: server.URL, Secret: secret, Now: town.Now, Log: slog.New(slog.DiscardHandler),
		Pause: func(int) time.Duration { return time.Millisecond }, Poll: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	town.Open(t, "井盖")
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
	var state string
	for end := time.Now().Add(20 * time.Second); state != "cancelled" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err := town.Pool.QueryRow(t.Context(), `select state from river_job where kind = 'alarm'`).Scan(&state); err != nil {
			t.Fatal(err)
		}
	}
	if err := bell.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if state != "cancelled" || len(r.answer) != 5 {
		t.Errorf("%s after %d tries", state, 6-len(r.answer))
	}
}

func TestATopicThatGrowsIsHeardOnceWithNumbersAndNoWords(t *testing.T) {
	town := caseworktest.New(t)
	city, err := routing.LoadCity(os.DirFS("../../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, answer: []int{503}}
	server := httptest.NewServer(r)
	defer server.Close()
	bell, err := alarm.New(alarm.Settings{Pool: town.Pool, City: city, URL: server.URL, Secret: secret, BaseURL: "https://linlan.example", Now: town.Now, Log: slog.New(slog.DiscardHandler),
		Pause: func(int) time.Duration { return 10 * time.Millisecond }, Poll: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	err = pg.InTx(t.Context(), town.Pool, pg.Settings{}, func(tx pgx.Tx) error {
		return bell.Tell(t.Context(), tx, alarm.Growth{ID: "topic-7", At: town.Now(), Category: "1201", Cases: 37, People: 36, Lately: 37, Usual: 0.5}, "/console/topics/x")
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := bell.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); len(r.messages()) < 1 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
	}
	time.Sleep(200 * time.Millisecond)
	if err := bell.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if all := r.messages(); len(all) != 1 || all[0].ID != "topic-7" || string(all[0].Event) != alarm.TopicGrowth || all[0].Link != "https://linlan.example/console/topics/x" {
		t.Errorf("%+v", all)
	}
	if !strings.Contains(r.bodies, `"lately":37,"usual":0.5`) {
		t.Error(r.bodies)
	}
}

func TestAChannelThatFellSilentIsHeardWithItsNumbers(t *testing.T) {
	town := caseworktest.New(t)
	city, err := routing.LoadCity(os.DirFS("../../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	heard := &receiver{t: t}
	server := httptest.NewServer(heard)
	t.Cleanup(server.Close)
	bell, err := alarm.New(alarm.Settings{Pool: town.Pool, City: city, URL: server.URL, Secret: secret, BaseURL: "https://linlan.example", Now: town.Now, Log: slog.New(slog.DiscardHandler), Poll: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	err = pg.InTx(t.Context(), town.Pool, nil, func(tx pgx.Tx) error {
		return bell.TellSilence(t.Context(), tx, alarm.Silence{ID: "channel_silent-1", Event: alarm.ChannelSilent, At: town.Now(), Channel: "email", LastDay: "2026-10-03", Days: 30, Usual: 20}, "/channels")
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := bell.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bell.Stop(t.Context()); err != nil {
			t.Log(err)
		}
	})
	for range 200 {
		if len(heard.messages()) > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	heard.mu.Lock()
	defer heard.mu.Unlock()
	for _, part := range []string{`"event":"channel_silent"`, `"channel":"email"`, `"last_day":"2026-10-03"`, `"days":30`, `"link":"https://linlan.example/channels"`} {
		if len(heard.heard) != 1 || !strings.Contains(heard.bodies, part) {
			t.Fatalf("%d heard, %s is missing in %s", len(heard.heard), part, heard.bodies)
		}
	}
}
