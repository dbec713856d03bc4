// Package backup writes a whole database to one file, as it stands at one moment, and reads it back into an empty one.
package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Manifest says what a backup holds.
type Manifest struct {
	Format    int              `json:"format"` // 1
	MadeAt    time.Time        `json:"made_at"`
	Schema    int64            `json:"schema"` // version of the database schema
	Tables    []Table          `json:"tables"` // in an order in which they can be filled
	Months    []Month          `json:"months"` // parts of the tables by month
	Sequences map[string]int64 `json:"sequences"`
	Files     []string         `json:"files"` // beside the tables
}

// Table is one table of a backup.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	SHA256  string   `json:"sha256"` // of its rows as COPY writes them
}

const (
	format       = 1
	manifestName = "manifest.json"
	tableDir     = "tables/"
	fileDir      = "files/"
)

// Write writes the database at url, seen by its owner, and the files beside it. It reads one snapshot: the service may go on.
func Write(ctx context.Context, url string, w io.Writer, files map[string][]byte, now time.Time) (Manifest, error) {
	m := Manifest{Format: format, MadeAt: now.UTC().Truncate(time.Second), Sequences: map[string]int64{}}
	conn, err := connect(ctx, url)
	if err != nil {
		return m, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // nothing is lost with it
	z := zip.NewWriter(w)
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return m.write(ctx, tx, z, files)
	})
	if err == nil {
		err = put(z, manifestName, func(w io.Writer) error { return json.NewEncoder(w).Encode(m) })
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return m, fmt.Errorf("write backup: %w", err)
	}
	return m, nil
}

func (m *Manifest) write(ctx context.Context, tx pgx.Tx, z *zip.Writer, files map[string][]byte) error {
	if _, err := tx.Exec(ctx, `select set_config('huiyin.scope', 'system', true)`); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, `select coalesce(max(version_id), 0) from goose_db_version where is_applied`).Scan(&m.Schema); err != nil {
		return err
	}
	var err error
	if m.Tables, err = tables(ctx, tx); err != nil {
		return err
	}
	if m.Months, err = months(ctx, tx); err != nil {
		return err
	}
	for i := range m.Tables {
		t := &m.Tables[i]
		err := put(z, tableDir+t.Name, func(w io.Writer) error {
			sum := sha256.New()
			tag, err := tx.Conn().PgConn().CopyTo(ctx, io.MultiWriter(w, sum), `copy (select `+t.columns()+` from `+pgx.Identifier{t.Name}.Sanitize()+`) to stdout`)
			t.Rows, t.SHA256 = tag.RowsAffected(), hex.EncodeToString(sum.Sum(nil))
			return err
		})
		if err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	rows, err := tx.Query(ctx, `select sequencename, last_value from pg_sequences where schemaname = 'public' and last_value is not null`)
	if err != nil {
		return err
	}
	var name string
	var at int64
	if _, err := pgx.ForEachRow(rows, []any{&name, &at}, func() error { m.Sequences[name] = at; return nil }); err != nil {
		return err
	}
	for _, name := range sortedKeys(files) {
		if err := put(z, fileDir+name, func(w io.Writer) error { _, err := w.Write(files[name]); return err }); err != nil {
			return err
		}
		m.Files = append(m.Files, name)
	}
	return nil
}

func put(z *zip.Writer, name string, write func(io.Writer) error) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	return write(w)
}

func (t Table) columns() string {
	quoted := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		quoted[i] = pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(quoted, ", ")
}

// tables lists the tables with their own columns, those that others refer to first.
func tables(ctx context.Context, q pg.Querier) ([]Table, error) {
	rows, err := q.Query(ctx, `select c.relname, array_agg(a.attname::text order by a.attnum) from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' where c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('goose_db_version', 'event_month') group by c.relname order by c.relname`)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Table, err error) { return t, row.Scan(&t.Name, &t.Columns) })
	if err != nil {
		return nil, err
	}
	rows, err = q.Query(ctx, `select c.relname, f.relname from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class f on f.oid = k.confrelid where k.contype = 'f' and not k.condeferred and c.oid <> f.oid`)
	if err != nil {
		return nil, err
	}
	needs := map[string][]string{}
	var from, to string
	if _, err := pgx.ForEachRow(rows, []any{&from, &to}, func() error { needs[from] = append(needs[from], to); return nil }); err != nil {
		return nil, err
	}
	return order(all, needs)
}

// order puts each table behind those it refers to.
func order(all []Table, needs map[string][]string) ([]Table, error) {
	var out []Table
	placed := map[string]bool{}
	for len(out) < len(all) {
		before := len(out)
		for _, t := range all {
			if placed[t.Name] || slices.ContainsFunc(needs[t.Name], func(n string) bool { return !placed[n] }) {
				continue
			}
			placed[t.Name] = true
			out = append(out, t)
		}
		if len(out) == before {
			return nil, errors.New("the tables refer to each other in a circle")
		}
	}
	return out, nil
}

func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, pg.Classify(err)
	}
	_, err = conn.Exec(ctx, `set timezone = 'UTC'; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set extra_float_digits = 3; set bytea_output = 'hex'`)
	return conn, err
}

func sortedKeys(m map[string][]byte) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var (
	errForm  = fault.New(fault.Invalid, "fault.backup_form")
	errWhole = errors.New("the backup is damaged: its rows are not those that were written")
)

// Open reads what a backup holds, and the files in it. Errors: fault.Invalid "fault.backup_form" for another kind of file.
func Open(r io.ReaderAt, size int64) (*zip.Reader, Manifest, map[string][]byte, error) {
	var m Manifest
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, m, nil, errForm
	}
	raw, err := get(z, manifestName)
	if err != nil {
		return nil, m, nil, errForm
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.Format != format {
		return nil, m, nil, errForm
	}
	files := map[string][]byte{}
	for _, name := range m.Files {
		if files[name], err = get(z, fileDir+name); err != nil {
			return nil, m, nil, errForm
		}
	}
	return z, m, files, nil
}

// maxFile bounds a file beside the tables.
const maxFile = 256 << 20

func get(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = errForm
	}
	return b, err
}

// summed reads on and sums what it reads.
type summed struct {
	io.Reader
	hash.Hash
}

func (s summed) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	_, _ = s.Write(p[:n])
	return n, err
}
