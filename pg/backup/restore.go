package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
)

// Restore fills the database at url, whose schema is that of the backup and which holds no case, in one transaction: it is all there, or nothing is.
// Errors: fault.Conflict "fault.backup_not_empty" and "fault.backup_schema".
func Restore(ctx context.Context, url string, z *zip.Reader, m Manifest) error {
	conn, err := connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // nothing is lost with it
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return m.restore(ctx, tx, z) })
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	_, err = conn.Exec(ctx, `analyze`)
	return err
}

func (m Manifest) restore(ctx context.Context, tx pgx.Tx, z *zip.Reader) error {
	var schema int64
	if err := tx.QueryRow(ctx, `select coalesce(max(version_id), 0) from goose_db_version where is_applied`).Scan(&schema); err != nil {
		return err
	}
	if schema != m.Schema {
		return fault.New(fault.Conflict, "fault.backup_schema").With("Have", schema).With("Want", m.Schema)
	}
	if _, err := tx.Exec(ctx, `select set_config('huiyin.scope', 'system', true)`); err != nil {
		return err
	}
	var used bool
	if err := tx.QueryRow(ctx, `select exists (select 1 from cases) or exists (select 1 from event) or exists (select 1 from account)`).Scan(&used); err != nil {
		return err
	}
	if used {
		return fault.New(fault.Conflict, "fault.backup_not_empty")
	}
	here, err := tables(ctx, tx)
	if err != nil {
		return err
	}
	if err := m.fits(here); err != nil {
		return err
	}
	if err := m.remake(ctx, tx); err != nil {
		return err
	}
	for _, t := range slices.Backward(m.Tables) { // what the schema itself put there
		if _, err := tx.Exec(ctx, `alter table `+quote(t.Name)+` disable trigger user; alter table `+quote(t.Name)+` no force row level security; delete from `+quote(t.Name)); err != nil {
			return fmt.Errorf("empty %s: %w", t.Name, err)
		}
	}
	for _, t := range m.Tables {
		if err := t.fill(ctx, tx, z); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	for name, at := range m.Sequences {
		if _, err := tx.Exec(ctx, `select setval($1::regclass, $2)`, quote(name), at); err != nil {
			return fmt.Errorf("sequence %s: %w", name, err)
		}
	}
	if _, err := tx.Exec(ctx, `set constraints all immediate`); err != nil {
		return err
	}
	for _, t := range m.Tables {
		var rows bool
		if err := tx.QueryRow(ctx, `select relrowsecurity from pg_class where oid = $1::regclass`, quote(t.Name)).Scan(&rows); err != nil {
			return err
		}
		sql := `alter table ` + quote(t.Name) + ` enable trigger user`
		if rows {
			sql += `; alter table ` + quote(t.Name) + ` force row level security`
		}
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// fits holds the tables of the backup against those of the schema.
func (m Manifest) fits(here []Table) error {
	for _, t := range m.Tables {
		i := slices.IndexFunc(here, func(h Table) bool { return h.Name == t.Name })
		if i < 0 || !slices.Equal(here[i].Columns, t.Columns) {
			return fault.New(fault.Conflict, "fault.backup_schema").With("Have", m.Schema).With("Want", m.Schema)
		}
	}
	if len(here) != len(m.Tables) {
		return fault.New(fault.Conflict, "fault.backup_schema").With("Have", m.Schema).With("Want", m.Schema)
	}
	return nil
}

func (t Table) fill(ctx context.Context, tx pgx.Tx, z *zip.Reader) error {
	f, err := z.Open(tableDir + t.Name)
	if err != nil {
		return errForm
	}
	defer f.Close()
	sum := summed{f, sha256.New()}
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, sum, `copy `+quote(t.Name)+` (`+t.columns()+`) from stdin`)
	if err != nil {
		return err
	}
	if tag.RowsAffected() != t.Rows || hex.EncodeToString(sum.Sum(nil)) != t.SHA256 {
		return errWhole
	}
	return nil
}
