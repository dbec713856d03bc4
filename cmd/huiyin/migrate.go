package main

import (
	"context"
	"fmt"

	"huiyin/pg"
)

// migrate brings the schema to the version of this program. The service does the same when it starts.
func migrate(ctx context.Context, env *Env, args []string) error {
	if err := parse(env.flags("migrate", ""), args, 0, 0); err != nil {
		return err
	}
	return env.withDatabase(ctx, "migrate", func(db *database) error {
		v, err := pg.SchemaVersion(ctx, db.Pool)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.Stdout, "the database has schema version %d\n", v)
		return nil
	})
}
