package rights

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/translog"
	"huiyin/translog/form"
)

// Certifier makes certificates of destruction: signed by the key of the public log, entered into it, and shown to everybody.
type Certifier struct {
	DB  pg.DB
	Log *translog.Log
}

// certificateLine begins every certificate, so that its signature is good for nothing else.
const certificateLine = "huiyin destruction certificate v1"

// mostItems bounds the cases that one certificate names.
const mostItems = 500

// Certificate is one proof that data was destroyed. The cases are named by commitments: whoever has the number and the salt of one finds it there, nobody else can.
type Certificate struct {
	ID     uuid.UUID
	At     time.Time
	What   string // personal, masked
	Reason string // retention, right
	Items  int
	Note   string // the signed note
	Index  int64  // of its entry in the log
}

// CertificateEntry is what the log holds of a certificate.
type CertificateEntry struct {
	ID     string `json:"id"`
	What   string `json:"what"`
	Reason string `json:"reason"`
	Items  int    `json:"items"`
	SHA256 []byte `json:"sha256"` // of the signed note
}

// Commitment names a case in a certificate: SHA-256 over a fixed line, the salt and the case's number.
func Commitment(salt []byte, number string) string {
	sum := sha256.Sum256(slices.Concat([]byte("huiyin destroyed v1\n"), salt, []byte(number)))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Sweep makes certificates for what was destroyed and has none: one for each request, one for each run of the retention. It tells how many it made, and is safe to run twice, late, or on two machines.
func (c *Certifier) Sweep(ctx context.Context) (int, error) {
	n := 0
	err := pg.InTx(ctx, c.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		n = 0
		rows, err := tx.Query(ctx, `select d.id, d.what, d.reason, d.salt, c.number, d.at from destruction d join cases c on c.id = d.case_id where d.certificate is null
			order by d.what, d.reason, d.at limit $1 for update of d skip locked`, mostItems)
		if err != nil {
			return err
		}
		type item struct {
			ID           uuid.UUID
			What, Reason string
			Salt         []byte
			Number       string
			At           time.Time
		}
		all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[item])
		if err != nil {
			return err
		}
		for len(all) > 0 {
			first, k := all[0], 1
			for first.Reason == "retention" && k < len(all) && all[k].What == first.What && all[k].Reason == first.Reason {
				k++
			}
			var ids []uuid.UUID
			var marks []string
			for _, one := range all[:k] {
				ids, marks = append(ids, one.ID), append(marks, Commitment(one.Salt, one.Number))
			}
			if err := c.make(ctx, tx, first.What, first.Reason, ids, marks); err != nil {
				return err
			}
			all = all[k:]
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("certify destruction: %w", err)
	}
	return n, nil
}

func (c *Certifier) make(ctx context.Context, tx pgx.Tx, what, reason string, ids []uuid.UUID, marks []string) error {
	id, err := uuid.NewRandom() // tells nothing of when a case was
	if err != nil {
		return err
	}
	slices.Sort(marks)
	at := c.Log.Now().UTC().Truncate(time.Second)
	text := strings.Join(append([]string{certificateLine, "id " + id.String(), "at " + at.Format(time.RFC3339), "what " + what, "reason " + reason, fmt.Sprintf("items %d", len(marks))}, marks...), "\n") + "\n"
	signed, err := c.Log.SignText(ctx, tx, text)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(signed))
	body, err := json.Marshal(CertificateEntry{ID: id.String(), What: what, Reason: reason, Items: len(marks), SHA256: sum[:]})
	if err != nil {
		return err
	}
	idx, err := c.Log.Enter(ctx, tx, []form.Entry{{V: 1, Type: form.Certificate, Day: at.Format(time.DateOnly), Body: body}})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into certificate (id, at, what, reason, items, note, idx) values ($1, $2, $3, $4, $5, $6, $7)`, id, at, what, reason, len(marks), signed, idx); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update destruction set certificate = $1 where id = any ($2)`, id, ids)
	return err
}

const certificateColumns = `select id, at, what, reason, items, note, coalesce(idx, -1) from certificate `

// Certificates lists the newest certificates.
func Certificates(ctx context.Context, q pg.Querier, limit int) ([]Certificate, error) {
	rows, err := q.Query(ctx, certificateColumns+`order by at desc, id limit $1`, limit)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list certificates: %w", err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Certificate])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list certificates: %w", err))
	}
	return all, nil
}

// FindCertificate reads one certificate. Errors: fault.NotFound.
func FindCertificate(ctx context.Context, q pg.Querier, id string) (Certificate, error) {
	key, err := uuid.Parse(id)
	if err != nil {
		return Certificate{}, fault.New(fault.NotFound, "fault.not_found")
	}
	rows, err := q.Query(ctx, certificateColumns+`where id = $1`, key)
	if err != nil {
		return Certificate{}, pg.Classify(fmt.Errorf("read certificate: %w", err))
	}
	one, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Certificate])
	if pg.IsNoRows(err) {
		return one, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return one, pg.Classify(fmt.Errorf("read certificate: %w", err))
	}
	return one, nil
}

// Destroyed is what was destroyed of one case, for the holder of its code: with number and salt the case is found in the certificate.
type Destroyed struct {
	At          time.Time
	What        string
	Reason      string
	Salt        []byte
	Mark        string     // the commitment that stands in the certificate
	Certificate *uuid.UUID // nil: it is made within a minute
}

// DestroyedOf reads what was destroyed of a case, oldest first.
func DestroyedOf(ctx context.Context, db pg.DB, by casework.Actor, id casework.CaseID) ([]Destroyed, error) {
	if by.Kind != casework.ByResident || by.Case != id {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var all []Destroyed
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "case", "huiyin.case": id.String()}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select d.at, d.what, d.reason, d.salt, c.number, d.certificate from destruction d join cases c on c.id = d.case_id where d.case_id = $1 order by d.at`, id)
		if err != nil {
			return err
		}
		var number string
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Destroyed, err error) {
			err = row.Scan(&d.At, &d.What, &d.Reason, &d.Salt, &number, &d.Certificate)
			d.Mark = Commitment(d.Salt, number)
			return d, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read destruction: %w", err)
	}
	return all, nil
}
