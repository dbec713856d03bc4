package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/intake/mail"
	"huiyin/pg"
)

// stored is what became of one submission.
type stored struct {
	verdict    string
	inCase     bool
	unreadable bool
	letters    int // to its author, suppressed ones aside
}

// automatic are the tags of a list that say: no person wrote this.
func automatic(tag string) bool {
	return slices.Contains([]string{"dsn", "arf", "auto_or_bulk", "mailing_list", "x_loop"}, tag)
}

// compare counts what was acknowledged in the database, and looks for letters to machines.
func compare(ctx context.Context, data string, taken map[key]*message) error {
	found, cases, err := read(ctx, data)
	if err != nil {
		return err
	}
	became, letters, tagged := map[string]int{}, map[mail.Verdict]int{}, map[string][2]int{}
	lost, toMachines := 0, 0
	for k, m := range taken {
		s, ok := found[k]
		switch {
		case !ok:
			lost++
			fmt.Printf("lost: %s (%s)\n", m.name, hex.EncodeToString(k[:]))
			continue
		case !s.inCase:
			became["kept: "+s.verdict]++
		case s.unreadable:
			became["case, unreadable: for a person"]++
		case s.verdict == "reply":
			became["addition to a case"]++
		default:
			became["case: "+s.verdict]++
		}
		parsed := mail.Parse(m.bytes)
		letters[parsed.Verdict] += s.letters
		if s.letters > 0 && !parsed.MayAnswer() {
			toMachines++
			fmt.Printf("letter to a machine: %s (%s, %s)\n", m.name, parsed.Verdict, parsed.Reason)
		}
		if s.letters > 0 && slices.ContainsFunc(m.tags, automatic) {
			fmt.Printf("letter although the list says %v: %s (%s, %s)\n", m.tags, m.name, parsed.Verdict, parsed.Reason)
		}
		for _, t := range m.tags {
			tagged[t] = [2]int{tagged[t][0] + 1, tagged[t][1] + s.letters}
		}
	}
	sum := 0
	for _, what := range slices.Sorted(maps.Keys(became)) {
		fmt.Printf("  %6d  %s\n", became[what], what)
		sum += became[what]
	}
	fmt.Printf("%d acknowledged and distinct = %d in the database + %d lost; %d cases by e-mail in all\n", len(taken), sum, lost, cases)
	fmt.Printf("letters, by the verdict on the message they answer: %v\n", letters)
	for _, t := range slices.Sorted(maps.Keys(tagged)) {
		fmt.Printf("  tagged %s: %d messages, %d letters\n", t, tagged[t][0], tagged[t][1])
	}
	if lost+toMachines > 0 {
		return fmt.Errorf("%d lost, %d letters to machines", lost, toMachines)
	}
	return nil
}

// read gives what stands in the database for each submission by e-mail, and the number of cases by e-mail.
func read(ctx context.Context, data string) (found map[key]stored, cases int, err error) {
	cluster, err := pg.Launch(ctx, data, io.Discard)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = cluster.Stop(context.WithoutCancel(ctx)) }()
	pool, err := pg.Open(ctx, cluster.URL(), pg.Options{Name: "corpus"})
	if err != nil {
		return nil, 0, err
	}
	defer pool.Close()
	if err := caughtUp(ctx, pool); err != nil {
		return nil, 0, err
	}
	found = map[key]stored{}
	err = pg.InTx(ctx, pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select s.key, s.verdict, s.case_id is not null, coalesce((select unreadable from cases c where c.id = s.case_id), false), (select count(*) from letter l where l.case_id = s.case_id and l.state <> 'suppressed') from submission s where s.channel = 'email'`)
		if err != nil {
			return err
		}
		var k []byte
		var s stored
		if _, err := pgx.ForEachRow(rows, []any{&k, &s.verdict, &s.inCase, &s.unreadable, &s.letters}, func() error {
			found[key(k)] = s
			return nil
		}); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select count(*) from cases where channel = 'email'`).Scan(&cases)
	})
	return found, cases, err
}

// caughtUp waits until the mail of a rush is filed and every follower has read the whole history, so that the letters to be written are written.
func caughtUp(ctx context.Context, q pg.Querier) error {
	for range 600 {
		var behind bool
		err := q.QueryRow(ctx, `select exists (select from mail_spool) or exists (select from follower f where exists (select from event e where (e.xid, e.seq) > (f.xid, f.seq)))`).Scan(&behind)
		if err != nil || !behind {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("the followers have not read the history within a minute: does a worker run?")
}
