package handover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/privacy"
)

// Fields are the personal data that may go along, in the order of the form. Nothing else of a resident ever leaves.
var Fields = []casework.PersonalField{casework.FieldBody, casework.FieldPlace, casework.FieldName, casework.FieldPhone, casework.FieldEmail, casework.FieldAddress, casework.FieldFile}

// Consents are the ways in which a resident may have agreed that personal data goes along.
var Consents = []string{"phone", "writing", "counter"}

// Choice is what an operator decides about a handover.
type Choice struct {
	Partner string
	Reason  string
	Fields  []casework.PersonalField // of Fields; empty: the masked copy only, and the answer comes back through us
	Consent string                   // of Consents; needed with any field
}

// Give hands a case over. What goes along is read at once, each field as a use that names the receiver, sealed, and sent by Drain.
// Errors: fault.Invalid with the field, fault.Conflict where a unit has the case or it is handed over already.
func (s *Service) Give(ctx context.Context, by casework.Actor, ref casework.Ref, ch Choice) error {
	p, c, err := s.mayGive(ctx, by, ref, ch)
	if err != nil {
		return err
	}
	content, err := s.pack(ctx, by, c, p, ch)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if err := s.prepare(ctx, id, c.ID, p, content); err != nil {
		return err
	}
	err = s.Docket.HandOver(ctx, by, ref, casework.HandingOver{ID: id, City: p.Name, Reason: ch.Reason, Fields: ch.Fields, Consent: ch.Consent})
	if err != nil {
		s.forget(ctx, id)
	}
	return err
}

func (s *Service) mayGive(ctx context.Context, by casework.Actor, ref casework.Ref, ch Choice) (Partner, casework.Case, error) {
	c, err := s.Docket.Case(ctx, by, ref.ID)
	if err != nil {
		return Partner{}, c, err
	}
	p, err := s.partner(ctx, ch.Partner)
	if fault.KindOf(err) == fault.Forbidden {
		err = fault.Wrap(fault.Invalid, "fault.handover_partner", err).At("partner")
	}
	if err == nil {
		_, err = s.Identity(ctx)
	}
	if err != nil {
		return p, c, err
	}
	known := func(f casework.PersonalField) bool { return slices.Contains(Fields, f) }
	switch {
	case !p.Takes(c.Kind):
		return p, c, fault.New(fault.Invalid, "fault.handover_kind").At("partner")
	case strings.TrimSpace(ch.Reason) == "":
		return p, c, fault.New(fault.Invalid, "fault.reason_needed").At("reason")
	case slices.ContainsFunc(ch.Fields, func(f casework.PersonalField) bool { return !known(f) }):
		return p, c, fault.New(fault.Invalid, "fault.invalid").At("fields")
	case len(ch.Fields) > 0 && !slices.Contains(Consents, ch.Consent):
		return p, c, fault.New(fault.Invalid, "fault.handover_consent").At("consent")
	case ref.Version != 0 && ref.Version != c.Version:
		return p, c, fault.New(fault.Conflict, "fault.stale_case")
	case c.State != casework.Registered && c.State != casework.Accepted:
		return p, c, fault.New(fault.Conflict, "fault.step_not_now").With("State", string(c.State))
	}
	return p, c, nil
}

// pack gathers what goes along: the masked copy, with originals in the places that the choice names.
func (s *Service) pack(ctx context.Context, by casework.Actor, c casework.Case, p Partner, ch Choice) (Content, error) {
	out := Content{Number: c.Number, Kind: c.Kind, Category: s.City.CategoryPath(c.Category, locale.ZH), Urgency: string(c.Urgency), Language: c.Language, Secret: c.Secret,
		Title: c.Title, Text: c.Body, Place: c.Place, Reason: strings.TrimSpace(ch.Reason), FiledAt: seconds(c.FiledAt), Due: seconds(c.Due)}
	if len(ch.Fields) == 0 {
		return out.hidden(), nil
	}
	use := casework.Use{Purpose: casework.ForHandling, Basis: casework.BasisConsent, Receiver: p.Name}
	read := slices.DeleteFunc(slices.Clone(ch.Fields), func(f casework.PersonalField) bool { return f == casework.FieldFile })
	if slices.Contains(read, casework.FieldBody) {
		read = append(read, casework.FieldTitle)
	}
	if len(read) > 0 {
		got, err := s.Docket.Reveal(ctx, by, c.ID, read, use)
		if err != nil {
			return out, err
		}
		for f, to := range map[casework.PersonalField]*string{casework.FieldTitle: &out.Title, casework.FieldBody: &out.Text, casework.FieldPlace: &out.Place} {
			if text, given := got[f]; given {
				*to = text
			}
		}
		contact := Contact{Name: got[casework.FieldName], Phone: got[casework.FieldPhone], Email: got[casework.FieldEmail], Address: got[casework.FieldAddress]}
		if contact != (Contact{}) {
			out.Contact = &contact
		}
	}
	out = out.hidden()
	if !slices.Contains(ch.Fields, casework.FieldFile) {
		return out, nil
	}
	var err error
	out.Files, err = s.files(ctx, by, c.ID, use)
	return out, err
}

// hidden is the content without what never goes to another city, also where the resident wrote it: see privacy.OtherCities.
func (c Content) hidden() Content {
	for _, text := range []*string{&c.Title, &c.Text, &c.Place, &c.Reason} {
		*text = privacy.OtherCities.Hide(*text)
	}
	return c
}

// files reads the resident's files, the first ones whole until the package is full.
func (s *Service) files(ctx context.Context, by casework.Actor, id casework.CaseID, use casework.Use) ([]File, error) {
	d, err := s.Docket.Dossier(ctx, by, id)
	if err != nil {
		return nil, err
	}
	var list []File
	sum := 0
	for _, f := range d.Files {
		if f.ByUnit != "" {
			continue
		}
		info, data, err := s.Docket.RevealFile(ctx, by, id, f.ID, use)
		if err != nil {
			return nil, err
		}
		digest := sha256.Sum256(data)
		one := File{Name: info.Name, Type: info.Type, Size: len(data), SHA256: hex.EncodeToString(digest[:])}
		if sum+len(data) <= maxInline {
			one.Data = data
			sum += len(data)
		}
		list = append(list, one)
	}
	return list, nil
}

func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

const packagePlace = "handover_package"

func (s *Service) prepare(ctx context.Context, id uuid.UUID, c casework.CaseID, p Partner, content Content) error {
	body, err := json.Marshal(content)
	if err != nil {
		return err
	}
	key, wrapped, err := s.Keys.NewDataKey()
	if err != nil {
		return err
	}
	err = pg.InTx(ctx, s.DB, systemScope(), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into handover_out (id, case_id, partner, city, state, made_at, wrapped_key, package) values ($1, $2, $3, $4, 'prepared', $5, $6, $7)`,
			id, c, p.Code, p.Name, s.Now().UTC(), wrapped, key.Seal(packagePlace, id.String(), body))
		return err
	})
	switch {
	case pg.IsUniqueViolation(err, "handover_out_away"):
		return fault.Wrap(fault.Conflict, "fault.handover_away", err)
	case err != nil:
		return fmt.Errorf("prepare handover: %w", err)
	}
	return nil
}

// forget drops what was prepared for a step that was not taken; should this fail too, Late drops it later.
func (s *Service) forget(ctx context.Context, id uuid.UUID) {
	err := pg.InTx(context.WithoutCancel(ctx), s.DB, systemScope(), func(tx pgx.Tx) error {
		_, err := tx.Exec(context.WithoutCancel(ctx), `delete from handover_out where id = $1 and state = 'prepared'`, id)
		return err
	})
	if err != nil {
		s.Log.Warn("prepared handover not dropped", "handover", id, "error", err)
	}
}
