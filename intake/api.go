package intake

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/routing"
)

// MaxAPIBody bounds the JSON of one request: files of 25 MB in base64, and the words.
const MaxAPIBody = casework.MaxFiles/3*4 + 1<<20

// apiCase is the body of POST /api/v1/cases. Unknown members are refused, so that a misspelt one is not silently lost.
type apiCase struct {
	Kind       casework.Kind `json:"kind"`
	Category   string        `json:"category"`
	Territory  string        `json:"territory"`
	Title      string        `json:"title"`
	Text       string        `json:"text"`
	Place      string        `json:"place"`
	Point      *apiPoint     `json:"point"`
	Person     apiPerson     `json:"person"`
	Language   string        `json:"language"`
	Publish    bool          `json:"publish"`
	Secret     bool          `json:"secret"`
	ExternalNo string        `json:"external_no"`
	Files      []apiFile     `json:"files"`
}

type apiPoint struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

type apiPerson struct {
	Name    string `json:"name"`
	Phone   string `json:"phone"`
	Email   string `json:"email"`
	Address string `json:"address"`
}

type apiFile struct {
	Name string `json:"name"`
	Data []byte `json:"data"` // base64
}

// API decodes the JSON of POST /api/v1/cases. It is pure. Errors: fault.Invalid with the member at fault, fault.TooLarge.
func API(body []byte) (Submission, error) {
	if len(body) > MaxAPIBody {
		return Submission{}, fault.New(fault.TooLarge, "fault.files_too_large").With("Limit", "25 MB")
	}
	c, plain := plainCase(body)
	if !plain {
		var err error
		if c, err = anyCase(body); err != nil {
			return Submission{}, err
		}
	}
	s := Submission{
		Channel: casework.API, Kind: c.Kind, Category: c.Category, Territory: c.Territory, Title: c.Title, Text: c.Text, Place: c.Place, ExternalNo: c.ExternalNo,
		Person: casework.Person(c.Person), Publish: c.Publish, Secret: c.Secret,
	}
	switch c.Language {
	case "":
	case string(locale.ZH), string(locale.EN):
		s.Language = locale.Lang(c.Language)
	default:
		return s, invalid("language")
	}
	if c.Point != nil {
		if c.Point.Lat < -90 || c.Point.Lat > 90 || c.Point.Lon < -180 || c.Point.Lon > 180 {
			return s, invalid("point")
		}
		s.Point = &routing.Point{Lat: c.Point.Lat, Lon: c.Point.Lon}
	}
	for _, f := range c.Files {
		s.Files = append(s.Files, casework.Attachment{Name: f.Name, Data: f.Data})
	}
	s.tidy()
	if s.Text == "" {
		return s, fault.New(fault.Invalid, "fault.text_needed").At("text")
	}
	return s, s.check()
}

// anyCase reads a body of whatever form.
func anyCase(body []byte) (c apiCase, err error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, jsonFault(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return c, fault.New(fault.Invalid, "fault.json_form")
	}
	return c, nil
}

func jsonFault(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return fault.Wrap(fault.Invalid, "fault.invalid", err).At(kind.Field)
	}
	if name, ok := strings.CutPrefix(err.Error(), `json: unknown field "`); ok {
		return fault.New(fault.Invalid, "fault.unknown_field").At(strings.TrimSuffix(name, `"`))
	}
	return fault.New(fault.Invalid, "fault.json_form")
}

// maxIdempotencyKey bounds the header; longer ones are refused.
const maxIdempotencyKey = 255

// FileAPI files the body of POST /api/v1/cases. client names the caller (a token's id; empty for anonymous), so that callers cannot meet
// in one Idempotency-Key. The same key with the same bytes is the same case; with other bytes it is fault.Conflict
// ("fault.idempotency_reused") and nothing is filed. Without a key every call is a new case.
func (d *Door) FileAPI(ctx context.Context, client, idempotencyKey string, body []byte) (casework.Receipt, error) {
	var r casework.Receipt
	s, err := API(body)
	if err != nil {
		return r, err
	}
	return d.once(ctx, "api", client, idempotencyKey, body, s)
}

// once files what a program sent: the same key with the same bytes is the same case, with other bytes it is refused.
func (d *Door) once(ctx context.Context, door, client, idempotencyKey string, body []byte, s Submission) (casework.Receipt, error) {
	var r casework.Receipt
	var err error
	if s.Key, s.Reason, err = onceKey(door, client, idempotencyKey, body); err != nil {
		return r, err
	}
	r, err = d.File(ctx, s)
	if err != nil || !r.Existing {
		return r, err
	}
	// The digest of the first body was kept as the submission's reason, in the transaction that made the case.
	key, first := s.Key, ""
	err = pg.InTx(ctx, d.docket.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select reason from submission where key = $1`, key[:]).Scan(&first)
	})
	if err != nil {
		return casework.Receipt{}, err
	}
	if first != s.Reason {
		return casework.Receipt{}, fault.New(fault.Conflict, "fault.idempotency_reused").At("Idempotency-Key")
	}
	return r, nil
}

// onceKey is the key of a submission that a program sent, from its Idempotency-Key, and the reason that tells what it sent.
func onceKey(door, client, idempotencyKey string, body []byte) (key casework.Key, reason string, err error) {
	if len(idempotencyKey) > maxIdempotencyKey {
		return key, "", invalid("Idempotency-Key")
	}
	if idempotencyKey == "" {
		idempotencyKey = rand.Text()
	}
	digest := sha256.Sum256(body)
	said := hex.AppendEncode(append(make([]byte, 0, 128), door+":"...), digest[:])
	return sha256.Sum256([]byte(door + "\n" + client + "\n" + idempotencyKey)), string(said), nil
}
