package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"huiyin/pg/backup"
)

// keyFile is how the key file stands in a backup.
const keyFile = "keys.json"

// writeBackup writes the whole state of an installation to one file: the database as it stands at one moment, and the keys that open it. The service may go on.
func writeBackup(ctx context.Context, env *Env, args []string) error {
	f := env.flags("backup", "[--without-keys] FILE")
	without := f.Bool("without-keys", false, "leave the key file out: who has the backup alone can then open no personal data, and you must keep the key file yourself")
	if err := parse(f, args, 1, 1); err != nil {
		return err
	}
	files := map[string][]byte{}
	if !*without {
		keys, err := os.ReadFile(env.Config.Keys)
		if err != nil {
			return fmt.Errorf("read the key file: %w", err)
		}
		files[keyFile] = keys
	}
	return env.withDatabase(ctx, "backup", func(db *database) error {
		whole, part := f.Arg(0), f.Arg(0)+".part"
		out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("make the backup file: %w", err)
		}
		m, err := backup.Write(ctx, db.URL, out, files, env.Config.Now()())
		if err == nil {
			err = out.Sync()
		}
		if closing := out.Close(); err == nil {
			err = closing
		}
		if err == nil {
			err = os.Rename(part, whole)
		}
		if err != nil {
			_ = os.Remove(part)
			return err
		}
		var rows int64
		for _, t := range m.Tables {
			rows += t.Rows
		}
		_, err = fmt.Fprintf(env.Stdout, "%d rows of %d tables, schema version %d\n", rows, len(m.Tables), m.Schema)
		if err == nil && !*without {
			_, err = fmt.Fprintln(env.Stdout, "the file holds the keys too: keep it as you keep them")
		}
		return err
	})
}

// readBackup fills an installation that holds no case from a backup.
func readBackup(ctx context.Context, env *Env, args []string) error {
	f := env.flags("restore", "FILE")
	if err := parse(f, args, 1, 1); err != nil {
		return err
	}
	in, err := os.Open(f.Arg(0))
	if err != nil {
		return fmt.Errorf("open the backup: %w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	z, m, files, err := backup.Open(in, info.Size())
	if err != nil {
		return err
	}
	if err := placeKeys(env.Config.Keys, files[keyFile]); err != nil {
		return err
	}
	return env.withDatabase(ctx, "restore", func(db *database) error {
		if err := backup.Restore(ctx, db.URL, z, m); err != nil {
			return err
		}
		if err := orderHistory(ctx, db.URL, env.Stderr); err != nil {
			return err
		}
		_, err := fmt.Fprintf(env.Stdout, "restored as of %s\n", m.MadeAt.Format("2006-01-02T15:04:05Z07:00"))
		return err
	})
}

// placeKeys puts the key file of a backup in its place, where there is none.
func placeKeys(path string, keys []byte) error {
	had, err := os.ReadFile(path)
	switch {
	case err == nil && (keys == nil || string(had) == string(keys)):
		return nil
	case err == nil:
		return fmt.Errorf("there is another key file at %s: with it nothing in the backup could be opened. Move it away, or restore elsewhere", path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read the key file: %w", err)
	case keys == nil:
		return fmt.Errorf("the backup was made without its keys: put the key file at %s first", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o711); err != nil {
		return err
	}
	return os.WriteFile(path, keys, 0o600)
}
