package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/smtpdoor"
	"huiyin/pg"
	"huiyin/seal"
)

// A usual mail is a case before its sender hears 250. In a rush, what comes beyond the rate below is written to the spool first, many in one
// commit, and is a case some seconds later: a sender that waits for a case to be made gives up and comes again, which makes a rush worse.
const (
	rushRate    = 50        // mails a second that become cases at once
	rushBurst   = 100       // and as many more after a quiet time
	rushBytes   = 256 << 10 // a larger mail is never written twice
	spoolBatch  = 32        // mails of one commit
	writersMax  = 8         // commits at once: one alone would be one connection's share of a busy machine
	drainBatch  = 128       // mails read back at a time
	drainersMax = 8         // of them at once
	quiet       = 150 * time.Millisecond
	patience    = 5 * time.Second // after which mail is filed whatever goes on
)

// spool is the part of a door that takes the rush.
type spool struct {
	mu       sync.Mutex
	tokens   float64
	at       time.Time // of the last look at tokens
	waiting  []*spooled
	writers  int // commits under way
	draining bool
	last     time.Time // when a mail was spooled last
	began    time.Time // of the drain under way
}

// spooled is one mail on its way into the spool.
type spooled struct {
	key                casework.Key
	wrapped, env, body []byte
	done               chan error
}

// rush tells whether a mail of so many bytes goes to the spool. The clock is the machine's: the service's may be set.
func (s *spool) rush(size int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.at.IsZero() {
		s.tokens = rushBurst
	} else {
		s.tokens = min(rushBurst, s.tokens+now.Sub(s.at).Seconds()*rushRate)
	}
	s.at = now
	s.tokens = max(s.tokens-1, -rushRate) // the rush is over when fewer come than the rate for a second
	return s.tokens < 0 && size <= rushBytes
}

// put makes a mail durable in the spool.
func (d *Door) put(ctx context.Context, env smtpdoor.Envelope, raw []byte) error {
	m := &spooled{key: sha256.Sum256(raw), done: make(chan error, 1)}
	key, wrapped, err := d.docket.Keys.NewDataKey()
	if err != nil {
		return err
	}
	head, err := json.Marshal(env)
	if err != nil {
		return err
	}
	id := hex.EncodeToString(m.key[:])
	m.wrapped, m.env, m.body = wrapped, key.Seal("envelope", id, head), key.Seal("raw", id, raw)
	s := d.spool
	s.mu.Lock()
	s.waiting = append(s.waiting, m)
	s.last = time.Now()
	if s.writers < writersMax {
		s.writers++
		go d.writeSpool()
	}
	if !s.draining {
		s.draining, s.began = true, s.last
		go d.drainWhenQuiet()
	}
	s.mu.Unlock()
	select {
	case err = <-m.done:
	case <-ctx.Done():
		err = ctx.Err() // it may be durable all the same: then the sender's next try finds it
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, "fault.unavailable", err)
	}
	return nil
}

// writeSpool commits what waits, as many mails as came during the last commit, until none waits.
func (d *Door) writeSpool() {
	s := d.spool
	for {
		s.mu.Lock()
		batch := s.waiting[:min(len(s.waiting), spoolBatch)]
		s.waiting = s.waiting[len(batch):]
		if len(batch) == 0 {
			s.writers--
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		err := d.insertSpool(batch)
		for _, m := range batch {
			m.done <- err
		}
	}
}

func (d *Door) insertSpool(batch []*spooled) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var keys, wrapped, envelopes, bodies [][]byte
	for _, m := range batch {
		keys, wrapped, envelopes, bodies = append(keys, m.key[:]), append(wrapped, m.wrapped), append(envelopes, m.env), append(bodies, m.body)
	}
	_, err := d.docket.DB.Exec(ctx, `insert into mail_spool (key, received_at, wrapped_key, envelope, raw)
		select key, $5, wrapped, envelope, raw from unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[]) as f (key, wrapped, envelope, raw) on conflict do nothing`,
		keys, wrapped, envelopes, bodies, d.now().UTC())
	if err != nil {
		return pg.Classify(fmt.Errorf("spool mail: %w", err))
	}
	return nil
}

// drainWhenQuiet files what was spooled once no more comes, or after some seconds whatever comes.
func (d *Door) drainWhenQuiet() {
	s := d.spool
	ended := func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.waiting) > 0 || s.writers > 0 || time.Since(s.last) < quiet {
			return false
		}
		s.draining = false
		return true
	}
	for {
		s.mu.Lock()
		wait := time.Since(s.last) < quiet && time.Since(s.began) < patience
		s.mu.Unlock()
		if wait {
			time.Sleep(quiet / 5)
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		n, err := d.Drain(ctx)
		cancel()
		switch {
		case err != nil:
			d.log.Warn("spooled mail is not filed yet, the sweep will try again", "error", err)
			s.mu.Lock()
			s.draining = false
			s.mu.Unlock()
			return
		case n == 0 && ended():
			return
		}
	}
}

// Drain files mail from the spool, the oldest first, until none is left, and tells how many. Two at once, also of two processes, make no
// case twice: the bytes are the key.
func (d *Door) Drain(ctx context.Context) (int, error) {
	total := 0
	for {
		n, err := d.drainSome(ctx)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

type spoolRow struct {
	key     casework.Key
	wrapped []byte
	env     []byte
	raw     []byte
}

func (d *Door) drainSome(ctx context.Context) (int, error) {
	rows, err := d.readSpool(ctx)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var filed, failed [][]byte
	var first error
	places := make(chan struct{}, drainersMax)
	for _, row := range rows {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			err := d.fileSpooled(ctx, row)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				first, failed = err, append(failed, row.key[:])
				return
			}
			filed = append(filed, row.key[:])
		})
	}
	wg.Wait()
	if err := d.leaveSpool(ctx, filed, failed); first == nil {
		first = err
	}
	return len(rows), first
}

// leaveSpool takes what was filed out of the spool; what failed comes after the others the next time.
func (d *Door) leaveSpool(ctx context.Context, filed, failed [][]byte) error {
	_, err := d.docket.DB.Exec(ctx, `with done as (delete from mail_spool where key = any ($1)) update mail_spool set tries = tries + 1 where key = any ($2)`, filed, failed)
	if err != nil {
		return pg.Classify(fmt.Errorf("leave spool: %w", err))
	}
	return nil
}

func (d *Door) readSpool(ctx context.Context) ([]spoolRow, error) {
	rows, err := d.docket.DB.Query(ctx, `select key, wrapped_key, envelope, raw from mail_spool order by tries, received_at limit $1`, drainBatch)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read spool: %w", err))
	}
	defer rows.Close()
	var out []spoolRow
	for rows.Next() {
		var r spoolRow
		var key []byte
		if err := rows.Scan(&key, &r.wrapped, &r.env, &r.raw); err != nil {
			return nil, err
		}
		copy(r.key[:], key)
		out = append(out, r)
	}
	return out, pg.Classify(rows.Err())
}

// fileSpooled opens one spooled mail and files it as if it came now.
func (d *Door) fileSpooled(ctx context.Context, r spoolRow) error {
	key, err := d.docket.Keys.Unwrap(r.wrapped)
	if err != nil {
		return err
	}
	env, raw, err := openSpooled(key, r)
	if err != nil {
		return err
	}
	return d.mail(ctx, env, raw)
}

func openSpooled(key seal.DataKey, r spoolRow) (env smtpdoor.Envelope, raw []byte, err error) {
	id := hex.EncodeToString(r.key[:])
	head, err := key.Open("envelope", id, r.env)
	if err != nil {
		return env, nil, err
	}
	if err := json.Unmarshal(head, &env); err != nil {
		return env, nil, err
	}
	raw, err = key.Open("raw", id, r.raw)
	return env, raw, err
}
