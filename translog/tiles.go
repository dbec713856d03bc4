package translog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/fault"
	"huiyin/translog/form"
)

var errNoTile = fault.New(fault.NotFound, "fault.no_tile")

// Tile gives a tile of hashes, or with level -1 a bundle of entries (C2SP tlog-tiles). path is what follows tile/ in the address. full tells that it never changes.
// Errors: fault.NotFound for an address that is none, or beyond the log.
func (l *Log) Tile(ctx context.Context, path string) (data []byte, full bool, err error) {
	level, n, width, err := form.ParseTile(path)
	if err != nil {
		return nil, false, errNoTile
	}
	var size int64
	if err := l.DB.QueryRow(ctx, `select coalesce((select size from log_tree), 0)`).Scan(&size); err != nil {
		return nil, false, fmt.Errorf("read the log's size: %w", err)
	}
	if level < 0 {
		data, err = l.bundle(ctx, n, width, size)
		return data, width == form.TileWidth, err
	}
	if n*form.TileWidth+int64(width) > size>>(form.TileHeight*level) { // the other way round the number of an address overflows, and seems small
		return nil, false, errNoTile
	}
	data, err = tlog.ReadTileData(form.Tile(level, n, width), &hashes{ctx: ctx, db: l.DB})
	if err != nil {
		return nil, false, fmt.Errorf("read tile: %w", err)
	}
	return data, width == form.TileWidth, nil
}

func (l *Log) bundle(ctx context.Context, n int64, width int, size int64) ([]byte, error) {
	from, to := n*form.TileWidth, n*form.TileWidth+int64(width)
	if to > size {
		return nil, errNoTile
	}
	rows, err := l.DB.Query(ctx, `select entry from log_entry where idx >= $1 and idx < $2 order by idx`, from, to)
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	entries, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return form.Bundle(entries)
}

// Checkpoints lists checkpoints that were published, the newest first.
func (l *Log) Checkpoints(ctx context.Context, limit int) ([]Head, error) {
	rows, err := l.DB.Query(ctx, `select size, at, checkpoint from log_checkpoint order by size desc limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h Head, err error) {
		return h, row.Scan(&h.Size, &h.At, &h.Signed)
	})
}
