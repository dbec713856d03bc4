package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/follow"
	"huiyin/pg"
)

// database is the open database of a command, with the private server if it runs one.
type database struct {
	Pool    *pgxpool.Pool // as the application role
	URL     string        // for the owner of the schema; holds the password
	cluster *pg.Cluster
}

// openDatabase starts or joins the private server unless another is configured, migrates, and opens a pool. progress
// gets a line for whatever takes long.
func openDatabase(ctx context.Context, config Config, opts pg.Options, progress io.Writer) (*database, error) {
	db := &database{URL: config.DatabaseURL}
	if db.URL == "" {
		launch := pg.Launch
		if config.attached {
			launch = pg.LaunchAttached
		}
		cluster, err := launch(ctx, config.Data, progress)
		if err != nil {
			return nil, err
		}
		db.cluster, db.URL = cluster, cluster.URL()
	}
	err := pg.Migrate(ctx, db.URL)
	if err == nil {
		err = orderHistory(ctx, db.URL, progress)
	}
	if err == nil {
		db.Pool, err = pg.Open(ctx, db.URL, opts)
	}
	if err != nil {
		return nil, closeAfter(db, err)
	}
	return db, nil
}

// orderHistory makes a history that was restored from a dump readable again for the followers; it does nothing to any other.
func orderHistory(ctx context.Context, url string, progress io.Writer) error {
	owner, err := pg.Open(ctx, url, pg.Options{Name: "huiyin restore", MaxConns: 1, AsOwner: true, StatementTimeout: time.Hour})
	if err != nil {
		return err
	}
	defer owner.Close()
	n, err := follow.Restored(ctx, owner)
	if n > 0 {
		fmt.Fprintf(progress, "the database was restored from a dump: %d events brought into this server's order\n", n)
	}
	return err
}

func closeAfter(db *database, err error) error {
	if stop := db.Close(); stop != nil {
		return fmt.Errorf("%w; and then %w", err, stop)
	}
	return err
}

// Close ends the pool, and the private server if this process owns it.
func (db *database) Close() error {
	if db.Pool != nil {
		db.Pool.Close()
	}
	if db.cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return db.cluster.Stop(ctx)
}

// withDatabase runs fn with the migrated database, and closes it whatever fn returns.
func (env *Env) withDatabase(ctx context.Context, name string, fn func(db *database) error) error {
	db, err := openDatabase(ctx, env.Config, pg.Options{Name: "huiyin " + name}, env.progress())
	if err != nil {
		return err
	}
	if err := fn(db); err != nil {
		return closeAfter(db, err)
	}
	return db.Close()
}
