package alarm

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// told is a job that becomes a message.
type told interface {
	river.JobArgs
	// tell gives the message, and by what its try is called in the log: about (event, topic or channel) and its id.
	tell(ctx context.Context, b *Bell) (m any, about, id string, err error)
}

// worker sends the messages of one kind of job.
type worker[J told] struct {
	river.WorkerDefaults[J]
	bell *Bell
}

// Work sends one message. The receiver knows a repeated one by its id.
func (w *worker[J]) Work(ctx context.Context, job *river.Job[J]) error {
	m, about, id, err := job.Args.tell(ctx, w.bell)
	if err != nil {
		return err
	}
	err = w.bell.send(ctx, m)
	var refused refusal
	if errors.As(err, &refused) && refused.final() {
		w.bell.Log.Warn("alarm refused", about, id, "status", int(refused))
		return river.JobCancel(err)
	}
	if err != nil {
		w.bell.Log.Warn("alarm not sent", about, id, "attempt", job.Attempt, "error", err)
	}
	return err
}

// workers are those of every kind of job.
func (b *Bell) workers() (*river.Workers, error) {
	all := river.NewWorkers()
	err := errors.Join(river.AddWorkerSafely(all, &worker[args]{bell: b}), river.AddWorkerSafely(all, &worker[growthArgs]{bell: b}), river.AddWorkerSafely(all, &worker[silenceArgs]{bell: b}))
	if err != nil {
		return nil, fmt.Errorf("alarm workers: %w", err)
	}
	return all, nil
}

// queueOne queues one message in the caller's transaction.
func (b *Bell) queueOne(ctx context.Context, tx pgx.Tx, job told) error {
	if _, err := b.jobs.InsertTx(ctx, tx, job, &river.InsertOpts{Queue: queue, MaxAttempts: maxAttempts}); err != nil {
		return fmt.Errorf("queue alarm: %w", err)
	}
	return nil
}
