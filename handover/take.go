package handover

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/pg"
)

// Take files a case that another hotline hands over, by the same door as any other, and answers with the signed receipt. The same handover again is the same case.
// Errors: those of a message (fault.Invalid, fault.Forbidden, fault.Gone) and those of the door.
func (s *Service) Take(ctx context.Context, raw []byte) ([]byte, error) {
	self, key, err := s.signer(ctx)
	if err != nil {
		return nil, err
	}
	var from Partner
	m, err := open[Package](raw, typeCase, opened{self: self, now: s.Now(), key: func(code string) (ed25519.PublicKey, error) {
		from, err = s.partner(ctx, code)
		return from.Key, err
	}})
	if err != nil {
		s.Log.Warn("package of another hotline refused", "partner", from.Code, "error", err)
		return nil, err
	}
	r, err := s.file(ctx, from, m)
	if err != nil {
		return nil, err
	}
	if err := s.taken(ctx, from, m.ID, r.ID); err != nil {
		return nil, err
	}
	s.Log.Info("case taken over", "case", r.ID, "partner", from.Code, "handover", m.ID, "existing", r.Existing)
	return signed(Receipt{Head: s.heading(Head{ID: m.ID}, typeReceipt, self, from.Code), Number: r.Number, Due: seconds(r.Due)}, key)
}

func (s *Service) file(ctx context.Context, from Partner, m Package) (casework.Receipt, error) {
	c := m.Case
	sub := intake.Submission{Channel: casework.API, Key: sha256.Sum256([]byte("handover\n" + from.Code + "\n" + m.ID.String())), ExternalNo: from.Code + "-" + c.Number,
		Title: c.Title, Place: c.Place, Secret: c.Secret, Reason: "handover:" + m.ID.String()}
	for _, k := range casework.Kinds {
		if k == c.Kind {
			sub.Kind = k
		}
	}
	if l := locale.Lang(c.Language); l == locale.ZH || l == locale.EN {
		sub.Language = l
	}
	if c.Contact != nil {
		sub.Person = casework.Person{Name: c.Contact.Name, Phone: c.Contact.Phone, Email: c.Contact.Email, Address: c.Contact.Address}
	}
	var apart []string
	for _, f := range c.Files {
		if f.Data == nil {
			apart = append(apart, fmt.Sprintf("%s (%d, SHA-256 %s)", f.Name, f.Size, f.SHA256))
			continue
		}
		if sum := sha256.Sum256(f.Data); len(f.Data) != f.Size || hex.EncodeToString(sum[:]) != f.SHA256 {
			return casework.Receipt{}, fault.New(fault.Invalid, "fault.handover_file")
		}
		sub.Files = append(sub.Files, casework.Attachment{Name: f.Name, Data: f.Data})
	}
	sub.Text = s.words(from, c, apart)
	return s.Door.File(ctx, sub)
}

// words is the text of the case with, behind it, where it comes from; a text that leaves no room goes alone.
func (s *Service) words(from Partner, c Content, apart []string) string {
	text := strings.TrimSpace(c.Text)
	if text == "" {
		text = c.Title
	}
	note := locale.ZH.T("handover.note", locale.Args{"City": from.Name, "Number": c.Number, "Reason": c.Reason})
	if len(apart) > 0 {
		note += "\n" + locale.ZH.T("handover.apart", locale.Args{"Files": strings.Join(apart, "; ")})
	}
	if whole := text + "\n\n" + note; len([]rune(whole)) <= casework.MaxBody {
		return whole
	}
	return text
}

// taken remembers whose case this is, and queues the news of steps that were faster than this row.
func (s *Service) taken(ctx context.Context, from Partner, id uuid.UUID, c casework.CaseID) error {
	err := pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `insert into handover_in (partner, id, case_id, received_at) values ($1, $2, $3, $4) on conflict do nothing`, from.Code, id, c, s.Now().UTC())
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		rows, err := tx.Query(ctx, `select `+casework.EventColumns+` from event where case_id = $1 order by seq`, c)
		if err != nil {
			return err
		}
		events, err := pgx.CollectRows(rows, casework.ScanEvent)
		if err != nil {
			return err
		}
		return s.handle(ctx, tx, events)
	})
	if err != nil {
		return fmt.Errorf("remember handover: %w", err)
	}
	return nil
}

var errNoHandover = fault.New(fault.NotFound, "fault.handover_unknown")
