// Package alarm tells another program of the city, over HTTP and signed, that a limit was missed, a case is raised, a topic grows suddenly, or a channel falls silent.
//
// A follower queues one River job for each such event in the transaction that remembers how far it read; the job is retried with growing pauses.
// What is told names the case, the unit and the limit, and no resident.
package alarm

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/pg"
	"huiyin/routing"
)

// FollowerName is the name under which alarms remember how far the history was read.
const FollowerName = "alarms"

// SignatureHeader carries the moment and the signature of a message: t=SECONDS,v1=HEX, where HEX is the HMAC-SHA256 of "SECONDS.BODY" under the shared secret.
const SignatureHeader = "Huiyin-Signature"

const (
	queue       = "alarms"
	maxAttempts = 10
	stale       = 72 * time.Hour // older events come from imports and from the time before the address was set
	timeout     = 10 * time.Second
)

// Settings are what a Bell works with.
type Settings struct {
	Pool    *pgxpool.Pool
	City    *routing.City
	URL     string // where messages are posted
	Secret  []byte // by which the receiver knows that they are ours
	BaseURL string // links in messages begin with it, without a slash at the end
	Now     func() time.Time
	Log     *slog.Logger
	Client  *http.Client                   // nil: one that follows no redirect and waits ten seconds
	Pause   func(failed int) time.Duration // before the next try; nil: 1 min growing to 12 h
	Poll    time.Duration                  // how often the queue is looked at; zero: 1 s
}

// Bell queues messages and sends them. Use New.
type Bell struct {
	Settings
	jobs *river.Client[pgx.Tx]
}

// New makes a bell. Its Follower may run in any process; messages are sent where Start was called.
func New(s Settings) (*Bell, error) {
	if s.Client == nil {
		s.Client = &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if s.Pause == nil {
		s.Pause = func(failed int) time.Duration { return min(time.Minute<<(2*min(failed-1, 5)), 12*time.Hour) }
	}
	if s.Poll == 0 {
		s.Poll = time.Second
	}
	b := &Bell{Settings: s}
	all, err := b.workers()
	if err != nil {
		return nil, err
	}
	b.jobs, err = river.NewClient(riverpgxv5.New(s.Pool), &river.Config{
		Queues: map[string]river.QueueConfig{queue: {MaxWorkers: 2}}, Workers: all, JobTimeout: 2 * timeout, MaxAttempts: maxAttempts,
		PollOnly: true, FetchPollInterval: s.Poll, RetryPolicy: retry{b},
		ReindexerSchedule: river.NeverSchedule(), // the application role owns no index
		Logger:            slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, fmt.Errorf("job client: %w", err)
	}
	return b, nil
}

// Start begins to send queued messages, until Stop. ctx bounds the start only.
func (b *Bell) Start(ctx context.Context) error { return b.jobs.Start(context.WithoutCancel(ctx)) }

// Stop lets messages under way finish until ctx ends, then cancels them; they are tried again later.
func (b *Bell) Stop(ctx context.Context) error {
	if err := b.jobs.Stop(ctx); err != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return b.jobs.StopAndCancel(hard)
	}
	return nil
}

type retry struct{ b *Bell }

func (r retry) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(r.b.Pause(len(job.Errors) + 1))
}

// args is the job: the number of the event and nothing else.
type args struct {
	Event int64 `json:"event"`
}

// Kind names the job in River's table.
func (args) Kind() string { return "alarm" }

// Follower reads the history and queues a message for every missed limit and every step of escalation.
func (b *Bell) Follower() follow.Follower {
	return follow.Follower{Name: FollowerName, Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		var jobs []river.InsertManyParams
		for _, e := range events {
			if (e.Step == casework.StepBreach || e.Step == casework.StepEscalate) && b.Now().Sub(e.At) <= stale {
				jobs = append(jobs, river.InsertManyParams{Args: args{e.Seq}, InsertOpts: &river.InsertOpts{Queue: queue, MaxAttempts: maxAttempts}})
			}
		}
		if len(jobs) == 0 {
			return nil
		}
		if _, err := b.jobs.InsertManyTx(ctx, tx, jobs); err != nil {
			return fmt.Errorf("queue alarms: %w", err)
		}
		return nil
	}}
}

// Message is what is told of one event.
type Message struct {
	ID       string            `json:"id"`    // the same for every try
	Event    casework.Step     `json:"event"` // breach or escalate
	At       time.Time         `json:"at"`    // when the limit passed, or the step was due
	Number   string            `json:"number"`
	Kind     casework.Kind     `json:"kind"`
	Category string            `json:"category"`
	Urgency  casework.Urgency  `json:"urgency"`
	Clock    string            `json:"clock"`
	Stage    string            `json:"stage,omitempty"` // as the policy names it
	Level    int               `json:"level"`           // 0 for a missed limit, 1 to 5 for urged to summoned
	Unit     casework.UnitCode `json:"unit"`
	UnitName string            `json:"unit_name"`
	Due      time.Time         `json:"due"`
	Link     string            `json:"link"` // the case as staff see it
}

func (a args) tell(ctx context.Context, b *Bell) (m any, about, id string, err error) {
	m, err = b.message(ctx, a.Event)
	return m, "event", strconv.FormatInt(a.Event, 10), err
}

// message reads what is to be told of an event.
func (b *Bell) message(ctx context.Context, seq int64) (Message, error) {
	m := Message{ID: strconv.FormatInt(seq, 10)}
	var id casework.CaseID
	var data []byte
	err := pg.InTx(ctx, b.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select e.step, e.at, e.data, c.id, c.number, c.kind, c.category, c.urgency from event e join cases c on c.id = e.case_id where e.seq = $1`, seq).
			Scan(&m.Event, &m.At, &data, &id, &m.Number, &m.Kind, &m.Category, &m.Urgency)
	})
	if err != nil {
		return m, fmt.Errorf("read event: %w", err)
	}
	var d struct {
		Clock string            `json:"clock"`
		Stage string            `json:"stage"`
		Level int               `json:"level"`
		Unit  casework.UnitCode `json:"unit"`
		Due   time.Time         `json:"due"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return m, fmt.Errorf("event %d: %w", seq, err)
	}
	if d.Unit == "" {
		d.Unit = casework.Hotline
	}
	m.Clock, m.Stage, m.Level, m.Unit, m.Due = d.Clock, d.Stage, d.Level, d.Unit, d.Due.In(b.City.TZ)
	m.At, m.Link = m.At.In(b.City.TZ), b.BaseURL+"/inbox/"+id.String()
	if m.Unit == casework.Hotline {
		m.Link = b.BaseURL + "/console/case/" + id.String()
	}
	if u, ok := b.City.Unit(m.Unit); ok {
		m.UnitName = u.Name.ZH
	}
	return m, nil
}

// refusal is the answer of a receiver that did not take a message.
type refusal int

// Error is the status code.
func (r refusal) Error() string { return "status " + strconv.Itoa(int(r)) }

// final tells that another try would be answered the same: the receiver does not want this message.
func (r refusal) final() bool {
	return r >= 400 && r < 500 && r != http.StatusRequestTimeout && r != http.StatusTooManyRequests && r != http.StatusUnauthorized && r != http.StatusForbidden && r != http.StatusNotFound
}

// send posts one message and expects an answer of 2xx.
func (b *Bell) send(ctx context.Context, m any) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address for alarms cannot be read")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "huiyin")
	req.Header.Set(SignatureHeader, Sign(b.Secret, b.Now(), body))
	resp, err := b.Client.Do(req)
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err // without the address, in which some receivers want their secret
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return refusal(resp.StatusCode)
	}
	return nil
}

// Sign is the value of SignatureHeader for a body sent at a moment.
func Sign(secret []byte, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
