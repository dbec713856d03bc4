package meili

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/search"
)

const (
	feedBatch = 500              // cases sent at once; fewer after a failure, down to one
	feedLease = 2 * time.Minute  // how long a process has what it took
	feedFor   = 40 * time.Second // how long one sweep goes on
	feedPause = 5 * time.Second  // after the first failure of a case, more after each
	feedRest  = 5 * time.Minute  // at most
)

// Feed keeps the server up to date, outside of every transaction that others wait for. The follower only notes which cases changed; any number of processes may feed.
type Feed struct {
	DB     pg.DB
	Engine *Engine
	City   *routing.City
}

// Note remembers that cases changed, in the transaction of the follower.
func Note(ctx context.Context, q pg.Querier, ids []casework.CaseID) error {
	_, err := q.Exec(ctx, `insert into search_pending (case_id) select distinct unnest($1::uuid[]) order by 1
		on conflict (case_id) do update set stamp = default, queued_at = now()`, ids)
	if err != nil {
		return fmt.Errorf("note cases for the search server: %w", err)
	}
	return nil
}

// Sweep sends what waits, one bounded batch after the other, each when the task of the one before is done. It tells how many cases were sent. A server that is new is prepared, and every case is put into the queue.
// What the server cannot take is tried again later, in smaller batches, so that one bad case holds up no other for long.
func (f *Feed) Sweep(ctx context.Context) (int, error) {
	if err := f.begin(ctx); err != nil {
		return 0, err
	}
	sent := 0
	for until := time.Now().Add(feedFor); time.Now().Before(until); {
		n, err := f.batch(ctx)
		if err != nil {
			return sent, err
		}
		if n == 0 {
			return sent, f.filled(ctx)
		}
		sent += n
	}
	return sent, nil
}

// begin prepares a server that this database has never fed.
func (f *Feed) begin(ctx context.Context) error {
	var known bool
	if err := f.DB.QueryRow(ctx, `select exists (select from search_server where url = $1)`, f.Engine.url).Scan(&known); err != nil || known {
		return err
	}
	if err := f.Engine.Prepare(ctx); err != nil {
		return err
	}
	return pg.InTx(ctx, f.DB, pg.Settings{"huiyin.scope": "system", "statement_timeout": "0"}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `insert into search_server (url) values ($1) on conflict do nothing`, f.Engine.url)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `insert into search_pending (case_id) select id from cases order by id on conflict do nothing`)
		return err
	})
}

// filled notes that the server has every case.
func (f *Feed) filled(ctx context.Context) error {
	_, err := f.DB.Exec(ctx, `update search_server set filled_at = now() where url = $1 and filled_at is null and not exists (select from search_pending where queued_at <= search_server.asked_at)`, f.Engine.url)
	return err
}

// claim is what one process has taken.
type claim struct {
	ids    []casework.CaseID
	stamps []int64
}

// batch takes, reads and sends one batch.
func (f *Feed) batch(ctx context.Context) (int, error) {
	c, err := f.take(ctx)
	if err != nil || len(c.ids) == 0 {
		return 0, err
	}
	var docs []search.Document
	err = pg.InTx(ctx, f.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		var err error
		docs, err = search.Documents(ctx, tx, f.City, c.ids)
		return err
	})
	if err == nil {
		err = f.Engine.Put(ctx, nil, docs)
	}
	// Even if the caller is leaving, what was taken is given back or taken off.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err != nil {
		return 0, errors.Join(err, f.giveBack(after, c, err))
	}
	_, err = f.DB.Exec(after, `delete from search_pending p using unnest($1::uuid[], $2::bigint[]) as s (id, stamp) where p.case_id = s.id and p.stamp = s.stamp`, c.ids, c.stamps)
	if err == nil {
		_, err = f.DB.Exec(after, `update search_pending set taken_til = '-infinity' where case_id = any ($1)`, c.ids) // changed while they were sent
	}
	return len(c.ids), err
}

// take claims the oldest cases that nobody has; after failures only some of them, so that the bad one is found.
func (f *Feed) take(ctx context.Context) (claim, error) {
	var c claim
	rows, err := f.DB.Query(ctx, `with worst as (select coalesce(max(tries), 0) as tries from (select tries from search_pending where taken_til < now() order by taken_til, queued_at limit $1) t),
			picked as (select case_id from search_pending where taken_til < now() order by taken_til, queued_at limit greatest(1, $1 / power(8, least((select tries from worst), 3))::int) for update skip locked)
		update search_pending p set taken_til = now() + $2::interval from picked where p.case_id = picked.case_id returning p.case_id, p.stamp`, feedBatch, feedLease)
	if err != nil {
		return c, fmt.Errorf("take cases for the search server: %w", err)
	}
	var id casework.CaseID
	var stamp int64
	_, err = pgx.ForEachRow(rows, []any{&id, &stamp}, func() error {
		c.ids, c.stamps = append(c.ids, id), append(c.stamps, stamp)
		return nil
	})
	return c, err
}

// giveBack lets cases wait and be tried again.
func (f *Feed) giveBack(ctx context.Context, c claim, why error) error {
	_, err := f.DB.Exec(ctx, `update search_pending set tries = tries + 1, failed = $2, taken_til = now() + least($3::interval * power(2, least(tries, 10)), $4::interval) where case_id = any ($1)`,
		c.ids, why.Error(), feedPause, feedRest)
	return err
}

// State is how far a server is.
type State struct {
	Known   bool      // it has been prepared
	Filled  bool      // it has had every case
	Waiting int       // cases that it must still hear of
	Since   time.Time // since when the oldest of them waits
	Tries   int       // failures of the one that failed most
	Failed  string    // what it said last
}

// Look tells how far a server is.
func Look(ctx context.Context, q pg.Querier, url string) (State, error) {
	var s State
	var since *time.Time
	err := q.QueryRow(ctx, `select exists (select from search_server where url = $1), exists (select from search_server where url = $1 and filled_at is not null),
		count(*), min(queued_at), coalesce(max(tries), 0), coalesce((select failed from search_pending where failed <> '' order by tries desc, queued_at limit 1), '') from search_pending`, url).
		Scan(&s.Known, &s.Filled, &s.Waiting, &since, &s.Tries, &s.Failed)
	if err != nil {
		return s, fmt.Errorf("look at the search server's queue: %w", err)
	}
	if since != nil {
		s.Since = *since
	}
	return s, nil
}

// Rebuild makes the server's whole index anew, and puts what changed meanwhile into the queue again.
func (f *Feed) Rebuild(ctx context.Context, advance func(done int)) (int, error) {
	begun := time.Now().Add(-time.Minute) // a transaction may end after it wrote
	n, err := f.Engine.Rebuild(ctx, func(ctx context.Context, each func([]search.Document) error) error {
		return search.All(ctx, f.DB, f.City, advance, each)
	})
	if err != nil {
		return n, err
	}
	return n, pg.InTx(ctx, f.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into search_pending (case_id) select distinct case_id from event where at >= $1 on conflict (case_id) do update set stamp = default, queued_at = now()`, begun); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into search_server (url, filled_at) values ($1, now()) on conflict (url) do update set filled_at = now()`, f.Engine.url)
		return err
	})
}
