package pg_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"huiyin/pg"
	"huiyin/pg/pgtest"
)

func TestAReaderFallsBackToTheDatabase(t *testing.T) {
	primary, copied := pgtest.DB(t), pgtest.DB(t)
	r := pg.NewReader(primary, copied, slog.New(slog.DiscardHandler))
	asked := func() (name string) {
		t.Helper()
		if err := r.QueryRow(t.Context(), `select current_setting('application_name')`).Scan(&name); err != nil {
			t.Fatal(err)
		}
		rows, err := r.Query(t.Context(), `select 1`)
		if err != nil {
			t.Fatal(err)
		}
		rows.Close()
		return name
	}
	before := copied.Stat().AcquireCount()
	asked()
	if copied.Stat().AcquireCount() != before {
		t.Error("a copy whose age nobody knows was read")
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		looks := copied.Stat().AcquireCount()
		asked()
		if copied.Stat().AcquireCount() >= looks+2 {
			break // the row and the rows came from the copy
		}
		if time.Now().After(limit) {
			t.Fatal("a fresh copy is not read")
		}
	}
	stop()
	<-ended
	copied.Close() // it goes away between two looks
	asked()
	asked()
	if _, err := r.Exec(t.Context(), `select 1`); err != nil {
		t.Errorf("what writes must go to the database: %v", err)
	}
	tx, err := r.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
}
