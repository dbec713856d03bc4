package translog

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/translog/witness"
)

// Witness is who countersigns our checkpoints: where, and by which key.
type Witness struct {
	URL string
	Key note.Verifier
}

// witnessClient follows no redirect: who runs a witness must not choose what this service speaks to.
var witnessClient = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// SweepWitnesses has the newest checkpoint countersigned by each witness, and tells how many did. A witness that does not answer is asked again the next time.
// It is safe to run twice, late, or on two machines at once.
func (l *Log) SweepWitnesses(ctx context.Context, all []Witness) (int, error) {
	head, err := l.Head(ctx)
	if fault.KindOf(err) == fault.NotFound || len(all) == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n := 0
	var failed []error
	for _, w := range all {
		switch done, err := l.countersigned(ctx, w, head); {
		case err != nil:
			failed = append(failed, fmt.Errorf("witness %s: %w", w.Key.Name(), err))
		case done:
			n++
		}
	}
	return n, errors.Join(failed...)
}

func (l *Log) countersigned(ctx context.Context, w Witness, head Head) (bool, error) {
	var old int64
	if err := l.DB.QueryRow(ctx, `select coalesce(max(size), 0) from log_cosignature where witness = $1`, w.Key.Name()).Scan(&old); err != nil {
		return false, pg.Classify(err)
	}
	if old >= head.Size {
		return false, nil
	}
	line, err := l.ask(ctx, w, old, head)
	var behind *witness.Behind
	if errors.As(err, &behind) && behind.Size <= head.Size {
		line, err = l.ask(ctx, w, behind.Size, head)
	}
	if err != nil {
		return false, err
	}
	signed, err := note.Open([]byte(head.Signed+line), note.VerifierList(w.Key))
	if err != nil {
		return false, fmt.Errorf("it signs with another key: %w", err)
	}
	line = "" // what else the witness says is not published
	for _, sig := range signed.Sigs {
		line += "\u2014 " + sig.Name + " " + sig.Base64 + "\n"
	}
	_, err = l.DB.Exec(ctx, `insert into log_cosignature (witness, size, checkpoint, line, at) values ($1, $2, $3, $4, $5) on conflict do nothing`, w.Key.Name(), head.Size, head.Signed, line, l.Now().UTC())
	return err == nil, pg.Classify(err)
}

func (l *Log) ask(ctx context.Context, w Witness, old int64, head Head) (string, error) {
	var proof tlog.TreeProof
	if old > 0 && old < head.Size {
		var err error
		if proof, err = tlog.ProveTree(head.Size, old, &hashes{ctx: ctx, db: l.DB}); err != nil {
			return "", fmt.Errorf("prove growth: %w", err)
		}
	}
	return witness.Ask(ctx, witnessClient, w.URL, old, proof, head.Signed)
}

// Witnessed is the newest checkpoint that anybody countersigned, with all countersignatures on it. Errors: fault.NotFound where there is none.
func (l *Log) Witnessed(ctx context.Context) (string, error) {
	rows, err := l.DB.Query(ctx, `select checkpoint, line from log_cosignature where size = (select max(size) from log_cosignature) order by witness`)
	if err != nil {
		return "", pg.Classify(fmt.Errorf("read countersignatures: %w", err))
	}
	var out, checkpoint, line string
	_, err = pgx.ForEachRow(rows, []any{&checkpoint, &line}, func() error {
		if out == "" {
			out = checkpoint
		}
		out += line
		return nil
	})
	if err != nil {
		return "", pg.Classify(fmt.Errorf("read countersignatures: %w", err))
	}
	if out == "" {
		return "", fault.New(fault.NotFound, "fault.log_not_witnessed")
	}
	return out, nil
}
