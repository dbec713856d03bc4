package casework

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/seal"
)

func itoa(n int) string { return strconv.Itoa(n) }

// storeFiles seals and keeps files in the transaction of the step that brought them.
func storeFiles(ctx context.Context, tx pgx.Tx, key seal.DataKey, id CaseID, message *uuid.UUID, at time.Time, unit UnitCode, files []Attachment) error {
	if len(files) == 0 {
		return nil
	}
	var b pgx.Batch
	for _, f := range files {
		fid, err := uuid.NewV7()
		if err != nil {
			return err
		}
		sum := sha256.Sum256(f.Data)
		b.Queue(`insert into attachment (id, case_id, message_id, at, name, type, size, sha256, by_unit, data, shows) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			fid, id, message, at, key.Seal("file_name", id.String(), []byte(clean(f.Name, 200))), clean(f.Type, 100), len(f.Data), sum[:], unit, key.Seal("file", id.String(), f.Data), f.Shows)
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("store files: %w", err)
	}
	return nil
}

// dataKey opens the case's own key.
func (d *Docket) dataKey(ctx context.Context, q pg.Querier, id CaseID) (seal.DataKey, error) {
	var wrapped []byte
	if err := q.QueryRow(ctx, `select wrapped_key from person where case_id = $1`, id).Scan(&wrapped); err != nil {
		return seal.DataKey{}, fmt.Errorf("data key: %w", err)
	}
	if wrapped == nil {
		return seal.DataKey{}, errErased
	}
	return d.Keys.Unwrap(wrapped)
}
