package resident

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/seal"
)

// draftLife is how long an unfinished form is kept, receiptLife how long the receipt of a sent one.
const (
	draftLife   = 7 * 24 * time.Hour
	receiptLife = 24 * time.Hour
)

// draft is what a resident has typed so far; after sending, only the receipt is left.
type draft struct {
	Text       string         `json:"text,omitempty"`
	Warned     string         `json:"warned,omitempty"` // the emergency number that was shown for this text
	Placed     bool           `json:"placed,omitempty"` // the second page was answered
	Place      string         `json:"place,omitempty"`
	District   string         `json:"district,omitempty"`    // territory code, or "unknown"
	Unclear    bool           `json:"unclear,omitempty"`     // cannot tell the address, or there is none
	Point      *routing.Point `json:"point,omitempty"`       // where the resident stood, if asked to send it
	Same       string         `json:"same,omitempty"`        // the case that the resident takes for the same matter
	SameNumber string         `json:"same_number,omitempty"` // its public number
	SameStreet string         `json:"same_street,omitempty"` // its street, for a draft without an address of its own
	Name       string         `json:"name,omitempty"`
	Phone      string         `json:"phone,omitempty"`
	Email      string         `json:"email,omitempty"`
	Publish    bool           `json:"publish,omitempty"`
	Secret     bool           `json:"secret,omitempty"`
	Wrong      bool           `json:"wrong,omitempty"` // a report of wrongdoing by officials (举报), which is secret too
	Proxy      string         `json:"proxy,omitempty"` // for whom the matter is brought, empty for oneself
	Photos     []photo        `json:"photos,omitempty"`
	Receipt    receipt        `json:"receipt,omitzero"`
}

// photo is one picture of a draft; its bytes are kept apart.
type photo struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Size int       `json:"size"`
}

// receipt is what the last page shows.
type receipt struct {
	Code    string    `json:"code"`
	Number  string    `json:"number"`
	FiledAt time.Time `json:"filed_at"`
	Due     time.Time `json:"due"`
	Mailed  bool      `json:"mailed"` // an address for letters was given
	Danger  string    `json:"danger,omitempty"`
}

func (d draft) filed() bool { return d.Receipt.Code != "" }
func (d draft) begun() bool { return !d.filed() && (d.Text != "" || len(d.Photos) > 0) }

// drafts keep unfinished forms: found by the hash of a random cookie, sealed under a key of their own.
type drafts struct {
	db   pg.DB
	keys *seal.Keyring
	now  func() time.Time
}

func newDraftToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails; the runtime stops the process instead
	return hex.EncodeToString(b[:])
}

// handle names a draft on pages, and in what waits on a device for a network, without opening it. It is also what the submission's key is made of:
// the same form sent in three steps, or whole after the network came back, is one case.
func handle(token string) string {
	if len(token) != 32 {
		return ""
	}
	sum := sha256.Sum256([]byte("draft handle\n" + token))
	return hex.EncodeToString(sum[:16])
}

func (s *drafts) hash(token string) []byte { return s.keys.Hash("draft", token) }

// load finds a draft; ok is false where there is none, or its day is over.
func (s *drafts) load(ctx context.Context, token string) (d draft, ok bool, err error) {
	if len(token) != 32 {
		return d, false, nil
	}
	hash := s.hash(token)
	var wrapped, sealed []byte
	err = s.db.QueryRow(ctx, `select wrapped_key, sealed from draft where id_hash = $1 and expires_at > $2`, hash, s.now().UTC()).Scan(&wrapped, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("load draft: %w", err)
	}
	key, err := s.keys.Unwrap(wrapped)
	if err != nil {
		return d, false, fmt.Errorf("load draft: %w", err)
	}
	plain, err := key.Open("draft", hex.EncodeToString(hash), sealed)
	if err != nil {
		return d, false, fmt.Errorf("load draft: %w", err)
	}
	return d, true, json.Unmarshal(plain, &d)
}

// save keeps a draft with its new photos, and drops the bytes of photos it no longer names. fresh maps the ids of new photos to their bytes.
func (s *drafts) save(ctx context.Context, token string, d draft, fresh map[uuid.UUID][]byte) error {
	plain, err := json.Marshal(d)
	if err != nil {
		return err
	}
	life := draftLife
	if d.filed() {
		life = receiptLife
	}
	hash := s.hash(token)
	id := hex.EncodeToString(hash)
	kept := make([]uuid.UUID, 0, len(d.Photos))
	for _, p := range d.Photos {
		kept = append(kept, p.ID)
	}
	err = pg.InTx(ctx, s.db, nil, func(tx pgx.Tx) error {
		key, wrapped, err := s.keyOf(ctx, tx, hash)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `insert into draft (id_hash, wrapped_key, sealed, expires_at) values ($1, $2, $3, $4)
			on conflict (id_hash) do update set sealed = excluded.sealed, expires_at = excluded.expires_at where draft.wrapped_key = excluded.wrapped_key`,
			hash, wrapped, key.Seal("draft", id, plain), s.now().UTC().Add(life))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.conflict") // two first pages under one cookie at once
		}
		if _, err := tx.Exec(ctx, `delete from draft_photo where id_hash = $1 and id <> all ($2)`, hash, kept); err != nil {
			return err
		}
		for photo, data := range fresh {
			if _, err := tx.Exec(ctx, `insert into draft_photo (id_hash, id, sealed) values ($1, $2, $3)`, hash, photo, key.Seal("photo", id, data)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

// keyOf is the draft's own key; a new one where the draft is new.
func (s *drafts) keyOf(ctx context.Context, q pg.Querier, hash []byte) (seal.DataKey, []byte, error) {
	var wrapped []byte
	err := q.QueryRow(ctx, `select wrapped_key from draft where id_hash = $1 for update`, hash).Scan(&wrapped)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.keys.NewDataKey()
	}
	if err != nil {
		return seal.DataKey{}, nil, err
	}
	key, err := s.keys.Unwrap(wrapped)
	return key, wrapped, err
}

// photos reads the pictures of a draft in their order.
func (s *drafts) photos(ctx context.Context, token string, d draft) ([]casework.Attachment, error) {
	if len(d.Photos) == 0 {
		return nil, nil
	}
	hash := s.hash(token)
	var files []casework.Attachment
	for _, p := range d.Photos {
		var wrapped, sealed []byte
		err := s.db.QueryRow(ctx, `select d.wrapped_key, p.sealed from draft_photo p join draft d on d.id_hash = p.id_hash where p.id_hash = $1 and p.id = $2`, hash, p.ID).Scan(&wrapped, &sealed)
		if err != nil {
			return nil, fmt.Errorf("read photo of draft: %w", err)
		}
		key, err := s.keys.Unwrap(wrapped)
		if err != nil {
			return nil, fmt.Errorf("read photo of draft: %w", err)
		}
		data, err := key.Open("photo", hex.EncodeToString(hash), sealed)
		if err != nil {
			return nil, fmt.Errorf("read photo of draft: %w", err)
		}
		files = append(files, casework.Attachment{Name: p.Name, Data: data})
	}
	return files, nil
}

func (s *drafts) drop(ctx context.Context, token string) error {
	_, err := s.db.Exec(ctx, `delete from draft where id_hash = $1`, s.hash(token))
	return err
}

func (s *drafts) sweep(ctx context.Context, limit int) (int, error) {
	tag, err := s.db.Exec(ctx, `delete from draft where id_hash in (select id_hash from draft where expires_at <= $1 order by expires_at limit $2 for update skip locked)`, s.now().UTC(), limit)
	if err != nil {
		return 0, fmt.Errorf("sweep drafts: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
