// Package notify writes letters to residents and departments and sees them delivered.
//
// A follower decides from the history which letter is due and queues it in its own transaction; a River job, retried with growing pauses,
// reveals the address at the moment of sending and hands the letter to a Transport.
package notify

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/routing"
)

// Settings are what a Post works with.
type Settings struct {
	Pool      *pgxpool.Pool
	Docket    *casework.Docket
	City      *routing.City
	Transport Transport
	BaseURL   string     // links in letters begin with it, without a slash at the end
	Mailboxes []string   // our own mailboxes; letters come from the first
	Signature *Signature // by which receivers know our letters; nil: they are not signed
	Now       func() time.Time
	Log       *slog.Logger
	Pause     func(failed int) time.Duration // before the next try after so many failed ones; nil: 1 min growing to 12 h
	Poll      time.Duration                  // how often the queue is looked at; zero: 1 s
}

// Post is the post office: it queues letters and sends them. Use New.
type Post struct {
	Settings
	jobs *river.Client[pgx.Tx]
}

const (
	queue       = "letters"
	maxAttempts = 10
	workers     = 4
	sendTimeout = 2 * time.Minute
)

// New makes a post office. Its Follower may run in any process; letters are sent where Start was called.
func New(s Settings) (*Post, error) {
	if s.Pause == nil {
		s.Pause = pause
	}
	if s.Poll == 0 {
		s.Poll = time.Second
	}
	p := &Post{Settings: s}
	all := river.NewWorkers()
	if err := river.AddWorkerSafely(all, &letterWorker{post: p}); err != nil {
		return nil, fmt.Errorf("letter worker: %w", err)
	}
	if err := river.AddWorkerSafely(all, &officeWorker{post: p}); err != nil {
		return nil, fmt.Errorf("notice worker: %w", err)
	}
	if err := river.AddWorkerSafely(all, &alertWorker{post: p}); err != nil {
		return nil, fmt.Errorf("alert worker: %w", err)
	}
	jobs, err := river.NewClient(riverpgxv5.New(s.Pool), &river.Config{
		Queues: map[string]river.QueueConfig{queue: {MaxWorkers: workers}}, Workers: all, JobTimeout: sendTimeout, MaxAttempts: maxAttempts,
		RescueStuckJobsAfter: 2 * sendTimeout, // a process that was killed leaves its letters to the others
		PollOnly:             true, FetchPollInterval: s.Poll, RetryPolicy: retry{p},
		ReindexerSchedule: river.NeverSchedule(), // the application role owns no index
		Logger:            slog.New(quiet{s.Log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("job client: %w", err)
	}
	p.jobs = jobs
	return p, nil
}

// pause grows from one minute to half a day: ten tries are spread over two days.
func pause(failed int) time.Duration {
	return min(time.Minute<<(2*min(failed-1, 5)), 12*time.Hour)
}

// Follower reads the history and queues letters.
func (p *Post) Follower() follow.Follower {
	return follow.Follower{Name: FollowerName, Handle: p.handle}
}

// FollowerName is the name under which the post office remembers how far it read the history.
const FollowerName = "notify"

// Start begins to send queued letters, until Stop. ctx bounds the start only.
func (p *Post) Start(ctx context.Context) error {
	return p.jobs.Start(context.WithoutCancel(ctx))
}

// Stop lets letters under way finish until ctx ends, then cancels them; they are tried again later.
func (p *Post) Stop(ctx context.Context) error {
	if err := p.jobs.Stop(ctx); err != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return p.jobs.StopAndCancel(hard)
	}
	return nil
}

func (p *Post) mailbox() string {
	if len(p.Mailboxes) == 0 {
		return "12345@localhost"
	}
	return p.Mailboxes[0]
}

// retry is River's view of Settings.Pause. River counts the running attempt among the errors.
type retry struct{ p *Post }

func (r retry) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(r.p.Pause(len(job.Errors) + 1))
}

// quiet takes River's own log: its news about itself is of no use to an operator, its warnings are.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
